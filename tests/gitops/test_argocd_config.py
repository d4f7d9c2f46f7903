"""The health checks reach Argo CD in one of three forms, all made from the same files."""

import os
import re
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

Object = dict[str, Any]
Render = Callable[[Path], list[Object]]
Load = Callable[[Path], Any]
ByName = Callable[[str], dict[str, Object]]
Write = Callable[..., Path]
Form = Callable[[str | None], Object]
FakeKubectl = Callable[[str], tuple[str, Path]]

CONFIG = "../../workloads/argocd-config"
KEY = "resource.customizations.health."


@pytest.fixture
def form(write_kustomization: Write, render: Render) -> Form:
    """The one object of a form, for a cluster whose Argo CD lives in openshift-gitops."""

    def make(component: str | None) -> Object:
        names = [component, "cluster-facts"] if component else ["cluster-facts"]
        parts = [f"{CONFIG}/components/{name}" for name in names]
        folder = write_kustomization("form", ["../demo/facts", f"{CONFIG}/base"], parts)
        facts = folder.parent / "demo/facts/cluster.yaml"
        facts.write_text(facts.read_text().replace(": argocd\n", ": openshift-gitops\n"))
        (found,) = render(folder)
        return found

    return make


@pytest.fixture(scope="session")
def checks(root: Path) -> dict[str, str]:
    files = (root / "workloads/argocd-config/health").glob("*.lua")
    return {file.stem: file.read_text() for file in files}


def test_manifests_form_is_a_patch_of_argocd_cm(form: Form, checks: dict[str, str]) -> None:
    patch = form(None)
    assert patch["kind"] == "ConfigMap"
    assert patch["metadata"] == {"name": "argocd-cm", "namespace": "openshift-gitops"}
    assert patch["data"] == {KEY + name: text for name, text in checks.items()}


def test_helm_form_is_values_of_the_chart(form: Form, checks: dict[str, str]) -> None:
    values = form("helm")
    assert values["configs"]["cm"] == {KEY + name: text for name, text in checks.items()}


def test_operator_form_is_a_patch_of_the_argocd_resource(
    form: Form, checks: dict[str, str]
) -> None:
    patch = form("operator")
    assert (patch["apiVersion"], patch["kind"]) == ("argoproj.io/v1beta1", "ArgoCD")
    assert patch["metadata"]["name"] == patch["metadata"]["namespace"] == "openshift-gitops"
    found = {f"{c['group']}_{c['kind']}": c["check"] for c in patch["spec"]["resourceHealthChecks"]}
    assert found == checks


def test_overlay_holds_the_form_that_its_facts_name(cluster: str, root: Path, load: Load) -> None:
    facts = load(root / "overlays" / cluster / "facts/cluster.yaml")
    kustomization = load(root / "overlays" / cluster / "argocd-config/kustomization.yaml")
    chosen = {c.rpartition("/")[2] for c in kustomization["components"]} & {"helm", "operator"}
    assert chosen == {facts["spec"]["argocd"]["managedBy"]} - {"manifests"}


def test_kinds_of_our_workloads_have_a_check(
    cluster: str, root: Path, render: Render, checks: dict[str, str], applications: ByName
) -> None:
    groups = ("platform.confluent.io", "flink.apache.org", "argoproj.io")
    folders = [root / "overlays" / cluster, root / "overlays" / cluster / "flink-resources"]
    for item in (item for folder in folders if folder.is_dir() for item in render(folder)):
        group = item["apiVersion"].rpartition("/")[0]
        if group in groups and item["kind"] != "AppProject":
            assert f"{group}_{item['kind']}" in checks


def bootstrap(root: Path, cluster: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = ["sh", "workloads/argocd-config/bootstrap.sh", cluster]
    full = os.environ | environment
    return subprocess.run(command, check=False, cwd=root, env=full, capture_output=True, text=True)


def test_bootstrap_prints_health_before_root_and_runs_nothing(root: Path, cluster: str) -> None:
    result = bootstrap(root, cluster, PATH="/usr/bin:/bin", APPLY="")
    assert result.returncode == 0
    assert re.search(r"patch (configmap|argocd) .*apply -f", result.stdout, re.DOTALL)
    assert "--type merge" in result.stdout
    assert "Nothing was run" in result.stdout


@pytest.mark.parametrize(
    ("managed_by", "expected"),
    [
        ("manifests", "-n argocd patch configmap argocd-cm --type merge"),
        ("operator", "-n argocd patch argocd argocd --type merge"),
        ("helm", "> argocd-values.yaml"),
    ],
)
def test_bootstrap_follows_the_fact(copy: Path, managed_by: str, expected: str) -> None:
    facts = copy / "overlays/demo/facts/cluster.yaml"
    facts.write_text(facts.read_text().replace("By: manifests", f'By: "{managed_by}"  # ours'))
    assert expected in bootstrap(copy, "demo").stdout


def test_bootstrap_refuses_an_unknown_owner(copy: Path) -> None:
    facts = copy / "overlays/demo/facts/cluster.yaml"
    facts.write_text(facts.read_text().replace("By: manifests", "By: magic"))
    result = bootstrap(copy, "demo")
    assert result.returncode == 2
    assert "one of manifests, helm, operator" in result.stderr


def test_bootstrap_never_applies_argocd_cm(root: Path) -> None:
    text = (root / "workloads/argocd-config/bootstrap.sh").read_text()
    applied = re.findall(r"apply [^\"]*", text)
    assert applied == ["apply -f overlays/$cluster/root.yaml"]


@pytest.fixture
def fake_kubectl(tmp_path: Path) -> FakeKubectl:
    """A kubectl that writes down its arguments; its argocd-cm has the checks or has not."""

    def make(configmap: str) -> tuple[str, Path]:
        log = tmp_path / "log"
        script = tmp_path / "bin/kubectl"
        script.parent.mkdir()
        answer = f'case "$*" in *get*) echo "{configmap}";; esac'
        script.write_text(f'#!/bin/sh\necho "$*" >> {log}\n{answer}\n')
        script.chmod(script.stat().st_mode | stat.S_IXUSR)
        return f"{script.parent}:{os.environ['PATH']}", log

    return make


def test_applied_bootstrap_patches_checks_and_then_applies_root(
    root: Path, fake_kubectl: FakeKubectl
) -> None:
    path, log = fake_kubectl("resource.customizations.health.argoproj.io_Application")
    assert bootstrap(root, "demo", PATH=path, APPLY="1").returncode == 0
    calls = log.read_text().splitlines()
    assert "kustomize overlays/demo/argocd-config" in calls
    assert any("patch configmap argocd-cm" in call for call in calls)
    assert calls[-1] == "apply -f overlays/demo/root.yaml"


def test_applied_bootstrap_of_a_helm_release_waits_for_its_values(
    copy: Path, fake_kubectl: FakeKubectl
) -> None:
    facts = copy / "overlays/demo/facts/cluster.yaml"
    facts.write_text(facts.read_text().replace("By: manifests", "By: helm"))
    path, log = fake_kubectl("nothing")
    result = bootstrap(copy, "demo", PATH=path, APPLY="1")
    assert result.returncode == 1
    assert "holds no health check" in result.stderr
    assert "apply" not in log.read_text()


def test_root_is_made_of_the_facts(cluster: str, root: Path, load: Load) -> None:
    facts = load(root / "overlays" / cluster / "facts/cluster.yaml")["spec"]
    text = (root / "overlays" / cluster / "root.yaml").read_text()
    project, application = yaml.safe_load_all(text)
    place = {"server": facts["server"], "namespace": facts["argocd"]["namespace"]}
    assert project["spec"]["sourceRepos"] == [facts["repository"]["url"]]
    assert project["spec"]["destinations"] == [place]
    assert application["spec"]["destination"] == place
    assert application["spec"]["sources"] == [
        {
            "repoURL": facts["repository"]["url"],
            "targetRevision": facts["repository"]["revision"],
            "path": f"overlays/{cluster}",
        }
    ]


def test_root_may_write_projects_and_applications_only(cluster: str, root: Path) -> None:
    text = (root / "overlays" / cluster / "root.yaml").read_text()
    project, application = yaml.safe_load_all(text)
    assert application["spec"]["project"] == project["metadata"]["name"] == "flink-bootstrap"
    kinds = [entry["kind"] for entry in project["spec"]["namespaceResourceWhitelist"]]
    assert kinds == ["AppProject", "Application"]
    assert project["spec"]["clusterResourceWhitelist"] == []
