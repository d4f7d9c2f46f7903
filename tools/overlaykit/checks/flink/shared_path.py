"""Every job has directories of its own.

Two clusters that are given one directory for high availability or checkpoints find each other: a
clean-up of one, or a cluster id that is the same, takes what the other needs. Only what two jobs
of a namespace say themselves is compared; what they have from their environment is theirs together
on purpose.

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
        state.backend.type: hashmap
        execution.checkpointing.dir: s3://state/checkpoints  # <- here
      jobManager:
        resource:
          memory: 1600m
          cpu: 1
      taskManager:
        resource:
          memory: 1728m
          cpu: 1
    ---
    apiVersion: flink.apache.org/v1beta1
    kind: FlinkDeployment
    metadata:
      name: payments
      namespace: flink
    spec:
      image: flink:1.20.3
      flinkVersion: v1_20
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
      image: flink:1.20.3
      flinkVersion: v1_20
      serviceAccount: flink
      flinkConfiguration:
        state.backend.type: hashmap
        execution.checkpointing.dir: s3://state/orders/checkpoints
      jobManager:
        resource:
          memory: 1600m
          cpu: 1
      taskManager:
        resource:
          memory: 1728m
          cpu: 1

Source: Flink, "Checkpoints", directory structure.
"""

from collections.abc import Iterator

from overlaykit.findings import Problem
from overlaykit.repo.flinks import Job, is_filled_in, place
from overlaykit.repo.world import Unit, World

LEVEL = "warning"
_DIRECTORIES = ("state.checkpoints.dir", "high-availability.storageDir")


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    for key in _DIRECTORIES:
        users: dict[tuple[str, str], list[Job]] = {}
        for job in world.flinks.jobs(unit):
            named = job.named(key)
            if named and named[1].obj is job.obj and not is_filled_in(named[0].value):
                where = (job.obj.namespace, named[0].value.rstrip("/"))
                users.setdefault(where, []).append(job)
        for jobs in users.values():
            yield from _shared(key, jobs, world) if len(jobs) > 1 else ()


def _shared(key: str, jobs: list[Job], world: World) -> Iterator[Problem]:
    for job in jobs:
        named = job.named(key)
        if named is None:
            continue
        setting, config = named
        others = ", ".join(f"'{one.obj.name}'" for one in jobs if one is not job)
        yield Problem(
            f"{setting.key} of '{job.obj.name}' is that of {others} too",
            f"write {setting.value.rstrip('/')}/{job.obj.name}",
            at=place(world, config, setting),
            path=setting.path,
            object=config.label,
        )
