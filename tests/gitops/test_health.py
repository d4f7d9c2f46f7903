"""The health checks say what is true of sample resources. Argo CD runs Lua 5.1, and so do we."""

import json
from pathlib import Path
from typing import Any

import pytest
from lupa import lua51

Object = dict[str, Any]

ROOT = Path(__file__).resolve().parents[2]
HEALTH = ROOT / "workloads/argocd-config/health"
CMF = (
    "FlinkComputePool",
    "FlinkEnvironment",
    "FlinkEnvironmentSecretMapping",
    "FlinkKafkaCatalog",
    "FlinkKafkaDatabase",
    "FlinkSecret",
)
CONFLUENT = (*CMF, "FlinkApplication", "FlinkStatement", "CMFRestClass")
FLINK = ("FlinkDeployment", "FlinkSessionJob")


def file_of(kind: str) -> Path:
    (found,) = HEALTH.glob(f"*_{kind}.lua")
    return found


def health(kind: str, **fields: Any) -> tuple[str, str]:
    """The status and message that the check of a kind gives a resource of generation 2."""
    runtime = lua51.LuaRuntime(unpack_returned_tuples=True)
    resource = {"metadata": {"name": "sample", "generation": 2}, **fields}
    # Through JSON: lupa cannot convert one dict that stands in two places.
    runtime.globals().obj = runtime.table_from(json.loads(json.dumps(resource)), recursive=True)
    result = runtime.execute(file_of(kind).read_text())
    return result.status, result.message


def judged(kind: str, **fields: Any) -> str:
    return health(kind, **fields)[0]


def created(**more: Any) -> dict[str, Any]:
    return {
        "observedGeneration": 2,
        "cfkInternalState": "CREATED",
        "cmfSync": {"status": "Created"},
    } | more


def test_every_kind_has_its_file() -> None:
    expected = {f"platform.confluent.io_{kind}" for kind in CONFLUENT}
    expected |= {f"flink.apache.org_{kind}" for kind in FLINK} | {"argoproj.io_Application"}
    assert {file.stem for file in HEALTH.glob("*.lua")} == expected


@pytest.mark.parametrize("kind", [*CONFLUENT, *FLINK])
def test_missing_status_is_progressing(kind: str) -> None:
    assert judged(kind, spec={}) == "Progressing"


@pytest.mark.parametrize("kind", [*CONFLUENT, *FLINK])
def test_status_of_an_older_generation_is_progressing(kind: str) -> None:
    good = created(
        observedGeneration=1,
        lifecycleState="STABLE",
        jobManagerDeploymentStatus="READY",
        jobStatus={"state": "RUNNING"},
    )
    status, message = health(kind, spec={}, status=good)
    assert status == "Progressing"
    assert "generation 2" in message


@pytest.mark.parametrize("kind", CMF)
def test_resource_that_cmf_holds_is_healthy(kind: str) -> None:
    assert judged(kind, status=created()) == "Healthy"


@pytest.mark.parametrize("kind", [*CMF, "FlinkApplication", "FlinkStatement"])
def test_refusal_of_cmf_is_degraded_with_its_words(kind: str) -> None:
    sync = {"status": "Failed", "errorMessage": "no such namespace"}
    assert health(kind, status=created(cmfSync=sync)) == ("Degraded", "no such namespace")


@pytest.mark.parametrize("kind", [*CMF, "FlinkApplication", "FlinkStatement"])
def test_failure_inside_cfk_is_degraded(kind: str) -> None:
    assert judged(kind, status=created(cfkInternalState="FAILED")) == "Degraded"


@pytest.mark.parametrize("kind", [*CMF, "FlinkApplication", "FlinkStatement"])
@pytest.mark.parametrize("sync", [{}, {"status": "Unknown"}, {"status": "Deleted"}])
def test_resource_on_its_way_to_cmf_is_progressing(kind: str, sync: Object) -> None:
    assert judged(kind, status=created(cmfSync=sync)) == "Progressing"


def test_pool_whose_phase_echoes_its_type_is_healthy() -> None:
    assert judged("FlinkComputePool", status=created(phase="DEDICATED")) == "Healthy"


def test_catalog_without_listed_environments_is_healthy() -> None:
    assert judged("FlinkKafkaCatalog", status=created(environmentsWithAccess=[])) == "Healthy"


@pytest.mark.parametrize("phase", ["PENDING", "RUNNING", "COMPLETED", None])
def test_accepted_statement_is_healthy_in_every_phase_but_failure(phase: str | None) -> None:
    more = {"phase": phase} if phase else {}
    assert judged("FlinkStatement", status=created(**more)) == "Healthy"


def test_failed_statement_is_degraded_with_the_reason() -> None:
    status = created(phase="FAILED", detail="Table 'x' not found")
    assert health("FlinkStatement", status=status) == ("Degraded", "Table 'x' not found")


@pytest.mark.parametrize(
    ("phase", "expected"),
    [(None, "Progressing"), ("PENDING", "Progressing"), ("COMPLETED", "Healthy")],
)
def test_statement_that_others_wait_for_is_healthy_at_its_end(phase: str, expected: str) -> None:
    marked = {"generation": 2, "annotations": {"overlaykit.io/healthy-when": "COMPLETED"}}
    assert judged("FlinkStatement", metadata=marked, status=created(phase=phase)) == expected


def test_rest_class_has_no_cmf_sync() -> None:
    status = {"observedGeneration": 2, "endpoint": "http://cmf"}
    assert judged("CMFRestClass", status=status) == "Healthy"
    assert judged("CMFRestClass", status=status | {"state": "FAILED"}) == "Degraded"
    code = [line for line in file_of("CMFRestClass").read_text().splitlines() if line[:2] != "--"]
    assert "cmfSync" not in "\n".join(code)


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("RUNNING", "Healthy"),
        ("FINISHED", "Healthy"),
        ("SUSPENDED", "Healthy"),
        ("CREATED", "Progressing"),
        ("RECONCILING", "Progressing"),
        ("FAILING", "Degraded"),
        ("FAILED", "Degraded"),
    ],
)
def test_application_follows_its_job(state: str, expected: str) -> None:
    status = created(jobStatus={"state": state})
    assert judged("FlinkApplication", spec={}, status=status) == expected


def test_application_with_an_error_is_degraded_even_while_its_job_runs() -> None:
    status = created(error="image not found", jobStatus={"state": "RUNNING"})
    assert health("FlinkApplication", status=status) == ("Degraded", "image not found")


def test_application_without_a_job_yet_is_progressing() -> None:
    assert judged("FlinkApplication", spec={}, status=created()) == "Progressing"


def test_application_created_suspended_does_not_wait_forever() -> None:
    spec = {"job": {"state": "suspended"}}
    assert judged("FlinkApplication", spec=spec, status=created()) == "Healthy"


def flink(**more: Any) -> dict[str, Any]:
    return {"observedGeneration": 2, "reconciliationStatus": {"lastReconciledSpec": "{}"}} | more


RUNNING = {"lifecycleState": "STABLE", "jobStatus": {"state": "RUNNING"}}


def test_stable_deployment_with_a_ready_job_manager_is_healthy() -> None:
    status = flink(**RUNNING, jobManagerDeploymentStatus="READY")
    assert judged("FlinkDeployment", status=status) == "Healthy"


def test_deployed_is_not_yet_running() -> None:
    reconciled = {"state": "DEPLOYED", "lastReconciledSpec": "{}"}
    status = flink(lifecycleState="DEPLOYED", reconciliationStatus=reconciled)
    assert judged("FlinkDeployment", status=status) == "Progressing"


@pytest.mark.parametrize("manager", ["DEPLOYING", "DEPLOYED_NOT_READY", "MISSING"])
def test_deployment_waits_for_its_job_manager(manager: str) -> None:
    status = flink(**RUNNING, jobManagerDeploymentStatus=manager)
    assert judged("FlinkDeployment", status=status) == "Progressing"


def test_deployment_whose_job_manager_does_not_start_is_degraded() -> None:
    status = flink(lifecycleState="DEPLOYED", jobManagerDeploymentStatus="ERROR")
    assert judged("FlinkDeployment", status=status) == "Degraded"


def test_stable_session_job_is_healthy() -> None:
    assert judged("FlinkSessionJob", status=flink(**RUNNING)) == "Healthy"


@pytest.mark.parametrize("kind", FLINK)
@pytest.mark.parametrize("state", ["FAILED", "ROLLED_BACK"])
def test_failed_lifecycle_is_degraded(kind: str, state: str) -> None:
    assert judged(kind, status=flink(lifecycleState=state)) == "Degraded"


@pytest.mark.parametrize("kind", FLINK)
def test_error_of_the_operator_is_degraded_with_its_words(kind: str) -> None:
    assert health(kind, status=flink(error="no savepoint")) == ("Degraded", "no savepoint")


@pytest.mark.parametrize("kind", FLINK)
@pytest.mark.parametrize("state", ["UPGRADING", "ROLLING_BACK", "CREATED"])
def test_change_under_way_is_progressing(kind: str, state: str) -> None:
    assert judged(kind, status=flink(lifecycleState=state)) == "Progressing"


@pytest.mark.parametrize("kind", FLINK)
def test_suspended_as_git_asks_is_healthy(kind: str) -> None:
    spec = {"job": {"state": "suspended"}}
    assert judged(kind, spec=spec, status=flink(lifecycleState="SUSPENDED")) == "Healthy"


@pytest.mark.parametrize("kind", FLINK)
def test_created_suspended_does_not_wait_forever(kind: str) -> None:
    spec = {"job": {"state": "suspended"}}
    assert judged(kind, spec=spec) == "Healthy"
    status = {
        "jobManagerDeploymentStatus": "MISSING",
        "reconciliationStatus": {"state": "UPGRADING"},
    }
    assert judged(kind, spec=spec, status=status) == "Healthy"


@pytest.mark.parametrize("kind", FLINK)
def test_suspended_against_git_is_suspended(kind: str) -> None:
    spec = {"job": {"state": "running"}}
    assert judged(kind, spec=spec, status=flink(lifecycleState="SUSPENDED")) == "Suspended"


@pytest.mark.parametrize("kind", FLINK)
def test_running_job_that_git_suspends_is_not_yet_healthy(kind: str) -> None:
    spec = {"job": {"state": "suspended"}}
    assert judged(kind, spec=spec, status=flink(lifecycleState="UPGRADING")) == "Progressing"


SOURCE = {"repoURL": "https://git", "targetRevision": "main", "path": "overlays/demo/x"}


def application(state: str = "Healthy", sync: str = "Synced", **more: Any) -> str:
    compared = {"sources": [more.pop("compared", SOURCE)]}
    status = {"health": {"status": state}, "sync": {"status": sync, "comparedTo": compared}, **more}
    return judged("Application", spec={"sources": [SOURCE]}, status=status)


def test_application_without_a_comparison_is_progressing() -> None:
    assert judged("Application", spec={}) == "Progressing"
    assert judged("Application", spec={}, status={"sync": {"status": "Unknown"}}) == "Progressing"


@pytest.mark.parametrize("state", ["Healthy", "Progressing", "Degraded", "Suspended", "Missing"])
def test_application_has_the_health_of_its_resources(state: str) -> None:
    assert application(state, operationState={"phase": "Succeeded"}) == state


def test_application_of_which_nothing_exists_yet_is_not_healthy() -> None:
    assert application(sync="OutOfSync") == "Progressing"


def test_application_that_syncs_is_progressing() -> None:
    assert application(operationState={"phase": "Running"}) == "Progressing"


@pytest.mark.parametrize("phase", ["Failed", "Error"])
def test_application_whose_sync_failed_is_degraded(phase: str | None) -> None:
    assert application(sync="OutOfSync", operationState={"phase": phase}) == "Degraded"


def test_harmless_drift_after_a_good_sync_holds_nobody_up() -> None:
    assert application(sync="OutOfSync", operationState={"phase": "Succeeded"}) == "Healthy"


def test_health_of_the_sources_of_before_does_not_count() -> None:
    older = SOURCE | {"targetRevision": "v1"}
    done = {"phase": "Succeeded"}
    assert application(compared=older, operationState=done) == "Progressing"


def test_checks_of_cmf_kinds_share_their_first_part() -> None:
    """The skeleton is repeated in each file, since Argo CD runs each alone: it must not drift."""
    start, end = "local health = {}", 'CMF: " .. (sync.status or "not sent yet")'
    parts = set()
    for kind in (*CMF, "FlinkApplication", "FlinkStatement"):
        text = file_of(kind).read_text()
        parts.add(text[text.index(start) : text.index(end)])
    assert len(parts) == 1
