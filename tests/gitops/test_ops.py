"""The Make targets for a running cluster say what they do and what they miss."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Make = Callable[..., subprocess.CompletedProcess[str]]

TARGETS = ("flink/ui", "flink/status", "logs/flink-jm", "logs/flink-tm", "logs/flink")


@pytest.fixture
def make(root: Path, tmp_path: Path) -> Make:
    """Runs a target of ops.mk with a PATH that holds a shell and nothing else."""
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("sh", "sed", "echo", "test", "grep"):
        (tools / name).symlink_to(str(shutil.which(name)))

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [str(shutil.which("make")), "-f", "ops.mk", *arguments]
        environment = {"PATH": str(tools)}
        return subprocess.run(
            command, check=False, cwd=root, env=environment, capture_output=True, text=True
        )

    return run


@pytest.mark.parametrize("target", TARGETS)
def test_missing_kubectl_is_said_in_one_line(make: Make, target: str) -> None:
    result = make("-s", target)
    assert result.returncode != 0
    assert "error: kubectl is not on PATH" in result.stderr


def test_bootstrap_without_a_cluster_names_those_there_are(make: Make, clusters: list[str]) -> None:
    result = make("-s", "bootstrap")
    assert result.returncode != 0
    assert f"give one of: {' '.join(clusters)}" in result.stderr


def test_bootstrap_of_an_unknown_cluster_is_refused(make: Make) -> None:
    assert "no overlays/nowhere/root.yaml" in make("-s", "bootstrap", "CLUSTER=nowhere").stderr


def test_bootstrap_prints_without_kubectl(make: Make) -> None:
    result = make("-s", "bootstrap", "CLUSTER=demo")
    assert result.returncode == 0
    assert "apply -f overlays/demo/root.yaml" in result.stdout


def test_context_is_that_of_the_cluster_and_can_be_set(make: Make) -> None:
    assert "kubectl --context demo -n flink" in make("-n", "logs/flink", "CLUSTER=demo").stdout
    chosen = make("-n", "logs/flink", "CLUSTER=demo", "CONTEXT=kind-demo").stdout
    assert "kubectl --context kind-demo -n flink" in chosen
    assert "kubectl -n jobs" in make("-n", "logs/flink", "FLINK_NAMESPACE=jobs").stdout


def test_every_target_explains_itself(root: Path) -> None:
    lines = (root / "ops.mk").read_text().splitlines()
    targets = [line.removeprefix(".PHONY: ") for line in lines if line.startswith(".PHONY")]
    assert set(TARGETS) | {"bootstrap"} <= set(targets)
    explained = [line.split(":")[0] for line in lines if ": ##" in line]
    assert explained == targets
