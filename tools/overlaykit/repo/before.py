"""What an older commit has, to tell what a change does to objects that are there already.

It is the commit that a change is compared with; without one, the last commit.
"""

from functools import cached_property
from typing import TYPE_CHECKING

from overlaykit import disk
from overlaykit.errors import CannotLook, UsageError
from overlaykit.render import engines
from overlaykit.render.engine import Render
from overlaykit.render.objects import Object
from overlaykit.repo.git import Git
from overlaykit.repo.tree import YAML
from overlaykit.repo.variants import Ask, renders
from overlaykit.source import SyntaxProblem, load

if TYPE_CHECKING:
    from overlaykit.repo.world import Unit, World


class Commit:
    """A commit of a checkout, and what differs from it: another one, or the files of now."""

    def __init__(self, git: Git, old: str, new: str | None = None) -> None:
        self.git, self.old, self.new = git, old, new
        self._texts: dict[str, str | None] = {}

    @cached_property
    def changed(self) -> set[str]:
        """The YAML files that differ."""
        return {name for name in self.git.changed(self.old, self.new) if name.endswith(YAML)}

    @cached_property
    def is_published(self) -> bool:
        """Whether others may have it: a remote branch does, or there is no remote."""
        return self.git.is_published(self.old)

    def text(self, name: str) -> str | None:
        """A file as it was; None where it was not there."""
        if name not in self._texts:
            self._texts[name] = self.git.text(self.old, name)
        return self._texts[name]


class Before:
    """The objects of a world as they were."""

    def __init__(self, world: "World", commit: Commit | None) -> None:
        self.world, self.commit = world, commit

    @property
    def doubt(self) -> str:
        """What a verdict on a change takes for granted."""
        published = self.commit is None or self.commit.is_published
        return "" if published else "that the last commit is deployed"

    def objects(self, units: list["Unit"]) -> list[tuple["Unit", list[Object]]]:
        """Of some units those that have changed, with the objects that they had."""
        if self.commit is None or not self.commit.changed:
            return []
        files = {unit.folder: self._differing(unit) for unit in units}
        moved = [unit for unit in units if files[unit.folder]]
        built = [unit for unit in moved if unit.chain is not None]
        found = [
            (unit, was)
            for unit, render in zip(built, self._renders(built, files), strict=True)
            if (was := self._objects(unit, render)) is not None
        ]
        plain = [unit for unit in moved if unit.chain is None]
        return found + [(unit, self._read(files[unit.folder])) for unit in plain]

    def _renders(self, units: list["Unit"], files: dict[str, set[str]]) -> list[Render]:
        """The folders as they were; one that lacks a file of then is rendered from the commit."""
        asks = [Ask(unit.folder, self._texts(files[unit.folder])) for unit in units]
        found = renders(self.world, asks)
        missing = [unit.folder for unit, one in zip(units, found, strict=True) if one.error]
        if not missing or not self._any_gone:
            return found
        assert self.commit is not None
        with disk.scratch_folder() as folder:
            self.commit.git.unpack(self.commit.old, folder)
            again = engines.default().build(folder, missing, lambda _: None, objects=True)
            by_folder = {render.folder: render for render in again}
        return [by_folder.get(one.folder, one) if one.error else one for one in found]

    def _objects(self, unit: "Unit", render: Render) -> list[Object] | None:
        if render.error is not None:
            return None
        try:
            return self.world.reader.read(render, self.world.kubernetes(unit.cluster))
        except SyntaxProblem:
            return None

    def text(self, name: str) -> str | None:
        """A file as it was; None where it was not there."""
        if self.commit is not None and name in self.commit.changed:
            return self.commit.text(name)
        return self.world.tree.text(name) if self.world.tree.is_file(name) else None

    @property
    def _any_gone(self) -> bool:
        """Whether a file of then is not there any more."""
        assert self.commit is not None
        return any(not self.world.tree.is_file(name) for name in self.commit.changed)

    def _differing(self, unit: "Unit") -> set[str]:
        assert self.commit is not None
        graph = self.world.graph
        files = graph.files(unit.folder) if unit.chain is not None else unit.files
        return set(files) & self.commit.changed

    def _texts(self, names: set[str]) -> dict[str, str]:
        assert self.commit is not None
        texts = {name: self.commit.text(name) for name in sorted(names)}
        return {name: text for name, text in texts.items() if text is not None}

    def _read(self, names: set[str]) -> list[Object]:
        found = []
        for text in self._texts(names).values():
            try:
                data = [document.data for document in load(text, "")]
            except SyntaxProblem:
                continue
            found += [Object(one) for one in data if isinstance(one, dict) and one.get("kind")]
        return found


def last_commit(world: "World") -> Commit | None:
    """The last commit of the checkout that a world was read from; None where there is none."""
    git = Git(world.tree.root)
    try:
        return Commit(git, git.commit("HEAD")) if git.is_at_hand else None
    except (CannotLook, UsageError):
        return None


def before(world: "World") -> Before:
    """The objects of a world as they were before the change that is judged."""
    return Before(world, world.compared or last_commit(world))
