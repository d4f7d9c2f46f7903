"""The Helm values of an Application, as far as they are in this repository."""

from typing import Any

from overlaykit.argocd.applications import Application
from overlaykit.repo.world import World, value_files


def values_of(application: Application, world: World) -> dict[str, Any]:
    """Value files in order, then `values`, then `valuesObject`: the later outranks the earlier.

    Source: Argo CD, "Helm", value precedence.
    """
    merged: dict[str, Any] = {}
    for name in value_files(application):
        for document in world.tree.documents_or_none(name) if world.tree.is_file(name) else ():
            merged = merge(merged, document.data)
    for source in application.sources:
        merged = merge(merged, source.helm.get("valuesObject"))
    return merged


def merge(below: dict[str, Any], above: Any) -> dict[str, Any]:
    """Helm's merge: mappings key by key, everything else is replaced."""
    if not isinstance(above, dict):
        return below
    merged = dict(below)
    for key, value in above.items():
        under = merged.get(key)
        merged[key] = merge(under, value) if isinstance(under, dict) and value else value
    return merged
