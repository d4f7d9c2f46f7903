"""The TaskManagers of a native session cluster are not counted by hand.

In native mode TaskManagers of a session start when a job asks for slots and end when they are
idle. taskManager.replicas has no effect there.

Bad:
    # file: flink/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - shared.yaml
    # file: flink/shared.yaml
    apiVersion: flink.apache.org/v1beta1
    kind: FlinkDeployment
    metadata:
      name: shared
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
        replicas: 3  # <- here
        resource:
          cpu: 1
          memory: 2048m

Good:
    # file: flink/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - shared.yaml
    # file: flink/shared.yaml
    apiVersion: flink.apache.org/v1beta1
    kind: FlinkDeployment
    metadata:
      name: shared
      namespace: flink
    spec:
      image: flink:1.20
      flinkVersion: v1_20
      serviceAccount: flink
      flinkConfiguration:
        slotmanager.number-of-slots.min: "6"
        taskmanager.numberOfTaskSlots: "2"
      jobManager:
        resource:
          cpu: 1
          memory: 2048m
      taskManager:
        resource:
          cpu: 1
          memory: 2048m

Source: Flink Kubernetes Operator, class FlinkConfigBuilder; Flink, "Native Kubernetes".
"""

from collections.abc import Iterator

from overlaykit.findings import Problem
from overlaykit.kubernetes.pods import mapping
from overlaykit.operator.request import mode_of
from overlaykit.operator.settings import Option
from overlaykit.operator.shape import integer, is_null
from overlaykit.repo.world import Unit, World
from overlaykit.source import Path

LEVEL = "warning"

_LEAST = "slotmanager.number-of-slots.min"
_SLOTS = Option("taskmanager.numberOfTaskSlots")


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    for obj, request, _ in world.operated.requests(unit):
        replicas = mapping(request.spec.get("taskManager")).get("replicas")
        if obj.kind != "FlinkDeployment" or request.job is not None or is_null(replicas):
            continue
        if mode_of(request.spec) != "native" or integer(replicas) < 1:
            continue
        path: Path = ("spec", "taskManager", "replicas")
        slots = request.settings.text(_SLOTS) or "1"
        count = integer(replicas) * (int(slots) if slots.isdigit() else 1)
        message = f"replicas {integer(replicas)} has no effect on a native session cluster"
        fix = f'set {_LEAST}: "{count}" to keep so many ready, or mode: standalone'
        if request.flink is not None and request.flink < (1, 18):
            fix = "remove it; mode: standalone keeps a fixed number"
        at = unit.locate(obj, path, False)
        yield Problem(message, fix, at=at, path=path, object=obj.label)
