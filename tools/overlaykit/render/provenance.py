"""Where a person set a rendered field: worked out from the kustomization chain, overlay first.

Kustomize's own origin annotations name an object's file but not the patch that last wrote a
field, so what was read for an object is followed back through all that wrote on it.
"""

from collections.abc import Iterator
from functools import cached_property

from overlaykit.render.generators import generated_place
from overlaykit.render.objects import Object
from overlaykit.render.patches import Inserted, inserts, patch_place, selects
from overlaykit.render.reads import Generated, Read, Reader, likeness, patch_documents
from overlaykit.render.transformers import Transformers
from overlaykit.repo.graph import Graph
from overlaykit.repo.kustomization import Kustomization
from overlaykit.source import Document, Path, Place

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
        self._found: dict[tuple[str, str], Read | None] = {}

    @cached_property
    def reads(self) -> list[Read]:
        """All that the build reads and generates."""
        return Reader(self.graph).read(self.folder)

    @cached_property
    def manifests(self) -> list[Document]:
        """Every resource document of the chain, each once."""
        found = (read.document for read in self.reads)
        return list({id(one.node): one for one in found if one is not None}.values())

    def read(self, obj: Object) -> Read | None:
        """What an object was read from, allowing for prefixes, suffixes, renames."""
        key = (obj.api_version, obj.label)
        if key not in self._found:
            scored = ((likeness(read, obj), read) for read in self.reads)
            best = max(scored, key=lambda pair: pair[0], default=(0, None))
            self._found[key] = best[1] if best[0] > 0 else self._only(obj)
        return self._found[key]

    def _only(self, obj: Object) -> Read | None:
        """The only thing of an object's kind that is read: its name was written from a fact."""
        alike = [
            read
            for read in self.reads
            if read.document is not None
            and (read.object.api_version, read.object.kind) == (obj.api_version, obj.kind)
        ]
        made = obj.kind in ("ConfigMap", "Secret")  # a generator may have made it
        return alike[0] if len(alike) == 1 and not made else None

    def base(self, obj: Object) -> Document | None:
        """The document that an object was read from; None for a generated one."""
        read = self.read(obj)
        return read.document if read else None

    def locate(self, obj: Object, path: Path, key: bool = False) -> Place:
        """The place where the value at `path` was last set; with `key`, the field's name there.

        A field that nobody set is placed at its deepest ancestor that somebody did.
        """
        read = self.read(obj)
        return self._start() if read is None else self.trace(read, obj, path, key)

    def history(self, obj: Object, path: Path) -> list[tuple[Place, object]]:
        """Where the scalar at `path` was set, the last writer first, each with what it wrote.

        The first one has the rendered value, also where it wrote only a part of it (a fact).
        """
        read = self.read(obj)
        if read is None:
            return [(self._start(), obj.get(*path))]
        parts: list[Place | None] = []
        below: list[tuple[Place, object]] = []
        for layer in (one for one in reversed(read.steps) if isinstance(one, Kustomization)):
            parts.append(Transformers(self, layer, read, obj).part(path))
            for _, document in self._patches(layer, read, obj):
                below += _setting(document, obj, path)
        if read.document is not None:
            below += _setting(read.document, obj, path)
        last = next((one for one in parts if one), None) or self.locate(obj, path)
        return [(last, obj.get(*path)), *(one for one in below if one[0] != last)]

    def _start(self) -> Place:
        layer = self.graph.kustomizations.get(self.folder)
        return Place(layer.file if layer else self.folder)

    def trace(self, read: Read, obj: Object, path: Path, key: bool = False) -> Place:
        """As `locate`, of an object whose source is known."""
        exact = _container(read, obj, path, key) or self._written(read, obj, path, key, same=True)
        if exact:
            return exact
        for length in range(len(path), 0, -1):
            above = key or length < len(path)
            found = self._written(read, obj, path[:length], above, same=False)
            if found:
                return found
        return self.first(read)

    def first(self, read: Read) -> Place:
        """Where an object begins: its document, or the generator's entry."""
        if read.document is not None:
            return read.document.place()
        entry = read.steps[0]
        assert isinstance(entry, Generated)
        return entry.layer.document.place_of((*entry.path, "name")) or Place(entry.layer.file)

    def _written(self, read: Read, obj: Object, path: Path, key: bool, same: bool) -> Place | None:
        """The last writer that sets `path`; `same` demands the rendered value there."""
        value = obj.get(*path)
        if same and isinstance(value, dict | list):
            return None
        inserted: list[Inserted] = []
        for step in reversed(read.steps):
            if isinstance(step, Generated):
                place = generated_place(self.graph.tree, step, path)
            else:
                wanted = value if same else None
                place = self._layer(step, read, obj, path, key, wanted, inserted)
            if place:
                return place
        if read.document is None:
            return None
        return patch_place(read.document, obj, path, key, value if same else None, inserted)

    def _layer(
        self,
        layer: Kustomization,
        read: Read,
        obj: Object,
        path: Path,
        key: bool,
        value: object,
        inserted: list[Inserted],
    ) -> Place | None:
        """Where one kustomization sets `path`: its transformers and patches, the last first."""
        transformers = Transformers(self, layer, read, obj)
        place = transformers.late(path)
        if place:
            return place
        early = False
        for field, document in self._patches(layer, read, obj):
            if not early and field != "patchesJson6902":
                early = True
                place = transformers.metadata(path)
                if place:
                    return place
            merges = isinstance(document.data, dict)
            if path in _IDENTITY and merges:
                continue  # by its identity a merge patch says whom it means
            place = patch_place(document, obj, path, key, value, inserted)
            if place:
                return place
            inserted += inserts(document, obj)
        return None if early else transformers.metadata(path)

    def _patches(
        self, layer: Kustomization, read: Read, obj: Object
    ) -> Iterator[tuple[str, Document]]:
        """The patches that a layer puts on an object, each with its field, the last first."""
        for patch in reversed(layer.patches):
            for document in reversed(patch_documents(self.graph, layer, patch)):
                if selects(patch, document, obj, read):
                    yield patch.field, document

    def describe(self, obj: Object) -> list[str]:
        """The files an object comes from: the one that brings it, then the patches on it."""
        read = self.read(obj)
        first = self.first(read) if read else self._start()
        lines = [f"from {first.file}:{first.line}"]
        layers = [step for step in read.steps if isinstance(step, Kustomization)] if read else []
        for layer in layers:
            assert read is not None
            for _, document in reversed(list(self._patches(layer, read, obj))):
                place = document.place()
                lines.append(f"patched by {place.file}:{place.line}")
        return lines


def _setting(document: Document, obj: Object, path: Path) -> list[tuple[Place, object]]:
    """The scalar that a document or patch writes at a path of an object, and where."""
    place = patch_place(document, obj, path, False, None, [])
    value: object = None
    if isinstance(document.data, dict):
        value = Object(document.data).get(*path)
    pointer = "/" + "/".join(str(step).replace("~", "~0").replace("/", "~1") for step in path)
    for operation in document.data if isinstance(document.data, list) else ():
        if isinstance(operation, dict) and operation.get("path") == pointer:
            value = operation.get("value")
    return [] if place is None or value is None else [(place, value)]


def _container(read: Read, obj: Object, path: Path, key: bool) -> Place | None:
    """The name of a mapping or list in the base, if it is there: many may add to it later."""
    base = read.document
    if not key or base is None or not isinstance(obj.get(*path), dict | list):
        return None
    return patch_place(base, obj, path, key)
