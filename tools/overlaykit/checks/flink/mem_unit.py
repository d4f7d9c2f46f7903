"""Memory in Flink's configuration is written as Flink reads it.

Flink reads an integer and b, k, m, g or t, which are powers of 1024. Gi and Mi of Kubernetes and
fractions are no sizes to it: it does not start. In resource.memory of the operator they are fine.

Bad:
    # file: overlays/dev/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - orders.yaml
    # file: overlays/dev/orders.yaml
    apiVersion: flink.apache.org/v1beta1
    kind: FlinkDeployment
    metadata:
      name: orders
      namespace: flink
    spec:
      image: flink:1.20.3
      flinkVersion: v1_20
      serviceAccount: flink
      flinkConfiguration:
        taskmanager.memory.managed.size: 1Gi  # <- here
      jobManager:
        resource:
          memory: 1600m
          cpu: 1
      taskManager:
        resource:
          memory: 4g
          cpu: 1

Good:
    # file: overlays/dev/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - orders.yaml
    # file: overlays/dev/orders.yaml
    apiVersion: flink.apache.org/v1beta1
    kind: FlinkDeployment
    metadata:
      name: orders
      namespace: flink
    spec:
      image: flink:1.20.3
      flinkVersion: v1_20
      serviceAccount: flink
      flinkConfiguration:
        taskmanager.memory.managed.size: 1g
      jobManager:
        resource:
          memory: 1600m
          cpu: 1
      taskManager:
        resource:
          memory: 4g
          cpu: 1

Source: Flink, class MemorySize.
"""

from collections.abc import Iterator

from overlaykit.findings import Problem
from overlaykit.flink import quantity
from overlaykit.repo.flink_values import refused
from overlaykit.repo.flinks import place, replacing
from overlaykit.repo.world import Unit, World

LEVEL = "error"


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    for config, setting, why in refused(unit, world, ("MemorySize",)):
        meant = quantity.meant(setting.value)
        at = place(world, config, setting)
        yield Problem(
            f"'{setting.value}' is no memory size of Flink for {setting.key}: {why}",
            f"write {meant}" if meant else "write an integer with m or g, such as 1728m",
            at=at,
            path=setting.path,
            object=config.label,
            edits=replacing(world, at, setting.value, meant) if meant else (),
        ).assuming(config.doubt)
