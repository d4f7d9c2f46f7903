"""What a target on the command line means: CLUSTER, CLUSTER/WORKLOAD, or a directory."""

import difflib
import os
from collections.abc import Collection
from pathlib import Path

from overlaykit.errors import UsageError
from overlaykit.repo.clusters import place_name
from overlaykit.repo.world import World


def folders_of(world: World, target: str) -> set[str]:
    """The folders that build and that a target names. Raises UsageError for an unknown one."""
    if not target:
        raise UsageError("an empty target: give CLUSTER, CLUSTER/WORKLOAD or a directory")
    known = world.graph.targets
    names = {folder: place_name(folder, world.config.clusters) for folder in known}
    cluster, _, workload = target.partition("/")
    found = {
        folder
        for folder, (c, w) in names.items()
        if c == cluster and (not workload or w == workload)
    }
    if found:
        return found
    relative = _relative(world, target)
    if relative is not None:
        found = {folder for folder in known if matches(folder, {relative})}
        if target and any(matches(name, {relative}) for name in world.tree.yaml_files):
            return found | {relative}
        if target:
            raise UsageError(f"{target} holds no kustomization and no manifest")
    raise UsageError(_unknown(target, sorted({c for c, _ in names.values() if c}), names))


def cluster_in(world: World, target: str) -> str:
    """The cluster that a target is of; empty for a directory, which may be of any."""
    name = target.partition("/")[0]
    known = (place_name(folder, world.config.clusters)[0] for folder in world.graph.targets)
    return name if name in known else ""


def render_folders(world: World, target: str) -> list[str]:
    """The folders to render for a target, in order: a directory that builds means itself alone.

    What another of them builds from (a job of a workload) shows in that one's render.
    """
    relative = _relative(world, target)
    names = {place_name(f, world.config.clusters)[0] for f in world.graph.targets}
    if relative in world.graph.targets and target.partition("/")[0] not in names:
        return [relative]
    found = folders_of(world, target) & set(world.graph.targets)
    if not found:
        raise UsageError(f"{target} holds no kustomization that builds alone")
    outer = {one for one in found if not (world.graph.ancestors(one) - {one}) & found}
    return sorted(outer or found)


def _relative(world: World, target: str) -> str | None:
    """A directory given from here or from the root, as a path relative to the root."""
    for base in (Path.cwd(), world.tree.root):
        path = Path(os.path.normpath(base / target))
        if path.is_relative_to(world.tree.root) and world.tree.is_dir(
            path.relative_to(world.tree.root).as_posix()
        ):
            relative = path.relative_to(world.tree.root).as_posix()
            return "" if relative == "." else relative
    return None


def _unknown(target: str, clusters: list[str], names: dict[str, tuple[str, str]]) -> str:
    cluster, _, workload = target.partition("/")
    if cluster in clusters and workload:
        below = sorted({w for c, w in names.values() if c == cluster and w})
        close = difflib.get_close_matches(workload, below, 1)
        hint = f"; did you mean '{cluster}/{close[0]}'?" if close else ""
        return f"cluster {cluster} has no '{workload}'{hint}\n  it has: {', '.join(below)}"
    close = difflib.get_close_matches(target, clusters, 1)
    hint = f"; did you mean '{close[0]}'?" if close else ""
    there = f"\n  clusters here: {', '.join(clusters)}" if clusters else ""
    return f"'{target}' is no cluster, CLUSTER/WORKLOAD or directory here{hint}{there}"


def matches(path: str, folders: Collection[str]) -> bool:
    """Whether a path is one of the folders or lies below one."""
    return any(path == folder or not folder or path.startswith(f"{folder}/") for folder in folders)
