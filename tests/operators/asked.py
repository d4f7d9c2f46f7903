"""What we say of generated cases, in the form of a recorded answer."""

from typing import Any

from overlaykit.operator.diff import changes, kind
from overlaykit.operator.request import Rejection, Request
from overlaykit.operator.validator import validate
from overlaykit.operator.versions import Release

LATEST = Release()


def judged(case: dict[str, Any], release: Release = LATEST) -> list[Rejection]:
    """Our rejections of a case of `documents.cases`."""
    document, session = case["document"], case.get("session")
    job = document["kind"] == "FlinkSessionJob"
    snapshot = document["kind"] == "FlinkStateSnapshot"
    return validate(
        Request(
            document,
            release,
            configured=case["defaults"],
            session=session if job else None,
            found="session" in case if snapshot else None,
        )
    )


def differs(case: dict[str, Any]) -> str:
    """Our class of the change of a case of `pairs.pairs`."""
    session = case["kind"] == "session"
    return kind(changes(case["before"], case["after"], case["mode"], session)).name


def agrees(said: str, message: str, ours: list[Rejection]) -> bool:
    """Whether our first rejection is the operator's verdict, and its message where it has one.

    What the operator cannot read or fails at, it refuses in words of its libraries.
    """
    if said == "OK":
        return not ours
    if said != "REJECT":
        return bool(ours)
    # The keys that it allows come in any order: they are of a set.
    same = ours and ours[0].message.partition(". Allowed")[0] == message.partition(". Allowed")[0]
    return bool(same)
