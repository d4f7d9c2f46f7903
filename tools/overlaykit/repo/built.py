"""Folders that build, rendered: a unit for each."""

import itertools
from collections.abc import Callable, Iterator

from msgspec import Struct, field
from msgspec.structs import replace

from overlaykit.render import engines, helm
from overlaykit.render.blame import blame
from overlaykit.render.engine import Render
from overlaykit.render.objects import Object
from overlaykit.render.plain import PlainEngine
from overlaykit.render.provenance import Provenance
from overlaykit.repo.broken import hazard
from overlaykit.repo.clusters import place_name
from overlaykit.repo.graph import Broken, Graph
from overlaykit.repo.unseen import inflatable, inflated
from overlaykit.repo.world import NotSeen, Unit, World
from overlaykit.source import Document, Place, SyntaxProblem

Progress = Callable[[int, int], None]
Known = Callable[[str], list[Object] | None]


class _Todo(Struct):
    """Folders to build, looked at one by one: those that would cost too much, and those with
    charts in them, are put aside."""

    graph: Graph
    folders: list[str]
    hazards: dict[str, Broken] = field(default_factory=dict)
    charts: list[str] = field(default_factory=list)

    def sound(self) -> Iterator[str]:
        for folder in self.folders:
            if found := hazard(self.graph, folder):
                self.hazards[folder] = found
            elif inflatable(self.graph, folder):
                self.charts.append(folder)
            else:
                yield folder

    @property
    def count(self) -> int:
        """How many are sound, as far as is known."""
        return len(self.folders) - len(self.hazards) - len(self.charts)


def built(world: World, folders: list[str], progress: Progress, known: Known) -> Iterator[Unit]:
    """A unit for each folder. `known`: the objects of a folder that need not be rendered again."""
    before = {folder: objects for folder in folders if (objects := known(folder)) is not None}
    for folder, objects in before.items():
        yield replace(_empty(world, folder), objects=objects)
    todo = _Todo(world.graph, [folder for folder in folders if folder not in before])
    units = list(_rendered(world, todo, progress))
    for folder, found in todo.hazards.items():
        yield _refused(world, folder, found)
    yield from _inflated(world, todo.charts)
    yield from units


def _rendered(world: World, todo: _Todo, progress: Progress) -> Iterator[Unit]:
    """The sound folders; the first are rendered while others are looked at."""
    done = itertools.count(1)
    folders = todo.sound()
    first = next(folders, None)
    if first is None:
        return
    every = itertools.chain([first], folders)

    def tell(_: Render) -> None:
        progress(next(done), todo.count)

    for render in engines.default().build(world.tree.root, every, tell, objects=True):
        if render.error is not None and "must specify --enable-helm" in render.error:
            why = "inflates a Helm chart"
            world.not_seen.append(NotSeen(render.folder, why, (render.folder,)))
        elif render.error is not None:
            world.lost = world.lost or render.lost
            yield _refused(world, render.folder, blame(world.graph, render.folder, render.error))
        else:
            yield _unit(world, render)


def _inflated(world: World, folders: list[str]) -> Iterator[Unit]:
    """Folders with charts in them: Kustomize itself has Helm inflate these."""
    if not folders:
        return
    engine = PlainEngine.found(helm.found())
    for render in engine.build(world.tree.root, folders, lambda _: None):
        if render.error is not None:
            why = f"inflates a Helm chart: {render.error}"
            world.not_seen.append(NotSeen(render.folder, why, (render.folder,)))
        else:
            world.charts.seen(inflated(world.graph, render.folder))
            unit = _unit(world, render)
            unit.chain = None  # no engine renders it otherwise to prove anything
            unit.assuming = "that Argo CD's kustomize.buildOptions have --enable-helm"
            yield unit


def _refused(world: World, folder: str, broken: Broken) -> Unit:
    """A folder that does not build; its source objects are kept as drafts."""
    cluster, workload = place_name(folder, world.config.clusters)
    sources: dict[int, Document] = {}
    unit = Unit(folder, cluster, workload, lambda *_: broken.place, broken=broken)
    for document in Provenance(world.graph, folder).manifests:
        if isinstance(document.data, dict):
            obj = Object(document.data, world.kubernetes(cluster), draft=True)
            sources[id(obj)] = document
            unit.drafts.append(obj)
    unit.locate = lambda obj, path, key: (
        sources[id(obj)].place_of(path, key) or sources[id(obj)].nearest(path)
    )
    return unit


def _empty(world: World, folder: str) -> Unit:
    """A folder that builds, its objects still to come."""
    cluster, workload = place_name(folder, world.config.clusters)
    chain = Provenance(world.graph, folder)
    return Unit(folder, cluster, workload, chain.locate, chain=chain)


def _unit(world: World, render: Render) -> Unit:
    unit = _empty(world, render.folder)
    try:
        unit.objects = world.reader.read(render, world.kubernetes(unit.cluster))
    except SyntaxProblem as problem:
        kustomization = world.graph.kustomizations[render.folder]
        message = f"the render is no readable YAML (line {problem.line}): {problem.what}"
        unit.broken = Broken(Place(kustomization.file), message, "mend the value it comes from")
    return unit
