"""Who reads what, file by file: the backward graph, kept between runs.

The graph of `graph.py` is exact and costs the reading of every kustomization. This index holds
the same edges as plain text, so that the next run reads only what changed since.
"""

import posixpath
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

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


@dataclass
class Index:
    """`reads`: a kustomization file, or a manifest with Applications, to the paths it names."""

    reads: dict[str, list[str]] = field(default_factory=dict)

    def renew(self, tree: Tree, names: Iterable[str]) -> None:
        """Read `names` anew; a file that is gone, or reads nothing, leaves."""
        for name in names:
            found = list(dict.fromkeys(_reads(tree, name)))
            if found or (posixpath.basename(name) in NAMES and tree.is_file(name)):
                self.reads[name] = found
            else:
                self.reads.pop(name, None)


def of_tree(tree: Tree) -> Index:
    """The index of everything in a tree."""
    index = Index()
    index.renew(tree, tree.files)
    return index


def of_checkout(git: Git, root: Path) -> Index:
    """The index of a working tree: the stored one, with what changed since read anew."""
    tree = Tree(root)
    stored = cache.load(root, _NAME)
    if stored and stored.get("code") == cache.code():
        try:
            since = git.changed(stored["commit"]) | set(stored["dirty"])
        except CannotLook:
            since = None  # the commit is gone: history was rewritten
        if since is not None:
            index = Index(stored["reads"])
            index.renew(tree, since)
            if len(since) > _STALE:
                _store(git, root, index)
            return index
    index = of_tree(tree)
    _store(git, root, index)
    return index


def _store(git: Git, root: Path, index: Index) -> None:
    try:
        commit = git.commit("HEAD")
    except UsageError:
        return  # nothing is committed yet
    dirty = sorted(git.changed(commit))
    data = {"code": cache.code(), "commit": commit, "dirty": dirty, "reads": index.reads}
    cache.store(root, _NAME, data)


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

    def __init__(self, indexes: Iterable[Index]) -> None:
        self._readers: dict[str, set[str]] = {}
        self._builds: dict[str, str] = {}
        self._patterns: dict[str, set[str]] = {}
        for index in indexes:
            for reader, paths in index.reads.items():
                if posixpath.basename(reader) in NAMES:
                    self._builds[reader.rpartition("/")[0]] = reader
                for path in filter(is_pattern, paths):
                    self._patterns.setdefault(path, set()).add(reader)
                for path in paths:
                    self._readers.setdefault(path, set()).add(reader)

    def are_of(self, name: str) -> bool:
        """Whether anything reads a file, or builds from it as a kustomization."""
        folder = name.rpartition("/")[0]
        as_build = self._builds.get(folder) == name and folder in self._readers
        return name in self._readers or as_build

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
        yield from self._readers.get(name, ())
        for pattern, readers in self._patterns.items():
            if not readers <= {name} and meets(pattern, name):
                yield from readers
        beside = False
        folder = name
        while folder:
            folder = folder.rpartition("/")[0]
            build = self._builds.get(folder)
            if build in (name, None):
                # A folder that builds is what its kustomization makes it; any other, its files.
                yield from self._readers.get(folder, ())
            if build is not None and not beside and name.endswith(YAML):
                beside = True
                yield build  # it may be about to list the file
