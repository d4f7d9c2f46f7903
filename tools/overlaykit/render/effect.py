"""Which entries of a kustomization are seen to work in a render: a quick look before the proof.

`Effects.of` says yes where the render has what an entry sets and the file that the object was read
from has not; and of a namespace, label or annotation unless all that the entry sees has it. No
means nothing yet: the entry may work in a way that is not looked for.
"""

import re
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any

from overlaykit.render.objects import Object, object_of, strings
from overlaykit.render.patches import pointer_steps, selects, target_selects
from overlaykit.render.provenance import Provenance
from overlaykit.render.transformers import field_steps
from overlaykit.repo.parts import PATCHES, Part, parts
from overlaykit.repo.tree import join
from overlaykit.source import Document, Path, items

# A change of a patch: the field, what it is set to, and how (set, append, remove).
Change = tuple[Path, Any, str]
_Has = Callable[[dict[str, Any]], bool]
_CLUSTER_WIDE = ("Namespace", "ClusterRole", "CustomResourceDefinition", "StorageClass")


class Effects:
    """The render of one folder, beside the files that its objects were read from."""

    def __init__(self, chain: Provenance, objects: list[Object]) -> None:
        self.chain = chain
        self.objects = objects

    def of(self, part: Part) -> bool:
        """Whether the entry surely changes something here."""
        if part.field in PATCHES:
            return self._patch(part)
        if part.field in ("commonLabels", "labels"):
            return self._pairs(part, "labels")
        if part.field == "commonAnnotations":
            return self._pairs(part, "annotations")
        found: dict[str, Callable[[Part], bool]] = {
            "namespace": self._namespace,
            "images": self._image,
            "replicas": self._replicas,
            "replacements": self._replacement,
            "components": self._component,
        }
        return found[part.field](part)

    # --- what the entries of a kind have in common ---

    @cached_property
    def _every(self) -> list[Part]:
        layers = self.chain.graph.closure(self.chain.folder)
        return [part for layer in layers for part in parts(layer)]

    def _alone(self, part: Part) -> bool:
        """Whether no other entry of the chain says the same."""
        alike = (one for one in self._every if one.field == part.field and one.data == part.data)
        return len(list(alike)) < 2

    def _was(self, obj: Object) -> Object | None:
        """The object as its file has it; None for one that is generated."""
        read = self.chain.read(obj)
        return read.object if read is not None and read.document is not None else None

    def late(self, target: dict[str, Any], obj: Object) -> tuple[str, str] | None:
        """What of a target an object is called only after it was read, and what it was before."""
        read = self.chain.read(obj)
        if read is None:
            return None
        was = read.object
        for key, first, last in (
            ("name", was.name, obj.name),
            ("namespace", was.namespace, obj.namespace),
        ):
            if target.get(key) == last != first:
                return key, first
        return None

    @cached_property
    def by_kind(self) -> dict[str, list[Object]]:
        found: dict[str, list[Object]] = {}
        for obj in self.objects:
            found.setdefault(obj.kind, []).append(obj)
        return found

    # --- transformers ---

    def _namespace(self, part: Part) -> bool:
        value = part.data

        def has(data: dict[str, Any]) -> bool:
            return data.get("kind") in _CLUSTER_WIDE or Object(data).namespace == value

        return self._is_new(part, has, lambda p: p.field == "namespace" and p.data == value)

    def _pairs(self, part: Part, kind: str) -> bool:
        fields = ("labels", "commonLabels") if kind == "labels" else ("commonAnnotations",)
        wanted = part.pairs.items()

        def has(data: dict[str, Any]) -> bool:
            own = Object(data).metadata.get(kind)
            return isinstance(own, dict) and wanted <= own.items()

        return self._is_new(part, has, lambda p: p.field in fields and wanted <= p.pairs.items())

    def _is_new(self, part: Part, has: _Has, says: Callable[[Part], bool]) -> bool:
        """Whether the entry sees an object that neither has nor is given by others what it sets."""
        layer = part.layer
        top = self.chain.folder if layer.is_component else layer.folder
        skipped = layer.folder if layer.is_component else ""
        return any(not has(data) for data in self._seen(top, skipped, says))

    def _seen(
        self, folder: str, skipped: str, says: Callable[[Part], bool]
    ) -> Iterator[dict[str, Any]]:
        """The objects that a folder has, as their files have them; not where `says` an entry."""
        graph = self.chain.graph
        for below in graph.children[folder]:
            inner = graph.kustomizations.get(below)
            if below != skipped and inner and not any(map(says, parts(inner))):
                yield from self._seen(below, skipped, says)
        for name in graph.manifests(folder):
            for document in graph.tree.documents_or_none(name):
                for one in items(document):
                    yield one.data if isinstance(one.data, dict) else {}
        for field in ("configMapGenerator", "secretGenerator"):
            for entry in graph.kustomizations[folder].data.get(field) or ():
                yield {"metadata": entry} if isinstance(entry, dict) else {}

    def _image(self, part: Part) -> bool:
        data = part.data if isinstance(part.data, dict) else {}
        name = str(data.get("newName") or data.get("name"))
        end = f"@{data['digest']}" if data.get("digest") else ""
        end = end or (f":{data['newTag']}" if data.get("newTag") else "")
        fresh = self.images - self._images_before
        return self._alone(part) and any(
            one == name + end or (not end and re.split("[:@]", one)[0] == name) for one in fresh
        )

    @cached_property
    def images(self) -> set[str]:
        return {text for obj in self.objects for text in _images(obj.data)}

    @cached_property
    def _images_before(self) -> set[str]:
        return {text for document in self.chain.manifests for text in _images(document.data)}

    def _replicas(self, part: Part) -> bool:
        data = part.data if isinstance(part.data, dict) else {}
        for obj in self.objects:
            if obj.get("spec", "replicas") == data.get("count") and str(data["name"]) in obj.name:
                was = self._was(obj)
                if was is not None and was.get("spec", "replicas") != data.get("count"):
                    return self._alone(part)
        return False

    def _component(self, part: Part) -> bool:
        folder = join(part.layer.folder, str(part.data))
        for layer in self.chain.graph.closure(folder):
            if any(field in layer.data for field in ("configMapGenerator", "secretGenerator")):
                return True
            for name in self.chain.graph.manifests(layer.folder):
                documents = self.chain.graph.tree.documents_or_none(name)
                if any(self._brings(document.data) for document in documents):
                    return True
            if any(self.of(one) for one in parts(layer)):
                return True
        return False

    def _brings(self, data: Any) -> bool:
        """Whether an object of a file is rendered, under whatever name."""
        was = Object(data if isinstance(data, dict) else {})
        return any(was.name in obj.name for obj in self.by_kind.get(was.kind, ()))

    # --- replacements ---

    def _replacement(self, part: Part) -> bool:
        for one in self.replacements(part):
            for target in one.get("targets") or ():
                if isinstance(target, dict) and self._writes(target):
                    return True
        return False

    def replacements(self, part: Part) -> Iterator[dict[str, Any]]:
        """The replacements of an entry: it may name a file of them."""
        data = part.data if isinstance(part.data, dict) else {}
        found = [data]
        if data.get("path"):
            name = join(part.layer.folder, str(data["path"]))
            found = [one.data for one in self.chain.graph.tree.documents_or_none(name)]
        for one in found:
            yield from (x for x in (one if isinstance(one, list) else [one]) if isinstance(x, dict))

    def _writes(self, target: dict[str, Any]) -> bool:
        paths = [_plain(str(field)) for field in target.get("fieldPaths") or ()]
        for obj in self.selected(target.get("select")):
            was = self._was(obj)
            if was is not None and any(was.get(*path) != obj.get(*path) for path in paths):
                return True
        return False

    def selected(self, select: Any) -> Iterator[Object]:
        """The rendered objects that a selector of Kustomize means."""
        for obj in self.objects:
            read = self.chain.read(obj)
            if isinstance(select, dict) and read and target_selects(select, obj, read):
                yield obj

    # --- patches ---

    def _patch(self, part: Part) -> bool:
        for document in self.documents(part):
            if isinstance(document.data, dict) and document.data.get("$patch") == "delete":
                return self._deletes(part, document)
            changes = changes_of(document)
            for obj in self.meant(part, document):
                was = self._was(obj)
                if was is not None and any(self._sets(c, was, obj, document) for c in changes):
                    return True
        return False

    def _deletes(self, part: Part, document: Document) -> bool:
        """Whether an object that a patch is for is read and not rendered."""
        return any(
            not self._brings(read.data)
            for read in self.chain.reads
            if selects(part.patch, document, read.object, read)
        )

    def documents(self, part: Part) -> list[Document]:
        """The documents of a patch, inline or of its file."""
        patch = part.patch
        if patch.path is None:
            return patch.inline
        return self.chain.graph.tree.documents_or_none(join(part.layer.folder, patch.path))

    def meant(self, part: Part, document: Document) -> Iterator[Object]:
        """The rendered objects that a patch is for."""
        there = self.objects
        if part.patch.target is None:
            wanted = object_of(document)
            there = self.by_kind.get(wanted.kind, [])
        for obj in there:
            read = self.chain.read(obj)
            if read is not None and selects(part.patch, document, obj, read):
                yield obj

    def _sets(self, change: Change, was: Object, now: Object, document: Document) -> bool:
        path, value, how = change
        before, after = was.get(*path), now.get(*path)
        if before == after:
            return False
        if how == "append":
            old, new = before or [], after or []
            works = isinstance(new, list) and value in new and value not in old
        elif how == "remove":
            works = before is not None
        else:
            works = isinstance(value, list | dict) or str(after) == str(value)
        return works and not self._says_so_too(change, now, document)

    def _says_so_too(self, change: Change, obj: Object, document: Document) -> bool:
        """Whether another patch makes the same change, so that this one may do nothing more."""
        read = self.chain.read(obj)
        return read is not None and any(
            other is not document
            and change in changes_of(other)
            and selects(part.patch, other, obj, read)
            for part in self._every
            if part.field in PATCHES
            for other in self.documents(part)
        )


def changes_of(document: Document) -> list[Change]:
    """What a patch (merge patch or JSON 6902) changes, as far as it is plain."""
    if isinstance(document.data, list):
        return [found for found in map(_operation, document.data) if found is not None]
    return list(_merged(document.data, ())) if isinstance(document.data, dict) else []


_SAYS_WHOM = (("apiVersion",), ("kind",), ("metadata", "name"), ("metadata", "namespace"))


def _merged(data: dict[str, Any], path: Path) -> Iterator[Change]:
    for key, value in data.items():
        at = (*path, key)
        if at in _SAYS_WHOM or key.startswith("$"):
            continue
        if isinstance(value, dict) and value:
            yield from _merged(value, at)
        else:
            yield at, value, "remove" if value is None else "set"


def _operation(data: Any) -> Change | None:
    if not isinstance(data, dict) or data.get("op") not in ("add", "replace", "remove"):
        return None
    steps = pointer_steps(str(data.get("path")))
    path = tuple(int(step) if step.isdigit() else step for step in steps)
    if path and path[-1] == "-":
        return path[:-1], data.get("value"), "append"
    return path, data.get("value"), "remove" if data["op"] == "remove" else "set"


def _images(data: Any) -> Iterator[str]:
    return (text for path, text in strings(data) if path and path[-1] == "image")


def _plain(field: str) -> Path:
    """The part of a Kustomize field path before its first condition or wildcard."""
    found: list[str | int] = []
    for step in field_steps(field):
        if step == "*" or (isinstance(step, str) and "=" in step):
            break
        found.append(step)
    return tuple(found)
