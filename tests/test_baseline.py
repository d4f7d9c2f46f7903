"""A baseline accepts what is there today and nothing that comes later."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from helpers import overlay

Plant = Callable[[dict[str, str]], Path]
WRONG = "apiVersion: v1\nkind: Namespace\nmetadata:\n  nmae: a\n"
TREE = {"kustomization.yaml": "resources: [a.yaml]\n", "a.yaml": WRONG}


def accept(root: Path) -> Path:
    """The baseline of a tree, written anew."""
    file = root / "accepted.json"
    done = overlay(root, "validate", "--baseline", str(file), "--accept")
    assert done.exit_code == 0, done.output
    return file


def test_what_is_accepted_is_silent_wherever_its_line_moves(plant: Plant) -> None:
    root = plant(TREE)
    file = accept(root)
    (root / "a.yaml").write_text(f"# moved\n{WRONG}")
    done = overlay(root, "validate", "--baseline", str(file))
    assert done.exit_code == 0
    assert "2 suppressed" in done.stdout
    assert done.stderr == ""


def test_what_comes_later_is_found(plant: Plant) -> None:
    root = plant(TREE)
    file = accept(root)
    (root / "a.yaml").write_text(WRONG + "  labls: {}\n")
    done = overlay(root, "validate", "--baseline", str(file))
    assert done.exit_code == 1
    assert "unknown field 'labls'" in done.stdout
    assert "nmae" not in done.stdout


def test_the_same_mistake_twice_is_accepted_once(plant: Plant) -> None:
    from overlaykit import baseline
    from report.conftest import finding

    one, two = finding(line=1), finding(line=2)
    assert baseline.part([one, two], baseline.entries([one])) == ([two], [])
    assert baseline.part([one], baseline.entries([one, two]))[1] == baseline.entries([two])


def test_an_entry_whose_finding_is_gone_is_named(plant: Plant) -> None:
    root = plant(TREE)
    file = accept(root)
    (root / "a.yaml").write_text(WRONG.replace("nmae", "name"))
    done = overlay(root, "validate", "--baseline", str(file))
    assert done.exit_code == 0
    assert "stale: schema/invalid in a.yaml is gone (unknown field 'nmae'" in done.stderr
    assert "fix: --accept" in done.stderr
    accept(root)
    assert json.loads(file.read_text())["accepted"] == []


def test_a_part_of_the_repository_calls_nothing_stale(plant: Plant) -> None:
    root = plant({**TREE, "other/kustomization.yaml": "resources: []\n"})
    file = accept(root)
    done = overlay(root, "validate", "other", "--baseline", str(file))
    assert (done.exit_code, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["--accept"], "--accept writes a baseline"),
        (["--accept", "--baseline", "x", "--shard", "1/2"], "--accept takes a full run"),
        (["--baseline", "nowhere.json"], "there is no baseline"),
        (["--baseline", "a.yaml"], "is no baseline of overlay"),
    ],
)
def test_a_wrong_call_is_refused(
    plant: Plant, argv: list[str], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = plant(TREE)
    monkeypatch.chdir(root)
    done = overlay(root, "validate", *argv)
    assert done.exit_code == 2
    assert message in done.stderr
