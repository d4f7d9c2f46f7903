"""`overlay params`."""

import json
from pathlib import Path

from helpers import ROOT, overlay


def test_defaults_units_and_descriptions() -> None:
    lines = overlay(ROOT, "params", "flink-resources").stdout.splitlines()
    assert lines[0].split() == ["PARAMETER", "TYPE", "DEFAULT", "UNIT", "DESCRIPTION"]
    [memory] = [line for line in lines if line.startswith("taskmanager.memory ")]
    assert (
        "1728m" in memory and "4g, 4Gi, 4096m" in memory and "All memory of a TaskManager" in memory
    )


def test_on_a_cluster_with_places(repository: Path) -> None:
    text = overlay(repository, "params", "flink-resources", "flink-demo").stdout
    assert "overlays/flink-demo/flink-resources/flink-environment-patch.yaml:12" in text


def test_cluster_and_workload_as_one_target(repository: Path) -> None:
    both = [["flink-resources", "flink-demo"], ["flink-demo/flink-resources"]]
    one, other = (overlay(repository, "params", *argv).stdout for argv in both)
    assert one == other
    done = overlay(repository, "params", "demo/flink-resources", "demo")
    assert done.exit_code == 2
    assert "leave out demo" in done.stderr


def test_json(repository: Path) -> None:
    rows = json.loads(
        overlay(repository, "params", "cmf-operator", "demo", "--format", "json").stdout
    )
    assert rows[0]["parameter"] == "cpu.request"
    assert rows[0]["value"] == "250m"
    assert rows[0]["set at"] == ["overlays/demo/cmf-operator/values.yaml:6"]


def test_a_workload_without_parameters_says_none() -> None:
    assert overlay(ROOT, "params", "namespaces").stdout == "none\n"


def test_unknown() -> None:
    done = overlay(ROOT, "params", "flink-resource")
    assert done.exit_code == 2
    assert "did you mean 'flink-resources'?" in done.stderr
