"""What make bench measures is sound: the fleet is valid, and its parts differ as they claim."""

import sys
from pathlib import Path

import pytest

from helpers import ROOT, overlay

sys.path.append(str(ROOT / "benchmarks"))
import fleet
from measure import Cost
from run import COLD, PAIR, SERIAL, table


def test_the_fleet_has_nothing_to_find(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    folders = fleet.make(tmp_path, 10)
    assert len(folders) == 10 and all(
        (tmp_path / f / "kustomization.yaml").is_file() for f in folders
    )
    done = overlay(tmp_path, "validate", "--no-cache", "--fail-on", "warning")
    assert done.exit_code == 0, done.output
    assert "no findings" in done.stdout and "2 clusters" in done.stdout


def test_no_object_is_the_same_on_two_clusters(tmp_path: Path) -> None:
    fleet.make(tmp_path, 10)
    one, other = (overlay(tmp_path, "render", f"c000{n}/alpha").stdout for n in range(2))
    pairs = list(zip(one.split("---\n"), other.split("---\n"), strict=True))
    assert len(pairs) == 10 and all(a != b for a, b in pairs)


def test_the_table_has_medians_and_the_ratio_of_each_round() -> None:
    costs = {
        COLD: [Cost(1, 2, 3), Cost(2, 2, 3), Cost(9, 2, 3)],
        SERIAL: [Cost(10, 20, 30), Cost(40, 20, 30), Cost(90, 20, 30)],
        PAIR: [Cost(5, 20, 60), Cost(20, 20, 60), Cost(45, 20, 60)],
    }
    lines = table(costs, SERIAL, " (scaled)").splitlines()
    assert lines[2] == f"| {COLD} | 2.00 | 2.00 | 3 | 10.0 | 10.0 |"
    assert lines[4] == f"| {PAIR} (scaled) | 20 | 20 | 60 | 2.0 | 1.0 |"


def test_the_page_has_the_marks_of_the_table() -> None:
    import run

    text = (ROOT / "docs/benchmarks.md").read_text()
    assert text.count(run.BEGIN) == text.count(run.END) == 1
    for size in ("### 50 overlays", "### 500 overlays", "### 5,000 overlays", "### Start-up"):
        assert size in text


def test_a_failing_command_has_no_cost(tmp_path: Path) -> None:
    from measure import measure

    (tmp_path / "in").mkdir()
    with pytest.raises(RuntimeError, match="ends with 3"):
        measure(("sh", "-c", "exit 3"), tmp_path / "in", {})
