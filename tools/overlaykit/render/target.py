"""What `render` prints: the folders of a target, rendered one after the other."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from overlaykit import checks
from overlaykit.render import engines
from overlaykit.render.blame import blame
from overlaykit.render.engine import Render
from overlaykit.render.objects import Object, split
from overlaykit.render.provenance import Provenance
from overlaykit.repo.build import open_world
from overlaykit.repo.target import render_folders
from overlaykit.repo.world import World
from overlaykit.source import parse


@dataclass
class Output:
    """Rendered text by folder, and the problems of the folders that did not build."""

    texts: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "---\n".join(text for text in self.texts.values() if text)

    def files(self) -> dict[str, bytes]:
        """One file an object; several folders each get a folder of their own."""
        found: dict[str, bytes] = {}
        for folder, text in self.texts.items():
            above = f"{folder.rpartition('/')[2]}/" if len(self.texts) > 1 else ""
            for document in split(text):
                found[above + file_name(document)] = document.encode()
        return found


def render_target(
    root: Path, target: str, origin: bool, progress: Callable[[int, int], None]
) -> Output:
    """Render what a target names. Raises UsageError for an unknown one."""
    world = open_world(root, checks.ids())
    folders = render_folders(world, target)
    count = 0

    def done(_: Render) -> None:
        nonlocal count
        count += 1
        progress(count, len(folders))

    output = Output()
    for render in engines.default().build(world.tree.root, folders, done):
        if render.error is not None:
            found = blame(world.graph, render.folder, render.error)
            place = f"{found.place.file}:{found.place.line}:{found.place.column}"
            output.problems.append(
                f"{place}: error kustomize/build: {found.message}\n  fix: {found.fix}"
            )
        else:
            output.texts[render.folder] = _origins(world, render) if origin else render.text
    return output


def file_name(document: str) -> str:
    """kind_namespace_name.yaml in lower case, without what a file name cannot hold."""
    obj = Object(parse(document)[0])
    parts = (obj.kind, obj.namespace, obj.name)
    return re.sub(r"[^a-z0-9._-]", "-", "_".join(p for p in parts if p).lower()) + ".yaml"


def _origins(world: World, render: Render) -> str:
    """The render with a comment above each object: its file, and the patches that touch it."""
    chain = Provenance(world.graph, render.folder)
    documents = []
    for document in split(render.text):
        lines = "".join(f"# {line}\n" for line in chain.describe(Object(parse(document)[0])))
        documents.append(lines + document)
    return "---\n".join(documents)
