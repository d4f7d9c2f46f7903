"""Operator 1.7.0 itself says what we say for 1.10, but for the differences that are listed here."""

import json
import random
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from operator_early import Operator, operator

from operators.asked import agrees, differs, judged
from operators.documents import cases, deployment, reconciled, session, session_job
from operators.pairs import pairs
from overlaykit.operator.versions import Release

SEED = random.randrange(10**6)
OUR = Release(10)

# What 1.7.0 says of generated resources and 1.10 does not say any more.
GONE = (
    "Job could not be upgraded with last-state while HA disabled",
    "The LAST_STATE upgrade mode is not supported in session job now.",
)
# What 1.10 says of them and 1.7.0 does not say yet.
NEW = (
    r"Flink version v1_1[34] is not supported by this operator version",
    r".*\bjob\.autoscaler\.excluded\.periods\b",
)

FLINK = {"flinkVersion": "v1_19"}
SCALED = {"job.autoscaler.enabled": "true", "job.autoscaler.scale-up.max-factor": "-1"}
PERIODS = {"job.autoscaler.enabled": "true", "job.autoscaler.excluded.periods": "x"}
CHECKPOINTS = {"state.checkpoints.dir": "s3://b/x"}
STORED = {"flinkConfiguration": CHECKPOINTS}
SAFE = {"flinkConfiguration": {**CHECKPOINTS, "high-availability.type": "kubernetes"}}


def _job(**more: Any) -> dict[str, Any]:
    return {"job": {"jarURI": "local:///opt/flink/x.jar", "parallelism": 2, **more}}


def _running(before: dict[str, Any], **spec: Any) -> dict[str, Any]:
    """A job of which there is a JobManager."""
    found = reconciled(deployment(**FLINK, **spec), deployment(**FLINK, **before))
    return {**found, "status": {**found["status"], "jobManagerDeploymentStatus": "READY"}}


# Why they differ: a resource, with the words of 1.7.0 (or what it does) and those of 1.10.
SAID: dict[str, tuple[dict[str, Any], str, str]] = {
    "since 1.10 last-state needs no high availability: the last checkpoint will do": (
        deployment(**FLINK, **STORED, **_job(upgradeMode="last-state")),
        "Job could not be upgraded with last-state while HA disabled",
        "OK",
    ),
    "nor does it where the job runs without high availability": (
        _running(STORED, **SAFE, **_job(upgradeMode="last-state")),
        "Job could not be upgraded to last-state while config key[state.savepoints.dir] is not set",
        "OK",
    ),
    "since 1.10 a session job may have last-state": (
        session_job(**STORED, **_job(upgradeMode="last-state")),
        "The LAST_STATE upgrade mode is not supported in session job now.",
        "OK",
    ),
    "since 1.9 Flink versions without support are refused": (
        deployment(flinkVersion="v1_14"),
        "OK",
        "Flink version v1_14 is not supported by this operator version",
    ),
    "since 1.8 there are periods without scaling": (
        deployment(**FLINK, flinkConfiguration=PERIODS),
        "OK",
        "Invalid value x in the autoscaler config job.autoscaler.excluded.periods, the value is "
        "neither a valid daily expression nor a valid cron expression",
    ),
    "since 1.8 a job can be started anew from a savepoint": (
        _running({}, **_job(savepointRedeployNonce=1)),
        "OK",
        "InitialSavepointPath must not be empty for savepoint redeployment",
    ),
    "since 1.8 the options of a session job itself count": (
        session_job(flinkConfiguration=SCALED),
        "OK",
        "The AutoScalerOption job.autoscaler.scale-up.max-factor is invalid, it should be a value "
        "within the range [0.0, +Infinity]",
    ),
    "since 1.10 there is Flink 1.20": (deployment(flinkVersion="v1_20"), "FAILED", "OK"),
}
# The same of changes.
CLASSED: dict[str, tuple[dict[str, Any], dict[str, Any], str, str]] = {
    "since 1.8 to take the nonce away is no restart": (
        {"restartNonce": 1},
        {},
        "UPGRADE",
        "IGNORE",
    ),
    "since 1.8 a job can be started anew from a savepoint": (
        _job(),
        _job(savepointRedeployNonce=1),
        "IGNORE",
        "SAVEPOINT_REDEPLOY",
    ),
    "since 1.8 an Ingress has labels": (
        {"ingress": {"template": "x"}},
        {"ingress": {"template": "x", "labels": {"a": "b"}}},
        "IGNORE",
        "UPGRADE",
    ),
}


def _newest_flink_of_both(case: Any) -> Any:
    """1.7.0 knows Flink up to 1.19, 1.10 to 1.20."""
    return json.loads(json.dumps(case).replace("v1_20", "v1_19"))


def _without_later_fields(spec: dict[str, Any]) -> None:
    """Fields of the API since 1.8: what is written there does not matter to 1.7.0."""
    for above, field in (("job", "savepointRedeployNonce"), ("ingress", "labels")):
        if isinstance(spec.get(above), dict):
            spec[above].pop(field, None)


def _configured_by_its_cluster(case: dict[str, Any]) -> None:
    """The options of a session job itself count since 1.8: give them to its cluster."""
    spec, cluster = case["document"]["spec"], case.get("session")
    own = spec.get("flinkConfiguration")
    if isinstance(own, dict) and not any(isinstance(one, dict | list) for one in own.values()):
        del spec["flinkConfiguration"]
        if cluster is not None:
            cluster["spec"]["flinkConfiguration"] |= own


def _documents(count: int) -> Iterator[dict[str, Any]]:
    for case in map(_newest_flink_of_both, cases(count, SEED)):
        if case["document"]["kind"] == "FlinkStateSnapshot":  # a kind since 1.10
            continue
        _without_later_fields(case["document"]["spec"])
        if case["document"]["kind"] == "FlinkSessionJob":
            _configured_by_its_cluster(case)
        yield case


def _changes(count: int) -> Iterator[dict[str, Any]]:
    for case in map(_newest_flink_of_both, pairs(count, SEED)):
        for spec in (case["before"], case["after"]):
            _without_later_fields(spec)
            # Nested options: neither release can read them.
            (spec.get("flinkConfiguration") or {}).pop("taskmanager", None)
        if case["after"].get("restartNonce") is None:  # its end is a restart up to 1.7
            case["before"].pop("restartNonce", None)
        yield case


@pytest.fixture(scope="module")
def early() -> Iterator[Operator]:
    with operator() as found:
        yield found


@pytest.mark.parametrize("reason", SAID)
def test_a_difference_of_the_validators_is_there(early: Operator, reason: str) -> None:
    document, theirs, ours = SAID[reason]
    known = {"session": session(**FLINK)} if document["kind"] == "FlinkSessionJob" else {}
    case = {"document": document, "defaults": {}, **known}
    verdict, message = early.refusal(case)
    assert (message if verdict == "REJECT" else verdict) == theirs
    assert next((one.message for one in judged(case, OUR)), "OK") == ours


@pytest.mark.parametrize("reason", CLASSED)
def test_a_difference_of_the_classes_is_there(early: Operator, reason: str) -> None:
    before, after, theirs, ours = CLASSED[reason]
    specs = {
        side: deployment(**FLINK, **spec)["spec"]
        for side, spec in (("before", before), ("after", after))
    }
    case = {"kind": "deployment", "mode": "native", **specs}
    assert (early.difference(case), differs(case)) == (theirs, ours)


def test_no_word_is_left_out_of_which_there_is_no_example() -> None:
    assert set(GONE) <= {theirs for _, theirs, _ in SAID.values()}
    assert all(any(re.match(new, ours) for _, _, ours in SAID.values()) for new in NEW)


def test_the_validator_agrees(early: Operator) -> None:
    told: Counter[str] = Counter()
    for case in _documents(4000):
        verdict, message = early.refusal(case)
        told[verdict] += 1
        if message in GONE:
            told["GONE"] += 1
            continue
        ours = [one for one in judged(case, OUR) if not any(re.match(n, one.message) for n in NEW)]
        assert agrees(verdict, message, ours), (SEED, case, verdict, message, ours)
    assert min(told[verdict] for verdict in ("OK", "REJECT", "FAILED")) > 500, told
    assert told["GONE"] < 100, told


def test_the_classes_of_changes_agree(early: Operator) -> None:
    told: Counter[str] = Counter()
    for case in _changes(3000):
        said = early.difference(case)
        told[said] += 1
        assert differs(case) == said, (SEED, case)
    assert min(told[name] for name in ("IGNORE", "SCALE", "UPGRADE")) > 20, told
