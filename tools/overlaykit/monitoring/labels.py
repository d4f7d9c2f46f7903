"""The labels that scraping gives to metrics (source: Prometheus Operator, relabelings)."""

import re
from typing import Any

from overlaykit.kubernetes.pods import mapping, mappings
from overlaykit.monitoring.scrape import Endpoint, Monitor

_ODD = re.compile(r"[^A-Za-z0-9_]")


def made(monitor: Monitor, endpoint: Endpoint) -> set[str] | None:
    """The labels that a monitor adds by its own words; None where they may be any."""
    found = {
        _ODD.sub("_", str(name))
        for field in ("podTargetLabels", "targetLabels")
        for name in monitor.obj.get("spec", field) or ()
    }
    for rule in _rules(endpoint):
        if rule.get("action") in ("labelmap", "LabelMap"):
            return None
        if isinstance(rule.get("targetLabel"), str):
            found.add(rule["targetLabel"])
    return found


def jobs(monitor: Monitor, endpoint: Endpoint) -> set[str] | None:
    """The values of the label `job`; None where they may be any."""
    fixed: set[str] | None = _default(monitor)
    for rule in _rules(endpoint):
        if rule.get("targetLabel") != "job":
            continue
        text = rule.get("replacement", "$1")
        plain = not rule.get("regex") and isinstance(text, str) and "$" not in text
        fixed = {text} if plain else None
    return fixed


def _default(monitor: Monitor) -> set[str] | None:
    label = monitor.obj.get("spec", "jobLabel")
    if monitor.is_of_pods:
        if not label:
            return {f"{monitor.namespace}/{monitor.obj.name}"}
        return {pod.labels[label] for pod in monitor.pods() if label in pod.labels} or None
    services = monitor.services()
    labels = [mapping(one.obj.metadata.get("labels")) for one in services]
    return {
        str(known.get(label) or one.obj.name) for one, known in zip(services, labels, strict=True)
    }


def _rules(endpoint: Endpoint) -> list[dict[str, Any]]:
    return [
        rule
        for field in ("relabelings", "metricRelabelings")
        for _, rule in mappings(endpoint.data.get(field))
    ]
