"""The value of an option is one that Flink can read.

What cannot be read as the type of its option stops Flink at the start, or when it first asks for
it. Names of enums are read in any case, numbers and booleans are not guessed.

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
        taskmanager.numberOfTaskSlots: two  # <- here
        execution.checkpointing.mode: EXACTLY-ONCE  # <- here
      jobManager:
        resource:
          memory: 1600m
          cpu: 1
      taskManager:
        resource:
          memory: 1728m
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
        taskmanager.numberOfTaskSlots: "2"
        execution.checkpointing.mode: EXACTLY_ONCE
      jobManager:
        resource:
          memory: 1600m
          cpu: 1
      taskManager:
        resource:
          memory: 1728m
          cpu: 1

Source: Flink, class ConfigurationUtils, and the types of its options.
"""

from collections.abc import Iterator

from overlaykit.findings import Problem
from overlaykit.repo.flink_values import refused
from overlaykit.repo.flinks import place
from overlaykit.repo.world import Unit, World

LEVEL = "error"
_TYPES = ("Integer", "Long", "Float", "Double", "Boolean", "Enum")


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    for config, setting, why in refused(unit, world, _TYPES):
        yield Problem(
            f"'{setting.value}' is no value of {setting.key}: {why}",
            "write a value that Flink reads",
            at=place(world, config, setting),
            path=setting.path,
            object=config.label,
        ).assuming(config.doubt)
