"""Durations in Flink's configuration are written as Flink reads them.

Flink reads an integer and one unit: 30s, 5 min, 1 h; without a unit it is milliseconds. Sums
(1h30m) and fractions are refused, and ISO 8601 (PT1M) is read from Flink 2.1 on.

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
        execution.checkpointing.interval: 1h30m  # <- here
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
        execution.checkpointing.interval: 90 min
      jobManager:
        resource:
          memory: 1600m
          cpu: 1
      taskManager:
        resource:
          memory: 1728m
          cpu: 1

Source: Flink, class TimeUtils.
"""

from collections.abc import Iterator

from overlaykit.findings import Problem
from overlaykit.flink import duration
from overlaykit.repo.flink_values import refused
from overlaykit.repo.flinks import place, replacing
from overlaykit.repo.world import Unit, World

LEVEL = "error"


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    for config, setting, why in refused(unit, world, ("Duration",)):
        meant = duration.meant(setting.value)
        if "milliseconds" in why:
            meant = _milliseconds(setting.value)
        at = place(world, config, setting)
        yield Problem(
            f"'{setting.value}' is no duration of Flink for {setting.key}: {why}",
            f"write {meant}" if meant else "write an integer with one unit, such as 30 s or 5 min",
            at=at,
            path=setting.path,
            object=config.label,
            edits=replacing(world, at, setting.value, meant) if meant else (),
        ).assuming(config.doubt)


def _milliseconds(text: str) -> str:
    try:
        return str(duration.parse(text, (2, 0)) // 10**6)
    except duration.BadDuration:
        return ""
