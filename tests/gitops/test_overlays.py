"""The folders of a cluster are regular: everything follows from its facts and its lists."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Object = dict[str, Any]
Render = Callable[[Path], list[Object]]
Load = Callable[[Path], Any]

LOCAL = "config.kubernetes.io/local-config"


def names(entries: list[str], prefix: str) -> list[str]:
    return [entry.removeprefix(prefix) for entry in entries if entry.startswith(prefix)]


@pytest.fixture
def workloads(cluster: str, root: Path, load: Load) -> list[str]:
    resources = load(root / "overlays" / cluster / "kustomization.yaml")["resources"]
    return [name for name in names(resources, "../../apps/") if name != "projects"]


def test_every_workload_has_its_folder(
    cluster: str, root: Path, load: Load, workloads: list[str]
) -> None:
    for name in [*workloads, "argocd-config"]:
        folder = root / "overlays" / cluster / name
        assert load(folder / "kustomization.yaml")["resources"][0] == "../facts"
        chart = "chart" in load(root / "workloads" / name / "workload.yaml")["spec"]
        assert (folder / "values.yaml").is_file() == chart


def test_every_folder_is_of_a_workload_that_runs(
    cluster: str, root: Path, workloads: list[str]
) -> None:
    folders = {f.parent.name for f in (root / "overlays" / cluster).glob("*/kustomization.yaml")}
    assert folders == {*workloads, "facts", "argocd-config"}


def test_every_yaml_file_is_used(cluster: str, root: Path, load: Load) -> None:
    for kustomization in (root / "overlays" / cluster).glob("*/kustomization.yaml"):
        content = load(kustomization)
        used = {*content.get("resources", []), *(p["path"] for p in content.get("patches", []))}
        present = {file.name for file in kustomization.parent.glob("*.yaml")}
        assert present - used <= {"kustomization.yaml", "values.yaml"}, kustomization


def test_requirements_are_met_by_the_cluster_or_provided(
    cluster: str, root: Path, load: Load, workloads: list[str]
) -> None:
    provided = load(root / "overlays" / cluster / "facts/cluster.yaml")["spec"]["provided"]
    for name in workloads:
        requires = load(root / "workloads" / name / "workload.yaml")["spec"]["requires"]
        assert set(requires) <= {*workloads, *provided}, name


def test_what_is_required_has_a_lower_wave(root: Path, load: Load, workload: str) -> None:
    spec = load(root / "workloads" / workload / "workload.yaml")["spec"]
    for name in spec["requires"]:
        file = root / "workloads" / name / "workload.yaml"
        if file.exists():
            assert load(file)["spec"]["wave"] < spec["wave"]


def test_components_of_a_workload_are_those_it_describes(
    root: Path, load: Load, workload: str
) -> None:
    described = load(root / "workloads" / workload / "workload.yaml")["spec"]["components"]
    folders = {folder.name for folder in (root / "workloads" / workload).glob("components/*")}
    assert folders - {"cluster-facts"} == set(described)


def test_components_of_an_overlay_keep_the_described_order(
    cluster: str, root: Path, load: Load, workloads: list[str]
) -> None:
    for name in workloads:
        described = load(root / "workloads" / name / "workload.yaml")["spec"]["components"]
        content = load(root / "overlays" / cluster / name / "kustomization.yaml")
        listed = [c.rpartition("/")[2] for c in content.get("components", [])]
        order = [c for c in [*described, "cluster-facts"] if c in listed]
        assert listed == order


def test_base_builds_alone(root: Path, workload: str, render: Render) -> None:
    for folder in (root / "workloads" / workload).glob("base"):
        assert render(folder)


def test_metadata_of_a_workload_is_never_applied(root: Path, load: Load, workload: str) -> None:
    item = load(root / "workloads" / workload / "workload.yaml")
    assert (item["apiVersion"], item["kind"]) == ("overlaykit.io/v1alpha1", "Workload")
    assert item["metadata"]["name"] == workload
    assert item["metadata"]["annotations"][LOCAL] == "true"


def test_readme_of_a_workload_answers_the_usual_questions(root: Path, workload: str) -> None:
    text = (root / "workloads" / workload / "README.md").read_text()
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    wanted = ["Who owns what", "What an overlay may change", "Runbook", "Security"]
    assert [heading for heading in headings if heading in wanted] == wanted


def test_one_object_a_file(root: Path) -> None:
    for folder in ("apps", "workloads"):
        for file in (root / folder).rglob("*.yaml"):
            assert not re.search(r"^---", file.read_text(), re.MULTILINE), file


@pytest.mark.runs("flink-resources")
def test_images_are_pinned_and_come_from_the_registry_of_the_facts(
    cluster: str, root: Path, load: Load, render: Render
) -> None:
    registry = load(root / "overlays" / cluster / "facts/cluster.yaml")["spec"]["images"][
        "registry"
    ]
    for item in render(root / "overlays" / cluster / "flink-resources"):
        for image in re.findall(r"'image': '([^']+)'", str(item)):
            assert image.startswith(f"{registry}/")
            assert re.search(r":\d+\.\d+\.\d+", image)


def test_no_secret_value_is_in_the_repository(root: Path) -> None:
    for folder in ("apps", "workloads", "overlays"):
        for file in (root / folder).rglob("*.yaml"):
            assert not re.search(
                r"^kind: Secret$|stringData|password: [^$\s]", file.read_text(), re.MULTILINE
            )
