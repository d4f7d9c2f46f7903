"""kubeconform -strict judges every render as the tool does, also with mistakes in it."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from helpers import ROOT
from overlaykit.render.objects import objects
from overlaykit.render.plain import PlainEngine
from overlaykit.repo.graph import Graph
from overlaykit.repo.tree import Tree
from overlaykit.schema.judge import Judge
from overlaykit.schema.store import Store, builtin
from overlaykit.source import parse

KUBECONFORM = ROOT / ".cache" / "bin" / "kubeconform"
JUDGE = Judge(Store(builtin(), (), "1.34"))
FOLDERS = [f for f in Graph(Tree(ROOT)).targets if f.startswith("overlays/")]


def kubeconform(folder: Path) -> dict[str, str]:
    """File name to kubeconform's verdict."""
    argv = [str(KUBECONFORM), "-strict", "-output", "json", "-verbose"]
    for layout in (
        "kubernetes/v1.34/{{.ResourceKind}}{{.KindSuffix}}.json",
        "crds/{{.Group}}/{{.ResourceKind}}_{{.ResourceAPIVersion}}.json",
    ):
        argv += ["-schema-location", f"{builtin()}/{layout}"]
    done = subprocess.run([*argv, str(folder)], capture_output=True, text=True, check=False)
    found = json.loads(done.stdout)["resources"]
    return {Path(one["filename"]).name: one["status"] for one in found}


def spoil(value: Any, number: int) -> Any:
    """A copy of an object with an unknown field in its `number`-th mapping below the top."""
    copy = json.loads(json.dumps(value))
    seen = []
    todo = [copy]
    while todo:
        current = todo.pop(0)
        children = current.values() if isinstance(current, dict) else current
        for child in children if isinstance(current, dict | list) else ():
            if isinstance(child, dict):
                seen.append(child)
            if isinstance(child, dict | list):
                todo.append(child)
    if seen:
        seen[number % len(seen)]["unknownField"] = 1
    return copy


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_verdicts_are_the_same(folder: str, tmp_path: Path) -> None:
    [render] = PlainEngine.found().build(ROOT, [folder], lambda _: None)
    ours: dict[str, str] = {}
    for index, obj in enumerate(objects(parse(render.text))):
        for number in range(-1, 12):
            data = obj.data if number < 0 else spoil(obj.data, number)
            name = f"{index}-{number}.yaml"
            (tmp_path / name).write_text(yaml.safe_dump(data))
            bad = JUDGE.violations(data)
            ours[name] = "statusInvalid" if bad else "statusValid"
    theirs = kubeconform(tmp_path) if ours else {}
    differing = {n: (ours[n], theirs.get(n)) for n in ours if _plain(theirs.get(n)) != ours[n]}
    assert differing == {}


def _plain(status: str | None) -> str | None:
    """kubeconform calls metadata that it cannot parse an error: that is a refusal too."""
    return "statusInvalid" if status == "statusError" else status
