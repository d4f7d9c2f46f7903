"""Mutations of the valid objects: every field dropped, mistyped and given an unknown neighbour."""

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from overlaykit import source

Steps = tuple[Any, ...]

# One value of every type and the ones that people get wrong.
VALUES: list[Any] = [
    None, True, 0, -1, 1.0, 0.5, "", "x", "1", "500m", "1GB", "http://a", [], ["a"], {}, {"a": "b"},
    {"a": 1},
]  # fmt: skip


def valid() -> list[dict[str, Any]]:
    return source.parse(Path(__file__).with_name("valid.yaml").read_text())


def paths(value: Any, at: Steps = ()) -> Iterator[Steps]:
    """The path of every map, list and scalar in `value`, itself first."""
    yield at
    if isinstance(value, dict | list):
        for step, child in value.items() if isinstance(value, dict) else enumerate(value):
            yield from paths(child, (*at, step))


def get(value: Any, at: Steps) -> Any:
    for step in at:
        value = value[step]
    return value


def _with(obj: dict[str, Any], at: Steps, new: Any) -> dict[str, Any]:
    changed = copy.deepcopy(obj)
    get(changed, at[:-1])[at[-1]] = copy.deepcopy(new)
    return changed


def _without(obj: dict[str, Any], at: Steps) -> dict[str, Any]:
    changed = copy.deepcopy(obj)
    del get(changed, at[:-1])[at[-1]]
    return changed


def unknown(obj: dict[str, Any], name: str = "zzUnknown") -> Iterator[tuple[Steps, dict[str, Any]]]:
    """(the map's path, the object with a field nobody knows added there) for every map."""
    for at in paths(obj):
        if isinstance(get(obj, at), dict):
            yield at, _with(obj, (*at, name), "x")


def mutations(obj: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """(what was done, the changed object), in a fixed order. apiVersion and kind stay."""
    yield "nothing", obj
    for at, changed in unknown(obj):
        yield f"unknown field in {at}", changed
    for at in paths(obj):
        if at and at not in (("apiVersion",), ("kind",)):
            yield f"without {at}", _without(obj, at)
            for value in VALUES:
                yield f"{at} = {value!r}", _with(obj, at, value)
