"""Flink's operator as it is deployed from here: its Applications, and what its chart is given."""

from overlaykit.argocd.applications import Application
from overlaykit.kubernetes.flink import OPERATOR_CHART
from overlaykit.render.objects import strings
from overlaykit.repo.values import values_of
from overlaykit.repo.world import World


def charts_of_operator(cluster: str, world: World) -> list[Application]:
    """The Applications of the operator's chart on a cluster."""
    charts = [
        a for a in world.applications if any(s.chart_name == OPERATOR_CHART for s in a.sources)
    ]
    return [a for a in charts if not a.cluster or a.cluster == cluster]


def operator_texts(cluster: str, world: World) -> str | None:
    """All values of the operator's chart on a cluster; None where it is not deployed from here."""
    mine = charts_of_operator(cluster, world)
    if not mine:
        return None
    texts = [text for one in mine for _, text in strings(values_of(one, world))]
    inline = [
        str(s.helm.get(k)) for one in mine for s in one.sources for k in ("values", "parameters")
    ]
    return "\n".join([*texts, *inline, " "])
