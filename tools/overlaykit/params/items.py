"""Items of lists that have a name, as steps of a path: spec.containers.[name=main].image.

Kustomize merges such lists (containers, their variables and ports) by the name, so a patch holds
the item with its name and what differs.
"""

from typing import Any

from overlaykit import edit, source
from overlaykit.source import Path

_MARK = "name="


def located(data: Any, path: Path) -> Path | None:
    """`path` with the places of named items in `data`; None where an item is not there."""
    found: list[str | int] = []
    for step in path:
        if isinstance(step, str) and step.startswith(_MARK):
            place = _index(data, step.removeprefix(_MARK))
            if place is None:
                return None
            step = place
        found.append(step)
        data = _below(data, step)
    return tuple(found)


def _index(data: Any, name: str) -> int | None:
    items = data if isinstance(data, list) else []
    names = [item.get("name") if isinstance(item, dict) else None for item in items]
    return names.index(name) if name in names else None


def _below(data: Any, step: str | int) -> Any:
    if isinstance(data, dict):
        return data.get(step)
    return data[step] if isinstance(data, list) and isinstance(step, int) else None


def set_value(text: str, path: Path, value: Any, document: int) -> str:
    """`text` with `value` at `path`; a named item that is missing is begun with its name."""
    for depth, step in enumerate(path):
        if isinstance(step, str) and step.startswith(_MARK):
            above = located(_data(text, document), path[:depth])
            if above is not None and located(_data(text, document), path[: depth + 1]) is None:
                text = edit.append(text, above, {"name": step.removeprefix(_MARK)}, document)
    return edit.set_value(text, _there(text, path, document), value, document)


def remove(text: str, path: Path, document: int) -> str:
    """`text` without what is at `path`, and without the named items that this leaves bare."""
    text = edit.remove(text, _there(text, path, document), document)
    for depth in range(len(path) - 1, -1, -1):
        item = located(_data(text, document), path[: depth + 1])
        step = path[depth]
        if item is None or not isinstance(step, str) or not step.startswith(_MARK):
            continue
        if _at(_data(text, document), item) == {"name": step.removeprefix(_MARK)}:
            text = edit.remove(text, item, document)
    return text


def _there(text: str, path: Path, document: int) -> Path:
    found = located(_data(text, document), path)
    assert found is not None
    return found


def _data(text: str, document: int) -> Any:
    documents = source.load(text, "")
    return documents[document].data if document < len(documents) else None


def _at(data: Any, path: Path) -> Any:
    for step in path:
        data = _below(data, step)
    return data
