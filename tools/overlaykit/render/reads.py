"""What a build reads, each document with all that writes on it afterwards, in Kustomize's order.

Resources first, then generators, then components, each of which writes on everything that was
read before it; at last the kustomization's own transformers
(source: kustomize api, internal/target/kusttarget.go, accumulateTarget).
"""

import re
from collections.abc import Iterator
from typing import Any

from msgspec import Struct, field

from overlaykit.render.objects import Object
from overlaykit.render.patches import selects
from overlaykit.repo.graph import Graph
from overlaykit.repo.kustomization import Kustomization, Patch
from overlaykit.repo.tree import join
from overlaykit.source import Document, Path, items

GENERATORS = {"configMapGenerator": "ConfigMap", "secretGenerator": "Secret"}
_HASH = re.compile(r"-[2456789bcdfghkmt]{10}")
# Kinds that Kustomize leaves alone (source: builtinpluginconsts/nameprefix.go).
_NO_PREFIX = frozenset({"CustomResourceDefinition", "APIService", "Namespace"})


class Generated(Struct):
    """An entry of a generator, at a path of its kustomization."""

    layer: Kustomization
    path: Path
    entry: dict[str, Any]

    @property
    def data(self) -> dict[str, Any]:
        """What is known of the object without reading files."""
        metadata = {key: self.entry[key] for key in ("name", "namespace") if key in self.entry}
        kind = GENERATORS[str(self.path[0])]
        return {"apiVersion": "v1", "kind": kind, "metadata": metadata}


class Read(Struct):
    """An object that a build reads or generates; `steps` write on it, the first one first."""

    data: dict[str, Any]
    document: Document | None = None
    steps: list[Kustomization | Generated] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    namespaces: list[str] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        obj = self.object
        self.names.append(obj.name)
        self.namespaces.append(obj.namespace)
        self.kinds.append(obj.kind)

    @property
    def object(self) -> Object:
        """The object as it was read."""
        return Object(self.data)


def likeness(read: Read, obj: Object) -> int:
    """How well a read object fits a rendered one: 0 not at all."""
    source = read.object
    if read.kinds[-1] != obj.kind or not read.names[-1]:
        return 0
    score = 4 if read.namespaces[-1] == obj.namespace else 0
    score += 2 if source.api_version == obj.api_version else 0
    score += 1 if source.namespace == obj.namespace else 0
    name = read.names[-1]
    if name == obj.name:
        return score + 10_000
    if read.document is None and _HASH.fullmatch(obj.name.removeprefix(name)):
        return score + 9_000
    if obj.name in read.names:
        return score + 8_000
    shared = max((len(one) for one in read.names if one in obj.name), default=0)
    return score + 10 * shared if shared else 0


class Reader:
    """Reads the build of one folder as Kustomize does."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph

    def read(self, folder: str) -> list[Read]:
        found: list[Read] = []
        self._accumulate(folder, found, ())
        return found

    def _accumulate(self, folder: str, found: list[Read], above: tuple[str, ...]) -> None:
        """Add what a folder builds to `found`; a component writes on what was there too."""
        layer = self.graph.kustomizations.get(folder)
        if layer is None or folder in above:
            return
        below = (*above, folder)
        for path in self._paths(layer, ("resources", "bases")):
            inner: list[Read] = []
            self._accumulate(path, inner, below)
            found += inner or self._documents(path)
        for entry in _generated(layer):
            _generate(entry, found)
        for path in self._paths(layer, ("components",)):
            self._accumulate(path, found, below)
        for read in found:
            self._write(layer, read)

    def _paths(self, layer: Kustomization, fields: tuple[str, ...]) -> Iterator[str]:
        for entry in layer.entries:
            path = self.graph.target(layer, entry) if entry.field in fields else None
            if path is not None:
                yield path

    def _documents(self, name: str) -> Iterator[Read]:
        if not self.graph.tree.is_file(name):
            return
        for document in self.graph.tree.documents_or_none(name):
            for one in items(document):
                if isinstance(one.data, dict):
                    yield Read(one.data, one)

    def _write(self, layer: Kustomization, read: Read) -> None:
        """Let a kustomization write on an object: here only on what it is called."""
        for patch in layer.patches:
            for document in patch_documents(self.graph, layer, patch):
                new = _identity(document)
                if new and selects(patch, document, read.object, read):
                    read.names.append(new.get("/metadata/name", read.names[-1]))
                    read.namespaces.append(new.get("/metadata/namespace", read.namespaces[-1]))
                    read.kinds.append(new.get("/kind", read.kinds[-1]))
        prefix, suffix = (str(layer.data.get(key) or "") for key in ("namePrefix", "nameSuffix"))
        if (prefix or suffix) and read.object.kind not in _NO_PREFIX:
            read.names.append(prefix + read.names[-1] + suffix)
        if layer.data.get("namespace"):
            read.namespaces.append(str(layer.data["namespace"]))
            if read.object.kind == "Namespace":
                read.names.append(read.namespaces[-1])
        read.steps.append(layer)


def patch_documents(graph: Graph, layer: Kustomization, patch: Patch) -> list[Document]:
    """What a patch says, inline or in its file."""
    if patch.path is None:
        return patch.inline
    return graph.tree.documents_or_none(join(layer.folder, patch.path))


def _generated(layer: Kustomization) -> Iterator[Generated]:
    for name in GENERATORS:
        listed = layer.data.get(name)
        for number, entry in enumerate(listed if isinstance(listed, list) else ()):
            if isinstance(entry, dict):
                yield Generated(layer, (name, number), entry)


def _generate(entry: Generated, found: list[Read]) -> None:
    """A new object, or with `behavior` more for one that is there."""
    name, kind = str(entry.entry.get("name") or ""), entry.data["kind"]
    if entry.entry.get("behavior") in ("merge", "replace"):
        for read in reversed(found):
            if read.object.kind == kind and name in read.names:
                read.steps.append(entry)
                return
    found.append(Read(entry.data, None, [entry]))


def _identity(document: Document) -> dict[str, str]:
    """The name, namespace and kind that a JSON 6902 patch gives its object."""
    found = {}
    for operation in document.data if isinstance(document.data, list) else ():
        if isinstance(operation, dict) and operation.get("op") in ("add", "replace"):
            field = str(operation.get("path"))
            if field in ("/metadata/name", "/metadata/namespace", "/kind"):
                found[field] = str(operation.get("value") or "")
    return found
