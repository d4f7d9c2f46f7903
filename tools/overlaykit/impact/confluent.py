"""What CFK and CMF do with a changed object of theirs.

Source: the CRDs of Confluent for Kubernetes (their CEL rules); Confluent, "Manage Statements" and
"Configure Environments".
"""

import re
from typing import Any

from overlaykit.impact.effects import Changed, Effect, Level, Verdict, below, differences
from overlaykit.kubernetes.pods import CONFLUENT

# Fields that can never be changed.
IMMUTABLE: dict[str, tuple[str, ...]] = {
    "FlinkEnvironment": ("kubernetesNamespace",),
    "FlinkApplication": ("flinkEnvironment",),
    "FlinkComputePool": ("type", "flinkEnvironment"),
    "FlinkStatement": ("statement", "flinkEnvironment"),
    "FlinkKafkaCatalog": ("flinkEnvironment",),
    "FlinkKafkaDatabase": ("flinkEnvironment",),
    "FlinkEnvironmentSecretMapping": ("flinkEnvironment",),
}
_DEFINES = re.compile(
    r"(?:\s|--[^\n]*\n|/\*.*?\*/)*(?:CREATE|ALTER|DROP|USE|SET|SHOW|DESCRIBE|EXPLAIN)\b",
    re.IGNORECASE | re.DOTALL,
)
_SELECTS = re.compile(r"\bAS\s+SELECT\b", re.IGNORECASE)
_BY_CMF = "that CMF takes this change over to what runs"


def refused(kind: str, before: dict[str, Any], after: dict[str, Any]) -> list[Changed]:
    """The changes of an object that its CRD refuses."""
    found = []
    for name in IMMUTABLE.get(kind, ()):
        old, new = (_spec(one).get(name) for one in (before, after))
        if old != new and old is not None:
            found.append(Changed(("spec", name), old, new))
    return found


def _spec(data: dict[str, Any]) -> dict[str, Any]:
    found = data.get("spec")
    return found if isinstance(found, dict) else {}


def is_own(group: str, kind: str) -> bool:
    return group == CONFLUENT and (kind in IMMUTABLE or kind in ("CMFRestClass", "FlinkSecret"))


def changed(kind: str, before: dict[str, Any], after: dict[str, Any]) -> Verdict | None:
    """What happens to a statement or pool that may be changed; None for other kinds."""
    found = list(differences(before.get("spec"), after.get("spec"), ("spec",)))
    if not found:
        return None
    if kind == "FlinkStatement":
        return _statement(found, after)
    if kind == "FlinkComputePool":
        return _pool(found, after)
    if kind == "FlinkEnvironment":
        why = "its defaults are laid over every application in it"
        return Verdict(Effect.UPDATED, Level.CHANGE, why, "", tuple(found))
    return None


def restarted(before: dict[str, Any], after: dict[str, Any]) -> Verdict | None:
    """An application that is told to start from another savepoint; None where it is not."""
    path = ("spec", "startFromSavepoint")
    old, new = (_spec(one).get(path[1]) for one in (before, after))
    if not new or old == new:
        return None
    why = "the application is started from the savepoint that startFromSavepoint names"
    state = "from the given savepoint; what came after it is lost"
    found = (Changed((path[1],), old, new),)
    return Verdict(Effect.REDEPLOYED, Level.REDEPLOY, why, state, found, (), _BY_CMF)


def _statement(found: list[Changed], after: dict[str, Any]) -> Verdict:
    stopped = below(found, "spec", "stopped")
    if stopped and _spec(after).get("stopped") is True:
        why = "the statement is stopped with a savepoint, and goes on from it when it is resumed"
        return Verdict(Effect.STOPPED, Level.RESTART, why, "kept, in a savepoint", stopped)
    if stopped:
        why = "the statement is resumed from the savepoint with which it was stopped"
        return Verdict(Effect.STARTED, Level.CHANGE, why, "kept, from where it stopped", stopped)
    if all(one.path == ("spec", "parallelism") for one in found):
        why = "CMF rescales the statement: it is stopped and goes on"
        state = "kept, from a savepoint taken now"
        return Verdict(Effect.RESTARTED, Level.RESTART, why, state, tuple(found), (), _BY_CMF)
    why = "of a running statement only stopped, parallelism and the pool can be changed"
    return Verdict(Effect.RISKED, Level.RISK, why, "at risk", tuple(found), (), _BY_CMF)


def _pool(found: list[Changed], after: dict[str, Any]) -> Verdict:
    state = below(found, "spec", "state")
    if state and _spec(after).get("state") == "SUSPENDED":
        why = "the pool is suspended, and every statement on it stops"
        return Verdict(Effect.STOPPED, Level.RISK, why, "at risk", state)
    if _spec(after).get("type") == "SHARED":
        why = "the shared cluster of the pool restarts, and every statement on it with it"
        return Verdict(Effect.RISKED, Level.RISK, why, "at risk", tuple(found), (), _BY_CMF)
    why = "statements that start from now on get it; those that run keep what they have"
    return Verdict(Effect.UPDATED, Level.CHANGE, why, "kept", tuple(found), (), _BY_CMF)


def is_definition(sql: str) -> bool:
    """Whether a statement only defines something, and runs no job."""
    return bool(_DEFINES.match(sql)) and not _SELECTS.search(sql)


def deleted(kind: str, data: dict[str, Any]) -> tuple[str, Level, str]:
    """(state, level, why) of an object that is deleted."""
    if kind == "FlinkStatement" and is_definition(str(_spec(data).get("statement") or "")):
        return "", Level.RECREATE, "the statement is deleted; what it defined stays"
    if kind == "FlinkStatement":
        return "lost", Level.LOSS, "the statement is stopped and deleted with its state"
    if kind == "FlinkEnvironment":
        why = "CMF deletes the environment; it refuses while applications are in it"
        return "at risk", Level.LOSS, why
    if kind == "FlinkComputePool":
        return "at risk", Level.RISK, "CMF refuses while statements run on the pool"
    return "", Level.RECREATE, "it is deleted in CMF"
