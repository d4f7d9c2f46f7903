"""Lists of named entries under a merge patch: what replacing one drops, and how to keep it.

Kustomize knows by which key the lists of Kubernetes' own kinds are merged; a custom resource has
no such schema, so a merge patch replaces its lists whole
(source: Kustomize, kyaml/yaml/merge2, lists without a merge key).
"""

from collections.abc import Iterator
from typing import Any

from overlaykit.source import Path

_IDENTITY = {("apiVersion",), ("kind",), ("metadata", "name"), ("metadata", "namespace")}


class NotPlain(Exception):
    """A patch that has no JSON 6902 form which says the same."""


def by_name(value: Any) -> dict[str, Any]:
    """The entries of a list that all have a name; empty for anything else."""
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        return {}
    found = {item["name"]: item for item in value if isinstance(item.get("name"), str)}
    return found if len(found) == len(value) else {}


def dropped(
    before: Any, after: Any, patch: Any, path: Path = ()
) -> Iterator[tuple[Path, list[str]]]:
    """The lists of a merge patch (paths in it) with the names that only `before` has."""
    if not all(isinstance(one, dict) for one in (before, after, patch)):
        return
    for key, value in patch.items():
        was, now = before.get(key), after.get(key)
        if isinstance(value, dict):
            yield from dropped(was, now, value, (*path, key))
        old, new = by_name(was), by_name(now)
        lost = [name for name in old if name not in new and name not in by_name(value)]
        if by_name(value) and lost:
            yield (*path, key), lost
        for number, name in enumerate(by_name(value)):
            at = (*path, key, number)
            yield from dropped(old.get(name), new.get(name), by_name(value)[name], at)


def merged(before: Any, patch: Any) -> Any:
    """`before` with a merge patch whose named lists are merged by name."""
    if isinstance(before, dict) and isinstance(patch, dict):
        found = dict(before)
        for key, value in patch.items():
            if value is None:
                found.pop(key, None)
            else:
                found[key] = merged(before.get(key), value)
        return found
    old, new = by_name(before), by_name(patch)
    if old and new:
        return list({**old, **{name: merged(old.get(name), new[name]) for name in new}}.values())
    return patch


def operations(before: dict[str, Any], patch: dict[str, Any]) -> list[dict[str, Any]]:
    """The JSON 6902 operations that make `merged` of an object. Raises NotPlain."""
    return list(_operations(before, patch, ()))


def _operations(before: Any, patch: Any, path: Path) -> Iterator[dict[str, Any]]:
    for key, value in patch.items():
        at = (*path, key)
        if at in _IDENTITY:
            continue
        if str(key).startswith("$"):
            raise NotPlain
        if value is None:
            if key in before:
                yield {"op": "remove", "path": pointer(at)}
        elif key not in before:
            yield {"op": "add", "path": pointer(at), "value": _whole(value)}
        elif isinstance(value, dict) and isinstance(before[key], dict):
            yield from _operations(before[key], value, at)
        elif by_name(value) and by_name(before[key]):
            yield from _entries(list(by_name(before[key]).items()), value, at)
        elif value != before[key]:
            yield {"op": "replace", "path": pointer(at), "value": _whole(value)}


def _entries(old: list[tuple[str, Any]], new: list[Any], path: Path) -> Iterator[dict[str, Any]]:
    names = [name for name, _ in old]
    for item in new:
        if item["name"] in names:
            number = names.index(item["name"])
            yield from _operations(old[number][1], item, (*path, number))
        else:
            yield {"op": "add", "path": pointer((*path, "-")), "value": _whole(item)}


def _whole(value: Any) -> Any:
    """A value that is written as it is. Raises NotPlain for directives and deletions in it."""
    if value is None:
        raise NotPlain
    if isinstance(value, dict):
        if any(str(key).startswith("$") for key in value):
            raise NotPlain
        return {key: _whole(item) for key, item in value.items()}
    return [_whole(item) for item in value] if isinstance(value, list) else value


def pointer(path: Path) -> str:
    """A path as a JSON pointer (RFC 6901)."""
    steps = (str(step).replace("~", "~0").replace("/", "~1") for step in path)
    return "".join(f"/{step}" for step in steps)
