"""From files to a World: render what builds, read what is plain, follow the Applications."""

import contextlib
import re
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any

from overlaykit import config as configuration
from overlaykit import disk
from overlaykit.argocd.applications import GROUP, Application, is_application, sources
from overlaykit.render.objects import object_of
from overlaykit.repo.built import Known, Progress, built
from overlaykit.repo.clusters import place_name
from overlaykit.repo.git import Git
from overlaykit.repo.graph import Graph
from overlaykit.repo.judges import Judges
from overlaykit.repo.kustomization import NAMES
from overlaykit.repo.manifests import unit_of_files
from overlaykit.repo.target import matches
from overlaykit.repo.tree import YAML, Tree, everything, join
from overlaykit.repo.unseen import note_unseen, unbuildable
from overlaykit.repo.world import NotSeen, Unit, World
from overlaykit.schema.crd import is_crd


def open_world(
    root: Path,
    checks: list[str],
    reads: Callable[[str], bool] = everything,
    git: Git | None = None,
) -> World:
    """The repository at `root`, nothing rendered yet; `reads`: see Tree. `git`: of the checkout
    that it is, or comes from.

    Raises UsageError for its configuration.
    """
    root = root.resolve()
    git = git or Git(root)
    tree = Tree(root, reads, git if git.root == root else None)
    config = configuration.load(tree, checks)
    tree.files = [name for name in tree.files if not config.excludes(name)]
    extra = [tree.root / folder for folder in config.schemas]
    judges = Judges(extra, config.kubernetes)
    return World(tree, Graph(tree), config, judges, remotes=git.remotes)


def build_world(
    world: World,
    progress: Progress,
    needs: Callable[[str], bool] = lambda cluster: True,
    asked: Collection[str] = (),
    known: Known = lambda folder: None,
) -> None:
    """Fill the world with units: every folder that builds, every file that stands alone.

    A folder of a cluster that nobody needs is rendered only if others may look at it. Of the
    folders that somebody asked for, every manifest is judged, whoever applies it. `known`: the
    objects of a folder that need not be rendered again.
    """
    folders = [folder for folder in world.graph.targets if _offline(world, folder)]
    spared = _spared(world, folders, needs)
    wanted = [folder for folder in folders if folder not in spared]
    world.units.extend(built(world, wanted, progress, known))
    _choose_judged(world, spared)
    _add_files(world, asked)
    _add_deployed(world)
    _set_aside_templates(world)
    _declare(world)
    note_unseen(world)


def _declare(world: World) -> None:
    """Every CRD that is at hand: rendered, or in a file that somebody applies otherwise."""
    found = {}
    for unit in world.units:
        found.update({o.digest: o.data for o in unit.objects if is_crd(o.data)})
    world.judges.declare(list(found.values()), lambda group, kind: _unbuilt(world, group, kind))


def _unbuilt(world: World, group: str, kind: str) -> Iterator[dict[str, Any]]:
    """The CRDs of a kind in files that nothing builds from, such as the `crds` of a chart."""
    names = re.compile(rf"""kind: ["']?{re.escape(kind)}["']?\s*$""", re.MULTILINE)
    for name in world.tree.files:
        if name.endswith(YAML) and name not in world.graph.all_files:
            with contextlib.suppress(disk.Unreadable):
                text = world.tree.text(name)
                if "CustomResourceDefinition" in text and group in text and names.search(text):
                    found = (one.data for one in world.tree.documents_or_none(name))
                    yield from (data for data in found if is_crd(data))


def _offline(world: World, folder: str) -> bool:
    why = unbuildable(world.graph, folder)
    if why:
        world.not_seen.append(NotSeen(folder or ".", why, (folder,)))
    return not why


def _spared(world: World, folders: list[str], needs: Callable[[str], bool]) -> set[str]:
    """The folders of clusters that nobody needs, but for those that hold Argo CD's objects:
    these say which repository and which folders are meant. None where a folder of no cluster is
    judged in its own right, since that may refer to anything."""
    cluster = {folder: place_name(folder, world.config.clusters)[0] for folder in folders}
    others = {folder for folder in folders if not needs(cluster[folder])}
    if not others or any(not cluster[f] and not world.graph.ancestors(f) for f in folders):
        return set()
    return {folder for folder in others if not _deploys(world, folder)}


def _deploys(world: World, folder: str) -> bool:
    """Whether a file that a folder builds from names Argo CD's group."""
    for name in world.graph.yaml_files(folder):
        with contextlib.suppress(disk.Unreadable):
            if GROUP in world.tree.text(name):
                return True
    return False


def _choose_judged(world: World, spared: set[str]) -> None:
    """A base is judged through the overlays that build from it, if one of them was built, or is
    not looked at."""
    above = {unit.folder: world.graph.ancestors(unit.folder) for unit in world.units}
    judged = set(spared)
    for unit in sorted(world.units, key=lambda unit: len(above[unit.folder])):
        elsewhere = bool((above[unit.folder] | {unit.folder}) & world.hidden)
        unit.judged = not above[unit.folder] & judged and not elsewhere
        if unit.judged:
            judged.add(unit.folder)


# Folders of files that are shown rather than applied.
SHOWN = frozenset({"docs", "doc", "examples", "example", "samples", "test", "tests", "testdata"})
_SET_ASIDE = ("template", "skeleton", "testdata", "cookiecutter")


def _set_aside_templates(world: World) -> None:
    """Folders that another program completes first are not seen, rather than broken."""
    for folder in sorted(world.graph.templates):
        why = "a template that another program fills in"
        world.not_seen.append(NotSeen(folder, why, (folder,)))
    for unit in world.units:
        parts = unit.folder.split("/")
        if unit.broken is not None and any(part.startswith(_SET_ASIDE) for part in parts):
            unit.judged = False
            why = "a template or test data that does not build alone"
            world.not_seen.append(NotSeen(unit.folder, why, (unit.folder,)))


def _add_files(world: World, asked: Collection[str]) -> None:
    """Objects of Argo CD, Flink and Confluent outside every kustomization; facts and workload
    metadata anywhere."""
    wanted = {name for name in world.tree.yaml_files if matches(name, asked)}
    for name in world.tree.yaml_files:
        if name not in wanted and not looks_loose(world.tree, name):
            continue
        unit = unit_of_files(world.tree, name, [name], world.config)
        groups = _groups(world, name, name in wanted)
        unit.objects = [obj for obj in unit.objects if groups is None or obj.group in groups]
        unit.objects = [obj for obj in unit.objects if obj.get("spec") or "patch" not in name]
        unowned = all(obj.group in _DEPLOYED for obj in unit.objects)
        if (unowned and name not in wanted) or SHOWN & set(name.split("/")):
            unit.assuming = "that somebody applies this file; nothing here does"
        if unit.objects:
            world.units.append(unit)


def _groups(world: World, name: str, is_wanted: bool) -> tuple[str, ...] | None:
    """The groups whose objects in a file are judged as they stand there; None for all."""
    beside = name.rpartition("/")[0] in world.graph.kustomizations
    if name in world.graph.all_files or (beside and not bootstraps(world.tree, name)):
        return ("overlaykit.io",)
    own = ("overlaykit.io", GROUP)
    if is_wanted:
        return None
    return own if _TESTED & set(name.split("/")) else (*own, *_DEPLOYED)


def bootstraps(tree: Tree, name: str) -> bool:
    """Whether a file holds an Application that deploys the folder it lies in, or one above."""
    for document in tree.documents_or_none(name):
        obj = object_of(document)
        for source in sources(obj) if is_application(obj) else ():
            path = join("", source.path)
            if source.path and (not path or name.startswith(f"{path}/")):
                return True
    return False


# Folders whose manifests a program's tests read: parts of objects, and wrong ones on purpose.
_TESTED = frozenset({"test", "tests", "testdata"})
_DEPLOYED = ("flink.apache.org", "platform.confluent.io")
_LOOSE = re.compile(
    r"^\s*[\"']?apiVersion[\"']?:\s*[\"']?(?:argoproj|overlaykit|flink\.apache|platform\.confluent)"
    r"\.(?:io|org)/",
    re.MULTILINE,
)
_KINDS = re.compile(
    r"^\s*[\"']?kind[\"']?:\s*[\"']?(?:App|Cluster|Workload|Helm|List|Flink|C|K|S)", re.MULTILINE
)


def looks_loose(tree: Tree, name: str) -> bool:
    """Whether a file is worth parsing: most YAML of a repository is not."""
    if name.rpartition("/")[2] in NAMES:
        return False
    try:
        text = tree.text(name)
        return bool(_LOOSE.search(text) and _KINDS.search(text))
    except disk.Unreadable:
        return False


def _add_deployed(world: World) -> None:
    """Judge what Applications deploy: bases by path, and folders of plain manifests."""
    known = {unit.folder: unit for unit in world.units}
    todo = world.applications_in(world.judged)
    while todo:
        _reset(world)
        fresh: list[Unit] = []
        for application in todo:
            fresh.extend(_deployed(world, application, known))
        installed = world.charts.install(todo)
        world.units.extend(installed)
        fresh.extend(installed)
        _reset(world)
        todo = world.applications_in(fresh)
    _reset(world)


DERIVED = (
    *("applications", "applications_of", "own_urls", "own_revisions", "sources", "yaml_sources"),
    *("reached", "units_of", "_expansions", "argocds", "scopes", "_namespace_makers", "together"),
    *("deployers", "healths", "flinks", "sqls", "users", "operators", "operated", "assumed"),
)


def _reset(world: World) -> None:
    """Forget what was derived from the units: there are more now."""
    for name in DERIVED:
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
