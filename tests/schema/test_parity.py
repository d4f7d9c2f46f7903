"""The in-process engine and kubeconform give one verdict on one set of schema files."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from corpus import mutations, unknown, valid

from overlaykit.schema.judge import Judge
from overlaykit.schema.store import Store, builtin

pytestmark = pytest.mark.whole

REPO = Path(__file__).resolve().parents[2]
MINOR = "v1.34"


def _kubeconform() -> str | None:
    own = REPO / ".cache" / "bin" / "kubeconform"
    return str(own) if own.is_file() else shutil.which("kubeconform")


KUBECONFORM = _kubeconform()
needs_kubeconform = pytest.mark.skipif(
    KUBECONFORM is None, reason="kubeconform is not installed (.cache/bin or PATH)"
)


def kubeconform_refuses(objects: list[dict[str, Any]], folder: Path) -> list[bool]:
    """Whether kubeconform -strict refuses each object (metadata that it cannot read: also)."""
    for number, obj in enumerate(objects):
        (folder / f"{number:06}.json").write_text(json.dumps(obj))
    crds = builtin() / "crds" / "{{.Group}}" / "{{.ResourceKind}}_{{.ResourceAPIVersion}}.json"
    own = builtin() / "kubernetes" / MINOR / "{{.ResourceKind}}{{.KindSuffix}}.json"
    places = ["-schema-location", str(crds), "-schema-location", str(own)]
    argv = [str(KUBECONFORM), "-strict", "-output", "json", "-verbose", "-n", str(os.cpu_count())]
    done = subprocess.run(
        [*argv, *places, str(folder)], capture_output=True, text=True, check=False
    )
    resources = json.loads(done.stdout)["resources"]
    assert not [r for r in resources if "could not find schema" in r["msg"]]
    status = {Path(r["filename"]).name: r["status"] != "statusValid" for r in resources}
    return [status[f"{number:06}.json"] for number in range(len(objects))]


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge(Store(builtin(), (), MINOR))


def test_valid_objects_are_valid(judge: Judge) -> None:
    for obj in valid():
        assert judge.violations(obj) == [], obj["kind"]


@needs_kubeconform
def test_same_verdict_on_every_mutation(judge: Judge, tmp_path: Path) -> None:
    cases = [(obj["kind"], what, new) for obj in valid() for what, new in mutations(obj)]
    theirs = kubeconform_refuses([new for _, _, new in cases], tmp_path)
    ours = [bool(judge.violations(new)) for _, _, new in cases]
    verdicts = zip(cases, theirs, ours, strict=True)
    differ = [(kind, what, a, b) for (kind, what, _), a, b in verdicts if a != b]
    assert differ == []
    assert 0.1 < sum(ours) / len(ours) < 0.9


@needs_kubeconform
def test_an_unknown_field_is_refused_by_both(judge: Judge, tmp_path: Path) -> None:
    """At every level whose fields are known: where ours refuses, and where a map is not free."""
    cases = [(obj["kind"], at, new) for obj in valid() for at, new in unknown(obj)]
    theirs = kubeconform_refuses([new for _, _, new in cases], tmp_path)
    for (kind, at, new), refused in zip(cases, theirs, strict=True):
        found = judge.violations(new) or []
        assert bool(found) == refused, (kind, at)
        assert all(one.path == (*at, "zzUnknown") for one in found), (kind, at)
        assert refused or _is_free(kind, at), (kind, at)


# Maps with any keys, and fields whose content no schema describes.
FREE = frozenset({
    "labels", "annotations", "matchLabels", "data", "stringData", "parameters", "flinkConfiguration",
    "logConfiguration", "properties", "connectionConfig", "flinkApplicationDefaults", "clusterSpec",
    "valuesObject", "elements", "secrets", "charts", "limits", "requests", "selector", "resource",
    "openAPIV3Schema", "components", "state", "images",
})  # fmt: skip


def _is_free(kind: str, at: tuple[Any, ...]) -> bool:
    return any(step in FREE for step in at)
