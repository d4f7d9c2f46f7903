"""CustomResourceDefinitions as schema files."""

from collections.abc import Iterator, Mapping
from typing import Any

from overlaykit.schema import compact
from overlaykit.schema.openapi import top_level
from overlaykit.schema.store import crd_path


class NotACrd(Exception):
    """A CustomResourceDefinition that no schema can be made of; the text says why."""


def is_crd(document: Any) -> bool:
    return isinstance(document, Mapping) and document.get("kind") == "CustomResourceDefinition"


def unfold(document: Any) -> Iterator[Any]:
    """The documents in a List, else the document itself."""
    is_list = isinstance(document, Mapping) and str(document.get("kind", "")).endswith("List")
    if is_list and isinstance(document.get("items"), list):
        for item in document["items"]:
            yield from unfold(item)
    else:
        yield document


def schemas(crd: Mapping[str, Any]) -> dict[str, str]:
    """File name to text, one for each served version. Raises NotACrd."""
    try:
        spec = crd["spec"]
        group, kind = spec["group"], spec["names"]["kind"]
        made = {
            crd_path(group, kind, version["name"]): _render(
                structural, f"{group}/{version['name']}", kind
            )
            for version, structural in _versions(spec)
        }
    except (KeyError, TypeError, AttributeError) as error:
        raise NotACrd(
            f"is not a complete CustomResourceDefinition ({error!s} is missing)"
        ) from error
    if not made:
        raise NotACrd("serves no version that has a schema")
    return made


def _versions(spec: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """Served versions with their schema; apiextensions v1beta1 may have one schema for all."""
    common = spec.get("validation", {}).get("openAPIV3Schema")
    for version in spec.get("versions") or [{"name": spec["version"], "served": True}]:
        structural = version.get("schema", {}).get("openAPIV3Schema", common)
        if version.get("served", True) and structural:
            yield version, structural


def _render(structural: Mapping[str, Any], api_version: str, kind: str) -> str:
    return compact.text(compact.factor(top_level(structural, api_version, kind)))
