"""From files to a World: render what builds, read what is plain, follow the Applications."""

import re
from collections.abc import Callable, Iterable
from pathlib import Path

from overlaykit import config as configuration
from overlaykit import disk, process
from overlaykit.argocd.applications import GROUP, Application, is_application, sources
from overlaykit.render import engine as engines
from overlaykit.render.blame import blame
from overlaykit.render.engine import Engine, Render
from overlaykit.render.objects import Object, objects
from overlaykit.render.provenance import Provenance
from overlaykit.repo.clusters import place_name
from overlaykit.repo.graph import Broken, Graph
from overlaykit.repo.kustomization import NAMES
from overlaykit.repo.tree import Tree, join
from overlaykit.repo.world import Judges, NotSeen, Unit, World, applications, unit_of_files
from overlaykit.source import Place, SyntaxProblem, parse

Progress = Callable[[int, int], None]


def open_world(root: Path, checks: list[str]) -> World:
    """The repository at `root`, nothing rendered yet. Raises UsageError for its configuration."""
    tree = Tree(root.resolve())
    config = configuration.load(tree, checks)
    tree.files = [name for name in tree.files if not config.excludes(name)]
    extra = [tree.root / folder for folder in config.schemas]
    judges = Judges(extra, config.kubernetes)
    return World(tree, Graph(tree), config, judges, remotes=remotes(tree.root))


def remotes(root: Path) -> list[str]:
    """The URLs of the checkout's git remotes; none without git."""
    argv = ["git", "config", "--get-regexp", r"^remote\..*\.url$"]
    try:
        done = process.run(argv, cwd=root)
    except process.Missing:
        return []
    return [line.split(None, 1)[1] for line in done.out.splitlines() if " " in line]


def build_world(
    world: World, progress: Progress, engine: Engine | None = None, only: set[str] | None = None
) -> None:
    """Fill the world with units: every folder that builds (or those in `only`), every file."""
    folders = [f for f in world.graph.targets if only is None or f in only]
    folders = [folder for folder in folders if _seen(world, folder)]
    for render in _renders(world, folders, progress, engine):
        world.units.append(_unit(world, render))
    _add_files(world, only)
    _add_deployed(world)


def _renders(
    world: World, folders: list[str], progress: Progress, engine: Engine | None
) -> Iterable[Render]:
    if not folders:
        return []
    count = 0

    def done(_: Render) -> None:
        nonlocal count
        count += 1
        progress(count, len(folders))

    return (engine or engines.default()).build(world.tree.root, folders, done)


def _seen(world: World, folder: str) -> bool:
    """Whether a folder can be built offline; else it is counted as not seen."""
    where = folder or "."
    remote = world.graph.remote(folder)
    if remote:
        place = remote[1].place
        why = f"needs the remote base {remote[1].text} ({place.file}:{place.line})"
        world.not_seen.append(NotSeen(where, why))
        return False
    for kustomization in world.graph.closure(folder):
        if kustomization.inflates_helm:
            why = f"inflates a Helm chart inside Kustomize ({kustomization.file})"
            world.not_seen.append(NotSeen(where, why))
            return False
        if kustomization.needs_plugins and _runs_program(world, kustomization.folder):
            why = f"needs a generator or transformer program ({kustomization.file})"
            world.not_seen.append(NotSeen(where, why))
            return False
    return True


def _runs_program(world: World, folder: str) -> bool:
    """Whether a plugin configuration of the folder is not one of Kustomize's built-in kinds."""
    kustomization = world.graph.kustomizations[folder]
    for entry in kustomization.entries:
        if entry.field not in ("generators", "transformers", "validators"):
            continue
        path = world.graph.target(kustomization, entry)
        names = [path] if path else []
        if path and world.graph.is_build(path):
            names = list(world.graph.files(path))
        for name in names:
            for document in world.tree.documents_or_none(name):
                if isinstance(document.data, dict) and _is_program(document.data):
                    return True
    return False


def _is_program(data: dict[str, object]) -> bool:
    version = str(data.get("apiVersion", ""))
    return version not in ("", "builtin") and not version.startswith("kustomize.config.k8s.io")


def _unit(world: World, render: Render) -> Unit:
    folder = render.folder
    cluster, workload = place_name(folder, world.config.clusters)
    chain = Provenance(world.graph, folder)
    judged = world.graph.is_top(folder)
    unit = Unit(folder, cluster, workload, chain.locate, judged=judged)
    if render.error is not None:
        unit.broken = blame(world.graph, folder, render.error)
        unit.drafts = [
            Object(document.data, world.kubernetes(cluster), draft=True)
            for document in chain.manifests
            if isinstance(document.data, dict)
        ]
        return unit
    try:
        unit.objects = list(objects(parse(render.text), world.kubernetes(cluster)))
    except SyntaxProblem as problem:
        kustomization = world.graph.kustomizations[folder]
        message = f"the render is no readable YAML (line {problem.line}): {problem.what}"
        unit.broken = Broken(Place(kustomization.file), message, "mend the value it comes from")
    return unit


def _add_files(world: World, only: set[str] | None) -> None:
    """Argo CD objects outside every kustomization; facts and workload metadata anywhere."""
    built = {n for f in world.graph.kustomizations for n in world.graph.files(f)}
    for name in world.tree.yaml_files:
        if not looks_loose(world.tree, name):
            continue
        if only is not None and not any(name.startswith(f"{folder}/") for folder in only):
            continue
        beside = name.rpartition("/")[0] in world.graph.kustomizations
        read_elsewhere = name in built or (beside and not bootstraps(world.tree, name))
        groups = ("overlaykit.io",) if read_elsewhere else ("overlaykit.io", GROUP)
        unit = unit_of_files(world.tree, name, [name], world.config, groups)
        if unit.objects:
            world.units.append(unit)


def bootstraps(tree: Tree, name: str) -> bool:
    """Whether a file holds an Application that deploys the folder it lies in, or one above."""
    for document in tree.documents_or_none(name):
        obj = Object(document.data if isinstance(document.data, dict) else {})
        for source in sources(obj) if is_application(obj) else ():
            path = join("", source.path)
            if source.path and (not path or name.startswith(f"{path}/")):
                return True
    return False


_LOOSE = re.compile(
    r"^\s*[\"']?apiVersion[\"']?:\s*[\"']?(?:argoproj\.io|overlaykit\.io)/", re.MULTILINE
)


def looks_loose(tree: Tree, name: str) -> bool:
    """Whether a file is worth parsing: most YAML of a repository is not."""
    if name.rpartition("/")[2] in NAMES:
        return False
    try:
        return _LOOSE.search(tree.text(name)) is not None
    except disk.Unreadable:
        return False


def _add_deployed(world: World) -> None:
    """Judge what Applications deploy: bases by path, and folders of plain manifests."""
    known = {unit.folder: unit for unit in world.units}
    todo = applications(world.judged)
    while todo:
        _reset(world)
        fresh: list[Unit] = []
        for application in todo:
            fresh.extend(_deployed(world, application, known))
        todo = applications(fresh)
    _reset(world)
    _note_unseen(world)


def _reset(world: World) -> None:
    """Forget what was derived from the units: there are more now."""
    for name in ("applications", "own_urls", "own_revisions", "sources", "yaml_sources", "reached"):
        world.__dict__.pop(name, None)


def _deployed(world: World, application: Application, known: dict[str, Unit]) -> list[Unit]:
    fresh = []
    for source in application.sources:
        path = join("", source.path)
        if not source.path or source.chart or not world.is_own(source):
            continue
        unit = known.get(path)
        if unit is not None:
            if not unit.judged:
                unit.judged = True
                fresh.append(unit)
        elif _is_plain(world, path):
            unit = _directory(world, path, bool(_recurses(source.data)))
            known[path] = unit
            world.units.append(unit)
            fresh.append(unit)
    return fresh


def _recurses(data: dict[str, object]) -> object:
    directory = data.get("directory")
    return directory.get("recurse") if isinstance(directory, dict) else None


def _is_plain(world: World, path: str) -> bool:
    tree = world.tree
    return tree.is_dir(path) and not world.graph.is_build(path) and path not in tree.charts


def _directory(world: World, path: str, recurse: bool) -> Unit:
    prefix = f"{path}/" if path else ""
    names = [n for n in world.tree.yaml_files if n.startswith(prefix)]
    names = [n for n in names if recurse or "/" not in n.removeprefix(prefix)]
    loose = {unit.folder: unit for unit in world.units if unit.folder in set(names)}
    world.units = [unit for unit in world.units if unit.folder not in loose]
    return unit_of_files(world.tree, path, names, world.config)


def _note_unseen(world: World) -> None:
    """Count what Applications deploy that is not in this repository."""
    seen: set[tuple[str, str]] = set()
    for application in world.applications:
        for source in application.sources:
            what = _unseen(world, source.chart, source.path, source.url, world.is_own(source))
            if what and what not in seen:
                seen.add(what)
                world.not_seen.append(NotSeen(*what))
    kinds = [o for unit in world.judged for o in unit.objects if o.kind == "ApplicationSet"]
    for obj in {o.label: o for o in kinds}.values():
        world.not_seen.append(NotSeen(obj.label, "an ApplicationSet is not expanded"))


def _unseen(world: World, chart: str, path: str, url: str, own: bool) -> tuple[str, str] | None:
    if chart:
        return f"chart {chart}", "a chart that is not on this machine cannot be rendered"
    if not own:
        return f"{url} {path}".strip(), "another repository"
    if join("", path) in world.tree.charts:
        return f"chart {path}", "Helm charts of the repository are not rendered"
    return None
