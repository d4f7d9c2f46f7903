"""The parts of a run together say what one full run says."""

import json
import random
import shutil
from pathlib import Path
from typing import Any

import pytest

from helpers import overlay
from repo.test_scope import edits, fleet, tree  # noqa: F401

pytestmark = pytest.mark.whole

Findings = dict[tuple[str, str, str, int, str], set[str]]


def judge(root: Path, *argv: str) -> dict[str, Any]:
    done = overlay(root, "validate", "--no-cache", "--format", "json", *argv)
    assert done.exit_code in (0, 1), done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def findings(data: dict[str, Any]) -> Findings:
    """Finding to its clusters."""
    return {
        (f["level"], f["check"], f["file"], f["line"], f["message"]): set(f["clusters"])
        for f in data["findings"]
    }


def unseen(data: dict[str, Any]) -> set[tuple[str, str]]:
    return {(one["what"], one["why"]) for one in data["summary"]["not_seen"]}


@pytest.mark.parametrize("count", [1, 2, 3, 5])
@pytest.mark.parametrize("seed", range(4))
def test_the_union_is_the_full_run(
    fleet: Path,  # noqa: F811
    tmp_path: Path,
    seed: int,
    count: int,
) -> None:
    root = tmp_path / "r"
    shutil.copytree(fleet, root)
    done = edits(random.Random(seed), root)
    whole = judge(root)
    union: Findings = {}
    seen: set[tuple[str, str]] = set()
    for number in range(1, count + 1):
        part = judge(root, "--shard", f"{number}/{count}")
        seen |= unseen(part)
        for key, clusters in findings(part).items():
            union[key] = union.get(key, set()) | clusters
    assert union == findings(whole), done
    assert seen == unseen(whole), done


def test_a_cluster_stays_in_its_part_whatever_comes_beside_it(tmp_path: Path) -> None:
    def part_of(root: Path) -> int:
        wrong = {n for n in range(1, 5) if judge(root, "--shard", f"{n}/4")["findings"]}
        [found] = wrong
        return found

    for name, text in tree(**{"overlays/three/b.yaml": "a: [\n"}).items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    before = part_of(tmp_path)
    for name in ("four", "five", "six"):
        shutil.copytree(tmp_path / "overlays/one", tmp_path / "overlays" / name)
    assert part_of(tmp_path) == before


@pytest.mark.parametrize("shard", ["0/2", "3/2", "1", "a/b", "1/0", "-1/2"])
def test_a_part_that_is_none_is_refused(tmp_path: Path, shard: str) -> None:
    (tmp_path / "kustomization.yaml").write_text("resources: []\n")
    done = overlay(tmp_path, "validate", "--shard", shard)
    assert done.exit_code == 2
    assert "write I/N" in done.stderr
