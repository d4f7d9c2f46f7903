"""The short notation of our own kinds, and the patches that bring a CRD up to date.

A field is `name: type`, or `name!: type` where it is required. Types:

    string | integer | number | boolean | any | object      object: a map nobody looks into
    name                         a string that is not empty
    quantity                     what Kubernetes takes as one: 1, "500m", "1Gi", no fraction number
    amount                       a whole number or a string, whatever it says
    running | suspended          one of these words (a bar between them)
    [type]                       a list of it
    {"*": type}                  a map with any keys
    {a: type, b!: type}          an object with exactly these fields
    {$type: string, pattern: …}  a type and what else must hold, in JSON schema's words
    $other                       what stands under `types:` of the same file
"""

import fnmatch
from collections.abc import Iterator, Mapping
from typing import Any

Structural = dict[str, Any]

# apimachinery's pattern of a quantity, as CRD generators write it.
QUANTITY = (
    r"^(\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))"
    r"(([KMGTPE]i)|[numkMGTPE]|([eE](\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))))?$"
)
_WORDS: dict[str, Structural] = {
    **{name: {"type": name} for name in ("string", "integer", "number", "boolean")},
    "name": {"type": "string", "minLength": 1},
    "any": {"x-kubernetes-preserve-unknown-fields": True},
    "object": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
    "amount": {"x-kubernetes-int-or-string": True},
    "quantity": {"x-kubernetes-int-or-string": True, "pattern": QUANTITY},
}


class BadNotation(Exception):
    """A source file that cannot be read as the notation; the text names the field."""


def structural(value: Any, types: Mapping[str, Any], at: str = "spec") -> Structural:
    """The structural schema (a CRD's own form) that `value` stands for."""
    if isinstance(value, str):
        return _word(value, types, at)
    if isinstance(value, list) and len(value) == 1:
        return {"type": "array", "items": structural(value[0], types, f"{at}[]")}
    if isinstance(value, Mapping):
        return _mapping(value, types, at)
    raise BadNotation(f"{at}: {value!r} is no type")


def _word(value: str, types: Mapping[str, Any], at: str) -> Structural:
    if value.startswith("$"):
        if value[1:] not in types:
            raise BadNotation(f"{at}: no '{value[1:]}' under types")
        return structural(types[value[1:]], types, at)
    if "|" in value:
        return {"type": "string", "enum": [word.strip() for word in value.split("|")]}
    if value not in _WORDS:
        raise BadNotation(f"{at}: '{value}' is no type; types are {', '.join(sorted(_WORDS))}")
    return dict(_WORDS[value])


def _mapping(value: Mapping[str, Any], types: Mapping[str, Any], at: str) -> Structural:
    if "$type" in value:
        rest = {key: fact for key, fact in value.items() if key != "$type"}
        return {**structural(value["$type"], types, at), **rest}
    if set(value) == {"*"}:
        return {"type": "object", "additionalProperties": structural(value["*"], types, f"{at}.*")}
    fields = {name.removesuffix("!"): fact for name, fact in value.items()}
    required = sorted(name.removesuffix("!") for name in value if name.endswith("!"))
    made: Structural = {
        "type": "object",
        "properties": {n: structural(fact, types, f"{at}.{n}") for n, fact in fields.items()},
    }
    return {**made, "required": required} if required else made


def crd(source: Mapping[str, Any]) -> Structural:
    """The CustomResourceDefinition of one source file; what is no part of its name is a field."""
    types = source.get("types", {})
    identity = ("group", "version", "kind", "types")
    top = {name: value for name, value in source.items() if name not in identity}
    schema = structural(top, types, source["kind"])
    version = {"name": source["version"], "served": True, "schema": {"openAPIV3Schema": schema}}
    names = {"kind": source["kind"]}
    return {"spec": {"group": source["group"], "names": names, "versions": [version]}}


def patch(document: Mapping[str, Any], changes: list[Mapping[str, Any]]) -> None:
    """Apply `changes` to the schemas of a CRD in place.

    A change is {at: [path, …], set: {name: type}} or {at: […], drop: [name, …]} or
    {at: […], replace: type}. A path is dotted; `[]` enters a list, `*` is a wildcard.
    A path that meets nothing is an error: the fact it states has gone stale.
    """
    for version in document["spec"]["versions"]:
        root = version["schema"]["openAPIV3Schema"]
        for change in changes:
            for path in change["at"]:
                nodes = list(_nodes(root, path.split(".")))
                if not nodes:
                    raise BadNotation(f"{path}: the package has no such field")
                for node in nodes:
                    _change(node, change, path)


def _change(node: Structural, change: Mapping[str, Any], path: str) -> None:
    if "replace" in change:
        node.clear()
        node.update(structural(change["replace"], {}, path))
    for name in change.get("drop", ()):
        del node["properties"][name]
    for name, fact in change.get("set", {}).items():
        node["properties"][name] = structural(fact, {}, f"{path}.{name}")


def _nodes(node: Structural, steps: list[str]) -> Iterator[Structural]:
    if not steps:
        yield node
        return
    step, into_list = steps[0].removesuffix("[]"), steps[0].endswith("[]")
    properties = node.get("properties", {})
    for name in fnmatch.filter(sorted(properties), step):
        child = properties[name].get("items") if into_list else properties[name]
        if child:
            yield from _nodes(child, steps[1:])
