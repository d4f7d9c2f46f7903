"""A JobManager has memory to start with.

Of the process Flink takes metaspace, overhead and off-heap memory first; what is left is the heap.
With its defaults it does not start with 576m, and below 1 GB little is left for more than a small
job.

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
      jobManager:
        resource:
          memory: 512m  # <- here
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
      jobManager:
        resource:
          memory: 1600m
          cpu: 1
      taskManager:
        resource:
          memory: 1728m
          cpu: 1

Source: Flink, "Set up JobManager Memory"; class JobManagerProcessUtils.
"""

from collections.abc import Iterator

from overlaykit.findings import Problem
from overlaykit.repo.flink_memory import advice, problem, sized
from overlaykit.repo.world import Unit, World

LEVEL = "error"
LEAST = 1024**3
GOOD = 448 * 1024**2


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    for one in sized(unit, world, "jobmanager"):
        if one.why:
            yield problem(
                one, world, f"the JobManager does not start: {one.why}", advice(one, GOOD)
            )
        elif one.process < LEAST and one.heap < GOOD:
            message = f"the heap of the JobManager is {one.heap_text}"
            yield problem(one, world, message, advice(one, GOOD), "warning")
