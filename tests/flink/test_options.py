"""The catalogue of options."""

from pathlib import Path

import pytest

from helpers import ROOT
from overlaykit.flink import options, values

FACTS = ROOT.parent / "shared" / "flink-options"


@pytest.mark.parametrize(
    ("key", "version", "current"),
    [
        ("state.backend", (1, 17), "state.backend.type"),
        ("state.checkpoints.dir", (1, 19), "state.checkpoints.dir"),
        ("state.checkpoints.dir", (1, 20), "execution.checkpointing.dir"),
        ("state.checkpoints.dir", (2, 1), "execution.checkpointing.dir"),
        ("kubernetes.jobmanager.labels.team", (1, 20), "kubernetes.jobmanager.labels"),
    ],
)
def test_names(key: str, version: tuple[int, int], current: str) -> None:
    found = options.catalogue(version).find(key)
    assert found is not None and found.key == current


@pytest.mark.parametrize(
    ("key", "version"),
    [
        ("execution.checkpointing.dir", (1, 19)),
        ("rest.profiling.enabled", (1, 17)),
        ("jobmanager.cpu", (1, 20)),
        ("query.server.port", (2, 0)),
    ],
)
def test_what_is_not_known(key: str, version: tuple[int, int]) -> None:
    assert not options.catalogue(version).knows(key)


@pytest.mark.parametrize(
    "key",
    [
        "metrics.reporter.prom.port",
        "s3.endpoint",
        "kubernetes.operator.x",
        "python.client.executable",
    ],
)
def test_families(key: str) -> None:
    assert options.catalogue((1, 20)).knows(key)


def test_since() -> None:
    assert options.since("execution.checkpointing.dir") == (1, 20)
    assert options.since("jobmanager.cpu") is None
    assert options.until("jobmanager.heap.size") == (1, 20)


@pytest.mark.parametrize(
    ("key", "meant"),
    [
        ("jobmanager.cpu", "kubernetes.jobmanager.cpu.amount"),
        ("taskmanager.numberOfTaskSlot", "taskmanager.numberOfTaskSlots"),
        ("state.checkpoints.timeout", "execution.checkpointing.timeout"),
        ("my.own.key", ""),
    ],
)
def test_suggestions(key: str, meant: str) -> None:
    assert options.suggestion(key, (1, 20)) == meant


def test_a_version_between_is_answered_by_the_one_before() -> None:
    assert options.nearest((2, 9)) == options.versions()[-1]
    assert options.nearest((1, 13)) == options.versions()[0]


@pytest.mark.parametrize(
    ("key", "value", "why"),
    [
        ("taskmanager.numberOfTaskSlots", "two", "integer"),
        ("execution.checkpointing.mode", "EXACTLY-ONCE", "none of"),
        ("execution.checkpointing.mode", "exactly_once", ""),
        ("execution.checkpointing.incremental", "yes", "neither"),
        ("taskmanager.memory.managed.fraction", "0.4f", ""),
        ("taskmanager.memory.process.size", "4Gi", "unit"),
        ("execution.checkpointing.interval", "1h30m", "unit"),
    ],
)
def test_values(key: str, value: str, why: str) -> None:
    option = options.catalogue((1, 20)).find(key)
    assert option is not None
    said = values.refusal(option, value, (1, 20))
    assert (why in said) if why else said == ""


@pytest.mark.parametrize("version", ["1.17.2", "1.19.3", "1.20.3", "2.0.2", "2.1.3"])
def test_the_facts_agree(version: str) -> None:
    """A list that others made: what it has and we have not are options of tables and formats."""
    path = Path(FACTS / f"{version}.tsv")
    if not path.is_file():
        pytest.skip(f"{path} is not on this machine")
    major, minor, _ = version.split(".")
    known = options.catalogue((int(major), int(minor)))
    named = {line.split("\t")[0] for line in path.read_text().splitlines()}
    wanted = {key for key in named if "." in key and "#" not in key and "$" not in key}
    others = ("lookup.", "sink.", "scan.", "source.reader.")
    missing = {key for key in wanted if not key.startswith(others)} - set(known.options)
    assert missing == set()
