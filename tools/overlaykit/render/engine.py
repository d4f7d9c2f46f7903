"""The one way to a render: folders in, text or Kustomize's own error out."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from msgspec import Struct

KUSTOMIZE = "5.8.1"


class Render(Struct, frozen=True):
    """What building one folder gave: Kustomize's `error`, or on success the `text`, or where
    objects were asked for and the engine has them, `objects`: each with a digest of its own.
    `lost`: the engine did not live to say; it may another time."""

    folder: str
    text: str = ""
    error: str | None = None
    objects: tuple[tuple[str, dict[str, Any]], ...] | None = None
    lost: bool = False


class Variant(Struct, frozen=True):
    """A folder as it would be with other texts in some files: `instead` has them by path.

    `reads` are all files that building it reads; paths are relative to the root and hold no link.
    """

    folder: str
    instead: Mapping[str, str]
    reads: Sequence[str] = ()


class Engine(Protocol):
    def build(
        self,
        root: Path,
        folders: Iterable[str],
        done: Callable[[Render], None],
        objects: bool = False,
    ) -> Iterator[Render]:
        """Render each folder (relative to `root`), in order; calls `done` as each one ends."""

    def vary(self, root: Path, variants: Sequence[Variant]) -> Iterator[Render]:
        """Render each variant, in order; those of one call can be compared with each other."""
