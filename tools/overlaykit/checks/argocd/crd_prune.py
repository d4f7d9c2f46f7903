"""The Application that brings CRDs cannot take them away by accident.

A deleted CRD takes every object of its kind with it: all Flink jobs of the cluster. The finalizer
resources-finalizer.argocd.argoproj.io deletes what an Application brought when it is deleted, and
prune what a commit dropped. Both are safe where the CRDs carry the sync options Prune=false and
Delete=false; those inside a chart cannot be annotated from here, so there the Application does
neither.

Bad:
    # file: clusters/dev/operator.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: flink-operator
      namespace: argocd
      finalizers:
      - resources-finalizer.argocd.argoproj.io  # <- here
    spec:
      project: flink
      source:
        repoURL: https://packages.confluent.io/helm
        chart: flink-kubernetes-operator
        targetRevision: 1.150.3
      destination:
        server: https://kubernetes.default.svc
        namespace: confluent

Good:
    # file: clusters/dev/operator.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: flink-operator
      namespace: argocd
    spec:
      project: flink
      source:
        repoURL: https://packages.confluent.io/helm
        chart: flink-kubernetes-operator
        targetRevision: 1.150.3
      destination:
        server: https://kubernetes.default.svc
        namespace: confluent
      syncPolicy:
        automated:
          prune: false

Source: Argo CD, "App deletion" and "Sync options" (No prune resources, Delete).
"""

from collections.abc import Iterator

from overlaykit.argocd.applications import Application
from overlaykit.argocd.hooks import sync_options
from overlaykit.argocd.waves import CHARTS
from overlaykit.findings import Problem
from overlaykit.render.objects import Object
from overlaykit.repo.values import values_of
from overlaykit.repo.world import Unit, World
from overlaykit.source import Path

LEVEL = "warning"
# Charts of operators. Those of Jetstack mark their CRDs as ones to keep.
_KEPT = ("cert-manager", "trust-manager")
_OPERATORS = frozenset(
    chart
    for chart, brought in CHARTS.items()
    if chart not in _KEPT and any(need[0] == "group" for need in brought)
)
_PRUNE: Path = ("spec", "syncPolicy", "automated", "prune")


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    for application in world.applications_of.get(unit.folder, ()):
        prunes = bool(application.automated and application.automated.get("prune") is True)
        if not application.cascades and not prunes:
            continue
        names = [o for u in world.content(application) for o in u.objects if _is_crd(o)]
        off = _without_crds(application, world)
        at_deletion = application.cascades and _loses(names, application, "Delete=false", off)
        at_prune = prunes and _loses(names, application, "Prune=false", off)
        if at_deletion:
            yield _problem(application, at_deletion, _finalizer(application), "deleting it deletes")
        elif at_prune:
            yield _problem(application, at_prune, _PRUNE, "a commit that drops them deletes")


def _is_crd(obj: Object) -> bool:
    return obj.kind == "CustomResourceDefinition"


def _loses(crds: list[Object], application: Application, guard: str, off: bool) -> str:
    """What would be deleted, in words; empty where nothing is or it is guarded."""
    open_ones = sorted(crd.name for crd in crds if guard not in sync_options(crd))
    if open_ones and guard not in application.options:
        more = f" and {len(open_ones) - 1} more" if len(open_ones) > 1 else ""
        return f"the CRD {open_ones[0]}{more}"
    for source in application.sources:
        chart = source.chart_name
        if chart in _OPERATORS and source.helm.get("skipCrds") is not True and not off:
            return f"the operator of the chart {chart}, with its CRDs where they are templates"
    return ""


def _without_crds(application: Application, world: World) -> bool:
    """Whether the chart's values, as far as they are here, leave the CRDs out."""
    values = values_of(application, world)
    crds = values.get("crds")
    return isinstance(crds, dict) and crds.get("enabled") is False


def _finalizer(application: Application) -> Path:
    found = application.obj.metadata.get("finalizers") or []
    return ("metadata", "finalizers", 0) if len(found) == 1 else ("metadata", "finalizers")


def _problem(application: Application, what: str, path: Path, how: str) -> Problem:
    message = f"{application.title}: {how} {what}; every object of their kinds goes with CRDs"
    fix = "remove the finalizer" if path[-1] != "prune" else "write prune: false"
    if what.startswith("the CRD "):
        fix += ", or give the CRDs the sync options Prune=false,Delete=false"
    return Problem(message, fix, at=application.place(path), path=path, object=application.label)
