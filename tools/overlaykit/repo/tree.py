"""The files of a repository, read once each: the model's only view of the disk."""

import itertools
import posixpath
from collections.abc import Callable
from functools import cached_property
from pathlib import Path

from overlaykit import disk
from overlaykit.errors import UsageError
from overlaykit.repo.git import Git
from overlaykit.source import Document, SyntaxProblem, load

YAML = (".yaml", ".yml")
MOST_FILES = 50_000


def everything(name: str) -> bool:
    """What a tree reads that is no part of another."""
    return True


class Tree:
    """Paths are relative to `root`, with `/`; contents are cached for the life of the object.

    `reads`: which files are listed at all; the others are there for whoever asks by name.
    `git`: of this root, where it was asked already.
    """

    def __init__(
        self,
        root: Path,
        reads: Callable[[str], bool] = everything,
        git: Git | None = None,
    ) -> None:
        self.root = root
        self.git = git or Git(root)
        self._reads = reads
        self._by_text: dict[str, list[Document]] = {}
        self._kinds: dict[str, str] = {}
        self._inside: dict[str, bool] = {}
        self._texts: dict[str, str] = {}
        self._documents: dict[str, list[Document] | SyntaxProblem] = {}

    @cached_property
    def tracked(self) -> list[str] | None:
        """What git tracks or would track; None without git."""
        listed = self.git.files
        if listed is None:
            return None
        return [name for name in listed if self._reads(name) and self.is_file(name)]

    @cached_property
    def whole(self) -> "Tree":
        """The tree with all files listed, whatever this one reads."""
        return self if self._reads is everything else Tree(self.root, git=self.git)

    @cached_property
    def files(self) -> list[str]:
        """Every file that is not ignored by git, sorted; without git, every file."""
        listed = self.tracked
        if listed is None:
            found = list(itertools.islice(disk.walk(self.root), MOST_FILES + 1))
            if len(found) > MOST_FILES:
                raise UsageError(
                    f"{self.root} is no repository (no .git, no .overlay.yaml) and holds more than "
                    f"{MOST_FILES:,} files\n  fix: give the folder of the repository with -C"
                )
            names = sorted(path.relative_to(self.root).as_posix() for path in found)
            listed = [name for name in names if self._reads(name)]
        return [name for name in listed if not disk.SKIPPED & set(name.split("/"))]

    @cached_property
    def charts(self) -> set[str]:
        """Folders that hold a Helm chart."""
        names = (posixpath.split(name) for name in self.files)
        return {folder for folder, name in names if name in ("Chart.yaml", "Chart.yml")}

    def is_template(self, name: str) -> bool:
        """Whether a file is a Helm template (no YAML yet) or part of a vendored chart."""
        below, folder = posixpath.split(name)[0], ""
        while below:
            above, folder = posixpath.split(below)
            if above in self.charts and folder in ("templates", "charts"):
                return True
            below = above
        return False

    @cached_property
    def yaml_files(self) -> list[str]:
        """YAML files, Helm templates left out."""
        return [n for n in self.files if n.endswith(YAML) and not self.is_template(n)]

    @cached_property
    def filled(self) -> set[str]:
        """Every folder that holds a file, at any depth."""
        found: set[str] = set()
        for name in self.files:
            folder = name.rpartition("/")[0]
            while folder not in found:
                found.add(folder)
                folder = folder.rpartition("/")[0]
        return found

    def folders(self, name: str) -> list[str]:
        """The names of the folders in a folder, sorted; asks neither git nor the whole tree."""
        return [one for one in disk.folders(self.root / name) if self._reads(f"{name}/{one}/")]

    def beyond(self) -> dict[str, str]:
        """The paths that somebody asked for and that are not listed, each with its state."""
        listed = {*self.files, *self.filled}
        return {name: disk.state(self.root, name) for name in sorted(self._kinds.keys() - listed)}

    def is_file(self, name: str) -> bool:
        return self._kind(name) == "file"

    def is_dir(self, name: str) -> bool:
        return self._kind(name) == "folder"

    def is_special(self, name: str) -> bool:
        """Whether a path is there and is neither a file nor a folder (a pipe, a device)."""
        return self._kind(name) == "special"

    def _kind(self, name: str) -> str:
        if name not in self._kinds:
            self._kinds[name] = disk.kind(f"{self.root}/{name}")
        return self._kinds[name]

    def is_inside(self, name: str) -> bool:
        """Whether a path, with its links followed, stays in the repository."""
        if name not in self._inside:
            above = posixpath.dirname(name)
            plain = above != name and posixpath.basename(name) not in ("", "..")
            if plain and self.is_inside(above) and not disk.is_link(f"{self.root}/{name}"):
                self._inside[name] = True
            else:
                self._inside[name] = disk.real(self.root / name).is_relative_to(self.root)
        return self._inside[name]

    def text(self, name: str) -> str:
        """The file's text. Raises disk.Unreadable, also for a link that leads out of the root."""
        if name not in self._texts:
            self._kind(name)
            path = self.root / name
            if not self.is_inside(name):
                raise disk.Unreadable(Path(name), "is a link that leads out of the repository")
            try:
                self._texts[name] = disk.read_text(path)
            except disk.Unreadable as error:
                raise disk.Unreadable(Path(name), error.why) from error
        return self._texts[name]

    def documents(self, name: str) -> list[Document]:
        """The YAML documents of a file. Raises SyntaxProblem or disk.Unreadable."""
        if name not in self._documents:
            try:
                self._documents[name] = self._load(name)
            except SyntaxProblem as problem:
                where = f"{name}:{problem.line}:{problem.column}"
                problem.args = (f"{where}: YAML error: {problem.what}\n  fix: mend the YAML",)
                self._documents[name] = problem
        found = self._documents[name]
        if isinstance(found, SyntaxProblem):
            raise found
        return found

    def _load(self, name: str) -> list[Document]:
        """Many clusters have the same small files: each text is parsed once."""
        text = self.text(name)
        if text not in self._by_text:
            self._by_text[text] = load(text, name)
        return [document.moved(name) for document in self._by_text[text]]

    def documents_or_none(self, name: str) -> list[Document]:
        """The documents of a file that may be unreadable: then there are none."""
        try:
            return self.documents(name)
        except (SyntaxProblem, disk.Unreadable):
            return []


def join(folder: str, relative: str) -> str:
    """`relative` as seen from `folder`, normalised; begins with `..` where it leaves the root."""
    joined = posixpath.normpath(posixpath.join(folder, relative))
    return "" if joined == "." else joined
