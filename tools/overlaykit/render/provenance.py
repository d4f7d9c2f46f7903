"""Where a person set a rendered field: worked out from the kustomization chain, overlay first.

Kustomize's own origin annotations name an object's file but not the patch that last wrote a
field, so the chain is read backwards in the order in which Kustomize applies it: resources,
generators, components, then each kustomization's transformers
(source: kustomize api, internal/target/kusttarget.go, AccumulateTarget and runTransformers).
"""

from collections.abc import Iterator
from functools import cached_property
from typing import Any

from overlaykit.render.objects import Object
from overlaykit.render.patches import patch_place, selects
from overlaykit.render.transformers import transformer_place
from overlaykit.repo.graph import Graph
from overlaykit.repo.kustomization import Kustomization
from overlaykit.repo.tree import join
from overlaykit.source import Document, Path, Place, items

_IDENTITY: tuple[Path, ...] = (
    ("apiVersion",),
    ("kind",),
    ("metadata", "name"),
    ("metadata", "namespace"),
)

# What generators make: another one of the kind says nothing about where it came from.
_GENERATED = ("ConfigMap", "Secret")


class Provenance:
    """The chain of one built folder."""

    def __init__(self, graph: Graph, folder: str) -> None:
        self.graph = graph
        self.folder = folder
        self._bases: dict[tuple[str, str], Document | None] = {}

    @cached_property
    def layers(self) -> list[Kustomization]:
        """The kustomizations of the chain, the last to write first."""
        return list(self._layers(self.folder, set()))

    def _layers(self, folder: str, seen: set[str]) -> Iterator[Kustomization]:
        kustomization = self.graph.kustomizations.get(folder)
        if kustomization is None or folder in seen:
            return
        seen.add(folder)
        yield kustomization
        below = self.graph.children[folder]
        components = [f for f in below if self._is_component(f)]
        rest = [f for f in below if not self._is_component(f)]
        for child in (*reversed(components), *reversed(rest)):
            yield from self._layers(child, seen)

    def _is_component(self, folder: str) -> bool:
        found = self.graph.kustomizations.get(folder)
        return found is not None and found.is_component

    @cached_property
    def manifests(self) -> list[Document]:
        """Every resource document of the chain, bases last."""
        found = []
        for layer in self.layers:
            for name in self.graph.manifests(layer.folder):
                for document in self.graph.tree.documents_or_none(name):
                    found.extend(items(document))
        return found

    def base(self, obj: Object) -> Document | None:
        """The document that an object was read from, allowing for prefixes, suffixes, renames."""
        key = (obj.api_version, obj.label)
        if key not in self._bases:
            scored = ((_likeness(document, obj), document) for document in self.manifests)
            best = max(scored, key=lambda pair: pair[0], default=(0, None))
            self._bases[key] = best[1] if best[0] > 0 else self._renamed(obj)
        return self._bases[key]

    @cached_property
    def renames(self) -> dict[str, Kustomization]:
        """New name to the layer whose JSON 6902 patch gives it."""
        found = {}
        for layer in self.layers:
            for patch in layer.patches:
                for document in patch.inline:
                    name = _new_name(document)
                    if name:
                        found[name] = layer
        return found

    def _renamed(self, obj: Object) -> Document | None:
        """The only document of an object's kind below the layer that gave it its name."""
        layer = self.renames.get(obj.name)
        if layer is None:
            return self._only(obj)
        below = {one.folder for one in self.graph.closure(layer.folder)}
        documents = [
            document
            for folder in below
            for name in self.graph.manifests(folder)
            for document in self.graph.tree.documents_or_none(name)
            if isinstance(document.data, dict) and document.data.get("kind") == obj.kind
        ]
        return documents[0] if len(documents) == 1 else None

    def _only(self, obj: Object) -> Document | None:
        """The only document of an object's kind: a replacement has written its name from a fact."""
        if obj.kind in _GENERATED:
            return None
        alike = [
            document
            for document in self.manifests
            if isinstance(document.data, dict)
            and (document.data.get("apiVersion"), document.data.get("kind"))
            == (obj.api_version, obj.kind)
        ]
        return alike[0] if len(alike) == 1 else None

    def _meant(self, layer: Kustomization, obj: Object) -> bool:
        """Whether a layer is no part of what another renamed object was made in."""
        own = self.renames.get(obj.name)
        inside = [r for r in self.renames.values() if layer in self.graph.closure(r.folder)]
        return not inside or own in inside

    def names(self, obj: Object) -> set[str]:
        """The names an object had on its way through the chain, as far as they are known."""
        base = self.base(obj)
        data = base.data if base else {}
        metadata = data.get("metadata") if isinstance(data, dict) else None
        name = str(metadata.get("name", "")) if isinstance(metadata, dict) else ""
        return {obj.name, name} - {""}

    def locate(self, obj: Object, path: Path, key: bool = False) -> Place:
        """The place where the value at `path` was last set; with `key`, the field's name there.

        A field that nobody set is placed at its deepest ancestor that somebody did.
        """
        exact = self._container(obj, path, key) or self._written(obj, path, key, same=True)
        if exact:
            return exact
        for length in range(len(path), 0, -1):
            found = self._written(obj, path[:length], key or length < len(path), same=False)
            if found:
                return found
        base = self.base(obj)
        return base.place() if base else self._generator(obj, path)

    def _container(self, obj: Object, path: Path, key: bool) -> Place | None:
        """The name of a mapping or list in the base, if it is there: many may add to it later."""
        base = self.base(obj)
        if not key or base is None or not isinstance(obj.get(*path), dict | list):
            return None
        return patch_place(base, obj, path, key)

    def _written(self, obj: Object, path: Path, key: bool, same: bool) -> Place | None:
        """The last layer that sets `path`; `same` demands the rendered value there."""
        value = obj.get(*path)
        if same and isinstance(value, dict | list):
            return None
        for layer in self.layers:
            if self.renames and not self._meant(layer, obj):
                continue
            place = transformer_place(self, layer, obj, path)
            if place:
                return place
            for document in self._patches(layer, obj):
                if path in _IDENTITY and isinstance(document.data, dict):
                    continue  # by its identity a merge patch says whom it means
                place = patch_place(document, obj, path, key, value if same else None)
                if place:
                    return place
        base = self.base(obj)
        return patch_place(base, obj, path, key, value if same else None) if base else None

    def _patches(self, layer: Kustomization, obj: Object) -> Iterator[Document]:
        for patch in reversed(layer.patches):
            documents = patch.inline
            if patch.path is not None:
                documents = self.graph.tree.documents_or_none(join(layer.folder, patch.path))
            for document in reversed(documents):
                if selects(patch, document, obj, self.names(obj)):
                    yield document

    def describe(self, obj: Object) -> list[str]:
        """The files an object comes from: the one that brings it, then the patches on it."""
        base = self.base(obj)
        first = base.place() if base else self._generator(obj)
        lines = [f"from {first.file}:{first.line}"]
        for layer in reversed(self.layers):
            for document in reversed(list(self._patches(layer, obj))):
                place = document.place()
                lines.append(f"patched by {place.file}:{place.line}")
        return lines

    def _generator(self, obj: Object, path: Path = ()) -> Place:
        """Where a generator makes a ConfigMap or Secret, else the overlay's own file."""
        for layer in self.layers:
            for field in ("configMapGenerator", "secretGenerator"):
                for number, entry in enumerate(_entries(layer, field)):
                    name = str(entry.get("name") or "")
                    if name and name in obj.name:
                        return _generated(layer, (field, number), entry, path)
        return Place(self.layers[0].file) if self.layers else Place(self.folder)


def _entries(layer: Kustomization, field: str) -> list[dict[str, Any]]:
    found = layer.data.get(field)
    return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []


def _generated(layer: Kustomization, at: Path, entry: dict[str, Any], path: Path) -> Place:
    """The option, file or literal of a generator entry that makes a field; else its name."""
    if path[:1] == ("metadata",):
        found = layer.document.place_of((*at, "options", *path[1:]))
        if found:
            return found
    for source in ("files", "literals", "envs"):
        listed = entry.get(source)
        for number, text in enumerate(listed if isinstance(listed, list) else ()):
            key = str(text).split("=", 1)[0].rpartition("/")[2]
            if path[:1] == ("data",) and key == path[-1]:
                return layer.document.place_of((*at, source, number)) or Place(layer.file)
    return layer.document.place_of((*at, "name")) or Place(layer.file)


def _new_name(document: Document) -> str:
    """The name that a JSON 6902 patch gives its object; empty where it gives none."""
    for operation in document.data if isinstance(document.data, list) else ():
        if isinstance(operation, dict) and operation.get("path") == "/metadata/name":
            return str(operation.get("value") or "")
    return ""


def _likeness(document: Document, obj: Object) -> int:
    """How well a document fits as an object's source: 0 not at all."""
    data = document.data
    if not isinstance(data, dict):
        return 0
    if data.get("kind") == "List":
        return 0
    metadata = data.get("metadata")
    if data.get("kind") != obj.kind or not isinstance(metadata, dict):
        return 0
    name = str(metadata.get("name", ""))
    if not name or name not in obj.name:
        return 0
    score = 1000 if name == obj.name else len(name)
    score += 2 if data.get("apiVersion") == obj.api_version else 0
    return score + (1 if (metadata.get("namespace") or "") == obj.namespace else 0)
