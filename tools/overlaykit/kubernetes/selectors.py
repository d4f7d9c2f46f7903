"""Label selectors against labels (source: Kubernetes, "Labels and Selectors")."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from overlaykit.kubernetes.pods import Pod, mapping, mappings

Open = Callable[[str], bool]


def _closed(key: str) -> bool:
    return False


def equals(wanted: Any, labels: Mapping[str, Any], is_open: Open = _closed) -> bool:
    """Whether labels have every pair of a plain selector, or may have it where they are open."""
    return all(is_open(key) or str(labels.get(key)) == str(v) for key, v in mapping(wanted).items())


def matches(selector: Any, labels: Mapping[str, Any], is_open: Open = _closed) -> bool:
    """Whether a selector of matchLabels and matchExpressions selects, or may select, labels.

    An empty selector selects everything.
    """
    chosen = mapping(selector)
    return equals(chosen.get("matchLabels"), labels, is_open) and all(
        is_open(str(one.get("key"))) or _holds(one, labels)
        for _, one in mappings(chosen.get("matchExpressions"))
    )


def _holds(one: dict[str, Any], labels: Mapping[str, Any]) -> bool:
    key, operator = str(one.get("key")), one.get("operator")
    values = one.get("values")
    listed = {str(v) for v in values} if isinstance(values, list) else set()
    if operator == "In":
        return key in labels and str(labels[key]) in listed
    if operator == "NotIn":
        return key not in labels or str(labels[key]) not in listed
    if operator == "Exists":
        return key in labels
    return operator != "DoesNotExist" or key not in labels


def selected(selector: Any, pods: Iterable[Pod], plain: bool = False) -> list[Pod]:
    """The pods that a selector may select; `plain`: a mapping of labels, as Services have."""
    match = equals if plain else matches
    return [pod for pod in pods if match(selector, pod.labels, pod.is_open)]


def describe(selector: Any, plain: bool = False) -> str:
    """A selector in kubectl's words: app=web, tier in (a, b)."""
    chosen = mapping(selector)
    pairs = chosen if plain else mapping(chosen.get("matchLabels"))
    parts = [f"{key}={value}" for key, value in pairs.items()]
    for _, one in () if plain else mappings(chosen.get("matchExpressions")):
        values = ", ".join(str(v) for v in one.get("values") or ())
        parts.append(
            f"{one.get('key')} {one.get('operator')} {f'({values})' if values else ''}".strip()
        )
    return ", ".join(parts)
