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
from overlaykit.repo.world import Unit, World
from overlaykit.source import Path

LEVEL = "warning"
_PRUNE: Path = ("spec", "syncPolicy", "automated", "prune")


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    for application in world.applications_of.get(unit.folder, ()):
        prunes = bool(application.automated and application.automated.get("prune") is True)
        if not application.cascades and not prunes:
            continue
        names = [o for u in world.content(application) for o in u.objects if _is_crd(o)]
        at_deletion = application.cascades and _loses(names, application, "Delete=false")
        at_prune = prunes and _loses(names, application, "Prune=false")
        if at_deletion:
            yield _problem(application, at_deletion, _finalizer(application), "deleting it deletes")
        elif at_prune:
            yield _problem(application, at_prune, _PRUNE, "a commit that drops them deletes")


def _is_crd(obj: Object) -> bool:
    return obj.kind == "CustomResourceDefinition"


def _loses(crds: list[Object], application: Application, guard: str) -> str:
    """What would be deleted, in words; empty where nothing is or it is guarded."""
    open_ones = sorted(crd.name for crd in crds if guard not in sync_options(crd))
    if open_ones and guard not in application.options:
        more = f" and {len(open_ones) - 1} more" if len(open_ones) > 1 else ""
        return f"the CRD {open_ones[0]}{more}"
    for source in application.sources:
        chart = source.chart.rpartition("/")[2]
        if any(need[0] == "group" for need in CHARTS.get(chart, ())) and not _skips(source.helm):
            return f"what the chart {chart} brings, its CRDs included where they are templates"
    return ""


def _skips(helm: dict[str, object]) -> bool:
    return helm.get("skipCrds") is True


def _finalizer(application: Application) -> Path:
    found = application.obj.metadata.get("finalizers") or []
    return ("metadata", "finalizers", 0) if len(found) == 1 else ("metadata", "finalizers")


def _problem(application: Application, what: str, path: Path, how: str) -> Problem:
    message = f"{application.title}: {how} {what}, and every object of those kinds"
    fix = "remove the finalizer" if path[-1] != "prune" else "write prune: false"
    fix += ", or give the CRDs the sync options Prune=false,Delete=false"
    return Problem(message, fix, at=application.place(path), path=path, object=application.label)
