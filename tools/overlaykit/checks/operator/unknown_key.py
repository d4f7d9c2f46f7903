"""An option of the operator is one that it reads.

The operator ignores kubernetes.operator.* keys that it does not know, without a word: the feature
that they were to switch on stays off.

Bad:
    # file: flink/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - orders.yaml
    # file: flink/orders.yaml
    apiVersion: flink.apache.org/v1beta1
    kind: FlinkDeployment
    metadata:
      name: orders
      namespace: flink
    spec:
      image: flink:1.20
      flinkVersion: v1_20
      serviceAccount: flink
      flinkConfiguration:
        kubernetes.operator.periodic.savepoint.intervall: 6h  # <- here
        state.savepoints.dir: s3://state/orders/savepoints
        taskmanager.numberOfTaskSlots: "2"
      jobManager:
        resource:
          cpu: 1
          memory: 2048m
      taskManager:
        resource:
          cpu: 1
          memory: 2048m
      job:
        jarURI: local:///opt/flink/usrlib/orders.jar
        parallelism: 2
        upgradeMode: stateless

Good:
    # file: flink/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - orders.yaml
    # file: flink/orders.yaml
    apiVersion: flink.apache.org/v1beta1
    kind: FlinkDeployment
    metadata:
      name: orders
      namespace: flink
    spec:
      image: flink:1.20
      flinkVersion: v1_20
      serviceAccount: flink
      flinkConfiguration:
        kubernetes.operator.periodic.savepoint.interval: 6h
        state.savepoints.dir: s3://state/orders/savepoints
        taskmanager.numberOfTaskSlots: "2"
      jobManager:
        resource:
          cpu: 1
          memory: 2048m
      taskManager:
        resource:
          cpu: 1
          memory: 2048m
      job:
        jarURI: local:///opt/flink/usrlib/orders.jar
        parallelism: 2
        upgradeMode: stateless

Source: Flink Kubernetes Operator, "Configuration".
"""

from collections.abc import Iterator

from msgspec.structs import replace

from overlaykit.findings import Problem
from overlaykit.operator import options
from overlaykit.repo.world import Unit, World

LEVEL = "warning"


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    for obj, request, operator in world.operated.requests(unit):
        if obj.kind == "FlinkStateSnapshot":
            continue
        for key in sorted(request.settings.values):
            if not key.startswith(options.OPERATOR) or options.is_autoscaler(key):
                continue
            if options.knows(key, operator.release):
                continue
            if world.operated.comes_from_chart(unit, obj, request, key):
                continue  # told where the chart's values set it, or not to be seen
            since, meant = options.since(key), options.meant(key, operator.release)
            message = f"'{key}' is no option of the operator: it is ignored"
            if since is not None and since > operator.release.minor:
                message = f"'{key}' is ignored: the operator reads it from 1.{since} on"
            fix = f"write {meant}" if meant else "remove it"
            problem = world.operated.on_option(unit, obj, request, key, message, fix)
            yield replace(problem.assuming(operator.release_doubt), level="warning")
