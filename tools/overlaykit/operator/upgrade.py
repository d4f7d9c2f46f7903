"""What a change does to a job and its state, as the operator's reconcilers decide.

Whether the job runs at that moment is not written anywhere, so each verdict has two sides: what
happens to a running job, and what to one that fails or restarts.
Source: the operator's classes AbstractFlinkResourceReconciler, AbstractJobReconciler,
ApplicationReconciler, SessionReconciler, NativeFlinkService and StandaloneFlinkService, 1.15.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from overlaykit.kubernetes.pods import mapping
from overlaykit.operator import diff
from overlaykit.operator.diff import Change, Kind
from overlaykit.operator.request import flink_of, mode_of, upgrade_mode
from overlaykit.operator.settings import (
    FALLBACK,
    MAX_AGE,
    Option,
    Settings,
    defaults,
    flatten,
    own,
    savepoints,
)
from overlaykit.operator.versions import Flink, Release

IN_PLACE = own("job.upgrade.inplace-scaling.enabled")
SCHEDULER = Option("jobmanager.scheduler")
SCHEDULER_MODE = Option("scheduler-mode")


class Action(StrEnum):
    """What the operator does."""

    NOTHING = "nothing"
    SCALE = "scaled in place"
    START = "started"
    STOP = "stopped"
    RESTART = "restarted"
    REDEPLOY = "redeployed"
    NEVER = "never reconciled"


class State(StrEnum):
    """What becomes of the state."""

    KEPT = "stays as it is"
    CHECKPOINT = "from the last checkpoint"
    SAVEPOINT = "from a savepoint taken now"
    GIVEN = "from the given savepoint"
    STORED = "from where it was suspended"
    EMPTY = "empty"
    WAITS = "nothing happens until the job runs"
    RISK = "only by hand, if the metadata of high availability is gone"


class Outcome(Struct, frozen=True):
    """The verdict on a change: what is done, the state of a running job and of a failing one.

    `changes` are those of the strength that decided, `why` is a sentence for people.
    """

    action: Action
    running: State
    failing: State
    why: str
    kind: Kind = Kind.IGNORE
    changes: tuple[Change, ...] = ()

    @property
    def loses(self) -> bool:
        """Whether state that a running job had is gone."""
        return self.action in (Action.RESTART, Action.REDEPLOY) and self.running is State.EMPTY


class Around(Struct, frozen=True):
    """What a specification does not say itself; `cluster` is that of a session job."""

    release: Release = field(default_factory=Release)
    configured: Mapping[str, str] | None = None
    namespace: str = ""
    cluster: Mapping[str, Any] | None = None

    def flink(self, spec: Mapping[str, Any]) -> Flink | None:
        return flink_of(spec if self.cluster is None else self.cluster, self.release)

    def settings(self, spec: Mapping[str, Any]) -> Settings:
        found = defaults(self.configured or {}, self.namespace, self.flink(spec), self.release)
        found |= flatten((self.cluster or {}).get("flinkConfiguration"))
        return Settings(found | flatten(spec.get("flinkConfiguration")))

    def mode(self, spec: Mapping[str, Any]) -> str:
        return mode_of(spec if self.cluster is None else self.cluster)


def created(spec: Mapping[str, Any]) -> Outcome:
    """What happens to a new resource."""
    job = spec.get("job")
    if not isinstance(job, dict):
        return Outcome(Action.START, State.EMPTY, State.EMPTY, "a session cluster starts")
    if job.get("state") == "suspended":
        why = "the operator never looks at a job that is created suspended"
        return Outcome(Action.NEVER, State.EMPTY, State.EMPTY, why)
    if job.get("initialSavepointPath"):
        why = f"it starts from {job['initialSavepointPath']}, whatever its upgrade mode"
        return Outcome(Action.START, State.GIVEN, State.GIVEN, why)
    why = "it starts with empty state, whatever its upgrade mode"
    return Outcome(Action.START, State.EMPTY, State.EMPTY, why)


def changed(before: Mapping[str, Any], after: Mapping[str, Any], around: Around) -> Outcome:
    """What happens when one specification replaces another."""
    session = around.cluster is not None
    found = diff.changes(before, after, around.mode(after), session)
    kind = diff.kind(found)
    strongest = tuple(one for one in found if one.kind == kind)
    outcome = _decide(before, after, around, kind, strongest)
    return replace(outcome, kind=kind, changes=strongest)


def _decide(
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    around: Around,
    kind: Kind,
    found: tuple[Change, ...],
) -> Outcome:
    if kind is Kind.IGNORE:
        why = "nothing that restarts a job changed; the new values count from the next restart on"
        return Outcome(Action.NOTHING, State.KEPT, State.KEPT, why if found else "nothing changed")
    if not isinstance(after.get("job"), dict):
        return _cluster(after, around)
    if kind is Kind.SCALE and (why := _scales(before, around)):
        return Outcome(Action.SCALE, State.KEPT, State.KEPT, why)
    if kind is Kind.SAVEPOINT_REDEPLOY:
        return _redeploy(mapping(after["job"]))
    return _job(before, after, around)


def _scales(before: Mapping[str, Any], around: Around) -> str:
    """Why a scaling needs no restart; empty where it does."""
    settings, flink = around.settings(before), around.flink(before)
    if around.mode(before) == "standalone":
        reactive = (settings.text(SCHEDULER_MODE) or "").lower() == "reactive"
        return "the reactive scheduler takes the TaskManagers that there are" if reactive else ""
    adaptive = (settings.text(SCHEDULER) or "").lower() == "adaptive"
    if adaptive and settings.flag(IN_PLACE, True) and flink is not None and flink >= (1, 18):
        return "the adaptive scheduler rescales a running job"
    return ""


def _cluster(after: Mapping[str, Any], around: Around) -> Outcome:
    if around.settings(after).is_highly_available:
        why = "the session cluster restarts, and high availability brings its jobs back"
        return Outcome(Action.RESTART, State.CHECKPOINT, State.CHECKPOINT, why)
    why = "the session cluster restarts without high availability: its jobs are gone with it"
    return Outcome(Action.RESTART, State.EMPTY, State.EMPTY, why)


def _redeploy(job: Mapping[str, Any]) -> Outcome:
    why = f"the job is cancelled, and what it did since {job.get('initialSavepointPath')} is lost"
    if job.get("state") == "suspended":
        return Outcome(Action.STOP, State.GIVEN, State.GIVEN, why)
    return Outcome(Action.REDEPLOY, State.GIVEN, State.GIVEN, why)


def _job(before: Mapping[str, Any], after: Mapping[str, Any], around: Around) -> Outcome:
    old, new = mapping(before.get("job")), mapping(after.get("job"))
    stops, mode = new.get("state") == "suspended", upgrade_mode(new)
    if old.get("state") == "suspended":
        return _resumed(stops, mode)
    action = Action.STOP if stops else Action.RESTART
    if mode == "stateless":
        why = "upgradeMode is stateless: the state is dropped"
        return Outcome(action, State.EMPTY, State.EMPTY, why)
    if mode == "savepoint":
        return _with_savepoint(before, after, around, action)
    return _with_last_state(before, after, around, action)


def _resumed(stops: bool, mode: str | None) -> Outcome:
    if stops:
        why = "the job is suspended; the change counts when it is resumed"
        return Outcome(Action.NOTHING, State.KEPT, State.KEPT, why)
    if mode == "stateless":
        why = "it is resumed with upgradeMode stateless: the state is dropped"
        return Outcome(Action.START, State.EMPTY, State.EMPTY, why)
    why = "it is resumed in the way in which it was suspended"
    return Outcome(Action.START, State.STORED, State.STORED, why)


def _with_savepoint(
    before: Mapping[str, Any], after: Mapping[str, Any], around: Around, action: Action
) -> Outcome:
    why = "a savepoint is taken, and the job goes on from it"
    falls_back = around.settings(after).flag(FALLBACK, True)
    if not (falls_back or _is_new_version(before, after, around)):
        why += "; a job that does not run is not touched, since the fallback is off"
        return Outcome(action, State.SAVEPOINT, State.WAITS, why)
    failing = _failing(before, after, around)
    return Outcome(action, State.SAVEPOINT, failing, why)


def _with_last_state(
    before: Mapping[str, Any], after: Mapping[str, Any], around: Around, action: Action
) -> Outcome:
    failing = _failing(before, after, around)
    if _is_new_version(before, after, around):
        # A newer Flink cannot read the metadata of high availability of an older one.
        if around.settings(before).is_blank(savepoints(around.release)):
            why = "flinkVersion changes: the job is cancelled, and goes on from its last checkpoint"
            return Outcome(action, State.CHECKPOINT, failing, why)
        why = "flinkVersion changes: a savepoint is taken, and the job goes on from it"
        return Outcome(action, State.SAVEPOINT, failing, why)
    why = "the job goes on from its last checkpoint"
    if around.settings(after).name(MAX_AGE):
        why += ", or from a savepoint where that checkpoint is older than is allowed"
    return Outcome(action, State.CHECKPOINT, failing, why)


def _failing(before: Mapping[str, Any], after: Mapping[str, Any], around: Around) -> State:
    """A job that does not run is cancelled for its last checkpoint, or restored from metadata."""
    if around.cluster is not None:
        return State.CHECKPOINT
    available = [around.settings(spec).is_highly_available for spec in (before, after)]
    if not all(available):
        return State.RISK
    return State.RISK if _is_new_version(before, after, around) else State.CHECKPOINT


def _is_new_version(before: Mapping[str, Any], after: Mapping[str, Any], around: Around) -> bool:
    return around.cluster is None and around.flink(before) != around.flink(after)
