"""CreateNamespace=true is permitted by the project, and enough for what is deployed.

Argo CD makes the destination's namespace only, and makes it like any other object: the project has
to list Namespace in clusterResourceWhitelist, else the sync stops with "resource :Namespace is not
permitted". Objects of another namespace find none.

Bad:
    # file: clusters/dev/flink.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: flink
      namespace: argocd
    spec:
      project: flink
      source:
        repoURL: https://git.example.com/team/gitops.git
        targetRevision: main
        path: flink
      destination:
        server: https://kubernetes.default.svc
        namespace: flink
      syncPolicy:
        syncOptions:
        - CreateNamespace=true  # <- here
    ---
    apiVersion: argoproj.io/v1alpha1
    kind: AppProject
    metadata:
      name: flink
      namespace: argocd
    spec:
      sourceRepos:
      - https://git.example.com/team/gitops.git
      destinations:
      - server: https://kubernetes.default.svc
        namespace: flink*
    # file: flink/account.yaml
    apiVersion: v1
    kind: ServiceAccount
    metadata:
      name: flink
      namespace: flink-jobs  # <- here

Good:
    # file: clusters/dev/flink.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: flink
      namespace: argocd
    spec:
      project: flink
      source:
        repoURL: https://git.example.com/team/gitops.git
        targetRevision: main
        path: flink
      destination:
        server: https://kubernetes.default.svc
        namespace: flink
      syncPolicy:
        syncOptions:
        - CreateNamespace=true
    ---
    apiVersion: argoproj.io/v1alpha1
    kind: AppProject
    metadata:
      name: flink
      namespace: argocd
    spec:
      sourceRepos:
      - https://git.example.com/team/gitops.git
      destinations:
      - server: https://kubernetes.default.svc
        namespace: flink*
      clusterResourceWhitelist:
      - group: ""
        kind: Namespace
        name: flink
    # file: flink/account.yaml
    apiVersion: v1
    kind: ServiceAccount
    metadata:
      name: flink

Source: Argo CD, "Sync options"; gitops-engine, autoCreateNamespace; argo-cd issue 22869.
"""

from collections.abc import Iterator

from overlaykit.argocd.applications import TEMPLATED, Application
from overlaykit.findings import Problem
from overlaykit.kubernetes.scope import namespaced
from overlaykit.render.objects import Object
from overlaykit.repo.world import Unit, World
from overlaykit.source import Path

LEVEL = "error"
_OPTION = "CreateNamespace=true"


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    for application in world.applications_of.get(unit.folder, ()):
        name = application.destination_namespace
        if _OPTION in application.options and name and not TEMPLATED.search(name):
            yield from _not_permitted(application, name, world)
            yield from _elsewhere(application, world)


def _not_permitted(application: Application, name: str, world: World) -> Iterator[Problem]:
    rendered = {o.name for u in world.content(application) for o in u.objects if _is_namespace(o)}
    managed = application.obj.get("spec", "syncPolicy", "managedNamespaceMetadata")
    if name in rendered or (not managed and world.is_standing(name, application)):
        return
    answers = world.argocds.projects_of(application)
    refusals = [one.project.kind_refusal("", "Namespace", name, False) for one in answers]
    if not answers or not all(refusals):
        return
    answer = answers[0]
    place = answer.placed.place(("spec", "clusterResourceWhitelist"), key=True)
    message = (
        f"{application.title} is to make the namespace '{name}', and its project "
        f"'{answer.project.name}' ({place.file}:{place.line}) does not permit Namespace"
    )
    fix = f'add group: "", kind: Namespace, name: {name} to clusterResourceWhitelist'
    path: Path = ("spec", "syncPolicy", "syncOptions", application.options.index(_OPTION))
    maker = "" if managed else world.namespace_maker(name, application)
    doubt = f"that '{maker}' has not made it before" if maker else answer.assuming
    problem = Problem(message, fix, at=application.place(path), path=path, object=application.label)
    yield problem.assuming(doubt)


def _is_namespace(obj: Object) -> bool:
    return obj.kind == "Namespace" and not obj.group


def _elsewhere(application: Application, world: World) -> Iterator[Problem]:
    """Objects of namespaces that neither the option nor anything here makes."""
    wanted, seen = application.destination_namespace, {""}
    for unit in world.content(application):
        for obj in unit.objects:
            name = obj.namespace
            if name in seen or not namespaced(obj.group, obj.kind, world.scopes):
                continue
            seen.add(name)
            there = name == wanted or world.is_standing(name, application)
            if not there and not world.namespace_maker(name, application):
                yield _without_namespace(application, unit, obj)


def _without_namespace(application: Application, unit: Unit, obj: Object) -> Problem:
    wanted = application.destination_namespace
    path: Path = ("metadata", "namespace")
    problem = Problem(
        f"{application.title} makes the namespace '{wanted}' only; nothing here makes "
        f"'{obj.namespace}'",
        f"write namespace: {wanted}, or add a Namespace '{obj.namespace}'",
        at=unit.locate(obj, path, False),
        path=path,
        workload=unit.workload,
        object=obj.label,
    )
    return problem.assuming("that nothing outside this repository makes it either")
