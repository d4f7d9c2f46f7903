"""The pods that the operator makes of its three templates.

A template of a role is laid over the common one: mappings key by key; lists item by item of the
same place, or of the same name where pod-template.merge-arrays-by-name says so.
Source: the operator's classes FlinkUtils and FlinkConfigBuilder; Flink, KubernetesUtils.
"""

import copy
from collections.abc import Mapping
from typing import Any

from overlaykit.kubernetes.pods import MAIN, mapping, mappings
from overlaykit.operator.settings import MERGE_BY_NAME, Settings

_ROLES = {"jobmanager": "jobManager", "taskmanager": "taskManager"}


def merge(below: Any, above: Any, by_name: bool) -> Any:
    """One template over another; None is no template."""
    if above is None or below is None:
        return copy.deepcopy(below if above is None else above)
    merged = copy.deepcopy(below)
    _into(merged, copy.deepcopy(above), by_name)
    return merged


def _into(target: Any, source: Any, by_name: bool) -> None:
    for key, value in source.items() if isinstance(source, dict) else ():
        found = target.get(key) if isinstance(target, dict) else None
        if isinstance(found, list) and isinstance(value, list):
            _lists(found, value, by_name)
        elif isinstance(found, dict):
            _into(found, value, by_name)
        elif isinstance(target, dict):
            target[key] = value


def _lists(target: list[Any], source: list[Any], by_name: bool) -> None:
    if by_name and _named(target) and _named(source):
        items = {item["name"]: item for item in target}
        for item in source:
            if item["name"] in items:
                _into(items[item["name"]], item, by_name)
            else:
                items[item["name"]] = item
        target[:] = items.values()
        return
    for place, item in enumerate(source):
        if place < len(target):
            _into(target[place], item, by_name)
        else:
            target.append(item)


def _named(items: list[Any]) -> bool:
    return all(isinstance(item, dict) and "name" in item for item in items)


def template(spec: Mapping[str, Any], role: str, settings: Settings) -> dict[str, Any]:
    """The template of a role, as Flink gets it."""
    part = mapping(spec.get(_ROLES[role]))
    by_name = settings.flag(MERGE_BY_NAME, False)
    merged = merge(spec.get("podTemplate"), part.get("podTemplate"), by_name)
    found = mapping(merged)
    storage = mapping(part.get("resource")).get("ephemeralStorage")
    if storage:
        _reserve(_main(found), str(storage))
    return found


def main_container(found: Mapping[str, Any]) -> dict[str, Any] | None:
    """The container that runs Flink; None where a template does not name it."""
    listed = mappings(mapping(found.get("spec")).get("containers"))
    return next((one for _, one in listed if one.get("name") == MAIN), None)


def _main(found: dict[str, Any]) -> dict[str, Any]:
    """The same, made where it is missing."""
    named = main_container(found)
    if named is None:
        named = {"name": MAIN}
        found.setdefault("spec", {}).setdefault("containers", []).append(named)
    return named


def _reserve(container: dict[str, Any], storage: str) -> None:
    resources = container.setdefault("resources", {})
    for section in ("limits", "requests"):
        resources.setdefault(section, {})["ephemeral-storage"] = storage
