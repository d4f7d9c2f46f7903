"""`overlay get`."""

import json
from pathlib import Path

import pytest

from helpers import overlay


def test_all_facts_with_their_lines(repository: Path) -> None:
    text = overlay(repository, "get", "demo").stdout
    assert text.splitlines()[0].split() == ["FACT", "VALUE", "SET", "AT", "NOTE"]
    assert "overlays/demo/facts/cluster.yaml:20" in text


def test_all_parameters_of_a_workload(repository: Path) -> None:
    lines = overlay(repository, "get", "flink-demo/flink-resources").stdout.splitlines()
    assert lines[1].split()[:2] == ["taskmanager.memory", "4096m"]


@pytest.mark.parametrize(
    ("target", "name", "value"),
    [
        ("demo", "domain", "demo.example.com"),
        ("demo/flink-resources", "taskmanager.memory", "1728m"),
        ("flink-demo/flink-resources", "taskmanager.memory", "4096m"),
        ("demo/cmf-operator", "cpu.request", "250m"),
        ("demo/cfk-operator", "sql.enabled", "false"),
    ],
)
def test_one_value(repository: Path, target: str, name: str, value: str) -> None:
    assert overlay(repository, "get", target, name).stdout == f"{value}\n"


def test_json(repository: Path) -> None:
    assert (
        json.loads(overlay(repository, "get", "demo", "domain", "--format", "json").stdout)
        == "demo.example.com"
    )


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["dmo"], "did you mean 'demo'?"),
        (["demo", "domian"], "did you mean 'domain'?"),
        (["demo/flink-resources", "taskmanager.memroy"], "did you mean 'taskmanager.memory'?"),
        (
            ["demo/flink-resources", "sample-application.state"],
            "overlay add demo/flink-resources/sample-application",
        ),
    ],
)
def test_unknown(repository: Path, argv: list[str], message: str) -> None:
    done = overlay(repository, "get", *argv)
    assert done.exit_code == 2
    assert message in done.stderr
