"""Every object has one owner."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Object = dict[str, Any]
Render = Callable[[Path], list[Object]]
Load = Callable[[Path], Any]
ByName = Callable[[str], dict[str, Object]]


def identity(item: Object) -> tuple[str, str, str]:
    metadata = item["metadata"]
    return item["kind"], metadata.get("namespace", ""), metadata["name"]


def test_no_object_is_rendered_by_two_applications(
    cluster: str, applications: ByName, render: Render, root: Path
) -> None:
    owners = Counter(
        identity(item)
        for name in applications(cluster)
        for item in render(root / "overlays" / cluster / name)
    )
    assert [item for item, count in owners.items() if count > 1] == []


def test_the_operator_chart_leaves_the_identity_of_jobs_to_us(root: Path, load: Load) -> None:
    values = load(root / "workloads/flink-kubernetes-operator/values.yaml")
    assert values["jobServiceAccount"]["create"] is False
    assert values["rbac"]["jobRole"]["create"] is False
    assert values["rbac"]["jobRoleBinding"]["create"] is False


@pytest.mark.runs("flink-resources")
def test_we_ship_the_identity_of_jobs(cluster: str, root: Path, render: Render) -> None:
    objects = {identity(item) for item in render(root / "overlays" / cluster / "flink-resources")}
    kinds = ("ServiceAccount", "Role", "RoleBinding")
    assert {(kind, "flink", "flink") for kind in kinds} <= objects


def test_no_application_owns_the_configuration_of_argocd(
    cluster: str, applications: ByName, render: Render, root: Path
) -> None:
    for name, app in applications(cluster).items():
        assert all("argocd-config" not in str(source) for source in app["spec"]["sources"])
        rendered = render(root / "overlays" / cluster / name)
        assert all(item["metadata"]["name"] != "argocd-cm" for item in rendered)


def test_namespaces_have_one_owner_and_no_application_makes_its_own(
    cluster: str, applications: ByName
) -> None:
    for app in applications(cluster).values():
        assert "CreateNamespace=true" not in app["spec"]["syncPolicy"]["syncOptions"]


@pytest.mark.runs("flink-resources")
def test_identity_of_jobs_is_narrow(cluster: str, root: Path, render: Render) -> None:
    (role,) = [
        item
        for item in render(root / "overlays" / cluster / "flink-resources")
        if item["kind"] == "Role"
    ]
    resources = {name for rule in role["rules"] for name in rule["resources"]}
    assert resources == {"pods", "configmaps", "deployments", "deployments/finalizers"}
    assert "*" not in str(role["rules"])
