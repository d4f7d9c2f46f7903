"""Hazards of a change to jobs: each one where it is, and its nearest harmless neighbour."""

from pathlib import Path
from typing import Any

import pytest

from impact.impact_trees import (
    Document,
    deployment,
    edited,
    hazards,
    impact,
    session,
    session_job,
    tree,
)
from overlaykit.impact.hazards_state import default_most

OPTION = "spec/flinkConfiguration"
IMAGE = ("spec/image", "flink:1.20.4")
CHECKPOINTS = f"{OPTION}/execution.checkpointing.dir"
LIMIT = f"{OPTION}/pipeline.max-parallelism"
BACKEND = f"{OPTION}/state.backend.type"
HA = f"{OPTION}/high-availability.type"
Edits = list[tuple[str, Any]]

# Name, edits before, edits after, hazards.
CASES: list[tuple[str, Edits, Edits, dict[str, str]]] = [
    ("image-alone", [], [IMAGE], {}),
    ("mode-alone", [], [("spec/job/upgradeMode", "savepoint")], {}),
    (
        "mode-with-image",
        [],
        [("spec/job/upgradeMode", "savepoint"), IMAGE],
        {"mode-with-upgrade": "risk"},
    ),
    (
        "stateless-with-image",
        [],
        [("spec/job/upgradeMode", "stateless"), IMAGE],
        {"mode-with-upgrade": "loss"},
    ),
    (
        "version-of-suspended",
        [("spec/job/state", "suspended")],
        [("spec/flinkVersion", "v2_0"), ("spec/image", "flink:2.0.1")],
        {"version-of-suspended": "refuse"},
    ),
    (
        "version-of-running",
        [],
        [("spec/flinkVersion", "v2_0"), ("spec/image", "flink:2.0.1")],
        {},
    ),
    ("version-lowered", [], [("spec/flinkVersion", "v1_19")], {"version-lowered": "risk"}),
    ("nonce-raised", [("spec/restartNonce", 3)], [("spec/restartNonce", 4)], {}),
    (
        "nonce-lowered",
        [("spec/restartNonce", 3)],
        [("spec/restartNonce", 2)],
        {"nonce-reused": "restart"},
    ),
    (
        "redeploy-nonce-lowered",
        [
            ("spec/job/savepointRedeployNonce", 3),
            ("spec/job/initialSavepointPath", "s3://b/job/savepoints/1"),
        ],
        [
            ("spec/job/savepointRedeployNonce", 2),
            ("spec/job/initialSavepointPath", "s3://b/job/savepoints/1"),
        ],
        {"nonce-reused": "risk"},
    ),
    (
        "path-alone",
        [],
        [("spec/job/initialSavepointPath", "s3://b/job/savepoints/1")],
        {"path-without-nonce": "risk"},
    ),
    (
        "path-with-nonce",
        [],
        [
            ("spec/job/initialSavepointPath", "s3://b/job/savepoints/1"),
            ("spec/job/savepointRedeployNonce", 1),
        ],
        {},
    ),
    (
        "path-of-another",
        [],
        [
            ("spec/job/initialSavepointPath", "s3://b/other/savepoints/1"),
            ("spec/job/savepointRedeployNonce", 1),
        ],
        {"foreign-savepoint": "risk"},
    ),
    ("directory", [], [(CHECKPOINTS, "s3://c/job")], {"moved-directory": "risk"}),
    (
        "directory-of-another",
        [],
        [(CHECKPOINTS, "s3://b/other/checkpoints")],
        {"moved-directory": "risk", "shared-directory": "risk"},
    ),
    ("below-limit", [(LIMIT, "8")], [(LIMIT, "8"), ("spec/job/parallelism", 8)], {}),
    (
        "above-limit",
        [(LIMIT, "8")],
        [(LIMIT, "8"), ("spec/job/parallelism", 9)],
        {"above-max-parallelism": "risk"},
    ),
    (
        "replicas-above-limit",
        [(LIMIT, "8")],
        [(LIMIT, "8"), ("spec/taskManager/replicas", 9)],
        {"above-max-parallelism": "risk"},
    ),
    ("below-default", [], [("spec/job/parallelism", 128)], {}),
    (
        "above-default",
        [],
        [("spec/job/parallelism", 129)],
        {"above-max-parallelism": "risk"},
    ),
    ("limit-changed", [(LIMIT, "8")], [(LIMIT, "16")], {"max-parallelism-changed": "risk"}),
    ("availability", [], [(HA, None)], {"availability-changed": "risk"}),
    ("backend", [(BACKEND, "hashmap")], [(BACKEND, "rocksdb")], {"backend-changed": "risk"}),
    (
        "backend-by-savepoint",
        [(BACKEND, "hashmap"), ("spec/job/upgradeMode", "savepoint")],
        [(BACKEND, "rocksdb"), ("spec/job/upgradeMode", "savepoint")],
        {},
    ),
    (
        "finalizer",
        [("metadata/finalizers", ["flinkdeployments.flink.apache.org/finalizer"])],
        [],
        {"finalizer-removed": "risk"},
    ),
]


def other() -> Document:
    places = [(CHECKPOINTS, "s3://b/other/checkpoints")]
    places += [(f"{OPTION}/execution.checkpointing.savepoint-dir", "s3://b/other/savepoints")]
    return edited(deployment("other"), *places)


@pytest.mark.parametrize(
    ("before", "after", "wanted"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_an_edit_has_its_hazards(
    tmp_path: Path, before: Edits, after: Edits, wanted: dict[str, str]
) -> None:
    old, new = (edited(deployment(), *edits) for edits in (before, after))
    assert hazards(impact(tmp_path, tree(old, other()), tree(new, other()))) == wanted


def test_a_hazard_stands_at_the_line_that_makes_it(tmp_path: Path) -> None:
    new = edited(deployment(), ("spec/job/upgradeMode", "savepoint"), IMAGE)
    [found] = impact(tmp_path, tree(deployment()), tree(new))["hazards"]
    [place] = found["places"]
    line = (tmp_path / place["file"]).read_text().splitlines()[place["line"] - 1]
    assert line.strip() == "upgradeMode: savepoint"


@pytest.mark.parametrize("together", [True, False])
def test_a_session_cluster_and_its_job_in_one_change(tmp_path: Path, together: bool) -> None:
    job = session_job(jarURI="https://8.8.8.8/b.jar") if together else session_job()
    before = tree(session(), session_job())
    found = hazards(impact(tmp_path, before, tree(edited(session(), IMAGE), job)))
    assert found == ({"session-and-job": "risk"} if together else {})


def test_session_jobs_share_the_directory_of_their_cluster(tmp_path: Path) -> None:
    before = tree(session(), session_job())
    assert (
        hazards(impact(tmp_path, before, tree(session(), session_job(), session_job("two")))) == {}
    )


def test_a_copied_job_brings_nonce_path_and_directory(tmp_path: Path) -> None:
    nonce = ("spec/job/savepointRedeployNonce", 7)
    path = ("spec/job/initialSavepointPath", "s3://b/job/savepoints/1")
    first = edited(deployment(), nonce, path)
    copy = edited(first, ("metadata/name", "copy"))
    assert hazards(impact(tmp_path, tree(first), tree(first, copy))) == {
        "nonce-copied": "change",
        "foreign-savepoint": "risk",
        "shared-directory": "risk",
    }


def test_a_renamed_job_starts_empty(tmp_path: Path) -> None:
    found = impact(tmp_path, tree(deployment(), other()), tree(deployment("new"), other()))
    assert hazards(found) == {"renamed": "loss"}


def test_a_renamed_job_with_a_savepoint_does_not(tmp_path: Path) -> None:
    path = ("spec/job/initialSavepointPath", "s3://b/elsewhere/1")
    new = edited(deployment("new"), path)
    assert "renamed" not in hazards(impact(tmp_path, tree(deployment()), tree(new)))


@pytest.mark.parametrize(
    ("subtasks", "limit"), [(1, 128), (85, 128), (86, 256), (200, 512), (30000, 32768)]
)
def test_the_limit_that_flink_chooses(subtasks: int, limit: int) -> None:
    assert default_most(subtasks) == limit
