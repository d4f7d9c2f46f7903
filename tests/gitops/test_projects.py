"""The AppProjects allow what is rendered and what the charts are known to render, no more."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from helpers import combinations
from overlaykit.repo.tree import Tree
from overlaykit.repo.workloads import workloads

Object = dict[str, Any]
Render = Callable[[Path], list[Object]]
Load = Callable[[Path], Any]
ByName = Callable[[str], dict[str, Object]]
Write = Callable[..., Path]
Kinds = dict[str, set[str]]
Rendered = Callable[[str], list[Object]]

KUSTOMIZATION = "kustomization.yaml"
CLUSTER_SCOPED = {
    "ClusterRole.rbac.authorization.k8s.io",
    "ClusterRoleBinding.rbac.authorization.k8s.io",
    "CustomResourceDefinition.apiextensions.k8s.io",
    "MutatingWebhookConfiguration.admissionregistration.k8s.io",
    "Namespace",
    "ValidatingWebhookConfiguration.admissionregistration.k8s.io",
}


def kind_of(item: Object) -> str:
    group = item["apiVersion"].rpartition("/")[0]
    return f"{item['kind']}.{group}" if group else item["kind"]


def allowed(project: Object, scope: str) -> set[str]:
    entries = project["spec"][f"{scope}ResourceWhitelist"]
    return {f"{e['kind']}.{e['group']}" if e["group"] else e["kind"] for e in entries}


@pytest.fixture
def render_all(root: Path, render: Render, write_kustomization: Write) -> Rendered:
    """What a workload renders with all its components, those that exclude each other in turn."""

    def of(name: str) -> list[Object]:
        folder = root / "workloads" / name
        base = [f"../../workloads/{name}/base"] if (folder / "base").is_dir() else []
        found = []
        for number, on in enumerate(combinations(workloads(Tree(root)))):
            ours = [part.partition("/")[2] for part in on if part.startswith(f"{name}/")]
            paths = [f"../../workloads/{name}/components/{part}" for part in ours]
            there = [
                p for p in paths if (folder / "components" / Path(p).name / KUSTOMIZATION).is_file()
            ]
            resources = ["../demo/facts", *base]
            found += render(write_kustomization(f"all-{name}-{number}", resources, there))
        return found

    return of


@pytest.fixture
def needed(
    root: Path, load: Load, render: Render, applications: ByName, render_all: Rendered
) -> Kinds:
    """Kinds by project: the renders of all overlays and components, and the charts' lists."""
    kinds: Kinds = {}
    for overlay in root.glob("overlays/*/root.yaml"):
        for name, app in applications(overlay.parent.name).items():
            found = kinds.setdefault(app["spec"]["project"], set())
            found |= {kind_of(item) for item in render(overlay.parent / name)}
    every = [applications(facts.parents[1].name) for facts in root.glob("overlays/*/facts/*.yaml")]
    for name, app in {name: app for apps in every for name, app in apps.items()}.items():
        chart = load(root / "workloads" / name / "workload.yaml")["spec"].get("chart", {})
        kinds[app["spec"]["project"]] |= {kind_of(item) for item in render_all(name)}
        kinds[app["spec"]["project"]] |= set(chart.get("kinds", []))
    return kinds


def test_projects_allow_exactly_what_is_needed(
    cluster: str, projects: ByName, needed: Kinds
) -> None:
    for name, project in projects(cluster).items():
        assert allowed(project, "cluster") == needed[name] & CLUSTER_SCOPED
        assert allowed(project, "namespace") == needed[name] - CLUSTER_SCOPED


def test_nothing_is_allowed_by_wildcard(cluster: str, root: Path, projects: ByName) -> None:
    for project in projects(cluster).values():
        assert "*" not in str(project["spec"])
    assert "*" not in (root / "overlays" / cluster / "root.yaml").read_text()


def test_sources_and_destinations_are_those_of_the_applications(
    cluster: str, root: Path, load: Load, applications: ByName, projects: ByName
) -> None:
    facts = load(root / "overlays" / cluster / "facts/cluster.yaml")["spec"]
    charts = set(facts["charts"].values())  # a cluster with few workloads may allow more
    for name, project in projects(cluster).items():
        members = [
            a["spec"] for a in applications(cluster).values() if a["spec"]["project"] == name
        ]
        repositories = {source["repoURL"] for app in members for source in app["sources"]}
        allowed_repositories = set(project["spec"]["sourceRepos"])
        assert repositories <= allowed_repositories
        assert allowed_repositories <= repositories | charts
        destinations = [d["namespace"] for d in project["spec"]["destinations"]]
        assert {app["destination"]["namespace"] for app in members} <= set(destinations)


def test_rendered_namespaces_are_destinations(
    cluster: str, root: Path, applications: ByName, projects: ByName, render: Render
) -> None:
    for name, app in applications(cluster).items():
        project = projects(cluster)[app["spec"]["project"]]
        destinations = {d["namespace"] for d in project["spec"]["destinations"]}
        for item in render(root / "overlays" / cluster / name):
            assert item["metadata"].get("namespace") in destinations | {None}


def test_operators_may_write_every_namespace_they_watch(
    cluster: str, root: Path, projects: ByName, load: Load
) -> None:
    destinations = projects(cluster)["flink-platform"]["spec"]["destinations"]
    allowed_namespaces = {d["namespace"] for d in destinations}
    for name in ("cert-manager", "cfk-operator", "flink-kubernetes-operator", "cmf-operator"):
        workload = load(root / "workloads" / name / "workload.yaml")
        assert set(workload["spec"]["namespaces"]) <= allowed_namespaces


def test_no_project_reaches_the_argocd_namespace(cluster: str, projects: ByName) -> None:
    for project in projects(cluster).values():
        assert all(d["namespace"] != "argocd" for d in project["spec"]["destinations"])


def test_projects_come_before_the_applications_that_use_them(
    cluster: str, applications: ByName, projects: ByName
) -> None:
    def wave(item: Object) -> int:
        return int(item["metadata"]["annotations"]["argocd.argoproj.io/sync-wave"])

    first = min(wave(app) for app in applications(cluster).values())
    assert all(wave(project) < first for project in projects(cluster).values())
