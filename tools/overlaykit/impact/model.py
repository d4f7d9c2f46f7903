"""The impact of a change: a verdict for each object, placed, and the hazards of it as a whole."""

import json
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

from overlaykit import checks
from overlaykit.impact import argocd, charts, confluent, hazards, kubernetes, operated, standalone
from overlaykit.impact.effects import NEW, NOTHING, Changed, Effect, Level, Verdict, differences
from overlaykit.impact.hazards import Hazard
from overlaykit.impact.operated import Job
from overlaykit.impact.pairs import Item, Pair, Pairs, Side
from overlaykit.render import engines
from overlaykit.render.objects import Object, dotted
from overlaykit.repo.build import build_world, open_world
from overlaykit.repo.built import Progress
from overlaykit.repo.git import Git
from overlaykit.repo.scope import Part, of_both
from overlaykit.repo.world import NotSeen, Unit, World
from overlaykit.source import Place


class Told(Struct, frozen=True):
    """A change of one field with its place; `removed`: the place is in the tree before."""

    text: str
    place: Place
    removed: bool = False


class Impact(Struct, frozen=True):
    """What happens to an object, the same on each of some clusters."""

    clusters: tuple[str, ...]
    workload: str
    object: str
    kind: str
    verdict: Verdict
    told: tuple[Told, ...] = ()

    @property
    def is_job(self) -> bool:
        return self.kind in (*operated.JOBS, "FlinkStatement", "FlinkComputePool")


class Report(Struct):
    """All that a change does."""

    before: str
    after: str
    impacts: list[Impact] = field(default_factory=list)
    hazards: list[Hazard] = field(default_factory=list)
    not_seen: list[NotSeen] = field(default_factory=list)
    clusters: list[str] = field(default_factory=list)

    @property
    def level(self) -> Level:
        found = [one.verdict.level for one in self.impacts] + [one.level for one in self.hazards]
        return max(found, default=Level.NOTHING)


def impact(root: Path, change: str, progress: Progress) -> Report:
    """What applying a change will do; `change` is REF, A..B or A...B. Raises UsageError."""
    names = _names(change)
    git = Git(root)
    with engines.warmed(), of_both(git, change, checks.ids()) as (before, after):
        scope = after[1]
        if scope.clusters is not None and not scope.clusters and not scope.files:
            return Report(*names)
        new = _side(after, progress)
        old = _side(before, progress, new)
        return _report(Pairs(old, new), names)


def _names(change: str) -> tuple[str, str]:
    for dots in ("...", ".."):
        first, found, last = change.partition(dots)
        if found:
            return first or "HEAD", last or "HEAD"
    return (change, "the index") if change == "INDEX" else (change, "the working tree")


def _side(part: Part, progress: Progress, other: Side | None = None) -> Side:
    """One side; what renders as on the `other` one is taken over from it."""
    root, scope = part
    world = open_world(root, checks.ids(), scope.reads, scope.git)
    world.knows_users, world.hidden = scope.knows_users, scope.hidden

    def known(folder: str) -> list[Object] | None:
        return unchanged(world, other, folder) if other else None

    build_world(world, progress, scope.needs, known=known)
    return Side(world, scope)


def unchanged(world: World, other: Side, folder: str) -> list[Object] | None:
    """The objects of a folder on the other side, if all that builds it is the same."""
    units = other.world.units_of.get(folder, [])
    if len(units) != 1 or units[0].chain is None or units[0].broken is not None:
        return None
    for graph in (world.graph, other.world.graph):
        if not other.scope.files.isdisjoint(graph.files(folder)):
            return None
    return units[0].objects


def _report(pairs: Pairs, names: tuple[str, str]) -> Report:
    judge = _Judge(pairs)
    judge.run()
    report = Report(*names, sorted(_merged(judge.impacts), key=_order))
    report.hazards = hazards.find(pairs, judge.jobs, judge.verdicts)
    seen = {(one.what, one.why): one for s in (pairs.old, pairs.new) for one in s.world.not_seen}
    report.not_seen = list(seen.values())
    report.clusters = sorted({name for one in report.impacts for name in one.clusters})
    return report


def _merged(impacts: list[Impact]) -> Iterator[Impact]:
    """What is the same to the letter on several clusters is told once."""
    found: dict[Impact, list[str]] = {}
    for one in impacts:
        found.setdefault(replace(one, clusters=()), []).extend(one.clusters)
    for one, clusters in found.items():
        yield replace(one, clusters=tuple(sorted(set(clusters))))


def _order(one: Impact) -> tuple[tuple[str, ...], int, bool, str]:
    return one.clusters, -one.verdict.level, not one.is_job, one.object


class _Judge:
    """Gives each pair its verdict; what follows from another's comes last."""

    def __init__(self, pairs: Pairs) -> None:
        self.pairs = pairs
        self.impacts: list[Impact] = []
        self.verdicts: dict[Pair, Verdict] = {}
        self.jobs: dict[Pair, tuple[Job | None, Job | None]] = {}

    def run(self) -> None:
        for pair in self.pairs.all:
            if pair.key.kind in operated.JOBS:
                self.jobs[pair] = operated.job_of(pair.before), operated.job_of(pair.after)
            self.verdicts[pair] = self._verdict(pair)
        for pair, (before, after) in self.jobs.items():
            if before and after and pair.key.kind == "FlinkSessionJob":
                self._follow(pair, before, after)
        for pair, verdict in self.verdicts.items():
            if verdict.effect is not Effect.NOTHING:
                self.impacts.append(self._impact(pair, verdict))
        self.impacts += [*self._unbuilt()]

    def _verdict(self, pair: Pair) -> Verdict:
        if pair.after is None:
            return self._gone(pair)
        found = self._created(pair) if pair.before is None else self._changed(pair)
        if found.effect is Effect.NOTHING:
            return found
        return found.noting(argocd.waits(pair.after)).doubting(argocd.doubt(pair.after))

    def _created(self, pair: Pair) -> Verdict:
        job = self.jobs.get(pair, (None, None))[1]
        if job is not None:
            return operated.created(job)
        return Verdict(Effect.CREATED, Level.CHANGE, NEW)

    def _changed(self, pair: Pair) -> Verdict:
        adopted = argocd.adopted(pair, self.pairs)
        if adopted:
            holds = self._deletion(pair)[1] is Level.LOSS
            effect, state = (Effect.RISKED, "at risk") if holds else (Effect.RECREATED, "")
            return Verdict(effect, Level.RISK, adopted, state)
        before, after = self.jobs.get(pair, (None, None))
        if pair.is_same and not (before and after):
            # Its value files may have changed.
            return charts.changed(pair) if pair.key.kind == "Application" else NOTHING
        refused = self._refused(pair)
        if refused:
            return self._immutable(pair, refused)
        if not pair.is_same and argocd.replaces(pair.item):
            return self._replaced(pair)
        if before and after:
            return self._job(pair, before, after)
        return self._plain(pair)

    def _job(self, pair: Pair, before: Job, after: Job) -> Verdict:
        start = confluent.restarted(*(one.obj.data for one in pair.sides))
        if start and operated.is_confluent(after):
            return start
        found = operated.changed(before, after)
        if found.effect is Effect.NOTHING and not pair.is_same:
            why = "nothing that the operator looks at changed"
            return Verdict(Effect.UPDATED, Level.CHANGE, why, "kept")
        if pair.is_same and found.effect is not Effect.NOTHING and operated.is_confluent(after):
            return found.doubting("that CMF lays the changed environment over what runs")
        return found

    def _plain(self, pair: Pair) -> Verdict:
        old, new = (one.obj for one in pair.sides)
        kind = (pair.key.group, pair.key.kind)
        if argocd.runs_again(pair.item):
            return Verdict(Effect.UPDATED, Level.CHANGE, "a hook: it runs anew in every sync")
        if confluent.is_own(*kind):
            found = confluent.changed(pair.key.kind, old.data, new.data)
            return found or kubernetes.changed(kind, old.data, new.data)
        if pair.key.kind == "Application":
            return charts.changed(pair)
        return standalone.changed(pair, kubernetes.changed(kind, old.data, new.data))

    def _refused(self, pair: Pair) -> list[Changed]:
        old, new = (one.obj for one in pair.sides)
        if argocd.runs_again(pair.item):
            return []
        if confluent.is_own(pair.key.group, pair.key.kind):
            return confluent.refused(pair.key.kind, old.data, new.data)
        if old.name != new.name:
            return []  # a generated name: it is another object
        return kubernetes.refused((pair.key.group, pair.key.kind), old.data, new.data)

    def _immutable(self, pair: Pair, refused: list[Changed]) -> Verdict:
        names = " and ".join(dotted(one.path) for one in refused[:3])
        if argocd.forces(pair.item):
            return replace(self._replaced(pair), changes=tuple(refused))
        why = f"{names} cannot be changed: the sync fails, again and again, and it stays as it was"
        found = Verdict(Effect.REFUSED, Level.REFUSE, why, "kept", tuple(refused))
        done = pair.key.kind == "Job" and pair.sides[0].obj.get("spec", "ttlSecondsAfterFinished")
        return found.doubting("that the Job is still there" if done else "")

    def _replaced(self, pair: Pair) -> Verdict:
        state, level, _ = self._deletion(pair)
        why = "Force=true: Argo CD deletes it and makes it anew"
        return Verdict(Effect.RECREATED, max(level, Level.RECREATE), why, state)

    def _gone(self, pair: Pair) -> Verdict:
        found = argocd.removal(self.pairs, pair.item)
        doubt = pair.item.unit.assuming or found.doubt
        if not found.deletes:
            return Verdict(Effect.LEFT, Level.CHANGE, found.why, "kept", doubt=doubt)
        state, level, why = self._deletion(pair)
        return Verdict(Effect.PRUNED, level, f"{found.why}; {why}", state, doubt=doubt)

    def _deletion(self, pair: Pair) -> tuple[str, Level, str]:
        job = self.jobs.get(pair, (None, None))[0]
        if job is not None:
            state, why = operated.deleted(job)
            return state, Level.LOSS, why
        if confluent.is_own(pair.key.group, pair.key.kind):
            return confluent.deleted(pair.key.kind, pair.item.obj.data)
        if pair.key.kind == "FlinkStateSnapshot":
            return operated.deleted_snapshot(pair.item.obj)
        if pair.key.kind == "Application":
            return charts.deleted(pair)
        return kubernetes.deleted((pair.key.group, pair.key.kind))

    def _follow(self, pair: Pair, before: Job, after: Job) -> None:
        """A session job shares the fate of its cluster."""
        name = after.spec.get("deploymentName")
        cluster = self.pairs.find(pair, "FlinkDeployment", name)
        found = self.verdicts.get(cluster) if cluster else None
        restarts = (Effect.RESTARTED, Effect.EMPTIED, Effect.RECREATED, Effect.PRUNED)
        if found is None or found.effect not in restarts:
            return
        mine = self.verdicts[pair]
        told = operated.with_cluster(after, found, before)
        if mine.level < told.level:
            self.verdicts[pair] = told.noting(*mine.notes, mine.why if mine.changes else "")

    def _impact(self, pair: Pair, verdict: Verdict) -> Impact:
        item = pair.item
        job = self.jobs.get(pair, (None, None))
        fields = (leaf for one in verdict.changes for leaf in _leaves(one))
        told = tuple(_told(pair, job, one) for one in fields)
        verdict = replace(verdict, changes=())
        if not told:
            path = ("metadata", "name")
            told = (Told("", item.place(path), pair.after is None),)
        unit = item.unit
        return Impact((pair.key.cluster,), unit.workload, item.label, pair.key.kind, verdict, told)

    def _unbuilt(self) -> Iterator[Impact]:
        """Folders that do not build: nothing of them is applied."""
        for side, when in ((self.pairs.old, "before"), (self.pairs.new, "after")):
            for unit in argocd.broken_units(side):
                if unit.folder in self.pairs.new.hidden & self.pairs.old.hidden:
                    continue  # it did not build before, and still does not
                place = unit.broken.place if unit.broken else Place(unit.folder)
                told = (Told("", place, when == "before"),)
                found = _unbuilt(unit, when)
                for cluster in side.clusters(unit):
                    yield Impact((cluster,), unit.workload, unit.folder, "", found, told)


def _leaves(one: Changed) -> Iterator[Changed]:
    return differences(one.before, one.after, one.path)


def _unbuilt(unit: Unit, when: str) -> Verdict:
    if when == "before":
        why = "it did not build before, so what runs is not known"
        return Verdict(Effect.UNKNOWN, Level.CHANGE, why)
    why = f"it does not build, and what runs stays: {unit.broken.message if unit.broken else ''}"
    return Verdict(Effect.REFUSED, Level.REFUSE, why, "kept")


def _told(pair: Pair, jobs: tuple[Job | None, Job | None], one: Changed) -> Told:
    """A change in words, where a person made it: after, or before where it was taken out."""
    removed = one.after is None and pair.before is not None
    item, job = (pair.before, jobs[0]) if removed else (pair.after, jobs[1])
    item = item or pair.item
    name = ".".join(map(str, one.path)) if any(jobs) else dotted(one.path)
    return Told(f"{name}: {_values(pair, one)}", _place(item, job, one), removed)


def _values(pair: Pair, one: Changed) -> str:
    """Both values; of a Secret, or where they begin alike, only that they differ."""
    old, new = _short(one.before), _short(one.after)
    hides = pair.key.kind == "Secret" and one.path[:1] in (("data",), ("stringData",))
    return "changed" if hides or old == new else f"{old} -> {new}"


def _place(item: Item, job: Job | None, one: Changed) -> Place:
    if one.path[:1] == (charts.VALUES,):
        return charts.value_place(item, one.path[1:]) or item.place(("spec",))
    if job is None:
        return item.place(one.path)
    if one.path[:1] == ("flinkConfiguration",) and len(one.path) > 1:
        found = item.world.operated.option(item.unit, item.obj, str(one.path[-1]))
        if found:
            return found
    return job.place(one.path)


def _short(value: object) -> str:
    if value is None:
        return "nothing"
    text = value if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False)
    text = " ".join(text.split())
    return text if len(text) <= 60 else f"{text[:57]}..."
