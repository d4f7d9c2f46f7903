"""Transformers of a kustomization (replacements, images, labels, …) as the setter of a field."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from overlaykit.render.objects import Object
from overlaykit.render.patches import target_selects
from overlaykit.repo.kustomization import Kustomization
from overlaykit.repo.tree import join
from overlaykit.source import Document, Path, Place, child

if TYPE_CHECKING:
    from overlaykit.render.provenance import Provenance


def transformer_place(
    chain: "Provenance", layer: Kustomization, obj: Object, path: Path
) -> Place | None:
    """Where a transformer of `layer` sets `path` of an object; None where none does."""
    return (
        _replacement(chain, layer, obj, path)
        or _image(layer, obj, path)
        or _replicas(layer, chain.names(obj), path)
        or _metadata(layer, path)
    )


def _items(node: Node | None) -> list[Node]:
    return node.value if isinstance(node, SequenceNode) else []


def _scalar(node: Node, key: str) -> ScalarNode | None:
    found = child(node, key)
    return found[1] if found and isinstance(found[1], ScalarNode) else None


def _metadata(layer: Kustomization, path: Path) -> Place | None:
    if path == ("metadata", "namespace") and layer.node("namespace") is not None:
        return layer.document.place_of(("namespace",))
    if len(path) != 3 or path[0] != "metadata":
        return None
    for field, kind in (("commonLabels", "labels"), ("commonAnnotations", "annotations")):
        if path[1] == kind:
            place = layer.document.place_of((field, path[2]))
            if place:
                return place
    for node in _items(layer.node("labels")) if path[1] == "labels" else []:
        pairs = child(node, "pairs")
        found = child(pairs[1], path[2]) if pairs else None
        if found:
            return layer.document.place(found[1])
    return None


def _image(layer: Kustomization, obj: Object, path: Path) -> Place | None:
    if not path or path[-1] != "image":
        return None
    rendered = str(obj.get(*path))
    for node in _items(layer.node("images")):
        new = _scalar(node, "newName")
        shown = new or _scalar(node, "name")
        wanted = shown.value if shown is not None else ""
        if wanted and re.fullmatch(re.escape(wanted) + r"(?:[:@].*)?", rendered):
            setter = _scalar(node, "digest") or _scalar(node, "newTag") or new
            return layer.document.place(setter) if setter is not None else None
    return None


def _replicas(layer: Kustomization, names: set[str], path: Path) -> Place | None:
    if path != ("spec", "replicas"):
        return None
    for node in _items(layer.node("replicas")):
        name, count = _scalar(node, "name"), _scalar(node, "count")
        if name is not None and count is not None and name.value in names:
            return layer.document.place(count)
    return None


def _replacements(chain: "Provenance", layer: Kustomization) -> Iterator[tuple[Document, Node]]:
    """Each replacement with the document it stands in: inline, or of a file it names."""
    for node in _items(layer.node("replacements")):
        path = _scalar(node, "path")
        if path is None:
            yield layer.document, node
            continue
        for document in chain.graph.tree.documents_or_none(join(layer.folder, path.value)):
            nodes = _items(document.node) or [document.node]
            for one in nodes:
                yield document, one


def _replacement(
    chain: "Provenance", layer: Kustomization, obj: Object, path: Path
) -> Place | None:
    for document, node in reversed(list(_replacements(chain, layer))):
        data = Document(document.file, node, document.text).data
        if not isinstance(data, dict) or not isinstance(node, MappingNode):
            continue
        for target in data.get("targets") or []:
            if isinstance(target, dict) and _targets(target, chain, obj, path):
                return _source_place(chain, document, node, data)
    return None


def _targets(target: dict[str, Any], chain: "Provenance", obj: Object, path: Path) -> bool:
    """Whether a replacement target writes the whole of `path`.

    With a delimiter only a part is written: the rest of the value is still the base's.
    """
    options = target.get("options")
    if isinstance(options, dict) and options.get("delimiter"):
        return False
    select = target.get("select")
    if not isinstance(select, dict) or not target_selects(select, obj, chain.names(obj)):
        return False
    return any(_same_path(str(field), obj, path) for field in target.get("fieldPaths") or [])


def _source_place(
    chain: "Provenance", document: Document, node: MappingNode, data: dict[str, Any]
) -> Place:
    """Where the replacement's source value is written; else the replacement itself."""
    source = data.get("source")
    if isinstance(source, dict):
        field = str(source.get("fieldPath") or "metadata.name")
        for candidate in chain.manifests:
            found = candidate.data
            if not isinstance(found, dict) or found.get("kind") != source.get("kind"):
                continue
            wanted = source.get("name")
            if wanted and Object(found).name != wanted:
                continue
            place = candidate.place_of(tuple(field_steps(field)))
            if place:
                return place
    return document.place(node)


def _same_path(field: str, obj: Object, path: Path) -> bool:
    steps = field_steps(field)
    if len(steps) != len(path):
        return False
    for number, (step, wanted) in enumerate(zip(steps, path, strict=True)):
        if step == "*" or str(step) == str(wanted):
            continue
        condition = re.fullmatch(r"([^=]+)=(.*)", str(step))
        if not condition or not isinstance(wanted, int):
            return False
        if str(obj.get(*path[: number + 1], condition[1])) != condition[2]:
            return False
    return True


def field_steps(field: str) -> list[str | int]:
    """The steps of a Kustomize field path: dots, `\\.` escapes and [bracketed.keys]."""
    found = re.findall(r"\[([^\]]*)\]|((?:\\.|[^.\[\]])+)", field)
    texts = [bracket or plain.replace("\\.", ".") for bracket, plain in found]
    return [int(text) if text.isdigit() else text for text in texts]
