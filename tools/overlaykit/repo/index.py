"""Who reads what, file by file: the backward graph, kept between runs.

The graph of `graph.py` is exact and costs the reading of every kustomization. This index holds
the same edges as plain text, so that the next run reads only what changed since.
"""

import posixpath
import re
from collections.abc import Collection, Iterable, Iterator

from msgspec import Struct, field

from overlaykit import cache, disk
from overlaykit.argocd.globs import matches
from overlaykit.errors import CannotLook, UsageError
from overlaykit.repo.git import Git
from overlaykit.repo.graph import Graph
from overlaykit.repo.kustomization import NAMES
from overlaykit.repo.tree import YAML, Tree, join

_TEXT = r"((?:\{\{.*?\}\}|\{[^{}\s]*\}|[^\s\"'#,{}\]])+)"
_SOURCE = re.compile(rf"(?:^|[\s{{,])[\"']?path[\"']?:\s*[\"']?{_TEXT}", re.MULTILINE)
_VALUES = re.compile(rf"\$\w+/{_TEXT}")
_TEMPLATE = re.compile(r"\{\{.*?\}\}")
_WILD = re.compile(r"[*?\[{]")
_NAME = "index"
# With more changes than this since it was stored, the index is stored anew.
_STALE = 500


class Index(Struct):
    """Who names what. `own`: every kustomization to what it names below its own folder. `far`: any
    other path that is named to the files that do, kustomizations and manifests with Applications.
    """

    own: dict[str, list[str]] = field(default_factory=dict)
    far: dict[str, list[str]] = field(default_factory=dict)

    def renew(self, tree: Tree, names: Collection[str]) -> None:
        """Read `names` anew; a file that is gone, or reads nothing, leaves."""
        self._forget(frozenset(names))
        for name in names:
            if posixpath.basename(name) in NAMES and tree.is_file(name):
                self.own[name] = []
            for path in dict.fromkeys(_reads(tree, name)):
                if name in self.own and not is_pattern(path) and _is_below(path, name):
                    self.own[name].append(path)
                else:
                    self.far.setdefault(path, []).append(name)

    def without(self, names: Collection[str]) -> "Index":
        """This index as if some files read nothing."""
        found = Index(dict(self.own), dict(self.far))
        found._forget(frozenset(names))
        return found

    def join(self, other: "Index") -> None:
        """Take in what files of another index read, none of which is in this one."""
        self.own |= other.own
        for path, readers in other.far.items():
            self.far[path] = self.far.get(path, []) + readers

    def _forget(self, names: frozenset[str]) -> None:
        for name in names & self.own.keys():
            del self.own[name]
        left = {path: [r for r in readers if r not in names] for path, readers in self.far.items()}
        self.far = {path: readers for path, readers in left.items() if readers}

    def builds(self, folder: str) -> list[str]:
        """The kustomization file of a folder; Kustomize refuses more than one."""
        return [name for name in (join(folder, own) for own in NAMES) if name in self.own]

    def readers(self, path: str) -> Iterator[str]:
        """The files that name a path."""
        yield from self.far.get(path, ())
        for folder in _above(path):
            yield from (build for build in self.builds(folder) if path in self.own[build])

    def folders(self) -> set[str]:
        """The folders of all files that read anything."""
        found = {reader.rpartition("/")[0] for reader in self.own}
        return found.union(r.rpartition("/")[0] for readers in self.far.values() for r in readers)


def _is_below(path: str, reader: str) -> bool:
    folder = reader.rpartition("/")[0]
    return path.startswith(f"{folder}/") if folder else path != ""


def _above(path: str) -> Iterator[str]:
    """The folders above a path, the nearest first; the root is the last."""
    while path:
        path = path.rpartition("/")[0]
        yield path


def of_tree(tree: Tree) -> Index:
    """The index of everything in a tree."""
    index = Index()
    index.renew(tree, tree.files)
    return index


def of_checkout(git: Git) -> Index:
    """The index of a working tree: the stored one, with what changed since read anew."""
    tree = Tree(git.root, git=git)
    stored = cache.load(git.root, _NAME)
    if stored and stored.get("code") == cache.code():
        try:
            since = git.changed(stored["commit"]) | set(stored["dirty"])
        except CannotLook:
            since = None  # the commit is gone: history was rewritten
        if since is not None:
            index = Index(stored["own"], stored["far"])
            index.renew(tree, since)
            if len(since) > _STALE:
                _store(git, index)
            return index
    index = of_tree(tree)
    _store(git, index)
    return index


def _store(git: Git, index: Index) -> None:
    try:
        commit = git.commit("HEAD")
    except UsageError:
        return  # nothing is committed yet
    dirty = sorted(git.changed(commit))
    about = {"code": cache.code(), "commit": commit, "dirty": dirty}
    cache.store(git.root, _NAME, {**about, "own": index.own, "far": index.far})


def _reads(tree: Tree, name: str) -> Iterator[str]:
    if posixpath.basename(name) in NAMES:
        if tree.is_file(name):
            yield from Graph(tree).reads(name)
    elif name.endswith(YAML) and tree.is_file(name):
        yield from _application_reads(tree, name)


def _application_reads(tree: Tree, name: str) -> Iterator[str]:
    """What Applications in a manifest name; of a path that is filled in first, a pattern."""
    try:
        text = tree.text(name)
    except disk.Unreadable:
        return
    if "argoproj.io" in text:
        for path in [*_SOURCE.findall(text), *_VALUES.findall(text)]:
            pattern = _TEMPLATE.sub("*", path)
            if not _WILD.match(pattern):  # what is filled in there, a generator's own path says
                yield join("", pattern)


def is_pattern(path: str) -> bool:
    """Whether a path that somebody reads stands for many."""
    return _WILD.search(path) is not None


def meets(pattern: str, name: str) -> bool:
    """Whether a pattern may mean a file or a folder above it; in doubt it does."""
    while name:
        if matches(pattern, name) is not False:
            return True
        name = name.rpartition("/")[0]
    return False


class Readers:
    """Several indexes (a tree as it is and as it was) read backwards."""

    def __init__(self, indexes: Collection[Index]) -> None:
        self._indexes = indexes
        self._patterns: dict[str, set[str]] = {}
        for index in indexes:
            for path in filter(is_pattern, index.far):
                self._patterns.setdefault(path, set()).update(index.far[path])

    def _of(self, path: str) -> set[str]:
        return {reader for index in self._indexes for reader in index.readers(path)}

    def _builds(self, folder: str) -> set[str]:
        return {build for index in self._indexes for build in index.builds(folder)}

    def are_of(self, name: str) -> bool:
        """Whether anything reads a file, or builds from it as a kustomization."""
        folder = name.rpartition("/")[0]
        return bool(self._of(name) or (name in self._builds(folder) and self._of(folder)))

    def touched(self, changed: Iterable[str]) -> set[str]:
        """Every file that a change reaches: what reads it, what reads that, and so on."""
        found: set[str] = set()
        todo = list(changed)
        while todo:
            name = todo.pop()
            if name not in found:
                found.add(name)
                todo.extend(self._next(name))
        return found

    def _next(self, name: str) -> Iterator[str]:
        yield from self._of(name)
        for pattern, readers in self._patterns.items():
            if not readers <= {name} and meets(pattern, name):
                yield from readers
        beside = False
        for folder in _above(name):
            builds = self._builds(folder)
            if not builds or name in builds:
                # A folder that builds is what its kustomization makes it; any other, its files.
                yield from self._of(folder)
            if builds and not beside and name.endswith(YAML):
                beside = True
                yield from builds  # it may be about to list the file
