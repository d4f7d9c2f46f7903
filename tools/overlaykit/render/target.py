"""What `render` prints: the folders of a target, rendered one after the other."""

import re
from collections.abc import Callable
from pathlib import Path

from msgspec import Struct, field

from overlaykit import checks, disk
from overlaykit.render import engines
from overlaykit.render.blame import blame
from overlaykit.render.engine import Render
from overlaykit.render.objects import Object, split
from overlaykit.render.provenance import Provenance
from overlaykit.repo.build import open_world
from overlaykit.repo.clusters import place_name
from overlaykit.repo.target import render_folders
from overlaykit.repo.workloads import workloads
from overlaykit.repo.world import World
from overlaykit.source import parse

# In the folder of `--out`: the files that are ours, so that the next render knows them.
WRITTEN = ".overlay-render"


class Output(Struct):
    """Rendered text by folder, the problems of the folders that did not build, and `notes` on
    those that render nothing."""

    texts: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

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
    output.notes = _notes(world, output)
    return output


def _notes(world: World, output: Output) -> list[str]:
    """Why a folder renders nothing: its objects are a chart's, or there are none."""
    notes = []
    known = workloads(world.tree)
    for folder, text in output.texts.items():
        workload = known.get(place_name(folder, world.config.clusters)[1])
        if not text and workload and workload.chart:
            chart = f"{workload.chart} {workload.chart_version}"
            notes.append(f"{folder}: renders nothing itself; Argo CD renders its chart {chart}")
        elif not text and len(output.texts) == 1:
            notes.append(f"{folder or '.'}: renders no object")
    return notes


def write(output: Output, out: Path) -> list[str]:
    """Write one file an object below `out` and remove what an earlier call wrote and this one
    does not; what was done, line by line."""
    files: dict[str, bytes | None] = dict(output.files())
    listing = "".join(f"{name}\n" for name in sorted(files))
    disk.make_folder(out)
    if disk.is_file(out / WRITTEN):
        earlier = disk.read_text(out / WRITTEN).splitlines()
        files.update({name: None for name in earlier if name not in files})
    removed = {name for name, data in files.items() if data is None and disk.is_file(out / name)}
    changed = disk.write_batch(out, {**files, WRITTEN: listing.encode()})
    return [f"{'removed' if n in removed else 'wrote'} {out / n}" for n in changed if n != WRITTEN]


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
