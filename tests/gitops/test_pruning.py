"""Nothing that holds definitions, state or namespaces goes away by leaving a list."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Object = dict[str, Any]
Render = Callable[[Path], list[Object]]
Load = Callable[[Path], Any]
ByName = Callable[[str], dict[str, Object]]
OPERATORS = ("cert-manager", "cfk-operator", "flink-kubernetes-operator", "cmf-operator")
KEPT = {"Prune=false", "Delete=false"}


def sync_options(item: Object) -> set[str]:
    text = item["metadata"].get("annotations", {}).get("argocd.argoproj.io/sync-options", "")
    return set(text.split(","))


@pytest.mark.runs(*OPERATORS)
def test_operators_are_kept_when_they_leave_the_cluster(cluster: str, applications: ByName) -> None:
    for name in (*OPERATORS, "namespaces"):
        assert sync_options(applications(cluster)[name]) >= KEPT


@pytest.mark.runs(*OPERATORS)
def test_operators_never_cascade_nor_prune(cluster: str, applications: ByName) -> None:
    for name in (*OPERATORS, "namespaces"):
        app = applications(cluster)[name]
        assert "finalizers" not in app["metadata"]
        assert app["spec"]["syncPolicy"]["automated"]["prune"] is False


def test_root_never_cascades(cluster: str, root: Path) -> None:
    assert "finalizer" not in (root / "overlays" / cluster / "root.yaml").read_text()


@pytest.mark.runs("cert-manager", "flink-resources")
def test_namespaces_and_volumes_are_kept(cluster: str, render: Render, root: Path) -> None:
    kept = [
        item
        for workload in ("namespaces", "cert-manager", "flink-resources")
        for item in render(root / "overlays" / cluster / workload)
        if item["kind"] in ("Namespace", "PersistentVolumeClaim")
    ]
    assert {"confluent", "flink", "cert-manager"} <= {item["metadata"]["name"] for item in kept}
    assert all(sync_options(item) >= KEPT for item in kept)


def test_chart_keeps_the_definitions_of_cert_manager(load: Load, root: Path) -> None:
    values = load(root / "workloads/cert-manager/values.yaml")
    assert values["crds"] == {"enabled": True, "keep": True}
