"""Where a target of a parameter is set on a cluster: the patch or value file, and the line."""

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from overlaykit.params import items
from overlaykit.render.objects import Object, object_of
from overlaykit.render.patches import pointer_steps, selects
from overlaykit.render.reads import Read
from overlaykit.repo.kustomization import Kustomization, Patch
from overlaykit.repo.tree import join
from overlaykit.repo.workloads import Parameter, Target, Workload
from overlaykit.scaffold.draft import Draft
from overlaykit.scaffold.site import tails
from overlaykit.source import Document, Place


class Overlay(Struct, frozen=True):
    """The folder of one workload on one cluster, or of one `job` of it."""

    draft: Draft
    cluster: str
    workload: Workload
    job: str = ""

    @property
    def folder(self) -> str:
        below = f"/jobs/{self.job}" if self.job else ""
        return f"overlays/{self.cluster}/{self.workload.name}{below}"

    @property
    def values_file(self) -> str:
        return f"{self.folder}/values.yaml"

    def kustomization(self) -> Kustomization | None:
        return self.draft.kustomization(self.folder)

    def lacks(self, parameter: Parameter) -> bool:
        """Whether the component that a value of the chart belongs to is off."""
        about = self.workload.component(parameter.component)
        if about is None or not about.has_values:
            return False
        tail = f"{self.workload.name}/components/{about.name}"
        return tail not in tails(self.draft, f"overlays/{self.cluster}", "apps")

    def object(self, target: Target) -> Object | None:
        """The object of a target as its file has it; None where this overlay does not have it."""
        for document in manifests(self.draft, self.folder):
            obj = object_of(document)
            if obj.kind_and_name == (target.kind, target.name):
                return obj
        return None


class Setting(Struct, frozen=True):
    """A value that an overlay sets. `editable`: document `index` of `file` sets this object alone;
    else a person wrote it in a form that the tool leaves alone."""

    value: Any
    place: Place
    file: str
    index: int
    editable: bool


def manifests(draft: Draft, folder: str) -> Iterator[Document]:
    """The resource documents that a folder builds from, its bases and components included."""
    tree = draft.tree
    kustomization = draft.kustomization(folder)
    for entry in kustomization.entries if kustomization else ():
        path = join(folder, entry.text)
        if entry.field not in ("resources", "bases", "components"):
            continue
        if draft.has(path):
            yield from draft.documents(path)
        elif tree.is_dir(path):
            yield from manifests(draft, path)


def setting(overlay: Overlay, target: Target) -> Setting | None:
    """What the overlay sets for a target; the last patch to write it wins."""
    if not target.kind:
        return _of_values(overlay, target)
    obj = overlay.object(target)
    for patch, name, index, document in patches(overlay, obj) if obj else ():
        found = _in_patch(document, target, obj)
        if found:
            return Setting(found[0], found[1], name, index, is_editable(overlay, patch, name))
    return None


def patches(overlay: Overlay, obj: Object) -> Iterator[tuple[Patch, str, int, Document]]:
    """The patch documents on an object, the last to write first: patch, file, number, document."""
    kustomization = overlay.kustomization()
    for patch in reversed(kustomization.patches if kustomization else []):
        name = join(overlay.folder, patch.path) if patch.path is not None else ""
        documents = overlay.draft.documents(name) if name else patch.inline
        for index, document in reversed(list(enumerate(documents))):
            if selects(patch, document, obj, Read(obj.data)):
                yield patch, name, index, document


def is_editable(overlay: Overlay, patch: Patch, name: str) -> bool:
    """Whether a patch is a file of this overlay for one object."""
    return name.startswith(f"{overlay.folder}/") and patch.target is None


def _in_patch(document: Document, target: Target, obj: Object | None) -> tuple[Any, Place] | None:
    if isinstance(document.data, list):
        pointed = items.located(obj.data if obj else None, target.path) or target.path
        wanted = tuple(str(step) for step in pointed)
        operations = [one for one in document.data if isinstance(one, dict) and "value" in one]
        for operation in reversed(operations):
            if tuple(pointer_steps(str(operation.get("path")))) == wanted:
                return operation["value"], document.place()
        return None
    path = items.located(document.data, target.path)
    place = document.place_of(path) if path is not None else None
    return (Object(document.data).get(*path), place) if path and place else None


def _of_values(overlay: Overlay, target: Target) -> Setting | None:
    name = overlay.values_file
    found = value_in(overlay.draft, name, target)
    return Setting(found[0], found[1], name, 0, True) if found else None


def value_in(draft: Draft, name: str, target: Target) -> tuple[Any, Place] | None:
    """The value of a chart's target in a value file, with its place."""
    documents = draft.documents(name)
    place = documents[0].place_of(target.path) if documents else None
    if place is None:
        return None
    value = Object(documents[0].data).get(*target.path)
    if not target.line:
        return value, place
    for number, line in enumerate(str(value).splitlines(), 1):
        key, colon, rest = line.partition(": ")
        if colon and key.strip() == target.line:
            return rest.strip(), Place(name, place.line + number, place.column)
    return None
