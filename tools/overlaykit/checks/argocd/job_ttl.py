"""A Job that Argo CD syncs by itself has no ttlSecondsAfterFinished, or is a hook.

Kubernetes deletes the finished Job, Argo CD sees it missing and makes it again: with selfHeal at
once and for ever, else with the next commit. A Job that submits a Flink job or loads data does so
each time. A hook is run once a sync, and BeforeHookCreation removes the one before.

Bad:
    # file: clusters/dev/sql.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: sql
      namespace: argocd
    spec:
      project: flink
      source:
        repoURL: https://git.example.com/team/gitops.git
        targetRevision: main
        path: sql
      destination:
        server: https://kubernetes.default.svc
        namespace: flink
      syncPolicy:
        automated:
          selfHeal: true
    # file: sql/job.yaml
    apiVersion: batch/v1
    kind: Job
    metadata:
      name: submit
    spec:
      ttlSecondsAfterFinished: 300  # <- here
      template:
        spec:
          restartPolicy: Never
          containers:
          - name: submit
            image: flink:1.20.2

Good:
    # file: clusters/dev/sql.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: sql
      namespace: argocd
    spec:
      project: flink
      source:
        repoURL: https://git.example.com/team/gitops.git
        targetRevision: main
        path: sql
      destination:
        server: https://kubernetes.default.svc
        namespace: flink
      syncPolicy:
        automated:
          selfHeal: true
    # file: sql/job.yaml
    apiVersion: batch/v1
    kind: Job
    metadata:
      name: submit
      annotations:
        argocd.argoproj.io/hook: Sync
        argocd.argoproj.io/hook-delete-policy: BeforeHookCreation
    spec:
      ttlSecondsAfterFinished: 300
      template:
        spec:
          restartPolicy: Never
          containers:
          - name: submit
            image: flink:1.20.2

Source: Kubernetes, "Automatic Cleanup for Finished Jobs"; Argo CD, "Automated Sync Policy".
"""

from collections.abc import Iterator

from overlaykit.argocd.applications import Application
from overlaykit.argocd.hooks import HOOK, is_hook
from overlaykit.findings import Problem
from overlaykit.render.objects import Object
from overlaykit.repo.world import Unit, World
from overlaykit.source import Path

LEVEL = "error"
_TTL: Path = ("spec", "ttlSecondsAfterFinished")


def check_repository(world: World) -> Iterator[Problem]:
    for application in world.applications:
        if application.automated is None:
            continue
        for unit in world.content(application):
            for obj in unit.objects:
                if _vanishes(obj):
                    yield _problem(application, unit, obj, world)


def _vanishes(obj: Object) -> bool:
    if obj.kind != "Job" or obj.group != "batch" or obj.get(*_TTL) is None:
        return False
    return not is_hook(obj) and HOOK not in obj.annotations


def _problem(application: Application, unit: Unit, obj: Object, world: World) -> Problem:
    heals = bool(application.automated and application.automated.get("selfHeal"))
    when = "at once, again and again" if heals else "with the next commit"
    message = (
        f"Job '{obj.name}' is deleted {obj.get(*_TTL)} s after it ends, and {application.title} "
        f"(automated) makes it again {when}"
    )
    problem = Problem(
        message,
        f"remove it, or make the Job a hook: {HOOK}: Sync with BeforeHookCreation",
        at=unit.locate(obj, _TTL, True),
        path=_TTL,
        cluster=application.cluster,
        workload=unit.workload,
        object=obj.label,
    )
    # Without selfHeal the same commit is not synced twice: only a Job that is not idempotent hurts.
    doubt = "" if heals else "that it does its work again"
    return problem.assuming(doubt or world.assumption_on(application) or unit.assuming)
