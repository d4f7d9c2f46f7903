"""One place says how large a Flink process is.

The operator writes resource.memory over taskmanager.memory.process.size. A plain pod is killed
when the size that Flink plans with exceeds the limit of its container. A heap that is given to
Java (-Xmx) is none that Flink plans with.

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
        taskmanager.memory.process.size: 4g  # <- here
      jobManager:
        resource:
          memory: 1600m
          cpu: 1
      taskManager:
        resource:
          memory: 2048m
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
        taskmanager.memory.managed.fraction: "0.2"
      jobManager:
        resource:
          memory: 1600m
          cpu: 1
      taskManager:
        resource:
          memory: 2048m
          cpu: 1

Source: Flink Kubernetes Operator, class FlinkConfigBuilder; Flink, "Set up Flink's Process
Memory".
"""

from collections.abc import Iterator

from overlaykit.findings import Problem
from overlaykit.flink import quantity
from overlaykit.repo.flink_memory import in_bytes, limit, resource
from overlaykit.repo.flinks import Job, is_filled_in, place
from overlaykit.repo.world import Unit, World

LEVEL = "warning"
_PROCESSES = ("jobmanager", "taskmanager")
_JAVA = (
    "env.java.opts.all",
    "env.java.opts",
    "env.java.opts.jobmanager",
    "env.java.opts.taskmanager",
)


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    for job in world.flinks.jobs(unit):
        for process in _PROCESSES:
            yield from _overwritten(job, process, world)
            if job.role == process:
                yield from _above_limit(job, process, world)
        yield from _heap(job, world)


def _overwritten(job: Job, process: str, world: World) -> Iterator[Problem]:
    named = job.named(f"{process}.memory.process.size")
    found = resource(job, process)
    if named is None or found is None or is_filled_in(named[0].value):
        return
    setting, config = named
    if _size(setting.value) == in_bytes(found[0]) or config.obj is not found[1]:
        return
    yield Problem(
        f"{setting.key} {setting.value} is overwritten by resource.memory {found[0]}",
        f"remove it, or write it as {found[0]}",
        at=place(world, config, setting),
        path=setting.path,
        object=config.label,
    )


def _above_limit(job: Job, process: str, world: World) -> Iterator[Problem]:
    named = job.named(f"{process}.memory.process.size")
    most = limit(job)
    planned = _size(named[0].value) if named else None
    if named is None or planned is None or most is None or planned <= most:
        return
    setting, config = named
    yield Problem(
        f"{setting.value} exceed the limit of the container, {quantity.human(most)}",
        f"write at most {quantity.text(most)}, or raise the limit",
        at=place(world, config, setting),
        path=setting.path,
        object=config.label,
    )


def _heap(job: Job, world: World) -> Iterator[Problem]:
    for key in _JAVA:
        one = job.values.get(key)
        if one is not None and "-Xmx" in one[0].setting.value:
            setting, config = one[0].setting, one[1]
            yield Problem(
                "-Xmx gives Java another heap than Flink plans with",
                "remove it and set the memory options of Flink",
                at=place(world, config, setting),
                path=setting.path,
                object=config.label,
            )


def _size(text: str) -> int | None:
    try:
        return quantity.parse(text)
    except quantity.BadSize:
        return None
