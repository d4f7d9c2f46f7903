"""Changes that are not written yet: the files of a tree as they will be."""

import difflib

from overlaykit import disk
from overlaykit.errors import UsageError
from overlaykit.repo.kustomization import Kustomization
from overlaykit.repo.tree import Tree
from overlaykit.source import Document, SyntaxProblem, load

_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))


class Draft:
    """A tree and, by path, the texts that differ from it (None: the file goes)."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self._changed: dict[str, str | None] = {}

    def has(self, name: str) -> bool:
        if name in self._changed:
            return self._changed[name] is not None
        return self.tree.is_file(name)

    def text(self, name: str) -> str:
        """The text of a file, empty where there is none."""
        if name in self._changed:
            return self._changed[name] or ""
        return self.tree.text(name) if self.tree.is_file(name) else ""

    def put(self, name: str, text: str | None) -> None:
        self._changed[name] = text

    def documents(self, name: str) -> list[Document]:
        """The YAML documents of a file. Raises UsageError where it is no YAML."""
        try:
            return load(self.text(name), name)
        except SyntaxProblem as problem:
            raise UsageError(f"{name}:{problem.line}: is no YAML: {problem.what}") from problem

    def kustomization(self, folder: str) -> Kustomization | None:
        """The kustomization.yaml of a folder."""
        name = f"{folder}/kustomization.yaml"
        documents = self.documents(name) if self.has(name) else []
        return Kustomization(folder, name, documents[0]) if documents else None

    @property
    def changes(self) -> dict[str, tuple[str | None, str | None]]:
        """Path to text before and after, of the files that differ, sorted."""
        found = {}
        for name, text in sorted(self._changed.items()):
            before = self.tree.text(name) if self.tree.is_file(name) else None
            if before != text:
                found[name] = (before, text)
        return found

    def files(self) -> dict[str, bytes | None]:
        """What `disk.write_batch` takes: each file in the encoding that it has."""
        return {
            name: None if after is None else self._encoded(name, before, after)
            for name, (before, after) in self.changes.items()
        }

    def _encoded(self, name: str, before: str | None, after: str) -> bytes:
        head = b"" if before is None else disk.read_bytes(self.tree.root / name)[:3]
        for mark, encoding in _MARKS:
            if head.startswith(mark):
                return mark + after.encode(encoding)
        return after.encode()

    def write(self) -> list[str]:
        """Write every change, all or none; what was done, a line a file."""
        done = disk.write_batch(self.tree.root, self.files())
        return [f"{'wrote' if self._changed[n] is not None else 'deleted'} {n}" for n in done]

    def diff(self) -> str:
        """The changes as a unified diff."""
        return "".join(_diff(name, *texts) for name, texts in self.changes.items())


def _diff(name: str, before: str | None, after: str | None) -> str:
    lines = difflib.unified_diff(
        _lines(before),
        _lines(after),
        "/dev/null" if before is None else f"a/{name}",
        "/dev/null" if after is None else f"b/{name}",
    )
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )


def _lines(text: str | None) -> list[str]:
    return [] if text is None else text.splitlines(keepends=True)
