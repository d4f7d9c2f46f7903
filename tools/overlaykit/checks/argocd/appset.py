"""An ApplicationSet makes Applications of different names, from parameters that are there.

A Go template without missingkey=error writes `<no value>` where a parameter is missing, and an
Application of that name, or of none, may replace those that were there; with it, the set makes
nothing until the parameter is given. Two parameter sets of one name stop the whole set. A project
that is filled in from a file or folder name lets whoever may write that folder choose its rights.

Bad:
    # file: clusters/dev/set.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: ApplicationSet
    metadata:
      name: apps
      namespace: argocd
    spec:
      goTemplate: true  # <- here
      generators:
      - git:
          repoURL: https://git.example.com/team/gitops.git
          revision: main
          directories:
          - path: apps/*/dev
      template:
        metadata:
          name: "{{.path.basename}}"  # <- here
        spec:
          project: "{{index .path.segments 1}}"  # <- here
          source:
            repoURL: https://git.example.com/team/gitops.git
            targetRevision: main
            path: "{{.path.path}}"
          destination:
            server: https://kubernetes.default.svc
            namespace: flink
    # file: apps/orders/dev/config.yaml
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: orders
    # file: apps/payments/dev/config.yaml
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: payments

Good:
    # file: clusters/dev/set.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: ApplicationSet
    metadata:
      name: apps
      namespace: argocd
    spec:
      goTemplate: true
      goTemplateOptions: ["missingkey=error"]
      generators:
      - git:
          repoURL: https://git.example.com/team/gitops.git
          revision: main
          directories:
          - path: apps/*/dev
      template:
        metadata:
          name: "{{index .path.segments 1}}-{{.path.basename}}"
        spec:
          project: flink
          source:
            repoURL: https://git.example.com/team/gitops.git
            targetRevision: main
            path: "{{.path.path}}"
          destination:
            server: https://kubernetes.default.svc
            namespace: flink
    # file: apps/orders/dev/config.yaml
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: orders
    # file: apps/payments/dev/config.yaml
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: payments

Source: Argo CD, "Go Template", "Template fields", "ApplicationSet Security".
"""

from collections import Counter
from collections.abc import Iterator

from overlaykit.argocd.applications import TEMPLATED
from overlaykit.argocd.applicationsets import (
    is_application_set,
    is_chosen_by_git,
    is_strict,
    uses_go,
)
from overlaykit.findings import Problem
from overlaykit.render.objects import Object
from overlaykit.repo.world import World

LEVEL = "error"


def check_object(obj: Object, world: World) -> Iterator[Problem]:
    if not is_application_set(obj):
        return
    if uses_go(obj) and not is_strict(obj):
        yield Problem(
            "a parameter that is missing becomes '<no value>' without a word",
            'add goTemplateOptions: ["missingkey=error"]',
            path=("spec", "goTemplate"),
            level="warning",
        )
    yield from _project(obj)
    expansion = world.expansion(obj)
    for path, what in expansion.missing:
        yield Problem(
            f"no generator of '{obj.name}' gives {what}, so it makes nothing of it",
            "correct the name of the parameter, or give it a value",
            path=path,
        )
    yield from _collisions(obj, [one.name for one in expansion.applications])


def _project(obj: Object) -> Iterator[Problem]:
    path = ("spec", "template", "spec", "project")
    project = obj.get(*path)
    text = project if isinstance(project, str) and TEMPLATED.search(project) else ""
    if text and is_chosen_by_git(obj, text):
        yield Problem(
            f"the project '{project}' is chosen by whoever writes what the git generator reads",
            "write the name of the project",
            path=path,
            level="warning",
        )


def _collisions(obj: Object, names: list[str]) -> Iterator[Problem]:
    twice = sorted(name for name, count in Counter(names).items() if count > 1)
    if twice:
        more = f" and {len(twice) - 1} more" if len(twice) > 1 else ""
        count = names.count(twice[0])
        yield Problem(
            f"{count} parameter sets make an Application of the name '{twice[0]}'{more}, and Argo "
            "CD makes none of the set",
            "put what tells them apart into the name",
            path=("spec", "template", "metadata", "name"),
        )
