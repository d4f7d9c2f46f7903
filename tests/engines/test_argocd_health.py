"""Argo CD's own evaluator gives the verdicts and messages that tests/gitops/test_health.py asks for.

Every test of that file runs here again, with each sample judged twice: by Lua as there, and by
the argocd that reads argocd-cm as a controller does. The two must say the same.
"""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from shipped import renders

from gitops import test_health
from helpers import ROOT
from overlaykit.render.objects import objects
from overlaykit.render.plain import PlainEngine
from overlaykit.source import parse

ARGOCD = ROOT / ".cache" / "bin" / "argocd"
KEY = "resource.customizations.health."
KINDS = {file.stem.partition("_")[2]: file.stem for file in test_health.HEALTH.glob("*.lua")}
VERSION = {"argoproj.io": "v1alpha1"}
# The component of workloads/argocd-config for each way to install Argo CD.
FORMS = {"manifests": None, "helm": "helm", "operator": "operator"}
in_lua = test_health.health


def argocd(kind: str, configuration: Path, fields: dict[str, Any]) -> tuple[str, str]:
    """The status and message of a resource of generation 2, with an argocd-cm in a file."""
    group = KINDS[kind].partition("_")[0]
    obj = {"apiVersion": f"{group}/{VERSION.get(group, 'v1beta1')}", "kind": kind}
    obj |= {"metadata": {"name": "sample", "namespace": "flink", "generation": 2}, **fields}
    file = configuration.with_name("object.json")
    file.write_text(json.dumps(obj))
    argv = [str(ARGOCD), "admin", "settings", "resource-overrides", "health", str(file)]
    argv += ["--argocd-cm-path", str(configuration)]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    said = re.search(r"STATUS: (.*)\nMESSAGE: (.*)", done.stdout, re.S)
    assert done.returncode == 0 and said, done.stdout + done.stderr
    return said[1], said[2].strip()


def in_file(data: dict[str, str], folder: Path) -> Path:
    """An argocd-cm with these entries."""
    named = {"apiVersion": "v1", "kind": "ConfigMap"}
    labels = {"app.kubernetes.io/part-of": "argocd"}
    named |= {"metadata": {"name": "argocd-cm", "namespace": "argocd", "labels": labels}}
    (folder / "argocd-cm.yaml").write_text(yaml.safe_dump({**named, "data": data}))
    return folder / "argocd-cm.yaml"


def shipped() -> dict[str, str]:
    """What the shipped overlay writes into argocd-cm."""
    [configmap] = [o for o in renders()["flink-demo/argocd-config"] if o.kind == "ConfigMap"]
    return dict(configmap.data["data"])


def form(component: str | None, folder: Path) -> dict[str, str]:
    """The entries that end in argocd-cm when the workload is rendered for a way to install."""
    chosen = [component] if component else []
    root = "../" * len(folder.parts) + str(ROOT).lstrip("/")
    parts = [f"{root}/workloads/argocd-config/components/{c}" for c in [*chosen, "cluster-facts"]]
    resources = [f"{root}/overlays/demo/facts", f"{root}/workloads/argocd-config/base"]
    content = {"resources": resources, "components": parts}
    (folder / "kustomization.yaml").write_text(yaml.safe_dump(content))
    [render] = PlainEngine.found().build(folder, ["."], lambda _: None)
    assert render.error is None, render.error
    [rendered] = [obj.data for obj in objects(parse(render.text))]
    if component == "helm":
        return dict(rendered["configs"]["cm"])
    if component == "operator":
        checks = rendered["spec"]["resourceHealthChecks"]
        return {f"{KEY}{one['group']}_{one['kind']}": one["check"] for one in checks}
    return dict(rendered["data"])


@pytest.fixture(autouse=True)
def judged_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the tests that come from tests/gitops."""
    configuration = in_file(shipped(), tmp_path)

    def health(kind: str, **fields: Any) -> tuple[str, str]:
        theirs = argocd(kind, configuration, fields)
        assert theirs == in_lua(kind, **fields)
        return theirs

    monkeypatch.setattr(test_health, "health", health)


globals().update({n: test for n, test in vars(test_health).items() if n.startswith("test_")})


@pytest.mark.parametrize("name", FORMS)
def test_every_way_to_install_carries_every_check(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "form"
    folder.mkdir()
    configuration = in_file(form(FORMS[name], folder), tmp_path)
    for kind in KINDS:
        stale = {"spec": {}, "status": {"observedGeneration": 1}}
        assert argocd(kind, configuration, stale) == in_lua(kind, **stale)


def test_without_our_checks_argo_cd_says_something_else(tmp_path: Path) -> None:
    """Negative control: the evaluator uses argocd-cm, and what it has built in is weaker."""
    status = test_health.flink(reconciliationStatus={"state": "DEPLOYED"})
    nothing = in_file({}, tmp_path)
    assert argocd("FlinkDeployment", nothing, {"status": status})[0] == "Healthy"
    ours = in_file(shipped(), tmp_path)
    assert argocd("FlinkDeployment", ours, {"status": status})[0] == "Progressing"


def test_it_is_the_version_we_say() -> None:
    wanted = re.search(
        r"github.com/argoproj/argo-cd/v3 (v[\d.]+)",
        (ROOT / "tools/go/argocd/go.mod").read_text(),
    )
    assert wanted
    assert f"github.com/argoproj/argo-cd/v3\t{wanted[1]}\t".encode() in ARGOCD.read_bytes()
