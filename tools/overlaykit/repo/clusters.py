"""Clusters: a folder of overlays with its facts, or in other layouts the name in a path."""

import posixpath
from fnmatch import fnmatch
from typing import Any

from msgspec import Struct

from overlaykit.repo.tree import Tree
from overlaykit.source import Document

FACTS = "facts/cluster.yaml"
_MARKS = ("overlays", "clusters", "environments", "envs")


class Cluster(Struct, frozen=True):
    """A cluster of this layout: `folder` is overlays/<name>, `facts` the spec of its Cluster."""

    name: str
    folder: str
    document: Document

    @property
    def facts(self) -> dict[str, Any]:
        spec = self.document.data.get("spec")
        return spec if isinstance(spec, dict) else {}

    def fact(self, *path: str) -> str:
        value: Any = self.facts
        for step in path:
            value = value.get(step) if isinstance(value, dict) else None
        return value if isinstance(value, str) else ""


def clusters(tree: Tree) -> list[Cluster]:
    """The clusters that have facts here, by name."""
    found = []
    for cluster in tree.folders("overlays"):
        folder = f"overlays/{cluster}"
        for document in tree.documents_or_none(f"{folder}/{FACTS}"):
            data = document.data
            if isinstance(data, dict) and str(data.get("apiVersion", "")).startswith(
                "overlaykit.io/"
            ):
                found.append(Cluster(posixpath.basename(folder), folder, document))
    return found


def place_name(path: str, glob: str = "") -> tuple[str, str]:
    """The (cluster, workload) that a path of any layout speaks of; empty where it does not.

    overlays/<cluster>/<workload>, <workload>/overlays/<cluster>, clusters/<cluster>/<workload>.
    """
    parts = path.split("/")
    if glob:
        for length in range(len(parts), 0, -1):
            if fnmatch("/".join(parts[:length]), glob) and length == len(glob.split("/")):
                return parts[length - 1], "/".join(parts[length : length + 1])
    for number, part in enumerate(parts[:-1]):
        if part in _MARKS:
            below = parts[number + 2 : number + 3]
            before = parts[number - 1 : number] if number else []
            return parts[number + 1], "".join(below or before)
    return "", parts[-1]
