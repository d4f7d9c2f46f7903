"""A hook names a phase that Argo CD knows, and is run again at the next sync.

An object with an unknown phase is in none: it is never applied. A hook of a fixed name is removed
before it is made again (BeforeHookCreation) unless a policy is written; with HookFailed alone the
Job that succeeded stays, and since it is there already, it does not run a second time.

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
    # file: sql/jobs.yaml
    apiVersion: batch/v1
    kind: Job
    metadata:
      name: schema
      annotations:
        argocd.argoproj.io/hook: PreSnyc  # <- here
    spec:
      template:
        spec:
          restartPolicy: Never
          containers:
          - name: schema
            image: flink:1.20.2
    ---
    apiVersion: batch/v1
    kind: Job
    metadata:
      name: submit
      annotations:
        argocd.argoproj.io/hook: PostSync
        argocd.argoproj.io/hook-delete-policy: HookFailed  # <- here
    spec:
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
    # file: sql/jobs.yaml
    apiVersion: batch/v1
    kind: Job
    metadata:
      name: schema
      annotations:
        argocd.argoproj.io/hook: PreSync
    spec:
      template:
        spec:
          restartPolicy: Never
          containers:
          - name: schema
            image: flink:1.20.2

Source: Argo CD, "Resource hooks"; gitops-engine, pkg/sync/hook (default policy, unknown phases).
"""

import difflib
from collections.abc import Iterator

from overlaykit.argocd.hooks import DELETE_POLICY, HOOK, PHASES, POLICIES, values
from overlaykit.findings import Problem
from overlaykit.render.objects import Object
from overlaykit.repo.world import World

LEVEL = "warning"


def check_object(obj: Object, world: World) -> Iterator[Problem]:
    if HOOK in obj.annotations:
        yield from _phases(obj)
        yield from _policies(obj)


def _phases(obj: Object) -> Iterator[Problem]:
    phases = values(obj, HOOK)
    for phase in phases:
        if phase not in PHASES:
            never = not any(one in PHASES for one in phases)
            message = f"'{phase}' is no phase of a sync"
            if never:
                message += f": {obj.kind} '{obj.name}' is never applied"
            path = ("metadata", "annotations", HOOK)
            yield Problem(message, _nearest(phase, PHASES), path=path)


def _policies(obj: Object) -> Iterator[Problem]:
    path = ("metadata", "annotations", DELETE_POLICY)
    policies = values(obj, DELETE_POLICY)
    for policy in policies:
        if policy not in POLICIES:
            message = f"'{policy}' is no delete policy, and not looked at"
            yield Problem(message, _nearest(policy, POLICIES), path=path)
    if policies == ["HookFailed"] and obj.kind == "Job" and obj.name:
        message = f"Job '{obj.name}' stays when it succeeds (HookFailed), and is not run again"
        yield Problem(message, "write BeforeHookCreation, or add HookSucceeded", path=path)


def _nearest(word: str, known: tuple[str, ...]) -> str:
    close = difflib.get_close_matches(word, known, 1, 0.5)
    return f"write {close[0]}" if close else f"write one of {', '.join(known)}"
