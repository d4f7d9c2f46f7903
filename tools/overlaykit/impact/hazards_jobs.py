"""Hazards of how jobs are upgraded: together with their cluster, in another mode, by a nonce."""

from collections.abc import Iterator

from overlaykit.impact.effects import Effect, Level
from overlaykit.impact.hazards import Context, Finder, Hazard, of_item, of_job
from overlaykit.impact.hazards_state import DIRECTORIES
from overlaykit.impact.operated import Job, differences_of, mode
from overlaykit.impact.pairs import Pair
from overlaykit.kubernetes.pods import mapping
from overlaykit.operator import diff
from overlaykit.operator.diff import Kind
from overlaykit.operator.request import upgrade_mode
from overlaykit.operator.shape import integer, is_null
from overlaykit.source import Path

_NONCES: dict[str, tuple[Path, str, Level]] = {
    "savepointRedeployNonce": (("job",), "the job goes back to initialSavepointPath", Level.RISK),
    "restartNonce": ((), "the job restarts", Level.RESTART),
    "savepointTriggerNonce": (("job",), "a savepoint is taken", Level.CHANGE),
    "checkpointTriggerNonce": (("job",), "a checkpoint is taken", Level.CHANGE),
}


def session_together(context: Context) -> Iterator[Hazard]:
    """A session cluster and a job on it, both upgraded by one change."""
    for pair, before, after in context.both:
        if pair.key.kind != "FlinkSessionJob" or not _upgrades(before, after):
            continue
        cluster = context.pairs.find(pair, "FlinkDeployment", after.spec.get("deploymentName"))
        jobs = context.jobs.get(cluster) if cluster else None
        if cluster is None or not jobs or not jobs[0] or not jobs[1]:
            continue
        if not _upgrades(jobs[0], jobs[1]):
            continue
        label = jobs[1].item.label
        message = (
            f"{label} and its job {after.item.label} are upgraded by one change: the cluster may "
            "be gone before the job has taken its savepoint, and nothing orders the two"
        )
        fix = "change the session cluster first, and the job once the cluster is READY again"
        path = _first(before, after)
        yield of_job("session-and-job", Level.RISK, pair, after, message, fix, path)


def _upgrades(before: Job, after: Job) -> bool:
    return _kind(before, after) >= Kind.UPGRADE


def _kind(before: Job, after: Job) -> Kind:
    return diff.kind(differences_of(before, after))


def _first(before: Job, after: Job) -> Path:
    found = [one for one in differences_of(before, after) if one.kind >= Kind.UPGRADE]
    return found[0].path if found else ("job",)


def mode_with_upgrade(context: Context) -> Iterator[Hazard]:
    """upgradeMode switched by the change that it will be used for."""
    for pair, before, after in context.both:
        old, new = mode(before), mode(after)
        if not old or not new or old == new or not context.restarts(pair):
            continue
        other = ".".join(map(str, _first(before, after)))
        message = (
            f"upgradeMode changes from {old} to {new} together with {other}: the new mode counts "
            f"for this very upgrade, {_MODES[new]}"
        )
        fix = f"change upgradeMode alone first, which restarts nothing, then {other}"
        level = Level.LOSS if new == "stateless" else Level.RISK
        path: Path = ("job", "upgradeMode")
        yield of_job("mode-with-upgrade", level, pair, after, message, fix, path)


_MODES = {
    "stateless": "and drops the state that the job has now",
    "savepoint": "which needs a job that runs and can finish a savepoint",
    "last-state": "which needs a checkpoint of the job that runs now",
}


def version_of_suspended(context: Context) -> Iterator[Hazard]:
    """flinkVersion changed under a job that was suspended with last-state."""
    for pair, before, after in context.both:
        suspended = before.job.get("state") == "suspended"
        last = suspended and upgrade_mode(before.job) == "last-state"
        changed = before.around.flink(before.spec) != after.around.flink(after.spec)
        if last and changed and mode(after) != "stateless":
            message = (
                "flinkVersion changes while the job is suspended with last-state: its metadata is "
                "that of the old version, so the operator refuses the change"
            )
            fix = "resume it with the old flinkVersion first, then upgrade with a savepoint"
            path: Path = ("flinkVersion",)
            yield of_job("version-of-suspended", Level.REFUSE, pair, after, message, fix, path)


def nonce_reused(context: Context) -> Iterator[Hazard]:
    """A nonce that goes back to a smaller number: the operator only looks whether it differs."""
    for pair, before, after in context.both:
        for name, (above, does, level) in _NONCES.items():
            old, new = (_nonce(job, above, name) for job in (before, after))
            if old is None or new is None or integer(new) >= integer(old):
                continue
            message = (
                f"{name} goes back from {old} to {new}: the operator only looks whether it "
                f"differs, so {does} once more"
            )
            fix = f"leave {name} at {old}, or raise it where that is wanted"
            yield of_job("nonce-reused", level, pair, after, message, fix, (*above, name))


def _nonce(job: Job, above: Path, name: str) -> object:
    value = mapping(job.spec.get("job")).get(name) if above else job.spec.get(name)
    return None if is_null(value) else value


def nonce_copied(context: Context) -> Iterator[Hazard]:
    """A new job that brings a nonce of another one."""
    for pair, job in context.after:
        if pair.before is not None:
            continue
        for name, (above, does, _) in _NONCES.items():
            value = _nonce(job, above, name)
            twin = value is not None and _with_nonce(context, pair, above, name, value)
            if twin:
                message = (
                    f"{name} {value} is that of {twin.item.label}: it does nothing for a new job, "
                    f"and the next change to that number means that {does}"
                )
                fix = f"leave {name} out of the new job; look at the other fields copied with it"
                path = (*above, name)
                yield of_job("nonce-copied", Level.CHANGE, pair, job, message, fix, path)


def _with_nonce(context: Context, pair: Pair, above: Path, name: str, value: object) -> Job | None:
    for other, job in context.after:
        there = _nonce(job, above, name)
        if other is not pair and there is not None and integer(there) == integer(value):
            return job
    return None


def path_without_nonce(context: Context) -> Iterator[Hazard]:
    """initialSavepointPath changed on a job that is there, where nothing makes it count."""
    for pair, before, after in context.both:
        old, new = (job.job.get("initialSavepointPath") for job in (before, after))
        nonces = [_nonce(job, ("job",), "savepointRedeployNonce") for job in (before, after)]
        moved = nonces[1] is not None and nonces[0] != nonces[1]
        if new and old != new and not moved:
            message = (
                f"initialSavepointPath changes to {new}, but savepointRedeployNonce does not: the "
                "path counts for the first start only, and the job goes on from its own state"
            )
            fix = "change savepointRedeployNonce with it to go back to that savepoint"
            path: Path = ("job", "initialSavepointPath")
            yield of_job("path-without-nonce", Level.RISK, pair, after, message, fix, path)


def renamed(context: Context) -> Iterator[Hazard]:
    """A job that goes under one name and comes under another."""
    gone = [(pair, old) for pair, (old, new) in context.jobs.items() if old and not new]
    for pair, job in context.after:
        if pair.before is not None or job.job.get("initialSavepointPath"):
            continue
        for other, old in gone:
            here = (pair.key.kind, pair.key.cluster) == (other.key.kind, other.key.cluster)
            if here and job.job and old.job and _are_alike(old, job):
                yield _renamed(context, pair, job, other, old)


def _are_alike(old: Job, new: Job) -> bool:
    """Whether two jobs do the same; their directories mostly have their names."""
    names = {name for option in DIRECTORIES.values() for name in option.names}
    found = differences_of(old, new)
    return all(one.kind == Kind.IGNORE or one.path[-1] in names for one in found)


def _renamed(context: Context, pair: Pair, job: Job, other: Pair, old: Job) -> Hazard:
    kept = context.verdicts[other].effect is Effect.LEFT
    fate = "runs on beside it" if kept else "is deleted"
    message = (
        f"{old.item.label} is renamed to {job.item.label}: to the operator that is another job, "
        f"so it starts with empty state and the old one {fate}"
    )
    fix = "take a savepoint first, and give its path as initialSavepointPath of the new job"
    return of_item("renamed", Level.LOSS, pair, job.item, message, fix, ("metadata", "name"))


FINDERS: tuple[Finder, ...] = (
    session_together,
    mode_with_upgrade,
    version_of_suspended,
    nonce_reused,
    nonce_copied,
    path_without_nonce,
    renamed,
)
