"""An Application that others wait for syncs by itself, and tries again.

The parent goes through its Applications wave by wave. One that nobody syncs holds back all that
come after it, where Argo CD knows the health of Applications; else they start without it. With
`retry: {limit: 0}` the first failure, such as a CRD that is a moment late, is the last try.

Bad:
    # file: clusters/dev/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - operator.yaml
    - jobs.yaml
    # file: clusters/dev/operator.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: operator
      namespace: argocd
      annotations:
        argocd.argoproj.io/sync-wave: "1"
    spec:  # <- here
      project: flink
      source:
        repoURL: https://git.example.com/team/gitops.git
        targetRevision: main
        path: operator
      destination:
        server: https://kubernetes.default.svc
        namespace: flink
    # file: clusters/dev/jobs.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: jobs
      namespace: argocd
      annotations:
        argocd.argoproj.io/sync-wave: "2"
    spec:
      project: flink
      source:
        repoURL: https://git.example.com/team/gitops.git
        targetRevision: main
        path: jobs
      destination:
        server: https://kubernetes.default.svc
        namespace: flink
      syncPolicy:
        automated: {}
        retry:
          limit: 0  # <- here
    # file: operator/config.yaml
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: operator
    # file: jobs/config.yaml
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: jobs

Good:
    # file: clusters/dev/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - operator.yaml
    # file: clusters/dev/operator.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: operator
      namespace: argocd
      annotations:
        argocd.argoproj.io/sync-wave: "1"
    spec:
      project: flink
      source:
        repoURL: https://git.example.com/team/gitops.git
        targetRevision: main
        path: operator
      destination:
        server: https://kubernetes.default.svc
        namespace: flink
      syncPolicy:
        automated: {}
    # file: operator/config.yaml
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: operator

Source: Argo CD, "Sync phases and waves", "Automated Sync Policy"; a sync by itself is retried 5
times where no retry is written.
"""

from collections.abc import Iterator

from overlaykit.argocd.applications import Application
from overlaykit.findings import Problem
from overlaykit.repo.world import Unit, World
from overlaykit.source import Path

LEVEL = "warning"
_AUTOMATED: Path = ("spec", "syncPolicy", "automated")
_LIMIT: Path = ("spec", "syncPolicy", "retry", "limit")


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    siblings = [a for a in world.applications_of.get(unit.folder, ()) if not a.generated]
    waves = {one.wave for one in siblings if one.wave is not None}
    if len(waves) < 2:
        return
    for application in siblings:
        if application.automated is None:
            yield from _by_hand(application, siblings)
        elif application.obj.get(*_LIMIT) == 0 and application.wave != min(waves):
            yield Problem(
                f"{application.title} (wave {application.wave}) is not tried again when what it "
                "needs is a moment late",
                "write a limit above 0, or remove retry (then it is 5)",
                at=application.place(_LIMIT),
                path=_LIMIT,
                object=application.label,
            )


def _by_hand(application: Application, siblings: list[Application]) -> Iterator[Problem]:
    mine = application.wave
    if mine is None:
        return
    later = sorted({one.name for one in siblings if one.wave is not None and one.wave > mine})
    if later:
        switched_off = application.obj.get(*_AUTOMATED, "enabled") is False
        path: Path = (*_AUTOMATED, "enabled") if switched_off else _AUTOMATED
        more = f" and {len(later) - 1} more" if len(later) > 1 else ""
        yield Problem(
            f"{application.title} (wave {mine}) does not sync by itself, and '{later[0]}'{more} "
            "in later waves wait for it or start without it",
            "write enabled: true" if switched_off else "add syncPolicy.automated",
            at=application.place(path),
            path=path,
            object=application.label,
        )
