"""kube-prometheus-stack as it is deployed from here (source: the values of the chart)."""

from typing import Any

from overlaykit.argocd.applications import Application
from overlaykit.kubernetes.pods import mapping, mappings
from overlaykit.repo.values import values_of
from overlaykit.repo.world import World, value_files
from overlaykit.source import SyntaxProblem, parse

CHART = "kube-prometheus-stack"


def stacks(world: World) -> list[Application]:
    """The Applications that deploy the chart."""
    return [a for a in world.applications if any(s.chart_name == CHART for s in a.sources)]


def release(application: Application) -> str:
    """The name of the Helm release."""
    names = (s.helm.get("releaseName") for s in application.sources if s.chart_name == CHART)
    return next((str(name) for name in names if name), application.name)


def reads_by_release(application: Application, kind: str, world: World) -> bool:
    """Whether its Prometheus reads only what carries the label of the release; sure only.

    `kind` is serviceMonitor, podMonitor or rule.
    """
    values = whole_values(application, world)
    if values is None:
        return False
    spec = mapping(mapping(values.get("prometheus")).get("prometheusSpec"))
    by_release = spec.get(f"{kind}SelectorNilUsesHelmValues", True)
    return by_release is True and not spec.get(f"{kind}Selector")


def whole_values(application: Application, world: World) -> dict[str, Any] | None:
    """All values that the chart is given; None where some of them are not here."""
    if any(not world.tree.is_file(name) for name in value_files(application)):
        return None
    values = values_of(application, world)
    for source in application.sources:
        if source.chart_name != CHART:
            continue
        if any(
            "elector" in str(one.get("name")) for _, one in mappings(source.helm.get("parameters"))
        ):
            return None
        inline = source.helm.get("values")
        if isinstance(inline, str) and inline.strip():
            found = _parsed(inline)
            if found is None:
                return None
            values = _laid_over(values, found)
    return values


def _parsed(text: str) -> dict[str, Any] | None:
    try:
        found = parse(text)
    except SyntaxProblem:
        return None
    return found[0] if found and isinstance(found[0], dict) else None


def _laid_over(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for key, value in above.items():
        under = merged.get(key)
        both = isinstance(under, dict) and isinstance(value, dict)
        merged[key] = _laid_over(mapping(under), value) if both else value
    return merged
