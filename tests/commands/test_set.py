"""`overlay set`."""

from pathlib import Path

import pytest

from helpers import overlay


def files(root: Path) -> dict[str, bytes]:
    return {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def test_a_parameter(repository: Path) -> None:
    done = overlay(repository, "set", "demo/flink-resources", "taskmanager.memory=4Gi")
    assert done.stdout.splitlines() == [
        "wrote overlays/demo/flink-resources/flink-environment-patch.yaml",
        "wrote overlays/demo/flink-resources/kustomization.yaml",
    ]
    assert (
        overlay(repository, "get", "demo/flink-resources", "taskmanager.memory").stdout == "4096m\n"
    )
    assert "4096m" in overlay(repository, "render", "demo/flink-resources").stdout
    assert overlay(repository, "validate", "demo", "--fail-on", "warning").exit_code == 0


def test_a_fact(repository: Path) -> None:
    done = overlay(repository, "set", "demo", "repository.revision=prod", "storageClass=gp3")
    assert done.stdout.splitlines() == [
        "wrote overlays/demo/facts/cluster.yaml",
        "wrote overlays/demo/root.yaml",
    ]
    assert overlay(repository, "validate", "demo", "--fail-on", "warning").exit_code == 0


@pytest.mark.parametrize("value", ["4g", "4Gi", "4096m"])
def test_the_same_in_any_unit_is_written_once(repository: Path, value: str) -> None:
    overlay(repository, "set", "demo/flink-resources", "taskmanager.memory=4Gi")
    before = files(repository)
    done = overlay(repository, "set", "demo/flink-resources", f"taskmanager.memory={value}")
    assert done.exit_code == 0
    assert "nothing to write" in done.stdout
    assert files(repository) == before


@pytest.mark.parametrize(
    "target", [["demo/cmf-operator", "storage.size=20Gi"], ["demo", "domain=a.example.com"]]
)
def test_a_dry_run_shows_the_change_and_writes_nothing(repository: Path, target: list[str]) -> None:
    before = files(repository)
    done = overlay(repository, "set", *target, "--dry-run")
    assert done.exit_code == 0
    assert done.stdout.startswith("--- a/overlays/demo/")
    assert files(repository) == before


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["demo/flink-resources", "taskmanager.memory=4GB"], "did you mean 4g (4Gi)?"),
        (
            ["demo/flink-resources", "taskmanager.memory=5g", "taskmanager.memroy=4g"],
            "did you mean 'taskmanager.memory'?",
        ),
        (["demo/flink-resources", "taskmanager.slots=many"], "is not a whole number"),
        (["demo/flink-resources", "taskmanager.slots=129"], "it is at most 128"),
        (["demo/flink-resources", "taskmanager.slots"], "write NAME=VALUE"),
        (["demo", "kubernetes.version=abc"], "kubernetes.version: 'abc' does not match"),
        (["demo", "domian=x"], "did you mean 'domain'?"),
        (["prod", "domain=x"], "there is no cluster 'prod'"),
        (["demo/kafka", "a=b"], "there is no workload 'kafka'"),
    ],
)
def test_nonsense_is_refused_before_anything_is_written(
    repository: Path, argv: list[str], message: str
) -> None:
    before = files(repository)
    done = overlay(repository, "set", *argv)
    assert done.exit_code == 2
    assert message in done.stderr
    assert files(repository) == before
