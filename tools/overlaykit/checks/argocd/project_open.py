"""An Application belongs to an AppProject that sets bounds.

The project `default` permits every repository, cluster, namespace and kind, and so does a project
whose lists say `*`: whoever may write one Application of it may write anything, Argo CD's own
namespace included. A glob of a part (https://git.example.com/team/*, flink-*) is a bound.

Bad:
    # file: clusters/dev/flink.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: flink
      namespace: argocd
    spec:
      project: default  # <- here
      source:
        repoURL: https://git.example.com/team/gitops.git
        targetRevision: main
        path: flink
      destination:
        server: https://kubernetes.default.svc
        namespace: flink
    # file: clusters/dev/project.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: AppProject
    metadata:
      name: operators
      namespace: argocd
    spec:
      sourceRepos:
      - "*"  # <- here
      destinations:
      - server: https://kubernetes.default.svc
        namespace: confluent
    # file: flink/config.yaml
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: flink

Good:
    # file: clusters/dev/project.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: AppProject
    metadata:
      name: flink
      namespace: argocd
    spec:
      sourceRepos:
      - https://git.example.com/team/*
      destinations:
      - server: https://kubernetes.default.svc
        namespace: flink-*

Source: Argo CD, "Projects" (the default project) and "Security".
"""

from collections.abc import Iterator

from overlaykit.argocd.applications import Application
from overlaykit.argocd.projects import is_project, open_entries
from overlaykit.findings import Problem
from overlaykit.repo.world import Unit, World
from overlaykit.source import Path

LEVEL = "warning"
_AT: Path = ("spec", "project")


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    if unit.assuming:
        return  # an example, which nobody here applies
    yield from _in_default(unit, world)
    for obj in unit.objects:
        entries = list(open_entries(obj)) if is_project(obj) else []
        if entries:
            name, number, _ = entries[0]
            path: Path = ("spec", name, number)
            opened = ", ".join(dict.fromkeys(what for _, _, what in entries))
            yield Problem(
                f"project '{obj.name}' permits {opened}",
                "name what its Applications need",
                at=unit.locate(obj, path, False),
                path=path,
                object=obj.label,
            )


def _in_default(unit: Unit, world: World) -> Iterator[Problem]:
    """One finding for all Applications of a unit that are in the default project."""
    found = [
        application
        for application in world.applications_of.get(unit.folder, ())
        if application.project == "default" and not world.argocds.projects_of(application)
    ]
    if not found:
        return
    first = min(found, key=_order)
    others = len({application.title for application in found}) - 1
    subject = f"{first.title} and {others} more are" if others else f"{first.title} is"
    yield Problem(
        f"{subject} in the project 'default', which permits every repository, cluster and kind",
        "write an AppProject for it, and its name here",
        at=first.place(_AT),
        path=_AT,
        object=first.label,
    )


def _order(application: Application) -> tuple[str, int]:
    place = application.place(_AT)
    return place.file, place.line
