"""The kustomization graph: which folder builds from which folders and files."""

import posixpath
import re
from collections.abc import Iterator
from functools import cached_property

from msgspec import Struct

from overlaykit import disk
from overlaykit.repo.kustomization import NAMES, Entry, Kustomization
from overlaykit.repo.tree import Tree, join
from overlaykit.source import Place, SyntaxProblem, scalars

_FLUX = "kustomize.toolkit.fluxcd.io"
# Jinja, Go templates, cookiecutter: a kustomization that another program writes out first.
_TEMPLATED = re.compile(r"^(?:[\w-]+:|\s*-)\s*\{\{", re.MULTILINE)
_BRACES = re.compile(r"\{\{|\{%|<%")


class Broken(Struct, frozen=True):
    """A reference that no build can follow: the place to mend, what is wrong, the fix.

    `wanted` is a text that Kustomize's own message has; `assuming` what the verdict takes for
    granted; a `hazard` would cost Kustomize much time or memory, so it is not even started.
    """

    place: Place
    message: str
    fix: str
    wanted: str = ""
    assuming: str = ""
    hazard: bool = False


class Graph:
    """Every kustomization of a tree. Folders are relative paths; the root is the empty one."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.broken_files: dict[str, SyntaxProblem | disk.Unreadable] = {}
        self.templates: set[str] = set()
        self.found_broken: dict[str, list[Broken]] = {}

    @cached_property
    def kustomizations(self) -> dict[str, Kustomization]:
        """Folder to kustomization; a file that is no YAML stands in `broken_files`."""
        found: dict[str, Kustomization] = {}
        for name in self.tree.files:
            folder, base = posixpath.split(name)
            if base in NAMES and not self.tree.is_template(name):
                self._load(folder, name, found)
        return found

    def _load(self, folder: str, name: str, found: dict[str, Kustomization]) -> None:
        try:
            documents = self.tree.documents(name)
        except (SyntaxProblem, disk.Unreadable) as problem:
            if self._is_templated(name):
                self.templates.add(folder)
            else:
                self.broken_files[name] = problem
            return
        if not documents or not isinstance(documents[0].data, dict):
            what = "is empty" if not documents else "is not a mapping"
            self.broken_files[name] = SyntaxProblem(f"the kustomization {what}", 1, 1)
            return
        if _FLUX in str(documents[0].data.get("apiVersion")):
            return
        kustomization = Kustomization(folder, name, documents[0])
        if _TEMPLATED.search(documents[0].text) or any(
            _BRACES.search(entry.text) for entry in kustomization.entries
        ):
            self.templates.add(folder)
            return
        found.setdefault(folder, kustomization)

    def _is_templated(self, name: str) -> bool:
        try:
            return _BRACES.search(self.tree.text(name)) is not None
        except disk.Unreadable:
            return False

    @cached_property
    def broken_folders(self) -> dict[str, str]:
        """Folders whose kustomization file could not be read, with that file."""
        _ = self.kustomizations
        return {posixpath.dirname(name): name for name in self.broken_files}

    def target(self, kustomization: Kustomization, entry: Entry) -> str | None:
        """The local path an entry means; None for a remote one."""
        path = join(kustomization.folder, entry.text)
        if entry.remote and not (self.tree.is_file(path) or self.tree.is_dir(path)):
            return None
        return path

    @cached_property
    def children(self) -> dict[str, list[str]]:
        """Folder to the folders it builds from, in order."""
        edges: dict[str, list[str]] = {}
        for folder, kustomization in self.kustomizations.items():
            paths = (self.target(kustomization, entry) for entry in kustomization.entries)
            edges[folder] = [path for path in paths if path is not None and self.is_build(path)]
        return edges

    def is_build(self, folder: str) -> bool:
        return folder in self.kustomizations or folder in self.broken_folders

    @cached_property
    def parents(self) -> dict[str, set[str]]:
        """Folder to the folders that build from it."""
        found: dict[str, set[str]] = {}
        for folder, below in self.children.items():
            for child in below:
                found.setdefault(child, set()).add(folder)
        return found

    @cached_property
    def targets(self) -> list[str]:
        """Every folder that builds alone (components do not), sorted."""
        alone = [f for f, k in self.kustomizations.items() if not k.is_component]
        return sorted({*alone, *self.broken_folders})

    def ancestors(self, folder: str) -> set[str]:
        """Every folder that builds from this one, directly or not; itself only in a cycle."""
        found: set[str] = set()
        todo = [folder]
        while todo:
            for parent in self.parents.get(todo.pop(), ()):
                if parent not in found:
                    found.add(parent)
                    todo.append(parent)
        return found

    def closure(self, folder: str) -> list[Kustomization]:
        """The kustomization of `folder` and all it builds from, each once, overlay first."""
        seen: dict[str, Kustomization] = {}
        todo = [folder]
        while todo:
            current = todo.pop()
            if current in self.kustomizations and current not in seen:
                seen[current] = self.kustomizations[current]
                todo.extend(reversed(self.children[current]))
        return list(seen.values())

    def files(self, folder: str) -> Iterator[str]:
        """Every file that building `folder` reads."""
        for kustomization in self.closure(folder):
            yield from self.own_files(kustomization)

    @cached_property
    def all_files(self) -> set[str]:
        """Every file that some kustomization reads; each one's own entries are looked at once."""
        return {name for one in self.kustomizations.values() for name in self.own_files(one)}

    def own_files(self, kustomization: Kustomization) -> Iterator[str]:
        """The files that one kustomization itself reads."""
        yield kustomization.file
        for entry in kustomization.entries:
            path = self.target(kustomization, entry)
            if path is not None and self.tree.is_file(path):
                yield path
                if entry.field in ("generators", "transformers", "validators"):
                    yield from self._plugin_files(path)

    def _plugin_files(self, config: str) -> Iterator[str]:
        """The files that a plugin's configuration names, such as the secrets of KSOPS."""
        for document in self.tree.documents_or_none(config):
            for _, node in scalars(document.node):
                path = join(posixpath.dirname(config), node.value)
                if node.value and self.tree.is_file(path):
                    yield path

    def yaml_files(self, folder: str) -> Iterator[str]:
        """The files of `folder`'s build that are read as YAML: not those a generator packs."""
        for kustomization in self.closure(folder):
            yield from self._own_yaml_files(kustomization)

    @cached_property
    def all_yaml_files(self) -> set[str]:
        """Every file that some kustomization reads as YAML."""
        return {name for one in self.kustomizations.values() for name in self._own_yaml_files(one)}

    def _own_yaml_files(self, kustomization: Kustomization) -> Iterator[str]:
        yield kustomization.file
        for entry in kustomization.entries:
            path = self.target(kustomization, entry)
            packed = entry.field.endswith("Generator") or entry.field == "helmCharts"
            if path is not None and not packed and self.tree.is_file(path):
                yield path

    def reads(self, name: str) -> Iterator[str]:
        """The local paths that one kustomization file names, whether they are there or not."""
        found: dict[str, Kustomization] = {}
        self._load(posixpath.dirname(name), name, found)
        for kustomization in found.values():
            for entry in kustomization.entries:
                path = self.target(kustomization, entry)
                if path is not None:
                    yield path
                    if entry.field in ("generators", "transformers", "validators"):
                        yield from self._plugin_files(path)

    def remote(self, folder: str) -> tuple[Kustomization, Entry] | None:
        """The first remote reference in the closure: such a build needs the network."""
        for kustomization in self.closure(folder):
            for entry in kustomization.entries:
                builds = entry.field in ("resources", "bases", "components", "crds")
                far = builds or "://" in entry.text
                if far and self.target(kustomization, entry) is None:
                    return kustomization, entry
        return None

    def manifests(self, folder: str) -> list[str]:
        """The resource files of one kustomization, in order, patches left out."""
        kustomization = self.kustomizations[folder]
        paths = []
        for entry in kustomization.entries:
            path = self.target(kustomization, entry)
            if entry.field in ("resources", "bases") and path and self.tree.is_file(path):
                paths.append(path)
        return paths
