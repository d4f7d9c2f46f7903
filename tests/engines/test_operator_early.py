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

# What 1.7.0 says and 1.10 does not say any more, and why.
GONE = {
    "Job could not be upgraded with last-state while HA disabled": (
        "since 1.10 a job without high availability is upgraded from its last checkpoint"
    ),
    "Job could not be upgraded to last-state while config key[state.savepoints.dir] is not set": (
        "the same, of a job that runs without high availability"
    ),
    "The LAST_STATE upgrade mode is not supported in session job now.": "since 1.10 it is",
}
# What 1.10 says and 1.7.0 does not say yet.
NEW = {
    r"Flink version v1_1[34] is not supported by this operator version": "since 1.9",
    r".*\bjob\.autoscaler\.excluded\.periods\b": "since 1.8; 1.7 knows no such option",
    r"InitialSavepointPath must not be empty for savepoint redeployment": "since 1.8",
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
