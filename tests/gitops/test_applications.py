"""Every Application has one shape, so one component can stamp them all."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Object = dict[str, Any]
Load = Callable[[Path], Any]
ByName = Callable[[str], dict[str, Object]]

WAVES = {
    "namespaces": "100",
    "cert-manager": "101",
    "cfk-operator": "105",
    "flink-kubernetes-operator": "116",
    "cmf-operator": "118",
    "flink-resources": "120",
}
# What a cluster runs only when asked to.
OPTIONAL = {
    "flink-cdc": "122",
    "flink-autoscale": "122",
    "flink-connectors": "122",
    "flink-session": "122",
    "flink-sql": "122",
}
OPERATORS = ("cert-manager", "cfk-operator", "flink-kubernetes-operator", "cmf-operator")
PINNED = re.compile(r"v?\d+\.\d+\.\d+")


def annotation(application: Object, name: str) -> str:
    return str(application["metadata"]["annotations"][f"argocd.argoproj.io/{name}"])


def test_waves_are_as_planned_and_the_workload_agrees(
    cluster: str, applications: ByName, load: Load, root: Path
) -> None:
    apps = applications(cluster)
    waves = {name: (WAVES | OPTIONAL)[name] for name in apps}
    assert {name: annotation(app, "sync-wave") for name, app in apps.items()} == waves
    for name in apps:
        spec = load(root / "workloads" / name / "workload.yaml")["spec"]
        assert str(spec["wave"]) == waves[name]
        assert spec.get("default", True) == (name in WAVES)


def test_a_cluster_runs_the_default_workloads_unless_it_was_made_with_others(
    applications: ByName,
) -> None:
    assert set(applications("demo")) == set(WAVES)
    assert set(applications("openshift-demo")) == {"namespaces", "flink-cdc"}


def test_first_source_is_the_overlay_of_the_cluster(
    cluster: str, applications: ByName, root: Path
) -> None:
    for name, app in applications(cluster).items():
        source = app["spec"]["sources"][0]
        assert source["path"] == f"overlays/{cluster}/{name}"
        assert (root / source["path"] / "kustomization.yaml").is_file()


@pytest.mark.runs(*OPERATORS)
def test_chart_is_pinned_and_the_workload_agrees(
    cluster: str, applications: ByName, load: Load, root: Path
) -> None:
    for name in OPERATORS:
        source = applications(cluster)[name]["spec"]["sources"][1]
        chart = load(root / "workloads" / name / "workload.yaml")["spec"]["chart"]
        assert PINNED.fullmatch(source["targetRevision"])
        assert (chart["name"], chart["version"]) == (source["chart"], source["targetRevision"])


@pytest.mark.runs(*OPERATORS)
def test_value_files_exist_and_the_overlay_comes_last(
    cluster: str, applications: ByName, root: Path
) -> None:
    for name in OPERATORS:
        first, second = applications(cluster)[name]["spec"]["sources"]
        assert first["ref"] == "values"
        files = second["helm"]["valueFiles"]
        assert files[0] == f"$values/workloads/{name}/values.yaml"
        assert files[-1] == f"$values/overlays/{cluster}/{name}/values.yaml"
        between = f"$values/workloads/{name}/components/"
        assert all(file.startswith(between) for file in files[1:-1])
        assert all((root / file.removeprefix("$values/")).is_file() for file in files)


def test_facts_in_a_chart_are_said_to_outrank_its_files(root: Path) -> None:
    for name in OPERATORS:
        assert "outranks both files" in (root / "apps" / name / "application.yaml").read_text()


def test_generate_paths_are_absolute_and_stamped(cluster: str, applications: ByName) -> None:
    for name, app in applications(cluster).items():
        assert annotation(app, "manifest-generate-paths").split(";") == [
            f"/overlays/{cluster}/{name}",
            f"/overlays/{cluster}/facts",
            f"/workloads/{name}",
        ]


def directories_read(kustomization: Path, load: Load) -> set[Path]:
    """The folders a kustomization reads, its own included."""
    content = load(kustomization / "kustomization.yaml")
    entries = content.get("resources", []) + content.get("components", [])
    found = {kustomization}
    for entry in entries:
        path = (kustomization / entry).resolve()
        if path.is_dir():
            found |= directories_read(path, load)
    return found


def test_generate_paths_cover_everything_the_overlay_reads(
    cluster: str, applications: ByName, load: Load, root: Path
) -> None:
    for name, app in applications(cluster).items():
        paths = annotation(app, "manifest-generate-paths").split(";")
        watched = [root / path.lstrip("/") for path in paths]
        for folder in directories_read(root / "overlays" / cluster / name, load):
            assert any(folder.is_relative_to(path) for path in watched), folder


def test_sync_is_automated_with_a_generous_retry(cluster: str, applications: ByName) -> None:
    for app in applications(cluster).values():
        policy = app["spec"]["syncPolicy"]
        assert "automated" in policy
        assert policy["retry"]["limit"] >= 20
        assert "FailOnSharedResource=true" in policy["syncOptions"]


def test_kinds_of_another_application_may_arrive_late(cluster: str, applications: ByName) -> None:
    early = ("namespaces", "cert-manager", "cfk-operator", "cmf-operator")
    for name in applications(cluster).keys() - set(early):
        options = applications(cluster)[name]["spec"]["syncPolicy"]["syncOptions"]
        assert "SkipDryRunOnMissingResource=true" in options


@pytest.mark.runs(*OPERATORS)
def test_charts_with_custom_resource_definitions_apply_on_the_server(
    cluster: str, applications: ByName
) -> None:
    for name in ("cert-manager", "cfk-operator", "flink-kubernetes-operator"):
        options = applications(cluster)[name]["spec"]["syncPolicy"]["syncOptions"]
        assert "ServerSideApply=true" in options


def test_ignored_noise_is_narrow_and_also_ignored_by_sync(
    cluster: str, applications: ByName
) -> None:
    for app in applications(cluster).values():
        rules = app["spec"].get("ignoreDifferences", [])
        options = app["spec"]["syncPolicy"]["syncOptions"]
        assert ("RespectIgnoreDifferences=true" in options) == bool(rules)
        for rule in rules:
            fields = rule.get("jsonPointers", []) + rule.get("jqPathExpressions", [])
            assert all(re.search(r"(rollme|caBundle|priority)$", field) for field in fields)


def test_no_application_uses_the_default_project(cluster: str, applications: ByName) -> None:
    assert {app["spec"]["project"] for app in applications(cluster).values()} == {
        "flink-platform",
        "flink",
    }
