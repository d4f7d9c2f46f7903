"""The one way to a render: folders in, text or Kustomize's own error out."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

KUSTOMIZE = "5.8.1"


@dataclass(frozen=True)
class Render:
    """What building one folder gave: `text` on success, else Kustomize's `error`."""

    folder: str
    text: str = ""
    error: str | None = None


class Engine(Protocol):
    def build(
        self, root: Path, folders: Sequence[str], done: Callable[[Render], None]
    ) -> Iterator[Render]:
        """Render each folder (relative to `root`), in order; calls `done` as each one ends."""
