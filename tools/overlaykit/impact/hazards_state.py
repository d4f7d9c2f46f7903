"""Hazards of state itself: whose it is, where it lies, whether the new job can read it."""

from collections.abc import Iterator

from overlaykit.impact.effects import Effect, Level
from overlaykit.impact.hazards import Context, Finder, Hazard, of_job
from overlaykit.impact.operated import Job, high_availability, mode
from overlaykit.impact.pairs import Pair
from overlaykit.operator.settings import CHECKPOINTS, SAVEPOINTS, Option, Settings, flatten
from overlaykit.operator.shape import integer, is_null
from overlaykit.operator.versions import flink_text
from overlaykit.source import Path

STORAGE = Option("high-availability.storageDir", ("recovery.zookeeper.storageDir",))
BACKEND = Option("state.backend.type", ("state.backend",))
MOST = Option("pipeline.max-parallelism")
SLOTS = Option("taskmanager.numberOfTaskSlots")
DIRECTORIES = {
    "checkpoint directory": CHECKPOINTS,
    "savepoint directory": SAVEPOINTS,
    "high availability directory": STORAGE,
}
_KEEPS = (Effect.RESTARTED, Effect.STOPPED, Effect.STARTED, Effect.SCALED, Effect.REDEPLOYED)


def _option(job: Job, option: Option) -> Path:
    return ("flinkConfiguration", job.settings.name(option))


def foreign_savepoint(context: Context) -> Iterator[Hazard]:
    """A savepoint path that lies in the directory of another job, or is given to two."""
    for pair, (before, after) in context.jobs.items():
        path = str(after.job.get("initialSavepointPath") or "") if after else ""
        if not path or after is None:
            continue
        if before and before.job.get("initialSavepointPath") == path:
            continue
        owner = _owner(context, pair, after, path)
        if owner:
            message = f"initialSavepointPath {path} lies in the directory of {owner}"
            fix = "give a savepoint of this very job, or be sure that its state is wanted twice"
            at: Path = ("job", "initialSavepointPath")
            yield of_job("foreign-savepoint", Level.RISK, pair, after, message, fix, at)


def _owner(context: Context, pair: Pair, job: Job, path: str) -> str:
    """Another job whose directory holds a path more closely than the job's own ones."""
    best, name = max((len(d) for d in _dirs(job) if _holds(d, path)), default=0), ""
    for other, sides in context.jobs.items():
        for twin in filter(None, sides) if other is not pair else ():
            if twin.job.get("initialSavepointPath") == path:
                return f"{_named(other)}, which starts from it too"
            for folder in _dirs(twin):
                if _holds(folder, path) and len(folder) > best:
                    best, name = len(folder), _named(other)
    return name


def _named(pair: Pair) -> str:
    return f"{pair.item.label} of {pair.key.cluster}"


def _dirs(job: Job) -> list[str]:
    found = (job.settings.text(option) for option in (CHECKPOINTS, SAVEPOINTS))
    return [text.rstrip("/") for text in found if text]


def _holds(folder: str, path: str) -> bool:
    return path == folder or path.startswith(f"{folder}/")


def moved_directory(context: Context) -> Iterator[Hazard]:
    """A directory of a job's state that changes."""
    for pair, before, after in context.both:
        kept = context.verdicts[pair].effect in _KEEPS
        for what, option in DIRECTORIES.items() if kept else ():
            if _inherits(pair, after, option):
                continue
            old, new = (job.settings.text(option) for job in (before, after))
            if old == new or not old:
                continue
            where = f"to {new}" if new else "to nothing"
            message = (
                f"the {what} changes from {old} {where}: what lies in the old place stays there, "
                "and this upgrade still reads it from there"
            )
            fix = "keep the old place readable until the job has state in the new one"
            found = of_job(
                "moved-directory", Level.RISK, pair, after, message, fix, _option(after, option)
            )
            yield found


def shared_directory(context: Context) -> Iterator[Hazard]:
    """A checkpoint directory that two jobs have in common from now on."""
    owners: dict[str, list[tuple[Pair, Job]]] = {}
    for pair, job in context.after:
        folder = (job.settings.text(CHECKPOINTS) or "").rstrip("/")
        # Jobs of a session cluster share its directory, and Flink keeps them apart there.
        if folder and not _inherits(pair, job, CHECKPOINTS):
            owners.setdefault(folder, []).append((pair, job))
    for folder, listed in owners.items():
        for pair, job in listed:
            others = [_named(other) for other, _ in listed if other is not pair]
            if others and not _had(context, pair, folder):
                message = f"the checkpoint directory {folder} is also that of {others[0]}"
                fix = "give every job a directory of its own"
                at = _option(job, CHECKPOINTS)
                yield of_job("shared-directory", Level.RISK, pair, job, message, fix, at)


def _inherits(pair: Pair, job: Job, option: Option) -> bool:
    """Whether a session job has an option from its cluster."""
    own = Settings(flatten(job.spec.get("flinkConfiguration")))
    return pair.key.kind == "FlinkSessionJob" and not own.name(option)


def _had(context: Context, pair: Pair, folder: str) -> bool:
    before = context.jobs[pair][0]
    text = before.settings.text(CHECKPOINTS) if before else None
    return (text or "").rstrip("/") == folder


def parallelism_above(context: Context) -> Iterator[Hazard]:
    """More subtasks than the state has key groups for."""
    for pair, (before, after) in context.jobs.items():
        if after is None or after.is_session:
            continue
        new, most = parallelism(after), _whole(after.settings.text(MOST))
        old = parallelism(before) if before else 0
        old_most = _whole(before.settings.text(MOST)) if before else most
        if most and new > most and (new, most) != (old, old_most):
            message = f"parallelism {new} is above pipeline.max-parallelism {most}: the job fails"
            fix = f"stay at {most} or below; raising the limit drops the state"
            at: Path = ("job", "parallelism")
            yield of_job("above-max-parallelism", Level.RISK, pair, after, message, fix, at)
        elif not most and not old_most and before and new > (least := default_most(old)):
            message = (
                f"parallelism {new} is above {least}, the limit that Flink chose by itself when "
                f"the job first ran with {old}: the state cannot be restored"
            )
            fix = f"stay at {least} or below, or start anew with pipeline.max-parallelism set"
            at = ("job", "parallelism")
            yield of_job("above-max-parallelism", Level.RISK, pair, after, message, fix, at)


def limit_changed(context: Context) -> Iterator[Hazard]:
    """The number of key groups changed under state that is kept."""
    for pair, before, after in context.both:
        old, new = (_whole(job.settings.text(MOST)) for job in (before, after))
        if old and new and old != new and context.verdicts[pair].effect in _KEEPS:
            message = (
                f"pipeline.max-parallelism changes from {old} to {new}: keyed state that was "
                "written with another limit cannot be restored"
            )
            fix = f"leave it at {old}; only a job that starts empty can change it"
            at = _option(after, MOST)
            yield of_job("max-parallelism-changed", Level.RISK, pair, after, message, fix, at)


def parallelism(job: Job) -> int:
    """The subtasks of a job: TaskManager replicas times slots win over what the job says."""
    manager = job.spec.get("taskManager")
    replicas = manager.get("replicas") if isinstance(manager, dict) else None
    if not is_null(replicas) and job.item.obj.kind != "FlinkSessionJob":
        return integer(replicas) * (_whole(job.settings.text(SLOTS)) or 1)
    return integer(job.job.get("parallelism"))


def default_most(subtasks: int) -> int:
    """The limit that Flink chooses (source: KeyGroupRangeAssignment)."""
    wanted = subtasks + subtasks // 2
    power = 1 << max(wanted - 1, 0).bit_length()
    return min(max(power, 128), 32768)


def _whole(text: str | None) -> int:
    return int(text) if text and text.strip().isdigit() else 0


def availability_changed(context: Context) -> Iterator[Hazard]:
    """High availability switched by a change that counts on its metadata."""
    for pair, before, after in context.both:
        old, new = (job.settings.is_highly_available for job in (before, after))
        if old == new or not context.restarts(pair) or mode(after) == "stateless":
            continue
        word = "on" if new else "off"
        message = (
            f"high availability is switched {word} ({high_availability(before) or 'none'} -> "
            f"{high_availability(after) or 'none'}): a job that does not run at that moment has no "
            "metadata to come back from"
        )
        fix = "make sure that the job runs and has a checkpoint before this is applied"
        paths = [("flinkConfiguration", "high-availability.type")]
        yield of_job("availability-changed", Level.RISK, pair, after, message, fix, *paths)


def backend_changed(context: Context) -> Iterator[Hazard]:
    """Another state backend, where the state is read from a checkpoint of the old one."""
    for pair, before, after in context.both:
        old, new = ((job.settings.text(BACKEND) or "").lower() for job in (before, after))
        lasts = mode(after) == "last-state"
        if old != new and lasts and context.verdicts[pair].effect in _KEEPS:
            message = (
                f"the state backend changes from {old or 'the default'} to {new or 'the default'} "
                "with last-state: a checkpoint is read by the backend that wrote it only"
            )
            fix = "upgrade with upgradeMode savepoint, whose format any backend reads"
            at = _option(after, BACKEND)
            yield of_job("backend-changed", Level.RISK, pair, after, message, fix, at)


def version_lowered(context: Context) -> Iterator[Hazard]:
    """An older Flink under the state of a newer one."""
    for pair, before, after in context.both:
        old, new = before.around.flink(before.spec), after.around.flink(after.spec)
        if old and new and new < old and context.verdicts[pair].effect in _KEEPS:
            message = (
                f"flinkVersion goes back from {flink_text(old)} to {flink_text(new)}: an older "
                "Flink does not read the state of a newer one"
            )
            fix = "start from a savepoint that the older Flink took"
            at: Path = ("flinkVersion",)
            yield of_job("version-lowered", Level.RISK, pair, after, message, fix, at)


FINDERS: tuple[Finder, ...] = (
    foreign_savepoint,
    moved_directory,
    shared_directory,
    parallelism_above,
    limit_changed,
    availability_changed,
    backend_changed,
    version_lowered,
)
