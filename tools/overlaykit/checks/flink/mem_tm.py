"""A TaskManager has memory to start with, and a heap for its tasks.

Of the process Flink takes metaspace, overhead, network, managed memory and its own parts first;
what is left is the heap of the tasks. Below 982m it does not start with its defaults. 1024m leave
25.6 MB, which the first real job uses up.

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
          memory: 1600m
          cpu: 1
      taskManager:
        resource:
          memory: 512m  # <- here
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

Source: Flink, "Set up TaskManager Memory"; class TaskExecutorProcessUtils.
"""

from collections.abc import Iterator

from overlaykit.findings import Problem
from overlaykit.repo.flink_memory import Sized, advice, problem, sized
from overlaykit.repo.world import Unit, World

LEVEL = "error"
LEAST = 128 * 1024**2
# 1728m, the size in the configuration of Flink itself, gives ten bytes less than 384 MB.
GOOD = 384 * 1024**2 - 1024


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    for one in sized(unit, world, "taskmanager"):
        if one.why:
            yield problem(
                one, world, f"the TaskManager does not start: {one.why}", advice(one, GOOD)
            )
        elif one.heap < LEAST:
            yield _small(one, world)


def _small(one: Sized, world: World) -> Problem:
    return problem(one, world, f"task heap is {one.heap_text}", advice(one, GOOD), "warning")
