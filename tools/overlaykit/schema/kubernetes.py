"""Kubernetes' own kinds: the strict schemas of one release, each bundled into one file.

The release's files refer to a common `_definitions.json` and carry network names; what is made
here refers to nothing outside itself.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from overlaykit.schema.openapi import DATE_TIME
from overlaykit.schema.store import kubernetes_path

Schema = dict[str, Any]

_GVK = "x-kubernetes-group-version-kind"
_META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
# Requests to the API server and parts of other kinds: nobody keeps them in a repository.
_NOT_MANIFESTS = frozenset({"Binding", "ComponentStatus", "Eviction", "Scale", "TokenRequest"})


def bundles(definitions: Mapping[str, Schema]) -> Iterator[tuple[str, Schema]]:
    """(file name, schema) of every kind that can stand in a manifest."""
    for name in sorted(definitions):
        kind = _manifest_kind(definitions[name])
        if kind:
            yield (
                kubernetes_path(kind["group"], kind["kind"], kind["version"]),
                _bundle(name, definitions),
            )


def _manifest_kind(schema: Schema) -> dict[str, str] | None:
    kinds = schema.get(_GVK, [])
    meta = schema.get("properties", {}).get("metadata", {}).get("$ref", "")
    if len(kinds) != 1 or not meta.endswith(_META):
        return None
    kind: dict[str, str] = kinds[0]
    if kind["kind"] in _NOT_MANIFESTS or kind["kind"].endswith("Review"):
        return None
    return kind


def _bundle(name: str, definitions: Mapping[str, Schema]) -> Schema:
    needed: dict[str, Schema] = {}
    schema: Schema = _local(definitions[name], definitions, needed)
    if needed:
        schema["definitions"] = needed
    return schema


def _local(node: Any, definitions: Mapping[str, Schema], needed: dict[str, Schema]) -> Any:
    """`node` without prose, its references turned inward and what they name put in `needed`."""
    if isinstance(node, list):
        return [_local(child, definitions, needed) for child in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return _reference(node["$ref"].rpartition("/")[2], definitions, needed)
    if "oneOf" in node:
        return _either(node)
    kept: Schema = {}
    for key, value in node.items():
        if key == "properties":
            kept[key] = {name: _local(value[name], definitions, needed) for name in sorted(value)}
        elif key in ("type", "required", "enum"):
            kept[key] = value
        elif key in ("items", "additionalProperties"):
            kept[key] = _local(value, definitions, needed)
    if node.get("format") == "date-time":
        kept["pattern"] = DATE_TIME
    return kept


def _reference(full: str, definitions: Mapping[str, Schema], needed: dict[str, Schema]) -> Schema:
    schema = definitions[full]
    if "properties" not in schema:
        leaf: Schema = _local(schema, definitions, needed)
        return leaf
    short = full.removeprefix("io.k8s.").removeprefix("api.").removeprefix("apimachinery.pkg.")
    if short not in needed:
        needed[short] = {}
        needed[short] = _local(schema, definitions, needed)
    return {"$ref": f"#/definitions/{short}"}


def _either(node: Schema) -> Schema:
    """IntOrString and Quantity: one of two types; null fits both branches, so neither takes it."""
    types = {name for branch in node["oneOf"] for name in branch["type"]} - {"null"}
    return {"type": sorted(types)}
