"""The main job: a World in, settled findings out. Pure once the world is built."""

import time
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct, field

from overlaykit import checks, suppress
from overlaykit.checks import Check
from overlaykit.errors import UsageError
from overlaykit.findings import Finding, Problem, settle
from overlaykit.render import engines
from overlaykit.render.objects import Object, dotted
from overlaykit.repo.build import build_world, open_world
from overlaykit.repo.built import Progress
from overlaykit.repo.clusters import place_name
from overlaykit.repo.git import Git
from overlaykit.repo.scope import Scope, of_change, of_shard
from overlaykit.repo.target import folders_of, matches
from overlaykit.repo.world import NotSeen, Unit, World
from overlaykit.suppress import Allow


class Result(Struct):
    """What a run found: `overlays` rendered folders, `objects` judged objects; `beyond`: paths
    that were looked at though they are not listed, each with its state; `lost`: another run might
    say more of a render; `fail_on`: the lowest level that fails; `above`: the folders between the
    top of the checkout and the root that paths are relative to."""

    findings: list[Finding] = field(default_factory=list)
    overlays: int = 0
    objects: int = 0
    suppressed: int = 0
    not_seen: list[NotSeen] = field(default_factory=list)
    clusters: list[str] = field(default_factory=list)
    seconds: float = 0.0
    beyond: dict[str, str] = field(default_factory=dict)
    lost: bool = False
    fail_on: str = "error"
    above: str = ""

    def fails(self, level: str) -> bool:
        """Whether a finding of a level makes the run fail; an info never does."""
        return level == "error" or level == self.fail_on == "warning"

    def count(self, level: str) -> int:
        return sum(finding.level == level for finding in self.findings)


def validate_change(git: Git, change: str, targets: list[str], progress: Progress) -> Result:
    """Judge what a change touches (see `scope.of_change`): what `validate` says of it."""
    started = time.perf_counter()
    with engines.warmed(), of_change(git, change, checks.ids()) as (tree, scope):
        if scope.clusters is not None and not scope.clusters and not scope.files:
            return Result(seconds=time.perf_counter() - started)
        result = validate(tree, targets, progress, scope)
    result.seconds = time.perf_counter() - started
    return result


def validate_shard(
    git: Git, number: int, count: int, targets: list[str], progress: Progress
) -> Result:
    """Judge part `number` of `count`: the parts together say what `validate` says."""
    started = time.perf_counter()
    scope = of_shard(git, number, count, checks.ids())
    if not scope.clusters and scope.others is None:
        return Result(seconds=time.perf_counter() - started)
    result = validate(git.root, targets, progress, scope)
    result.seconds = time.perf_counter() - started
    return result


def validate(
    root: Path, targets: list[str], progress: Progress, scope: Scope | None = None
) -> Result:
    """Judge a repository, or of it what `targets` name (the whole is still looked at for context).

    Raises UsageError for an unknown target and CannotLook where an engine is missing.
    """
    with engines.warmed():
        return _validate(root, targets, progress, scope or Scope())


def _validate(root: Path, targets: list[str], progress: Progress, scope: Scope) -> Result:
    started = time.perf_counter()
    world = open_world(root, checks.ids(), scope.reads, scope.git)
    world.knows_users, world.hidden = scope.knows_users, scope.hidden
    world.compared = scope.compared
    wanted = [folders_of(world, target) for target in targets]
    if not world.graph.targets and not world.tree.yaml_files:
        raise UsageError(f"{root}: nothing to validate: no YAML file is here")
    with checks.loading():
        build_world(world, progress, scope.needs, set().union(*wanted))
    found = list(judge(world))
    comments = suppress.allows(world.tree, {*world.reached, *(f.file for f in found)})
    found += _unused(world, found, comments)
    found = [f for f in found if scope.keeps(f) and (not wanted or _wanted(world, f, wanted))]
    kept = [f for f in found if not suppress.silenced(f, comments)]
    result = Result(settle(kept), suppressed=len(settle(found)) - len(settle(kept)))
    result.not_seen = [n for n in world.not_seen if _concerns(n, scope, world, wanted)]
    units = [u for u in world.judged if not wanted or any(matches(u.folder, w) for w in wanted)]
    units = [u for u in units if scope.judges(u.cluster)]
    built = [u for u in world.units if world.graph.is_build(u.folder) and u.broken is None]
    built = [unit for unit in built if scope.judges(unit.cluster)]
    result.overlays = len([u for u in built if not wanted or _within(u, wanted)])
    result.objects = sum(len(unit.objects) for unit in units)
    result.clusters = sorted({u.cluster for u in units if u.cluster})
    result.beyond = world.tree.beyond()
    result.lost = world.lost
    result.seconds = time.perf_counter() - started
    return result


def _within(unit: Unit, wanted: list[set[str]]) -> bool:
    return any(matches(unit.folder, folders) for folders in wanted)


def _concerns(unseen: NotSeen, scope: Scope, world: World, wanted: list[set[str]]) -> bool:
    """Whether something unseen is of what was asked for; what has no folder is of everything."""
    glob = world.config.clusters
    where = [f for f in unseen.where if scope.judges(place_name(f, glob)[0])]
    if wanted:
        where = [f for f in where if any(matches(f, folders) for folders in wanted)]
    return bool(where) or not unseen.where


def _wanted(world: World, finding: Finding, wanted: list[set[str]]) -> bool:
    """Whether a finding concerns one of the wanted sets of folders."""
    if any(matches(finding.file, folders) for folders in wanted):
        return True
    names = {place_name(f, world.config.clusters) for folders in wanted for f in folders}
    for cluster, workload in names:
        alone = len({w for c, w in names if c == cluster}) == 1
        if cluster in finding.clusters and (not alone or finding.workload == workload):
            return True
    return False


def judge(world: World) -> Iterator[Finding]:
    """Every finding of every check, unsettled."""
    for check in checks.load_all().values():
        level = world.config.levels.get(check.id, check.level)
        if level != "off":
            yield from _run(check, level, world)


def _unused(world: World, found: list[Finding], comments: list[Allow]) -> list[Finding]:
    """What the checks of the silencing comments themselves say."""
    extra = []
    for check in checks.load_all().values():
        if check.input == "comments":
            for problem in check.run(comments, found):
                extra.append(_finding(check, check.level, problem, world))
    return extra


def _run(check: Check, level: str, world: World) -> Iterator[Finding]:
    if check.input == "repository":
        for problem in check.run(world):
            yield _finding(check, level, problem, world)
    elif check.input == "file":
        for document in world.sources:
            for problem in check.run(document, world):
                if (problem.level or level) == "error":
                    problem = problem.assuming(world.assumed.get(document.file, ""))
                yield _finding(check, level, problem, world)
    elif check.input == "unit":
        for unit in world.judged:
            for problem in check.run(unit, world):
                yield _finding(check, level, problem, world, unit)
    elif check.input == "object":
        yield from _run_objects(check, level, world)


def _run_objects(check: Check, level: str, world: World) -> Iterator[Finding]:
    """Objects that are the same to the letter are judged once, then placed in each overlay."""
    judged: dict[str, list[Problem]] = {}
    for unit in world.judged:
        for obj in [*unit.objects, *(unit.drafts if check.drafts else ())]:
            if obj.digest not in judged:
                judged[obj.digest] = list(check.run(obj, world))
            for problem in judged[obj.digest]:
                yield _finding(check, level, problem, world, unit, obj)


def _finding(
    check: Check,
    level: str,
    problem: Problem,
    world: World,
    unit: Unit | None = None,
    obj: Object | None = None,
) -> Finding:
    if unit is not None and (problem.level or level) == "error":
        problem = problem.assuming(unit.assuming)
    place = problem.at
    if place is None:
        if unit is None or obj is None:
            raise TypeError(f"{check.id} gave no place")
        place = unit.locate(obj, problem.path, problem.key)
    cluster, workload = place_name(place.file, world.config.clusters)
    if unit is not None:
        cluster, workload = unit.cluster, unit.workload
    overridden = check.id in world.config.levels
    edits = problem.edits
    if not edits and check.mend is not None:
        edits = check.mend(problem, place, world)
    return Finding(
        check=check.id,
        level=level if overridden else problem.level or level,
        file=place.file,
        line=place.line,
        column=place.column,
        message=problem.message,
        fix=problem.fix,
        clusters=tuple(filter(None, [problem.cluster or cluster])),
        workload=problem.workload or workload,
        object=problem.object or (obj.label if obj else ""),
        field=dotted(problem.path),
        edits=edits,
    )
