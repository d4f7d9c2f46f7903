"""What the operator does with a changed FlinkDeployment, FlinkSessionJob or FlinkApplication."""

import json
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from overlaykit.impact.effects import Changed, Effect, Level, Verdict
from overlaykit.impact.pairs import Item
from overlaykit.kubernetes.pods import CONFLUENT, mapping
from overlaykit.operator import diff, upgrade
from overlaykit.operator.request import Request, upgrade_mode
from overlaykit.operator.settings import HIGH_AVAILABILITY, Settings, Unreadable
from overlaykit.operator.upgrade import Action, Around, Outcome, State
from overlaykit.render.objects import Object
from overlaykit.repo.operated import real_path
from overlaykit.repo.operators import Operator
from overlaykit.source import Path, Place

JOBS = ("FlinkDeployment", "FlinkSessionJob", "FlinkApplication", "FlinkBlueGreenDeployment")
_WORDS = {
    State.KEPT: "kept",
    State.CHECKPOINT: "kept, from the last checkpoint",
    State.SAVEPOINT: "kept, from a savepoint taken now",
    State.GIVEN: "from the given savepoint",
    State.STORED: "kept, from where it was suspended",
    State.EMPTY: "lost",
    State.WAITS: "kept",
    State.RISK: "at risk",
}
_FAILING = {
    State.EMPTY: "",
    State.WAITS: "a job that does not run is left alone until it runs",
    State.RISK: "if the job does not run, only its high availability metadata or a path given by "
    "hand brings its state back",
}
_EFFECTS = {
    Action.SCALE: (Effect.SCALED, Level.SCALE),
    Action.START: (Effect.STARTED, Level.CHANGE),
    Action.STOP: (Effect.STOPPED, Level.RESTART),
    Action.RESTART: (Effect.RESTARTED, Level.RESTART),
    Action.REDEPLOY: (Effect.REDEPLOYED, Level.REDEPLOY),
    Action.NEVER: (Effect.REFUSED, Level.REFUSE),
}
_TRIGGERS = {
    "savepointTriggerNonce": "a savepoint is taken",
    "checkpointTriggerNonce": "a checkpoint is taken",
    "autoscalerResetNonce": "the autoscaler forgets what it has learnt",
}


class Job(Struct, frozen=True, eq=False, dict=True):
    """A job, or a session cluster, on one side, as the operator gets it."""

    item: Item
    request: Request
    operator: Operator

    @property
    def spec(self) -> dict[str, Any]:
        return self.request.spec

    @property
    def job(self) -> dict[str, Any]:
        return self.request.job or {}

    @property
    def is_session(self) -> bool:
        """Whether it is a session cluster."""
        return self.request.job is None and self.item.obj.kind != "FlinkSessionJob"

    def place(self, path: Path) -> Place:
        """Where a field of the specification was set: in the object, or in its environment."""
        item = self.item
        whole = ("spec", *path)
        if path[:1] == ("flinkConfiguration",) and len(path) > 1:
            whole = self.request.at(str(path[-1]))
        here = real_path(item.obj, whole)
        above = item.world.together.of(item.unit).environment_of(item.obj)
        if item.obj.get(*here) is None and above is not None and is_confluent(self):
            there = real_path(above.obj, whole)
            if above.obj.get(*there) is not None:
                return above.unit.locate(above.obj, there, False)
        return item.place(here)

    @cached_property
    def settings(self) -> Settings:
        return self.around.settings(self.spec)

    @cached_property
    def around(self) -> Around:
        session = self.request.session
        cluster = mapping(session.get("spec")) if session is not None else None
        if cluster is None and self.item.obj.kind == "FlinkSessionJob":
            cluster = {}
        operator = self.operator
        space = self.request.namespace or self.item.namespace
        return Around(operator.release, operator.defaults, space, cluster)


def job_of(item: Item | None) -> Job | None:
    """An item as a job; None of anything else."""
    if item is None or item.obj.kind not in JOBS:
        return None
    found = item.side.request(item)
    return Job(item, *found) if found else None


def changed(before: Job, after: Job) -> Verdict:
    """The verdict on a job that is there before and after."""
    every = differences_of(before, after)
    try:
        found = _refused(before, after) if every else None
        return found or _decided(before, after, tuple(every))
    except Unreadable as problem:
        why = f"the operator fails on it ({problem}); what runs stays as it was"
        changed = Changed(("flinkConfiguration", problem.key))
        return Verdict(Effect.REFUSED, Level.REFUSE, why, "kept", (changed,))


def differences_of(before: Job, after: Job) -> list[diff.Change]:
    """All changes that the operator sees between two sides of a job."""
    session = after.around.cluster is not None
    return diff.changes(before.spec, after.spec, after.around.mode(after.spec), session)


def _decided(before: Job, after: Job, every: tuple[diff.Change, ...]) -> Verdict:
    outcome = upgrade.changed(before.spec, after.spec, after.around)
    if outcome.action is Action.NOTHING:
        return _ignored(outcome, tuple(Changed(one.path, one.before, one.after) for one in every))
    verdict = of_outcome(outcome, _is_declared_stateless(before))
    if after.item.obj.kind == "FlinkBlueGreenDeployment":
        verdict = verdict.noting("a second deployment starts beside the first and takes over")
    if after.around.cluster == {}:
        verdict = verdict.doubting("that its session cluster, which is not here, is native")
    return verdict


def of_outcome(outcome: Outcome, by_design: bool = False) -> Verdict:
    """An outcome of the operator in our words; `by_design`: it was written that no state counts."""
    effect, level = _EFFECTS[outcome.action]
    state = _WORDS[outcome.running]
    if outcome.running is State.EMPTY and outcome.action is not Action.NEVER:
        state = "lost, as upgradeMode stateless says" if by_design else "lost"
        starts = outcome.action is Action.START
        effect = (
            effect if outcome.action is Action.STOP or (starts and by_design) else Effect.EMPTIED
        )
        level = level if by_design else Level.LOSS
    if outcome.action is Action.REDEPLOY:
        state = "from the given savepoint; what came after it is lost"
    changes = tuple(Changed(one.path, one.before, one.after) for one in outcome.changes)
    note = _FAILING.get(outcome.failing, "") if outcome.failing is not outcome.running else ""
    return Verdict(effect, level, outcome.why, state, changes).noting(note)


def _is_declared_stateless(before: Job) -> bool:
    """Whether somebody wrote that a job needs no state; left out, it is only the default."""
    return before.job.get("upgradeMode") == "stateless"


def _ignored(outcome: Outcome, changes: tuple[Changed, ...]) -> Verdict:
    if not changes:
        return Verdict(Effect.NOTHING, Level.NOTHING, "nothing that the operator looks at changed")
    done = [_TRIGGERS[str(one.path[-1])] for one in changes if _triggers(one)]
    why = f"{' and '.join(done)}; nothing restarts" if done else outcome.why
    return Verdict(Effect.UPDATED, Level.CHANGE, why, "kept", changes)


def _triggers(change: Changed) -> bool:
    return str(change.path[-1]) in _TRIGGERS and change.after is not None


def _refused(before: Job, after: Job) -> Verdict | None:
    """What the operator says to the change, where it is sure to refuse it."""
    last = json.dumps({"spec": before.spec, "resource_metadata": {}}, default=str)
    status = {"reconciliationStatus": {"lastReconciledSpec": last}}
    document = {**after.request.document, "status": status}
    request = replace(after.request, document=document)
    item = after.item
    told = item.world.operated.judge(item.unit, item.obj, request, after.operator)
    sure = [one for one in told if not one.doubt]
    if not sure:
        return None
    first = sure[0].rejection
    why = f"the operator refuses it ({first.message.rstrip('.')}); what runs stays as it was"
    change = Changed(first.path[1:], _at(before.spec, first.path), _at(after.spec, first.path))
    return Verdict(Effect.REFUSED, Level.REFUSE, why, "kept", (change,))


def _at(spec: Mapping[str, Any], path: Any) -> Any:
    value: Any = spec
    for step in path[1:]:
        value = value.get(step) if isinstance(value, dict) else None
    return value


def created(job: Job) -> Verdict:
    outcome = upgrade.created(job.spec)
    if outcome.action is Action.NEVER:
        return Verdict(Effect.REFUSED, Level.REFUSE, outcome.why, "")
    state = "none yet" if outcome.running is State.EMPTY else "from the given savepoint"
    found = Verdict(Effect.CREATED, Level.CHANGE, outcome.why, "" if job.is_session else state)
    return found.noting(_waiting(job))


def _waiting(job: Job) -> str:
    told = job.item.world.operated.judge(job.item.unit, job.item.obj, job.request, job.operator)
    first = next((one.rejection.message for one in told if not one.doubt), "")
    return f"the operator refuses it: {first}" if first else ""


def deleted(job: Job) -> tuple[str, str]:
    """(state, why) of a job that is deleted."""
    if job.is_session:
        return "lost", "the session cluster is deleted, and every job on it with it"
    if job.item.obj.kind == "FlinkBlueGreenDeployment":
        return "lost", "the job is cancelled, and both its deployments are deleted"
    text = job.settings.values.get("kubernetes.operator.job.savepoint-on-deletion", "")
    if text.lower() == "true":
        why = "the job is stopped with a savepoint; a new job needs its path by hand"
        return "only by hand: a savepoint is taken, and nothing points to it", why
    more = ", and its high availability metadata is deleted" if job.around.cluster is None else ""
    why = f"the job is cancelled without a savepoint{more}"
    return "lost: checkpoints that are retained stay, and nothing points to them", why


def deleted_snapshot(obj: Object) -> tuple[str, Level, str]:
    """(state, level, why) of a snapshot that is deleted."""
    disposes = obj.get("spec", "savepoint", "disposeOnDelete") is not False
    if obj.get("spec", "savepoint") is not None and disposes:
        return "lost", Level.LOSS, "the savepoint's files are deleted with it (disposeOnDelete)"
    return "kept", Level.RECREATE, "the files of the snapshot stay"


def with_cluster(job: Job, cluster: Verdict, before: Job) -> Verdict:
    """A session job whose cluster restarts, be it changed itself or not."""
    kept = cluster.level < Level.LOSS
    why = f"it shares the fate of its session cluster: {cluster.why}"
    if kept:
        state = "kept, from the last checkpoint"
        return Verdict(Effect.RESTARTED, Level.RESTART, why, state)
    by_design = _is_declared_stateless(job) and _is_declared_stateless(before)
    level = Level.RESTART if by_design else Level.LOSS
    state = "lost, as upgradeMode stateless says" if by_design else "lost"
    return Verdict(Effect.EMPTIED, level, why, state)


def is_confluent(job: Job) -> bool:
    return job.item.obj.group == CONFLUENT


def mode(job: Job) -> str | None:
    return upgrade_mode(job.job) if job.request.job is not None else None


def high_availability(job: Job) -> str:
    return (job.settings.text(HIGH_AVAILABILITY) or "").lower()
