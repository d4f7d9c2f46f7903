"""Patches against objects: whom a patch selects and whether it sets a field."""

import re
from collections.abc import Sequence
from typing import Any, Protocol

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from overlaykit.render.objects import Object
from overlaykit.repo.kustomization import Patch
from overlaykit.source import Document, Path, Place, child, to_data

# Keys by which list items are told apart, most telling first
# (source: the patchMergeKey marks of the Kubernetes API types).
MERGE_KEYS = (
    "name",
    "key",
    "mountPath",
    "devicePath",
    "containerPort",
    "port",
    "ip",
    "type",
    "uid",
)


# A list, and the position at which something was put into it.
Inserted = tuple[Path, int]


class Known(Protocol):
    """The names, namespaces and kinds that an object had on its way."""

    names: list[str]
    kinds: list[str]
    namespaces: list[str]


def selects(patch: Patch, document: Document, obj: Object, known: Known) -> bool:
    """Whether a patch is meant for an object."""
    if patch.target is not None:
        return target_selects(patch.target, obj, known)
    data = document.data
    if not isinstance(data, dict) or data.get("kind") not in known.kinds:
        return False
    named = Object(data)
    if (named.namespace or "default") not in [one or "default" for one in known.namespaces]:
        return False
    return named.name in known.names and named.group == obj.group


def target_selects(target: dict[str, Any], obj: Object, known: Known) -> bool:
    """Kustomize's selector: anchored regular expressions; labels by equality or presence."""
    version = obj.api_version.rpartition("/")[2]
    wanted = (
        ("group", [obj.group]),
        ("version", [version]),
        ("kind", known.kinds),
        ("name", known.names),
        ("namespace", [one or "default" for one in known.namespaces]),
    )
    for key, values in wanted:
        pattern = target.get(key)
        if pattern and not any(_matches(str(pattern), value) for value in values):
            return False
    labels = obj.metadata.get("labels")
    annotations = obj.annotations
    return _labelled(target.get("labelSelector"), labels) and _labelled(
        target.get("annotationSelector"), annotations
    )


def _matches(pattern: str, value: str) -> bool:
    try:
        return re.fullmatch(pattern, value) is not None
    except re.error:
        return pattern == value


_REQUIREMENT = re.compile(
    r"\s*(?:(?P<absent>!)\s*)?(?P<key>[\w./-]+)\s*"
    r"(?:(?P<equals>==?|!=)\s*(?P<value>[\w.-]*)|(?P<set>in|notin)\s*\((?P<values>[^)]*)\))?\s*(?:,|$)"
)


def _labelled(selector: Any, labels: Any) -> bool:
    """A Kubernetes label selector: equality and set requirements, all of them."""
    labels = labels if isinstance(labels, dict) else {}
    return all(_required(found, labels) for found in _REQUIREMENT.finditer(str(selector or "")))


def _required(found: re.Match[str], labels: dict[str, Any]) -> bool:
    key, there = found["key"], found["key"] in labels
    value = str(labels.get(key, ""))
    if found["absent"]:
        return not there
    if found["set"]:
        inside = there and value in {text.strip() for text in found["values"].split(",")}
        return inside if found["set"] == "in" else not inside
    if found["equals"] == "!=":
        return value != found["value"]
    return there and (not found["equals"] or value == found["value"])


def inserts(document: Document, obj: Object) -> list[Inserted]:
    """What a JSON 6902 patch puts into lists of an object, the last first."""
    found: list[Inserted] = []
    for operation in document.data if isinstance(document.data, list) else ():
        if isinstance(operation, dict) and operation.get("op") == "add":
            *above, last = pointer_steps(str(operation.get("path"))) or [""]
            path = tuple(int(step) if step.isdigit() else step for step in above)
            if (last.isdigit() or last == "-") and isinstance(obj.get(*path), list):
                found.insert(0, (path, int(last) if last.isdigit() else -1))
    return found


def patch_place(
    document: Document,
    obj: Object,
    path: Path,
    key: bool,
    value: Any = None,
    inserted: Sequence[Inserted] = (),
) -> Place | None:
    """The place in a document (object, merge patch or JSON 6902 list) that sets `path`.

    `inserted` is what was later put into the object's lists, the last first.
    """
    if isinstance(document.node, SequenceNode):
        return _operation_place(document, obj, path, key, value)
    found = _descend(document.node, obj, path, inserted=inserted)
    if found is None or not _says(found[1], value):
        return None
    if key and found[0] is not None:
        return document.place(found[0])
    return document.place(found[1])


def _says(node: Node, value: Any) -> bool:
    """Whether a node holds the rendered scalar `value`; None asks nothing."""
    if value is None or not isinstance(node, ScalarNode):
        return True
    if isinstance(value, bool):
        return node.value.lower() in ("true", "yes", "on", "y") if value else True
    return node.value == str(value) or isinstance(value, int | float)


def _descend(
    node: Node, obj: Object, path: Path, done: Path = (), inserted: Sequence[Inserted] = ()
) -> tuple[Node | None, Node] | None:
    """Follow `path` below `node`; list items are found by their merge key, else by position."""
    key: Node | None = None
    for number, step in enumerate(path):
        if isinstance(step, int) and isinstance(node, SequenceNode):
            item = _item(node, obj, (*done, *path[:number]), step, inserted)
            if item is None:
                return None
            key, node = None, item
            continue
        found = child(node, step)
        if found is None:
            return None
        key, node = found
    return key, node


def _item(
    node: SequenceNode, obj: Object, path: Path, index: int, inserted: Sequence[Inserted]
) -> Node | None:
    """The item of a list in a patch that stands for item `index` of the rendered list."""
    items: list[Node] = node.value
    rendered = obj.get(*path)
    wanted = obj.get(*path, index)
    if isinstance(wanted, dict):
        for merge_key in MERGE_KEYS:
            if merge_key in wanted:
                # The item in the same position first: keys can repeat (port 53 by UDP and TCP).
                for item in [*items[index : index + 1], *items]:
                    found = child(item, merge_key)
                    if found and getattr(found[1], "value", None) == str(wanted[merge_key]):
                        return item
                break
    else:
        for item in items:
            if isinstance(item, ScalarNode) and item.value == str(wanted):
                return item
    added = 0
    for where, position in inserted:
        if where == path:
            if position == index:
                return None  # put there later: no item of this list
            added += 1
            index -= -1 < position < index
    whole = isinstance(rendered, list) and len(rendered) == len(items) + added
    return items[index] if whole and index < len(items) else None


def _operation_place(
    document: Document, obj: Object, path: Path, key: bool, value: Any
) -> Place | None:
    """The last JSON 6902 operation that writes `path` or something above it."""
    for operation in reversed(document.node.value):
        if not isinstance(operation, MappingNode):
            continue
        writes = child(operation, "op")
        if writes is None or getattr(writes[1], "value", "") not in ("add", "replace"):
            continue
        pointer, content = child(operation, "path"), child(operation, "value")
        if pointer is None or content is None or not isinstance(pointer[1], ScalarNode):
            continue
        steps = pointer_steps(pointer[1].value)
        if not _leads(steps, path, obj, content[1]):
            continue
        if len(steps) == len(path):
            if _says(content[1], value):
                return document.place(pointer[1] if key else content[1])
            continue
        found = _descend(content[1], obj, path[len(steps) :], path[: len(steps)])
        if found is not None and _says(found[1], value):
            return document.place(found[0] if key and found[0] is not None else found[1])
    return None


def pointer_steps(pointer: str) -> list[str]:
    """The steps of a JSON pointer (RFC 6901), unescaped."""
    return [s.replace("~1", "/").replace("~0", "~") for s in pointer.split("/")[1:]]


def _leads(steps: list[str], path: Path, obj: Object, content: Node) -> bool:
    """Whether a pointer names `path` or an ancestor; `-` is the item that looks as appended."""
    if len(steps) > len(path):
        return False
    for number, (step, wanted) in enumerate(zip(steps, path, strict=False)):
        if step == "-" and isinstance(wanted, int):
            if obj.get(*path[: number + 1]) == to_data(content):
                continue
            return False
        if step != str(wanted):
            return False
    return True
