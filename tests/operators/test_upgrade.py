"""What a change does to a job and its state."""

from typing import Any

import pytest

from operators.documents import change, deployment, session, session_job
from overlaykit.operator.upgrade import Action, Around, Outcome, State, changed, created

HA = {"high-availability.type": "KUBERNETES"}
DIRS = {"state.checkpoints.dir": "s3://b/c", "state.savepoints.dir": "s3://b/s"}


def spec(upgrade: str = "last-state", options: dict[str, Any] | None = None, **fields: Any) -> Any:
    found = deployment()["spec"]
    found["job"]["upgradeMode"] = upgrade
    found["flinkConfiguration"] |= {**DIRS, **(options or {})}
    for field, value in fields.items():
        change(found, field.split("__"), value)
    return found


def outcome(before: Any, after: Any, around: Around | None = None) -> Outcome:
    return changed(before, after, around or Around())


def test_nothing_happens_without_a_change_that_counts() -> None:
    assert outcome(spec(), spec()).action is Action.NOTHING
    after = spec("savepoint", {"kubernetes.operator.x": "1"})
    assert (outcome(spec(), after).action, outcome(spec(), after).running) == (
        Action.NOTHING,
        State.KEPT,
    )


@pytest.mark.parametrize(
    ("mode", "options", "running", "failing"),
    [
        ("stateless", HA, State.EMPTY, State.EMPTY),
        ("savepoint", HA, State.SAVEPOINT, State.CHECKPOINT),
        ("savepoint", {}, State.SAVEPOINT, State.RISK),
        ("last-state", HA, State.CHECKPOINT, State.CHECKPOINT),
        ("last-state", {}, State.CHECKPOINT, State.RISK),
    ],
)
def test_a_restart_keeps_what_its_mode_keeps(
    mode: str, options: dict[str, str], running: State, failing: State
) -> None:
    found = outcome(spec(mode, options), spec(mode, options, image="flink:new"))
    assert (found.action, found.running, found.failing) == (Action.RESTART, running, failing)
    assert found.loses == (mode == "stateless")


def test_the_new_mode_decides_not_the_old_one() -> None:
    found = outcome(spec("savepoint", HA), spec("stateless", HA, image="flink:new"))
    assert found.loses


def test_without_the_fallback_a_failing_job_waits() -> None:
    options = {**HA, "kubernetes.operator.job.upgrade.last-state-fallback.enabled": "false"}
    found = outcome(spec("savepoint", options), spec("savepoint", options, image="x"))
    assert (found.running, found.failing) == (State.SAVEPOINT, State.WAITS)


def test_another_flink_takes_a_savepoint_where_there_is_room_for_one() -> None:
    found = outcome(spec(options=HA, flinkVersion="v1_19"), spec(options=HA))
    assert (found.running, found.failing) == (State.SAVEPOINT, State.RISK)
    nowhere = {**HA, "state.savepoints.dir": ""}
    found = outcome(spec(options=nowhere, flinkVersion="v1_19"), spec(options=nowhere))
    assert found.running is State.CHECKPOINT


def test_a_suspended_job_is_resumed_as_it_was_stopped() -> None:
    stopped = spec(job__state="suspended")
    assert outcome(spec(), stopped).action is Action.STOP
    found = outcome(stopped, spec())
    assert (found.action, found.running) == (Action.START, State.STORED)
    assert outcome(stopped, spec("stateless")).running is State.EMPTY
    assert outcome(stopped, spec(job__state="suspended", image="x")).action is Action.NOTHING


def test_a_redeploy_leaves_the_present_state() -> None:
    after = spec(job__savepointRedeployNonce=1, job__initialSavepointPath="s3://b/1")
    found = outcome(spec(), after)
    assert (found.action, found.running) == (Action.REDEPLOY, State.GIVEN)


def test_scaling_needs_a_scheduler_that_can() -> None:
    key = "pipeline.jobvertex-parallelism-overrides"
    adaptive = {"jobmanager.scheduler": "adaptive"}
    found = outcome(spec(options=adaptive), spec(options={**adaptive, key: "a:2"}))
    assert found.action is Action.SCALE
    assert outcome(spec(), spec(options={key: "a:2"})).action is Action.RESTART
    reactive = {"scheduler-mode": "reactive"}
    before = spec(options=reactive, mode="standalone")
    after = spec(options=reactive, mode="standalone", taskManager__replicas=4)
    assert outcome(before, after).action is Action.SCALE
    assert outcome(spec(mode="standalone"), after).action is Action.RESTART


def test_a_session_cluster_takes_its_jobs_along() -> None:
    before, after = session()["spec"], session(image="flink:new")["spec"]
    assert outcome(before, after).loses
    before["flinkConfiguration"] |= HA
    after["flinkConfiguration"] |= HA
    assert outcome(before, after).running is State.CHECKPOINT


def test_a_session_job_is_judged_with_its_cluster() -> None:
    around = Around(cluster=session()["spec"])
    before, after = session_job()["spec"], session_job()["spec"]
    before["job"]["upgradeMode"] = after["job"]["upgradeMode"] = "last-state"
    after["job"]["args"] = ["x"]
    found = outcome(before, after, around)
    assert (found.running, found.failing) == (State.CHECKPOINT, State.CHECKPOINT)


def test_a_new_job_starts_empty_or_from_what_it_is_given() -> None:
    assert created(spec()).running is State.EMPTY
    assert created(spec(job__initialSavepointPath="s3://b/1")).running is State.GIVEN
    assert created(spec(job__state="suspended")).action is Action.NEVER
    assert created(session()["spec"]).action is Action.START
