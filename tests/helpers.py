"""What tests share: the repository, a render memory, the command line in process."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from click.testing import CliRunner, Result

from overlaykit.cli import main
from overlaykit.render.engine import Render
from overlaykit.render.plain import PlainEngine
from overlaykit.repo.graph import Graph
from overlaykit.repo.tree import Tree

ROOT = Path(__file__).resolve().parents[1]


class RememberingEngine:
    """The plain engine; a folder whose files are the same as before is not rendered again."""

    def __init__(self) -> None:
        self.engine = PlainEngine.found()
        self.seen: dict[str, Render] = {}

    def build(
        self, root: Path, folders: Sequence[str], done: Callable[[Render], None]
    ) -> Iterator[Render]:
        graph = Graph(Tree(root))
        keys = {folder: self._key(graph, folder) for folder in folders}
        new = [folder for folder in folders if keys[folder] not in self.seen]
        for render in self.engine.build(root, new, done):
            if render.error is not None:
                keys[render.folder] += str(root)  # its message names the root
            self.seen[keys[render.folder]] = render
        return iter([self.seen[keys[folder]] for folder in folders])

    def _key(self, graph: Graph, folder: str) -> str:
        digest = hashlib.sha256(folder.encode())
        for name in sorted(set(graph.files(folder)) | set(graph.broken_files)):
            digest.update(f"\0{name}\0".encode() + (graph.tree.root / name).read_bytes())
        for kustomization in graph.closure(folder):
            for entry in kustomization.entries:
                path = graph.target(kustomization, entry)
                there = path is not None and (graph.tree.root / path).exists()
                digest.update(f"{entry.text} {there}".encode())
        return digest.hexdigest()


def overlay(root: Path, *argv: str) -> Result:
    """Run the command line in process on the repository at `root`."""
    return CliRunner().invoke(main, ["-C", str(root), *argv], catch_exceptions=False)
