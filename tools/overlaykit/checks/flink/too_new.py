"""An option is one of the Flink that runs.

A key of a later Flink is ignored without a word. With Flink 1.19, execution.checkpointing.dir
passes every validator and leaves the checkpoints in the memory of the JobManager.

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
      image: flink:1.19.3
      flinkVersion: v1_19
      serviceAccount: flink
      flinkConfiguration:
        execution.checkpointing.dir: s3://state/checkpoints  # <- here
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
      image: flink:1.19.3
      flinkVersion: v1_19
      serviceAccount: flink
      flinkConfiguration:
        state.checkpoints.dir: s3://state/checkpoints
      jobManager:
        resource:
          memory: 1600m
          cpu: 1
      taskManager:
        resource:
          memory: 1728m
          cpu: 1

Source: the options in the classes of Flink 1.17 to 2.3.
"""

from collections.abc import Iterator

from overlaykit.findings import Problem
from overlaykit.flink import options, versions
from overlaykit.flink.configuration import Setting
from overlaykit.repo.flinks import Config, place
from overlaykit.repo.world import Unit, World

LEVEL = "error"


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    for config in world.flinks.configs(unit):
        given = {setting.key for setting in config.settings}
        for setting in config.settings if config.versions else ():
            if not options.is_known(setting.key, config.possible):
                yield from _problem(setting, given, config, world)


def _problem(setting: Setting, given: set[str], config: Config, world: World) -> Iterator[Problem]:
    first = options.since(setting.key)
    if first is None or first <= config.versions[-1]:
        return  # unknown everywhere, or gone: unknown-key says so
    former = options.former_name(setting.key, config.possible[-1])
    # The operator reads its own part of them with the classes of its own Flink.
    if former in given or setting.key.startswith("kubernetes."):
        return
    yield Problem(
        f"'{setting.key}' came with {versions.text(first)}; Flink {options.text(config.versions)} "
        f"ignores it",
        f"write {former}" if former else f"remove it, or run Flink {versions.text(first)}",
        at=place(world, config, setting, key=True),
        path=setting.path,
        object=config.label,
    )
