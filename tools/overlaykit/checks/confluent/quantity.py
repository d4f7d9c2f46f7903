"""Amounts in resources of Confluent for Kubernetes are written as they come back.

Confluent for Kubernetes reads them as Kubernetes quantities: 2000m comes back as 2. Argo CD then
sees a difference for ever, and of memory Flink would see two bytes.

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
    # file: flink/environment.yaml
    apiVersion: platform.confluent.io/v1beta1
    kind: FlinkEnvironment
    metadata:
      name: shop
      namespace: flink
    spec:
      kubernetesNamespace: flink
    # file: flink/application.yaml
    apiVersion: platform.confluent.io/v1beta1
    kind: FlinkApplication
    metadata:
      name: orders
      namespace: flink
    spec:
      flinkEnvironment: shop
      image: confluentinc/cp-flink:1.20.3-cp2-java17
      flinkVersion: v1_20
      serviceAccount: flink
      jobManager:
        resource:
          cpu: 2000m  # <- here
          memory: 1600m
      taskManager:
        resource:
          cpu: "1"
          memory: 1728m
      job:
        jarURI: local:///opt/flink/usrlib/orders.jar
        parallelism: 2
        upgradeMode: stateless

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
    # file: flink/environment.yaml
    apiVersion: platform.confluent.io/v1beta1
    kind: FlinkEnvironment
    metadata:
      name: shop
      namespace: flink
    spec:
      kubernetesNamespace: flink
    # file: flink/application.yaml
    apiVersion: platform.confluent.io/v1beta1
    kind: FlinkApplication
    metadata:
      name: orders
      namespace: flink
    spec:
      flinkEnvironment: shop
      image: confluentinc/cp-flink:1.20.3-cp2-java17
      flinkVersion: v1_20
      serviceAccount: flink
      jobManager:
        resource:
          cpu: "2"
          memory: 1600m
      taskManager:
        resource:
          cpu: "1"
          memory: 1728m
      job:
        jarURI: local:///opt/flink/usrlib/orders.jar
        parallelism: 2
        upgradeMode: stateless

Source: Kubernetes, resource.Quantity; seen on Argo CD with a FlinkApplication of 1000m.
"""

from collections.abc import Iterator

from overlaykit.confluent.kinds import GROUP, is_cmf
from overlaykit.confluent.quantity import shortened
from overlaykit.findings import Problem
from overlaykit.flink.quantity import text
from overlaykit.render.objects import Object, strings
from overlaykit.repo.flinks import replacing
from overlaykit.repo.world import Unit, World
from overlaykit.source import Path

LEVEL = "warning"


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    for obj in unit.objects:
        if obj.kind == "FlinkApplication" and is_cmf(obj):
            for part in ("jobManager", "taskManager"):
                for field in ("cpu", "memory"):
                    yield from _amount(unit, world, obj, ("spec", part, "resource", field))
        elif obj.group == GROUP and not is_cmf(obj):
            for path, _ in strings(obj.data.get("spec"), ("spec",)):
                if "resources" in path and path[-1] == "cpu":
                    yield from _amount(unit, world, obj, path)


def _amount(unit: Unit, world: World, obj: Object, path: Path) -> Iterator[Problem]:
    value = obj.get(*path)
    short = shortened(value)
    if not short:
        return
    at = unit.locate(obj, path, False)
    if path[-1] == "cpu":
        message = f"cpu {value} comes back as {short}: Argo CD shows a difference for ever"
        edits = replacing(world, at, str(value), short)
        fix = f'write "{short}"'
    else:
        message = f"memory {value} comes back as {short}, which are bytes to Flink"
        edits = ()
        meant = int(short) * 1000
        near = round(meant / 1024) * 1024 or 1024
        fix = f"write {near}m, or {text(near * 1024**2).upper()}i"
    yield Problem(message, fix, at=at, path=path, object=obj.label, edits=edits)
