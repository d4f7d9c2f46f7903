"""What is too large for kubectl's annotation is applied server-side.

Without ServerSideApply=true, Argo CD writes each object into one of its own annotations as well,
and Kubernetes refuses annotations of more than 262144 bytes. The CRDs of operators reach that size,
and dashboards in ConfigMaps.

Bad:
    # file: clusters/dev/monitoring.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: monitoring
      namespace: argocd
    spec:
      project: flink
      source:
        repoURL: https://prometheus-community.github.io/helm-charts
        chart: kube-prometheus-stack  # <- here
        targetRevision: 70.4.2
      destination:
        server: https://kubernetes.default.svc
        namespace: monitoring

Good:
    # file: clusters/dev/monitoring.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: monitoring
      namespace: argocd
    spec:
      project: flink
      source:
        repoURL: https://prometheus-community.github.io/helm-charts
        chart: kube-prometheus-stack
        targetRevision: 70.4.2
      destination:
        server: https://kubernetes.default.svc
        namespace: monitoring
      syncPolicy:
        syncOptions:
        - ServerSideApply=true

Source: Argo CD, "Server-Side Apply"; Kubernetes, TotalAnnotationSizeLimitB.
"""

import json
from collections.abc import Iterator

from overlaykit.argocd.applications import Application
from overlaykit.argocd.hooks import sync_options
from overlaykit.findings import Problem
from overlaykit.render.objects import Object
from overlaykit.repo.values import values_of
from overlaykit.repo.world import Unit, World
from overlaykit.source import Path

LEVEL = "warning"
LIMIT = 262_144
# A CRD of this size passes the limit within a few releases.
NEAR = LIMIT * 3 // 4
_KINDS = ("ConfigMap", "CustomResourceDefinition", "Secret")
_OTHERWISE = {"ServerSideApply=true", "Replace=true"}
# Charts whose CRDs are beyond the limit (those of Prometheus and External Secrets, whose guides say
# so) or grow towards it (those of Flink and Confluent: 178 kB in operator 1.15).
_LARGE = frozenset(
    {
        *("confluent-for-kubernetes", "external-secrets", "flink-kubernetes-operator"),
        *("kube-prometheus-stack", "prometheus-operator-crds"),
    }
)


def check_repository(world: World) -> Iterator[Problem]:
    sizes: dict[str, int] = {}
    for application in world.applications:
        if _OTHERWISE & set(application.options):
            continue
        yield from _charts(application, world)
        for unit in world.content(application):
            for obj in unit.objects:
                if obj.kind in _KINDS and not _OTHERWISE & set(sync_options(obj)):
                    if obj.digest not in sizes:
                        sizes[obj.digest] = len(json.dumps(obj.data, separators=(",", ":")))
                    yield from _object(application, unit, obj, sizes[obj.digest], world)


def _object(
    application: Application, unit: Unit, obj: Object, size: int, world: World
) -> Iterator[Problem]:
    path: Path = ("metadata", "name")
    crd = obj.kind == "CustomResourceDefinition"
    if size < (NEAR if crd else LIMIT):
        return
    over = size >= LIMIT
    text = "more than" if over else "near"
    message = (
        f"{obj.kind} '{obj.name}' has {size} bytes, {text} the {LIMIT} that fit into the "
        f"annotation that {application.title} writes"
    )
    problem = Problem(
        message,
        f"add ServerSideApply=true to the syncOptions of {application.name}",
        at=unit.locate(obj, path, False),
        path=path,
        level="error" if over else "warning",
        cluster=application.cluster,
        workload=unit.workload,
        object=obj.label,
    )
    yield problem.assuming((world.assumption_on(application) or unit.assuming) if over else "")


def _charts(application: Application, world: World) -> Iterator[Problem]:
    for source in application.sources:
        chart = source.chart_name
        if chart not in _LARGE or source.helm.get("skipCrds") is True:
            continue
        values = values_of(application, world)
        crds = values.get("crds")
        if isinstance(crds, dict) and crds.get("enabled") is False:
            continue
        path = (*source.at, "chart")
        yield Problem(
            f"the chart {chart} brings large CRDs, and the annotation that {application.title} "
            f"writes for each holds {LIMIT} bytes at most",
            "add ServerSideApply=true to its syncOptions",
            at=application.place(path),
            path=path,
            cluster=application.cluster,
            object=application.label,
        )
