"""Waves between Applications need a health check for Application.

Argo CD goes on to the next wave when all of this one is healthy. It has no built-in rule for the
health of an Application since 1.8: without one in its configuration, a child Application counts as
healthy the moment it is created, and every wave follows at once. The order then holds by luck
alone: operators, CRDs and namespaces may come after what needs them.

An error where the parent Application and the configuration of its Argo CD (argocd-cm, the values
of its chart or the ArgoCD resource) are in the repository; else a warning.

Bad:
    # file: overlays/dev/root.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: root
      namespace: argocd
    spec:
      project: default
      source:
        repoURL: https://git.example.com/a/b.git
        path: overlays/dev/apps
      destination:
        server: https://kubernetes.default.svc
        namespace: argocd
    # file: overlays/dev/apps/kustomization.yaml
    resources:
    - operator.yaml
    - jobs.yaml
    # file: overlays/dev/apps/operator.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: operator
      namespace: argocd
      annotations:
        argocd.argoproj.io/sync-wave: "1"
    spec:
      project: default
      source:
        repoURL: https://charts.example.com
        chart: operator
        targetRevision: 1.2.3
      destination:
        server: https://kubernetes.default.svc
        namespace: operator
    # file: overlays/dev/apps/jobs.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: jobs
      namespace: argocd
      annotations:
        argocd.argoproj.io/sync-wave: "2"
    spec:
      project: default
      source:
        repoURL: https://charts.example.com
        chart: jobs
        targetRevision: 1.2.3
      destination:
        server: https://kubernetes.default.svc
        namespace: jobs
    # file: overlays/dev/argocd/kustomization.yaml
    resources:
    - argocd-cm.yaml
    # file: overlays/dev/argocd/argocd-cm.yaml
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: argocd-cm
      namespace: argocd
    data:  # <- here
      url: https://argocd.example.com

Good:
    # file: overlays/dev/root.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: root
      namespace: argocd
    spec:
      project: default
      source:
        repoURL: https://git.example.com/a/b.git
        path: overlays/dev/apps
      destination:
        server: https://kubernetes.default.svc
        namespace: argocd
    # file: overlays/dev/apps/kustomization.yaml
    resources:
    - operator.yaml
    - jobs.yaml
    # file: overlays/dev/apps/operator.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: operator
      namespace: argocd
      annotations:
        argocd.argoproj.io/sync-wave: "1"
    spec:
      project: default
      source:
        repoURL: https://charts.example.com
        chart: operator
        targetRevision: 1.2.3
      destination:
        server: https://kubernetes.default.svc
        namespace: operator
    # file: overlays/dev/apps/jobs.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: jobs
      namespace: argocd
      annotations:
        argocd.argoproj.io/sync-wave: "2"
    spec:
      project: default
      source:
        repoURL: https://charts.example.com
        chart: jobs
        targetRevision: 1.2.3
      destination:
        server: https://kubernetes.default.svc
        namespace: jobs
    # file: overlays/dev/argocd/kustomization.yaml
    resources:
    - argocd-cm.yaml
    # file: overlays/dev/argocd/argocd-cm.yaml
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: argocd-cm
      namespace: argocd
    data:
      resource.customizations.health.argoproj.io_Application: |
        hs = {status = "Progressing", message = ""}
        if obj.status ~= nil and obj.status.health ~= nil then
          hs.status = obj.status.health.status
        end
        return hs

Source: Argo CD, "Resource Health", on Argo CD Apps; argo-cd issues 3781 and 6411.
"""

from collections.abc import Iterator

from overlaykit.argocd.applications import WAVE, is_application
from overlaykit.argocd.health import APPLICATION
from overlaykit.findings import Problem
from overlaykit.repo.health import Known
from overlaykit.repo.world import Unit, World

LEVEL = "error"
KEY = "resource.customizations.health.argoproj.io_Application"


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    members = [a for a in world.applications_of.get(unit.folder, ()) if is_application(a.obj)]
    waves = {a.wave for a in members if a.wave is not None}
    if len(waves) < 2:
        return
    known = world.healths.of(unit.cluster, members[0].obj.namespace)
    parents = world.deployers.get(unit.folder)
    if known.health.rule(*APPLICATION).is_there or not (parents or known.place):
        return
    if known.place is None and world.healths.mention(*APPLICATION):
        return
    first = min((a for a in members if WAVE in a.obj.annotations), key=lambda a: a.wave or 0)
    message = (
        "Argo CD has no health check for Application, so no sync wave of the Applications waits "
        "for the one before it"
    )
    fix = f"write {KEY} into argocd-cm (overlay explain argocd/app-health has one)"
    at = known.place or first.locate(first.obj, ("metadata", "annotations", WAVE), False)
    yield Problem(message, fix, at=at).assuming(_assumptions(world, known, bool(parents)))


def _assumptions(world: World, known: Known, has_parent: bool) -> str:
    """What the verdict takes for granted; empty where nothing."""
    missing = []
    if not has_parent:
        missing.append("that another Application deploys them")
    if known.place is None:
        missing.append("that its argocd-cm, which is not here, has none")
    loose = world.healths.mention(*APPLICATION, loose=True)
    if loose:
        missing.append(f"that Argo CD is not installed with {loose}")
    return " and ".join(missing)
