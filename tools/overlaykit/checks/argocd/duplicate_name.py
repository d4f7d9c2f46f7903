"""Application names are unique in an Argo CD.

Two Applications of one name and namespace are one object: the two parents overwrite it in turn, and
what is deployed depends on who came last; the objects of the other are pruned or left behind.

Bad:
    # file: clusters/dev/orders.yaml
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
        server: https://kubernetes.default.svc
        namespace: flink
    ---
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: orders  # <- here
      namespace: argocd
    spec:
      project: flink
      source:
        repoURL: https://git.example.com/team/gitops.git
        targetRevision: main
        path: payments
      destination:
        server: https://kubernetes.default.svc
        namespace: flink
    # file: orders/config.yaml
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: orders
    # file: payments/config.yaml
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: payments

Good:
    # file: clusters/dev/orders.yaml
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
        server: https://kubernetes.default.svc
        namespace: flink
    # file: orders/config.yaml
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: orders

Source: Kubernetes, "Object names and IDs"; Argo CD, "App of apps".
"""

from collections.abc import Iterator

from overlaykit.argocd.applications import TEMPLATED, Application
from overlaykit.findings import Problem
from overlaykit.repo.world import World
from overlaykit.source import Path

LEVEL = "error"
_AT: Path = ("metadata", "name")


def check_repository(world: World) -> Iterator[Problem]:
    for argocd in world.argocds.all:
        named: dict[str, list[Application]] = {}
        for application in argocd.applications:
            if application.name and not TEMPLATED.search(application.name):
                named.setdefault(application.name, []).append(application)
        for same in named.values():
            for number, application in enumerate(same):
                twin = next((o for o in same[:number] if _clash(o, application)), None)
                if twin is not None:
                    yield _problem(application, twin)


def _clash(one: Application, other: Application) -> bool:
    """Whether two Applications of a name are one object; one set's own are argocd/appset's."""
    if one.generated and one.generated == other.generated:
        return False
    return one.obj.namespace == other.obj.namespace


def _problem(application: Application, twin: Application) -> Problem:
    at, there = application.place(_AT), twin.place(_AT)
    where = f"at {there.file}:{there.line}"
    if at == there:
        where = f"by {twin.folder or '.'} too, from the same file"
    message = f"a second Application '{application.name}': one is made {where}"
    if application.generated:
        message = f"{application.title} makes {message}"
    problem = Problem(
        message,
        "give it a name of its own, or remove one of the two",
        at=at,
        path=_AT,
        cluster=application.cluster,
        object=application.label,
    )
    return problem.assuming(application.assuming or twin.assuming)
