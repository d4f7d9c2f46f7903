"""An Application whose CRDs come from another one says SkipDryRunOnMissingResource.

Argo CD tries a whole sync on the API server before it applies anything. While the CRD of one kind
is missing, this trial fails and nothing of the Application is applied, not even the objects that
need no CRD. With the option the rest goes in, and the kind follows by retry. Waves do not make up
for it: they order the first sync only, and later each Application syncs by itself.

Bad:
    # file: overlays/dev/kustomization.yaml
    resources:
    - operator.yaml
    - jobs.yaml
    # file: overlays/dev/operator.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: operator
      namespace: argocd
    spec:
      project: default
      source:
        repoURL: https://packages.confluent.io/helm
        chart: flink-kubernetes-operator
        targetRevision: 1.150.3
        helm:
          valuesObject:
            webhook:
              create: false
      destination:
        server: https://kubernetes.default.svc
        namespace: default
    # file: overlays/dev/jobs.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: jobs
      namespace: argocd
    spec:
      project: default
      source:
        repoURL: https://git.example.com/a/b.git
        path: overlays/dev/jobs
      destination:
        server: https://kubernetes.default.svc
        namespace: default
      syncPolicy:
        syncOptions:  # <- here
        - ServerSideApply=true
    # file: overlays/dev/jobs/kustomization.yaml
    resources:
    - session.yaml
    # file: overlays/dev/jobs/session.yaml
    apiVersion: flink.apache.org/v1beta1
    kind: FlinkDeployment
    metadata:
      name: session
      namespace: default
    spec:
      image: flink:1.20.2
      flinkVersion: v1_20
      serviceAccount: flink

Good:
    # file: overlays/dev/kustomization.yaml
    resources:
    - operator.yaml
    - jobs.yaml
    # file: overlays/dev/operator.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: operator
      namespace: argocd
    spec:
      project: default
      source:
        repoURL: https://packages.confluent.io/helm
        chart: flink-kubernetes-operator
        targetRevision: 1.150.3
        helm:
          valuesObject:
            webhook:
              create: false
      destination:
        server: https://kubernetes.default.svc
        namespace: default
    # file: overlays/dev/jobs.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: jobs
      namespace: argocd
    spec:
      project: default
      source:
        repoURL: https://git.example.com/a/b.git
        path: overlays/dev/jobs
      destination:
        server: https://kubernetes.default.svc
        namespace: default
      syncPolicy:
        syncOptions:
        - SkipDryRunOnMissingResource=true
    # file: overlays/dev/jobs/kustomization.yaml
    resources:
    - session.yaml
    # file: overlays/dev/jobs/session.yaml
    apiVersion: flink.apache.org/v1beta1
    kind: FlinkDeployment
    metadata:
      name: session
      namespace: default
    spec:
      image: flink:1.20.2
      flinkVersion: v1_20
      serviceAccount: flink

Source: Argo CD, "Sync Options", Skip Dry Run for new custom resources types; gitops-engine,
pkg/sync/sync_context.go.
"""

from collections.abc import Iterator

from overlaykit.argocd.waves import Child, describe
from overlaykit.findings import Problem
from overlaykit.render.objects import Object
from overlaykit.repo.children import children
from overlaykit.repo.world import Unit, World
from overlaykit.source import Path

LEVEL = "warning"
OPTION = "SkipDryRunOnMissingResource=true"
_OPTIONS = "argocd.argoproj.io/sync-options"
_PATHS: tuple[Path, ...] = (
    ("spec", "syncPolicy", "syncOptions"),
    ("spec", "syncPolicy"),
    ("metadata", "name"),
)


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    family = children(unit, world)
    for child in family:
        if OPTION in child.application.options:
            continue
        for need in sorted(_groups(child)):
            givers = [c for c in family if c is not child and need in c.provides()]
            if givers:
                yield _problem(unit, child, need, givers[0])
                break


def _groups(child: Child) -> set[tuple[str, ...]]:
    """The groups of kinds that an Application needs and neither brings nor marks."""
    marked = {("group", o.group) for o in child.content if _is_marked(o)}
    found = {need for need in child.needs() - child.provides() if need[0] == "group"}
    bare = {("group", o.group) for o in child.content if not _is_marked(o)}
    return {need for need in found if need in bare or need not in marked}


def _is_marked(obj: Object) -> bool:
    text = obj.annotations.get(_OPTIONS)
    return isinstance(text, str) and OPTION in [part.strip() for part in text.split(",")]


def _problem(unit: Unit, child: Child, need: tuple[str, ...], giver: Child) -> Problem:
    obj = child.application.obj
    message = (
        f"Application '{obj.name}' has {describe(need)} from '{giver.application.name}' and no "
        f"{OPTION.partition('=')[0]}: while they are missing, nothing of it is applied"
    )
    fix = f"add {OPTION} to spec.syncPolicy.syncOptions"
    path = next(path for path in _PATHS if obj.get(*path) is not None)
    at = unit.locate(obj, path, path[0] == "spec")
    return Problem(message, fix, at=at, object=obj.label, path=path)
