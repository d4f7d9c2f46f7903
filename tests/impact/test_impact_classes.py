"""What impact says of a change against the class that the operator itself gave it."""

import json
from typing import Any

from helpers import ROOT
from operators.documents import session
from operators.pairs import pairs
from overlaykit.impact.effects import Effect
from overlaykit.impact.operated import of_outcome
from overlaykit.operator.request import mode_of
from overlaykit.operator.upgrade import Action, Around, Outcome, changed

RECORDED = json.loads((ROOT / "tests" / "operators" / "recorded.json").read_text())
UPGRADED = {Effect.RESTARTED, Effect.EMPTIED, Effect.STARTED, Effect.STOPPED}
ALLOWED = {
    "SCALE": {Effect.SCALED, *UPGRADED},
    "UPGRADE": UPGRADED,
    "SAVEPOINT_REDEPLOY": {Effect.REDEPLOYED, Effect.STOPPED},
}


def test_every_recorded_class_has_its_effect() -> None:
    said = RECORDED["diff"]
    cases = list(zip(pairs(len(said), RECORDED["seed"]), said, strict=True))
    told = [(case, one) for case, one in cases if _is_real(case)]
    wrong = [(one, case) for case, one in told if not _fits(one, case)]
    assert wrong == []
    assert len(told) > 2500


def _is_real(case: dict[str, Any]) -> bool:
    """Whether the mode that the operator was told is that of the new specification."""
    return case["kind"] == "session" or mode_of(case["after"]) == case["mode"]


def _fits(said: str, case: dict[str, Any]) -> bool:
    cluster = {**session()["spec"], "mode": case["mode"]} if case["kind"] == "session" else None
    outcome = changed(case["before"], case["after"], Around(cluster=cluster))
    return outcome.kind.name == said and _has_effect(said, case, outcome)


def _has_effect(said: str, case: dict[str, Any], outcome: Outcome) -> bool:
    if said == "IGNORE" or (said in ("SCALE", "UPGRADE") and _stays_suspended(case)):
        return outcome.action is Action.NOTHING or (
            said == "SCALE" and outcome.action is Action.SCALE
        )
    return of_outcome(outcome).effect in ALLOWED[said]


def _stays_suspended(case: dict[str, Any]) -> bool:
    jobs = [case[side].get("job") for side in ("before", "after")]
    return all(isinstance(job, dict) and job.get("state") == "suspended" for job in jobs)
