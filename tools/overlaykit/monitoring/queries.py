"""What dashboards and rules ask of Flink's metrics.

Source: Prometheus, "Querying basics"; Flink, "Metrics" (the reporter puts flink_ before names).
"""

import re
from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from overlaykit.kubernetes.pods import mappings
from overlaykit.monitoring.dashboards import files
from overlaykit.render.objects import Object
from overlaykit.source import Path

_QUERY = ("expr", "query", "definition")
_SELECTOR = re.compile(r"\bflink_(?:job|task)manager_\w+\s*(?P<matchers>\{[^{}]*\})?")
_MATCHER = re.compile(r"(?P<label>\w+)\s*(?P<how>=~|!=|!~|=)\s*\"(?P<value>[^\"]*)\"")
_VALUES = re.compile(r"label_values\(\s*flink_\w+\s*(?:\{[^{}]*\})?\s*,\s*(?P<label>\w+)\s*\)")


class Asked(Struct, frozen=True):
    """A label that a query wants Flink's metrics to have; `value` empty: any."""

    label: str
    value: str
    at: Path


def asked(obj: Object) -> Iterator[Asked]:
    """What a rule or a ConfigMap of dashboards asks of Flink's metrics."""
    if obj.kind == "PrometheusRule":
        for group, one in mappings(obj.get("spec", "groups")):
            for number, rule in mappings(one.get("rules")):
                at = ("spec", "groups", group, "rules", number, "expr")
                yield from _of_query(rule.get("expr"), at)
        return
    for text in files(obj):
        if "flink_" in text.text and text.dashboard is not None:
            for query in _queries(text.dashboard):
                yield from _of_query(query, text.at)


def _queries(value: Any) -> Iterator[str]:
    """Every query of a dashboard."""
    if isinstance(value, dict):
        for key, item in value.items():
            if key in _QUERY and isinstance(item, str):
                yield item
            else:
                yield from _queries(item)
    elif isinstance(value, list):
        for item in value:
            yield from _queries(item)


def _of_query(query: Any, at: Path) -> Iterator[Asked]:
    if not isinstance(query, str):
        return
    for selector in _SELECTOR.finditer(query):
        for one in _MATCHER.finditer(selector["matchers"] or ""):
            if one["how"] in ("=", "=~") and one["value"] not in ("", ".*"):
                fixed = one["how"] == "=" and "$" not in one["value"] and "[[" not in one["value"]
                yield Asked(one["label"], one["value"] if fixed else "", at)
    for one in _VALUES.finditer(query):
        yield Asked(one["label"], "", at)
