"""`resources` of the JobManager and TaskManagers, which the operator to come reads like a pod's.

Source: the main branch of the operator, classes DefaultValidator and ResourceConfigUtils.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from overlaykit.kubernetes.pods import mapping
from overlaykit.operator.sizes import BadQuantity, amount, memory
from overlaykit.source import Path

_SECTIONS = ("requests", "limits")


def has_memory(resources: Any) -> bool:
    """Whether memory is set; Kubernetes takes limits for requests that are not there."""
    parts = [mapping(mapping(resources).get(section)) for section in _SECTIONS]
    return any(part.get("memory") is not None for part in parts)


def refusals(component: str, resources: Any) -> list[tuple[str, Path]]:
    """What is refused, each with its place below `resources`."""
    found = [one for section in _SECTIONS for one in _section(component, section, resources)]
    for key in ("cpu", "memory"):
        found += _above_limit(component, key, resources)
    return found


def _section(component: str, section: str, resources: Any) -> Iterator[tuple[str, Path]]:
    head = f"{component} resource requirements {section}"
    for key, value in mapping(mapping(resources).get(section)).items():
        if value is None:
            continue
        text, path = str(value), (section, str(key))
        try:
            size = _size(str(key), text)
        except BadQuantity as problem:
            yield f"{head} {key} parse error: {problem}", path
            continue
        if key in ("cpu", "memory") and size <= 0:
            yield f"{head} {key} must be positive: {text}", path
        elif size < 0:
            yield f"{head} {key} must not be negative: {text}", path


def _size(key: str, text: str) -> Decimal:
    return Decimal(memory(text)) if key == "memory" else amount(text)


def _above_limit(component: str, key: str, resources: Any) -> Iterator[tuple[str, Path]]:
    request, limit = (mapping(mapping(resources).get(section)).get(key) for section in _SECTIONS)
    if request is None or limit is None:
        return
    try:
        above = _size(key, str(request)) > _size(key, str(limit))
    except BadQuantity:
        return
    if above:
        message = (
            f"{component} resource requirements {key} request ({request}) must not exceed its "
            f"limit ({limit})"
        )
        yield message, ("requests", key)
