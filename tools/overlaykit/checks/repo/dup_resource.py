"""An object belongs to one Application.

Where two Applications of one Argo CD render the same object (group, kind, namespace, name, on the
same cluster), each takes it from the other at every sync, both stay OutOfSync, and the prune of one
deletes what the other still needs. FailOnSharedResource=true makes it a failed sync instead.

Bad:
    # file: clusters/dev/applications.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: operator
      namespace: argocd
    spec:
      project: flink
      source:
        repoURL: https://git.example.com/team/gitops.git
        targetRevision: main
        path: operator
      destination:
        server: https://kubernetes.default.svc
        namespace: flink
    ---
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: orders
      namespace: argocd
    spec:
      project: flink
      source:
        repoURL: https://git.example.com/team/gitops.git
        targetRevision: main
        path: orders
      destination:
        name: in-cluster
        namespace: flink
    # file: operator/account.yaml
    apiVersion: v1
    kind: ServiceAccount
    metadata:
      name: flink
      namespace: flink
    # file: orders/account.yaml
    apiVersion: v1
    kind: ServiceAccount
    metadata:
      name: flink  # <- here

Good:
    # file: clusters/dev/applications.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: operator
      namespace: argocd
    spec:
      project: flink
      source:
        repoURL: https://git.example.com/team/gitops.git
        targetRevision: main
        path: operator
      destination:
        server: https://kubernetes.default.svc
        namespace: flink
    ---
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: orders
      namespace: argocd
    spec:
      project: flink
      source:
        repoURL: https://git.example.com/team/gitops.git
        targetRevision: main
        path: orders
      destination:
        name: in-cluster
        namespace: flink
    # file: operator/account.yaml
    apiVersion: v1
    kind: ServiceAccount
    metadata:
      name: flink
      namespace: flink
    # file: orders/account.yaml
    apiVersion: v1
    kind: ServiceAccount
    metadata:
      name: orders

Source: Argo CD, "Sync options", Fail the sync if a shared resource is found.
"""

from collections.abc import Iterator

from msgspec import Struct

from overlaykit.argocd.applications import Application, is_application
from overlaykit.argocd.hooks import is_hook
from overlaykit.findings import Problem
from overlaykit.kubernetes.scope import namespaced
from overlaykit.render.objects import Object
from overlaykit.repo.argocds import ArgoCD
from overlaykit.repo.world import Unit, World
from overlaykit.source import Path

LEVEL = "error"
_Key = tuple[str, str, str, str, str]
_AT: Path = ("metadata", "name")


class _Owner(Struct, frozen=True):
    application: Application
    unit: Unit
    obj: Object

    @property
    def order(self) -> tuple[str, str]:
        return self.application.name, self.application.obj.namespace


def check_repository(world: World) -> Iterator[Problem]:
    for argocd in world.argocds.all:
        if len(argocd.applications) > 1:
            yield from _shared(argocd, world)


def _shared(argocd: ArgoCD, world: World) -> Iterator[Problem]:
    """One finding for each pair of Applications, however many objects they share."""
    pairs: dict[tuple[str, str], list[tuple[_Owner, _Owner]]] = {}
    for owners in _owners(argocd, world).values():
        distinct = list({one.order: one for one in sorted(owners, key=_order)}.values())
        for other in distinct[1:]:
            names = (distinct[0].application.name, other.application.name)
            pairs.setdefault(names, []).append((distinct[0], other))
    for shared in pairs.values():
        yield _problem(sorted(shared, key=lambda pair: pair[1].obj.label), world)


def _order(owner: _Owner) -> tuple[str, str]:
    return owner.order


def _owners(argocd: ArgoCD, world: World) -> dict[_Key, list[_Owner]]:
    found: dict[_Key, list[_Owner]] = {}
    for application in argocd.applications:
        for unit in world.content(application):
            for obj in unit.objects:
                if obj.name and not is_application(obj) and not is_hook(obj):
                    key = _key(obj, application, world)
                    found.setdefault(key, []).append(_Owner(application, unit, obj))
    return {key: owners for key, owners in found.items() if len(owners) > 1}


def _key(obj: Object, application: Application, world: World) -> _Key:
    """What the API server tells objects apart by; without a scope, a namespace is kept apart."""
    destination, namespace = application.destination, obj.namespace
    scope = namespaced(obj.group, obj.kind, world.scopes)
    if scope is False:
        namespace = ""
    elif not namespace:
        namespace = destination.namespace or f"? {application.name}"
    return destination.cluster, obj.group, obj.kind, namespace, obj.name


def _problem(shared: list[tuple[_Owner, _Owner]], world: World) -> Problem:
    one, other = shared[0]
    more = f" and {len(shared) - 1} more objects" if len(shared) > 1 else ""
    more = more.removesuffix("s") if len(shared) == 2 else more
    at = one.unit.locate(one.obj, _AT, False)
    message = (
        f"{other.obj.kind} '{other.obj.name}'{more}: rendered by Application "
        f"'{other.application.name}' and by '{one.application.name}' ({at.file}:{at.line}), on the "
        "same cluster"
    )
    problem = Problem(
        message,
        "leave it to one of them",
        at=other.unit.locate(other.obj, _AT, False),
        path=_AT,
        cluster=other.application.cluster,
        workload=other.unit.workload,
        object=other.obj.label,
    )
    doubts = (world.assumption_on(o.application) or o.unit.assuming for o in (one, other))
    return problem.assuming(next(filter(None, doubts), ""))
