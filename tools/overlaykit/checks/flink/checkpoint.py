"""Checkpoints come as often as they were asked for.

A pause between checkpoints that is longer than their interval rules: the next one starts only
after it. A job with a directory for checkpoints and no interval makes none, unless its own code
says so; with upgradeMode last-state the operator sets five minutes.

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
        execution.checkpointing.interval: 10 s
        execution.checkpointing.min-pause: 5 min  # <- here
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
        execution.checkpointing.interval: 5 min
        execution.checkpointing.min-pause: 10 s
      jobManager:
        resource:
          memory: 1600m
          cpu: 1
      taskManager:
        resource:
          memory: 1728m
          cpu: 1

Source: Flink, class CheckpointConfig; Flink Kubernetes Operator, class FlinkConfigBuilder.
"""

from collections.abc import Iterator

from overlaykit.findings import Problem
from overlaykit.flink import duration, options
from overlaykit.repo.flinks import Job, place
from overlaykit.repo.world import Unit, World

LEVEL = "warning"
_INTERVAL = "execution.checkpointing.interval"
_PAUSE = "execution.checkpointing.min-pause"
_DIRECTORY = "state.checkpoints.dir"


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    for job in world.flinks.jobs(unit):
        yield from _pause(job, world)
        yield from _none(job, world)


def _pause(job: Job, world: World) -> Iterator[Problem]:
    pause, interval = _read(job, _PAUSE), _read(job, _INTERVAL)
    named = job.named(_PAUSE)
    if pause is None or not interval or named is None or pause <= interval:
        return
    setting, config = named
    yield Problem(
        f"checkpoints come {setting.value} after one another, not every {job.text(_INTERVAL)}",
        f"write {_PAUSE} below the interval, or the interval that is meant",
        at=place(world, config, setting),
        path=setting.path,
        object=config.label,
    )


def _none(job: Job, world: World) -> Iterator[Problem]:
    named = job.named(_DIRECTORY)
    spec = job.spec.get("job")
    if not isinstance(spec, dict) or named is None or _read(job, _INTERVAL):
        return
    setting, config = named
    mode = spec.get("upgradeMode")
    if config.obj is not job.obj or mode == "last-state" or job.text(_INTERVAL):
        return
    yield Problem(
        f"checkpoints have a directory and no interval: none is made (assuming that the job does "
        f"not set {_INTERVAL} itself)",
        f"set {_INTERVAL}, such as 1 min",
        at=place(world, config, setting, key=True),
        path=setting.path,
        object=config.label,
    )


def _read(job: Job, key: str) -> int | None:
    text = job.text(key)
    try:
        return duration.parse(text, job.version or options.versions()[-1]) if text else None
    except duration.BadDuration:
        return None
