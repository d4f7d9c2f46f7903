"""A Flink resource lies in a namespace that the operator watches.

With watchNamespaces the operator looks into these only, and its webhook as well: a resource
anywhere else is taken by the API server, and then nothing ever happens.

Bad:
    # file: clusters/dev/operator.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: flink-operator
      namespace: argocd
    spec:
      project: platform
      source:
        repoURL: https://downloads.apache.org/flink/flink-kubernetes-operator-1.15.0/
        chart: flink-kubernetes-operator
        targetRevision: 1.15.0
        helm:
          valuesObject:
            watchNamespaces:
            - jobs
      destination:
        server: https://kubernetes.default.svc
        namespace: flink-operator
    # file: clusters/dev/flink.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: flink
      namespace: argocd
    spec:
      project: jobs
      source:
        repoURL: https://git.example.com/team/gitops.git
        targetRevision: main
        path: flink
      destination:
        server: https://kubernetes.default.svc
        namespace: flink
    # file: flink/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - orders.yaml
    # file: flink/orders.yaml
    apiVersion: flink.apache.org/v1beta1
    kind: FlinkDeployment
    metadata:
      name: orders
      namespace: flink  # <- here
    spec:
      image: flink:1.20
      flinkVersion: v1_20
      serviceAccount: flink
      flinkConfiguration:
        taskmanager.numberOfTaskSlots: "2"
      jobManager:
        resource:
          cpu: 1
          memory: 2048m
      taskManager:
        resource:
          cpu: 1
          memory: 2048m
      job:
        jarURI: local:///opt/flink/usrlib/orders.jar
        parallelism: 2
        upgradeMode: stateless

Good:
    # file: clusters/dev/operator.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: flink-operator
      namespace: argocd
    spec:
      project: platform
      source:
        repoURL: https://downloads.apache.org/flink/flink-kubernetes-operator-1.15.0/
        chart: flink-kubernetes-operator
        targetRevision: 1.15.0
        helm:
          valuesObject:
            watchNamespaces:
            - flink
      destination:
        server: https://kubernetes.default.svc
        namespace: flink-operator
    # file: clusters/dev/flink.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: flink
      namespace: argocd
    spec:
      project: jobs
      source:
        repoURL: https://git.example.com/team/gitops.git
        targetRevision: main
        path: flink
      destination:
        server: https://kubernetes.default.svc
        namespace: flink
    # file: flink/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - orders.yaml
    # file: flink/orders.yaml
    apiVersion: flink.apache.org/v1beta1
    kind: FlinkDeployment
    metadata:
      name: orders
      namespace: flink
    spec:
      image: flink:1.20
      flinkVersion: v1_20
      serviceAccount: flink
      flinkConfiguration:
        taskmanager.numberOfTaskSlots: "2"
      jobManager:
        resource:
          cpu: 1
          memory: 2048m
      taskManager:
        resource:
          cpu: 1
          memory: 2048m
      job:
        jarURI: local:///opt/flink/usrlib/orders.jar
        parallelism: 2
        upgradeMode: stateless

Source: Flink Kubernetes Operator, "Helm", watchNamespaces.
"""

from collections.abc import Iterator

from overlaykit.findings import Problem
from overlaykit.kubernetes.pods import CONFLUENT
from overlaykit.render.objects import Object
from overlaykit.repo.operated import is_operated
from overlaykit.repo.operators import Operator
from overlaykit.repo.world import Unit, World
from overlaykit.source import Path

LEVEL = "error"


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    for obj in unit.objects:
        if not is_operated(obj) or obj.group == CONFLUENT:
            continue  # the environment of CMF's kinds says where they run: confluent/ns
        path: Path = ("metadata", "namespace")
        namespace = world.together.namespace(unit, obj)
        if namespace and "{" not in namespace:
            yield from _unwatched(unit, obj, path, namespace, world.operators.of(unit))


def _unwatched(
    unit: Unit, obj: Object, path: Path, namespace: str, operators: list[Operator]
) -> Iterator[Problem]:
    told = [one for one in operators if one.watched]
    if len(told) != len(operators) or any(namespace in (one.watched or ()) for one in told):
        return
    listed = ", ".join(told[0].watched or ())
    message = (
        f"the operator of {told[0].label} does not watch namespace '{namespace}' "
        f"(watchNamespaces: {listed}): nothing will happen"
    )
    fix = f"add {namespace} to watchNamespaces of {told[0].label}"
    yield Problem(message, fix, at=unit.locate(obj, path, False), path=path, object=obj.label)
