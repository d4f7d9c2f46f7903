"""What a change does to jobs of the operator: each effect, and what becomes of the state."""

from pathlib import Path
from typing import Any

import pytest

from impact.impact_trees import (
    Document,
    deployment,
    edited,
    effects,
    impact,
    one,
    session,
    session_job,
    tree,
)

JOB, SESSION, IN_SESSION = (
    "FlinkDeployment/flink/job",
    "FlinkDeployment/flink/session",
    "FlinkSessionJob/flink/one",
)
OPTION = "spec/flinkConfiguration"
ADAPTIVE = (f"{OPTION}/jobmanager.scheduler", "adaptive")
OVERRIDES = f"{OPTION}/pipeline.jobvertex-parallelism-overrides"


def of_job(root: Path, before: Document, after: Document) -> dict[str, Any]:
    return one(impact(root, tree(before), tree(after)), JOB)


CASES: list[tuple[str, list[tuple[str, Any]], list[tuple[str, Any]], tuple[str, str, str]]] = [
    ("label", [], [("metadata/labels", {"a": "b"})], ("updated in place", "change", "kept")),
    (
        "ignored",
        [],
        [(f"{OPTION}/parallelism.default", "4")],
        ("updated in place", "change", "kept"),
    ),
    (
        "upgrade-mode",
        [],
        [("spec/job/upgradeMode", "savepoint")],
        ("updated in place", "change", "kept"),
    ),
    (
        "in-place",
        [ADAPTIVE],
        [ADAPTIVE, (OVERRIDES, "a:4")],
        ("in-place scale", "scale", "kept"),
    ),
    (
        "image",
        [],
        [("spec/image", "flink:1.20.4")],
        ("stateful restart", "restart", "kept, from the last checkpoint"),
    ),
    (
        "savepoint",
        [("spec/job/upgradeMode", "savepoint")],
        [("spec/job/upgradeMode", "savepoint"), ("spec/image", "flink:1.20.4")],
        ("stateful restart", "restart", "kept, from a savepoint taken now"),
    ),
    (
        "declared-stateless",
        [("spec/job/upgradeMode", "stateless")],
        [("spec/job/upgradeMode", "stateless"), ("spec/image", "flink:1.20.4")],
        ("restart with empty state", "restart", "lost, as upgradeMode stateless says"),
    ),
    (
        "stateless-by-default",
        [("spec/job/upgradeMode", None)],
        [("spec/job/upgradeMode", None), ("spec/image", "flink:1.20.4")],
        ("restart with empty state", "loss", "lost"),
    ),
    (
        "redeploy",
        [],
        [
            ("spec/job/initialSavepointPath", "s3://b/job/savepoints/1"),
            ("spec/job/savepointRedeployNonce", 1),
        ],
        (
            "savepoint redeploy",
            "redeploy",
            "from the given savepoint; what came after it is lost",
        ),
    ),
    (
        "suspended",
        [],
        [("spec/job/state", "suspended")],
        ("suspended", "restart", "kept, from the last checkpoint"),
    ),
    (
        "resumed",
        [("spec/job/state", "suspended")],
        [("spec/job/state", "running")],
        ("started", "change", "kept, from where it was suspended"),
    ),
    ("mode", [], [("spec/mode", "standalone")], ("refused", "refuse", "kept")),
    ("to-session", [], [("spec/job", None)], ("refused", "refuse", "kept")),
    (
        "no-directory",
        [],
        [(f"{OPTION}/execution.checkpointing.dir", None)],
        # The operator's own defaults, which are not here, may set one.
        ("stateful restart", "restart", "kept, from the last checkpoint"),
    ),
    (
        "unreadable",
        [],
        [
            (f"{OPTION}/kubernetes.operator.job.upgrade.last-state-fallback.enabled", "perhaps"),
            ("spec/job/upgradeMode", "savepoint"),
            ("spec/image", "flink:1.20.4"),
        ],
        ("refused", "refuse", "kept"),
    ),
]


@pytest.mark.parametrize(
    ("before", "after", "wanted"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_an_edit_has_its_effect(
    tmp_path: Path,
    before: list[tuple[str, Any]],
    after: list[tuple[str, Any]],
    wanted: tuple[str, str, str],
) -> None:
    old, new = (edited(deployment(), *edits) for edits in (before, after))
    found = of_job(tmp_path, old, new)
    assert (found["effect"], found["level"], found["state"]) == wanted


def test_the_reason_is_the_line_that_changed(tmp_path: Path) -> None:
    found = of_job(tmp_path, deployment(), edited(deployment(), ("spec/image", "flink:1.20.4")))
    [change] = found["changes"]
    line = (tmp_path / change["file"]).read_text().splitlines()[change["line"] - 1]
    assert (line.strip(), change["tree"]) == ("image: flink:1.20.4", "after")
    assert change["change"] == "image: flink:1.20.3 -> flink:1.20.4"


def test_of_what_is_taken_out_the_old_line_is_told(tmp_path: Path) -> None:
    old = edited(deployment(), (f"{OPTION}/state.backend.type", "rocksdb"))
    change = of_job(tmp_path, old, deployment())["changes"][0]
    assert change["tree"] == "before"
    assert change["change"] == "flinkConfiguration.state.backend.type: rocksdb -> nothing"
    line = tree(old)[change["file"]].splitlines()[change["line"] - 1]
    assert line.strip() == "state.backend.type: rocksdb"


def test_a_job_that_fails_has_its_own_note(tmp_path: Path) -> None:
    gone = (f"{OPTION}/high-availability.type", None)
    old = edited(deployment(), gone)
    found = of_job(tmp_path, old, edited(old, ("spec/image", "flink:1.20.4")))
    assert "if the job does not run" in found["notes"][0]


def test_a_trigger_nonce_takes_a_savepoint(tmp_path: Path) -> None:
    new = edited(deployment(), ("spec/job/savepointTriggerNonce", 1))
    assert of_job(tmp_path, deployment(), new)["why"].startswith("a savepoint is taken")


def test_a_new_job_is_created_and_an_unchanged_one_is_not_told(tmp_path: Path) -> None:
    found = impact(tmp_path, tree(deployment("a")), tree(deployment("a"), deployment()))
    assert effects(found) == {JOB: ("created", "change")}


def test_a_job_that_is_created_suspended_never_starts(tmp_path: Path) -> None:
    new = deployment(state="suspended")
    found = impact(tmp_path, tree(deployment("a")), tree(deployment("a"), new))
    assert effects(found) == {JOB: ("refused", "refuse")}


def test_a_job_that_is_pruned_loses_its_state(tmp_path: Path) -> None:
    found = one(impact(tmp_path, tree(deployment("a"), deployment()), tree(deployment("a"))), JOB)
    assert (found["effect"], found["level"]) == ("pruned", "loss")
    assert "without a savepoint" in found["why"]
    assert found["changes"][0]["tree"] == "before"


def test_a_savepoint_on_deletion_is_told(tmp_path: Path) -> None:
    option = (f"{OPTION}/kubernetes.operator.job.savepoint-on-deletion", "true")
    old = edited(deployment(), option)
    found = one(impact(tmp_path, tree(deployment("a"), old), tree(deployment("a"))), JOB)
    assert found["state"].startswith("only by hand")


@pytest.mark.parametrize(
    ("available", "wanted"),
    [
        (True, ("stateful restart", "restart")),
        (False, ("restart with empty state", "loss")),
    ],
)
def test_a_session_job_shares_the_fate_of_its_cluster(
    tmp_path: Path, available: bool, wanted: tuple[str, str]
) -> None:
    old = session() if available else edited(session(), (f"{OPTION}/high-availability.type", None))
    new = edited(old, ("spec/image", "flink:1.20.4"))
    found = impact(tmp_path, tree(old, session_job()), tree(new, session_job()))
    assert effects(found) == {SESSION: wanted, IN_SESSION: wanted}


def test_a_deleted_session_cluster_takes_its_jobs_with_it(tmp_path: Path) -> None:
    found = impact(tmp_path, tree(session(), session_job()), tree(session_job()))
    assert effects(found)[SESSION] == ("pruned", "loss")
    assert effects(found)[IN_SESSION] == ("restart with empty state", "loss")


def test_a_snapshot_takes_its_savepoint_with_it(tmp_path: Path) -> None:
    spec = {"jobReference": {"kind": "FlinkDeployment", "name": "job"}, "savepoint": {"path": "x"}}
    kept = edited(snapshot("kept", spec), ("spec/savepoint/disposeOnDelete", False))
    before = tree(deployment(), snapshot("lost", spec), kept)
    found = effects(impact(tmp_path, before, tree(deployment())))
    assert found["FlinkStateSnapshot/flink/lost"] == ("pruned", "loss")
    assert found["FlinkStateSnapshot/flink/kept"] == ("pruned", "recreate")


def snapshot(name: str, spec: dict[str, Any]) -> Document:
    about = {"name": name, "namespace": "flink"}
    return {
        "apiVersion": "flink.apache.org/v1beta1",
        "kind": "FlinkStateSnapshot",
        "metadata": about,
        "spec": spec,
    }
