"""The entries of a kustomization that change what others bring: patches, images, labels, …"""

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any

from msgspec import Struct

from overlaykit.edit import remove
from overlaykit.findings import Edit
from overlaykit.repo.kustomization import Kustomization, Patch
from overlaykit.source import Path, Place

PATCHES = ("patches", "patchesStrategicMerge", "patchesJson6902")
_LISTS = (*PATCHES, "images", "replicas", "replacements", "components")
_PAIRS = ("commonLabels", "commonAnnotations")


class Part(Struct, frozen=True, eq=False, dict=True):
    """One entry: `path` leads to it in the kustomization `layer`."""

    layer: Kustomization
    path: Path

    @property
    def field(self) -> str:
        return str(self.path[0])

    @cached_property
    def data(self) -> Any:
        found: Any = self.layer.data
        for step in self.path:
            found = found[step]
        return found

    @property
    def pairs(self) -> dict[str, str]:
        """The labels or annotations that an entry gives."""
        found = self.data
        if self.field == "labels" and len(self.path) == 2:
            found = found["pairs"]
        if not isinstance(found, dict):
            found = {self.path[-1]: found}
        return {str(key): str(value) for key, value in found.items()}

    @cached_property
    def patch(self) -> Patch:
        """The patch of this entry."""
        mine = [patch for patch in self.layer.patches if patch.field == self.field]
        return mine[int(self.path[1])]

    def place(self, *below: str | int) -> Place:
        """Where the entry stands, or a value below it."""
        document = self.layer.document
        found = document.place_of((*self.path, *below), key=not below)
        return found or document.nearest((*self.path, *below))


def parts(layer: Kustomization) -> list[Part]:
    """The entries of a kustomization, as they stand there."""
    return [Part(layer, path) for path in _paths(layer.data)]


def _paths(data: dict[str, Any]) -> Iterator[Path]:
    for field in _LISTS:
        listed = data.get(field)
        for number, _ in enumerate(listed if isinstance(listed, list) else ()):
            yield field, number
    for field in _PAIRS:
        pairs = data.get(field)
        yield from ((field, key) for key in (pairs if isinstance(pairs, dict) else ()))
    if data.get("namespace"):
        yield ("namespace",)
    listed = data.get("labels")
    for number, entry in enumerate(listed if isinstance(listed, list) else ()):
        pairs = entry.get("pairs") if isinstance(entry, dict) else None
        if isinstance(pairs, dict) and len(pairs) == 1:
            yield "labels", number
        elif isinstance(pairs, dict):
            yield from (("labels", number, "pairs", key) for key in pairs)


def without(text: str, gone: Iterable[Part]) -> str:
    """The text of a kustomization without these entries. Raises edit.CannotEdit."""
    order = sorted((part.path for part in gone), key=_from_behind, reverse=True)
    for path in order:
        text = remove(text, path)
    return text


def _from_behind(path: Path) -> tuple[str, int, str]:
    number = path[1] if len(path) > 1 and isinstance(path[1], int) else 0
    return str(path[0]), number, str(path[-1])


def cut(file: str, old: str, new: str) -> Edit:
    """The one edit that makes `new` of a file's text."""
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    return Edit(file, start, len(old) - end, new[start : len(new) - end])
