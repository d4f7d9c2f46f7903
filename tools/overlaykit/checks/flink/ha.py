"""High availability is of a kind that exists, and has its directory.

Flink knows NONE, ZOOKEEPER and KUBERNETES, in any case, and the class name of a factory. It takes
any other word for a class and does not start, while the operator takes it for high availability.
Metadata goes to high-availability.storageDir, without which it does not start.

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
        high-availability.type: k8s  # <- here
        high-availability.storageDir: s3://state/ha
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
        high-availability.type: kubernetes
        high-availability.storageDir: s3://state/ha
      jobManager:
        resource:
          memory: 1600m
          cpu: 1
      taskManager:
        resource:
          memory: 1728m
          cpu: 1

Source: Flink, classes HighAvailabilityMode and HighAvailabilityServicesUtils.
"""

from collections.abc import Iterator

from overlaykit.findings import Problem
from overlaykit.flink.configuration import Setting
from overlaykit.repo.flinks import Config, Job, is_filled_in, place
from overlaykit.repo.world import Unit, World

LEVEL = "error"
_KEYS = ("high-availability.type", "high-availability", "recovery.mode")
_MODES = ("NONE", "ZOOKEEPER", "KUBERNETES")
_STORAGE = "high-availability.storageDir"


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    for config in world.flinks.configs(unit):
        for setting in config.settings:
            if setting.key in _KEYS and not _is_mode(setting.value):
                yield _problem(
                    world,
                    config,
                    setting,
                    f"'{setting.value}' is no kind of high availability: {', '.join(_MODES)}",
                    "write kubernetes",
                ).assuming(config.doubt)
    for job in world.flinks.jobs(unit):
        yield from _of_job(job, world)


def _is_mode(text: str) -> bool:
    return text.upper() in _MODES or "." in text or is_filled_in(text)


def _of_job(job: Job, world: World) -> Iterator[Problem]:
    """What the kind needs; the JobManager reads it."""
    named = job.named("high-availability.type")
    if named is None or job.role == "taskmanager":
        return
    setting, config = named
    mode = setting.value.upper()
    needs = {
        "ZOOKEEPER": [_STORAGE, "high-availability.zookeeper.quorum"],
        "KUBERNETES": [_STORAGE],
    }
    wanted = list(needs.get(mode, ()))
    if mode == "KUBERNETES" and job.role:
        wanted.append("kubernetes.cluster-id")
    for key in wanted:
        if not job.text(key):
            message = f"high availability by {mode.capitalize()} needs {key}, which is not set"
            hint = "s3://BUCKET/ha" if key == _STORAGE else "its value"
            yield _problem(world, config, setting, message, f"set {key}: {hint}").assuming(
                job.doubt
            )


def _problem(world: World, config: Config, setting: Setting, message: str, fix: str) -> Problem:
    at = place(world, config, setting)
    return Problem(message, fix, at=at, path=setting.path, object=config.label)
