"""The operators look at the namespaces that Flink and CMF objects use.

Three programs have to look: Confluent for Kubernetes at the namespace of the object
(namespaceList), Flink's operator at the namespace that the environment runs its jobs in
(watchNamespaces), where the account of the jobs is needed as well. What lies elsewhere is taken by
the API server, and then nothing ever happens.

Bad:
    # file: clusters/dev/cfk.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: cfk
      namespace: argocd
    spec:
      project: flink
      source:
        repoURL: https://packages.confluent.io/helm
        chart: confluent-for-kubernetes
        targetRevision: 0.1718.10
        helm:
          valuesObject:
            namespaceList:
            - confluent
      destination:
        server: https://kubernetes.default.svc
        namespace: confluent
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
    # file: flink/environment.yaml
    apiVersion: platform.confluent.io/v1beta1
    kind: FlinkEnvironment
    metadata:
      name: shop
      namespace: flink  # <- here
    spec:
      kubernetesNamespace: flink

Good:
    # file: clusters/dev/cfk.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: cfk
      namespace: argocd
    spec:
      project: flink
      source:
        repoURL: https://packages.confluent.io/helm
        chart: confluent-for-kubernetes
        targetRevision: 0.1718.10
        helm:
          valuesObject:
            namespaceList:
            - confluent
            - flink
      destination:
        server: https://kubernetes.default.svc
        namespace: confluent
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
    # file: flink/environment.yaml
    apiVersion: platform.confluent.io/v1beta1
    kind: FlinkEnvironment
    metadata:
      name: shop
      namespace: flink
    spec:
      kubernetesNamespace: flink

Source: Confluent for Kubernetes, "Configure Operator Scope and Namespaces"; Flink Kubernetes
Operator, "Helm", watchNamespaces.
"""

from collections.abc import Iterator

from overlaykit.confluent import namespaces
from overlaykit.confluent.kinds import GROUP
from overlaykit.findings import Problem
from overlaykit.render.objects import Object
from overlaykit.repo.flinks import is_filled_in
from overlaykit.repo.operators import Operator
from overlaykit.repo.together import is_external
from overlaykit.repo.world import Unit, World
from overlaykit.source import Path

LEVEL = "error"

_OWN: Path = ("metadata", "namespace")
_JOBS: Path = ("spec", "kubernetesNamespace")


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    own = [obj for obj in unit.objects if obj.group == GROUP and not obj.draft]
    yield from _of_cfk(unit, world, own)
    for obj in own:
        namespace = obj.get(*_JOBS) if obj.kind == "FlinkEnvironment" else None
        # An environment may run its jobs on another cluster, which has an operator of its own.
        here = isinstance(namespace, str) and not obj.get("spec", "kubernetesClusterName")
        if here and not is_filled_in(str(namespace)):
            yield from _of_operator(unit, world, obj, str(namespace))


def _of_cfk(unit: Unit, world: World, own: list[Object]) -> Iterator[Problem]:
    """One finding a namespace, at its first object."""
    charts = world.confluents.cfk(unit) if own else []
    if not charts or not all(one.told and one.home for one in charts):
        return
    watched = [namespaces.of_cfk(one.values, one.home) for one in charts]
    seen: dict[str, list[Object]] = {}
    for obj in own:
        seen.setdefault(world.together.namespace(unit, obj), []).append(obj)
    for namespace, objects in seen.items():
        if namespace and all(watched) and not any(namespace in listed for listed in watched):
            first, others = objects[0], len(objects) - 1
            more = f" (and {others} more)" if others else ""
            message = (
                f"{first.kind} '{first.name}'{more} is never processed: Application "
                f"'{charts[0].name}' looks at {', '.join(watched[0])}, not at '{namespace}'"
            )
            fix = f"add {namespace} to namespaceList of '{charts[0].name}'"
            at = unit.locate(first, _OWN, False)
            yield Problem(message, fix, at=at, path=_OWN, object=first.label)


def _of_operator(unit: Unit, world: World, obj: Object, namespace: str) -> Iterator[Problem]:
    operators = world.operators.of(unit)
    told = [one for one in operators if one.watched]
    message = fix = doubt = ""
    if told and len(told) == len(operators) and not any(namespace in _of(one) for one in told):
        message = (
            f"the operator of {told[0].label} does not watch namespace '{namespace}' "
            f"(watchNamespaces: {', '.join(_of(told[0]))}): no job of this environment runs"
        )
        fix = f"add {namespace} to watchNamespaces of {told[0].label}"
    elif len(operators) == 1 and (account := _missing(unit, world, operators[0], namespace)):
        message = (
            f"nothing here makes the ServiceAccount '{account}' in namespace '{namespace}', "
            "where the jobs of this environment run"
        )
        fix = f"add the ServiceAccount '{account}' and its Role, or watch {namespace}"
        doubt = "that nobody else does"
    if message:
        at = unit.locate(obj, _JOBS, False)
        yield Problem(message, fix, at=at, path=_JOBS, object=obj.label).assuming(doubt)


def _of(operator: Operator) -> tuple[str, ...]:
    return operator.watched or ()


def _missing(unit: Unit, world: World, operator: Operator, namespace: str) -> str:
    """The account that jobs have by default, where neither the chart nor anybody here makes it."""
    if operator.application is None or operator.watched is None:
        return ""
    home = operator.application.destination_namespace
    # Where the chart makes no accounts, each job's own is looked for.
    if namespaces.has_account(operator.values, home, namespace) is not False:
        return ""
    name, near = namespaces.account_name(operator.values), world.together.of(unit)
    made = [one for one in near.of_kind("ServiceAccount", namespace) if one.obj.name != "default"]
    external = is_external(world.config.external, "ServiceAccount", namespace, name)
    hidden = world.confluents.hidden(unit, namespace) or near.opaque(namespace)
    return "" if made or external or hidden else name
