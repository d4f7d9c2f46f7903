"""The structural schema of a CRD as a JSON schema that refuses what the API server refuses.

Draft 4, which is what kubeconform assumes. Facts (Kubernetes, "Extend the API with
CustomResourceDefinitions"): fields without a schema are dropped unless
x-kubernetes-preserve-unknown-fields says to keep them, and a strict client refuses them;
an embedded resource has apiVersion, kind and metadata whether its schema says so or not;
int-or-string takes both; a nullable field takes null. CEL rules have no JSON schema.
"""

from collections.abc import Mapping
from typing import Any

from overlaykit.schema.patterns import portable

Schema = dict[str, Any]

# Assertions that JSON schema has too, copied as they are.
_KEPT = (
    "maximum", "minimum", "exclusiveMaximum", "exclusiveMinimum", "multipleOf", "maxLength",
    "minLength", "maxItems", "minItems", "uniqueItems", "maxProperties", "minProperties",
    "required", "pattern",
)  # fmt: skip

# RFC 3339. A pattern and not `format`: engines differ in which formats they assert.
DATE_TIME = (
    "^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?"
    "([Zz]|[+-][0-9]{2}:[0-9]{2})$"
)

_TEXT: Schema = {"type": ["string", "null"]}
_TEXT_MAP: Schema = {
    "type": ["object", "null"],
    "additionalProperties": {"type": ["string", "null"]},
}
_TIME: Schema = {"type": ["string", "null"], "pattern": DATE_TIME}
_OWNER: Schema = {
    "type": "object",
    "additionalProperties": False,
    "required": ["apiVersion", "kind", "name", "uid"],
    "properties": {
        **{name: {"type": "string"} for name in ("apiVersion", "kind", "name", "uid")},
        **{name: {"type": ["boolean", "null"]} for name in ("blockOwnerDeletion", "controller")},
    },
}

# metadata of every object, with the nulls that Kubernetes' own kinds may carry there.
OBJECT_META: Schema = {
    "type": ["object", "null"],
    "additionalProperties": False,
    "properties": {
        **dict.fromkeys(("generateName", "name", "namespace", "resourceVersion"), _TEXT),
        **dict.fromkeys(("selfLink", "uid"), _TEXT),
        **dict.fromkeys(("annotations", "labels"), _TEXT_MAP),
        **dict.fromkeys(("creationTimestamp", "deletionTimestamp"), _TIME),
        **{n: {"type": ["integer", "null"]} for n in ("deletionGracePeriodSeconds", "generation")},
        "finalizers": {"type": ["array", "null"], "items": _TEXT},
        "managedFields": {"type": ["array", "null"], "items": {"type": "object"}},
        "ownerReferences": {"type": ["array", "null"], "items": _OWNER},
    },
}


def top_level(structural: Mapping[str, Any], api_version: str, kind: str) -> Schema:
    """The schema of a whole object: what every object has is added to what the CRD says.

    apiVersion and kind are named, so a kind in the wrong case is refused: files are found
    without regard to case, the API server looks at it.
    """
    schema = convert(structural)
    properties = {**schema.get("properties", {}), **_resource_head()}
    properties["apiVersion"] = {"type": "string", "enum": [api_version]}
    properties["kind"] = {"type": "string", "enum": [kind]}
    schema["type"] = "object"
    schema["properties"] = properties
    if not structural.get("x-kubernetes-preserve-unknown-fields"):
        schema["additionalProperties"] = False
    return schema


def _resource_head() -> Schema:
    text = {"type": "string"}
    return {"apiVersion": text, "kind": text, "metadata": OBJECT_META}


def convert(node: Mapping[str, Any]) -> Schema:
    """One structural node, and below it all its children."""
    schema = _kept(node)
    _types(node, schema)
    _children(node, schema)
    _junctors(node, schema)
    if "enum" in node:
        null_too = node.get("nullable") and None not in node["enum"]
        schema["enum"] = [*node["enum"], None] if null_too else list(node["enum"])
    if node.get("format") == "date-time" and "pattern" not in schema:
        schema["pattern"] = DATE_TIME
    return schema


def _kept(node: Mapping[str, Any], *more: str) -> Schema:
    kept = {key: node[key] for key in (*_KEPT, *more) if key in node}
    if "pattern" in kept:
        kept["pattern"] = portable(kept["pattern"])
    return kept


def _types(node: Mapping[str, Any], schema: Schema) -> None:
    types = ["integer", "string"] if node.get("x-kubernetes-int-or-string") else []
    types = types or ([node["type"]] if "type" in node else [])
    if types and node.get("nullable"):
        types.append("null")
    if types:
        schema["type"] = types[0] if len(types) == 1 else types


def _children(node: Mapping[str, Any], schema: Schema) -> None:
    properties = {name: convert(child) for name, child in node.get("properties", {}).items()}
    if node.get("x-kubernetes-embedded-resource"):
        properties = {**properties, **_resource_head()}
        schema["required"] = sorted({*schema.get("required", ()), "apiVersion", "kind"})
    if properties:
        schema["properties"] = properties
    values = node.get("additionalProperties")
    if isinstance(values, Mapping):
        schema["additionalProperties"] = convert(values)
    elif values is False or _is_closed(node):
        schema["additionalProperties"] = False
    if isinstance(node.get("items"), Mapping):
        schema["items"] = convert(node["items"])


def _is_closed(node: Mapping[str, Any]) -> bool:
    """Whether unknown fields are refused here.

    An object without any schema of its fields stays open: CRD generators write that for
    `metadata` of templates, and charts fill it.
    """
    keeps = node.get("x-kubernetes-preserve-unknown-fields")
    return "properties" in node and "additionalProperties" not in node and not keeps


def _junctors(node: Mapping[str, Any], schema: Schema) -> None:
    """anyOf, oneOf, allOf, not: value validations only, so nothing in them closes an object."""
    if not node.get("x-kubernetes-int-or-string"):
        for key in ("anyOf", "oneOf"):
            if key in node:
                schema[key] = [_validation(child) for child in node[key]]
    if "allOf" in node:
        parts = [_validation(child) for child in node["allOf"] if not _is_int_or_string(child)]
        if parts:
            schema["allOf"] = parts
    if "not" in node:
        schema["not"] = _validation(node["not"])


def _is_int_or_string(node: Mapping[str, Any]) -> bool:
    types = [child.get("type") for child in node.get("anyOf", ())]
    return sorted(map(str, types)) == ["integer", "string"]


def _validation(node: Mapping[str, Any]) -> Schema:
    """A branch of a junctor: assertions without the closing of objects."""
    schema = _kept(node, "enum", "type")
    for key in ("anyOf", "oneOf", "allOf"):
        if key in node:
            schema[key] = [_validation(child) for child in node[key]]
    if "properties" in node:
        schema["properties"] = {name: _validation(p) for name, p in node["properties"].items()}
    for key in ("items", "additionalProperties", "not"):
        if isinstance(node.get(key), Mapping):
            schema[key] = _validation(node[key])
    return schema
