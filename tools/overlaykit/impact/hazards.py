"""Hazards: what is dangerous in a change as a whole, beyond what it does to each object."""

from collections.abc import Callable, Iterator
from functools import cached_property

from msgspec import Struct, field
from msgspec.structs import replace

from overlaykit.impact.effects import Effect, Level, Verdict
from overlaykit.impact.operated import Job
from overlaykit.impact.pairs import Item, Pair, Pairs
from overlaykit.source import Path, Place

RESTARTS = (
    *(Effect.RESTARTED, Effect.EMPTIED, Effect.REDEPLOYED, Effect.STOPPED, Effect.STARTED),
    *(Effect.RISKED, Effect.RECREATED),
)
Jobs = dict[Pair, tuple[Job | None, Job | None]]


class Hazard(Struct, frozen=True):
    """A danger: `name` for machines, a sentence, the way out, and where it was written.

    `removed`: the places are in the tree before.
    """

    name: str
    level: Level
    clusters: tuple[str, ...]
    objects: tuple[str, ...]
    message: str
    fix: str
    places: tuple[Place, ...] = ()
    removed: bool = False


class Context(Struct, dict=True):
    """What hazards are looked for in."""

    pairs: Pairs
    jobs: Jobs
    verdicts: dict[Pair, Verdict] = field(default_factory=dict)

    @cached_property
    def both(self) -> list[tuple[Pair, Job, Job]]:
        """The jobs that are there before and after, if anything about them changed."""
        return [
            (pair, before, after)
            for pair, (before, after) in self.jobs.items()
            if before and after and self.verdicts[pair].effect is not Effect.NOTHING
        ]

    @cached_property
    def after(self) -> list[tuple[Pair, Job]]:
        """Every job of the tree after."""
        return [(pair, after) for pair, (_, after) in self.jobs.items() if after]

    def restarts(self, pair: Pair) -> bool:
        return self.verdicts[pair].effect in RESTARTS


Finder = Callable[[Context], Iterator[Hazard]]


def find(pairs: Pairs, jobs: Jobs, verdicts: dict[Pair, Verdict]) -> list[Hazard]:
    """Every hazard of a change, the worst first."""
    from overlaykit.impact import hazards_jobs, hazards_platform, hazards_state

    context = Context(pairs, jobs, verdicts)
    modules = (hazards_jobs, hazards_state, hazards_platform)
    found = [one for module in modules for finder in module.FINDERS for one in finder(context)]
    merged: dict[Hazard, list[str]] = {}
    for one in found:
        merged.setdefault(replace(one, clusters=()), []).extend(one.clusters)
    every = [replace(one, clusters=tuple(sorted(set(names)))) for one, names in merged.items()]
    return sorted(every, key=lambda one: (-one.level, one.clusters, one.name, one.objects))


def of_job(
    name: str, level: Level, pair: Pair, job: Job, message: str, fix: str, *paths: Path
) -> Hazard:
    """A hazard of one job, at fields of its specification."""
    places = tuple(dict.fromkeys(job.place(path) for path in paths))
    return Hazard(name, level, (pair.key.cluster,), (job.item.label,), message, fix, places)


def of_item(
    name: str, level: Level, pair: Pair, item: Item, message: str, fix: str, path: Path
) -> Hazard:
    """A hazard of one object, at a field of it."""
    removed = item is pair.before
    place = item.place(path)
    return Hazard(name, level, (pair.key.cluster,), (item.label,), message, fix, (place,), removed)
