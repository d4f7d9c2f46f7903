"""Standby JobManagers and rollbacks come with high availability.

More than one JobManager without high availability would be so many clusters, and a rollback has
nothing to go back to. The operator refuses both.

Bad:
    # file: .overlay.yaml
    operator:
      version: 1.15.0
      defaults:
        taskmanager.numberOfTaskSlots: "1"
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
        taskmanager.numberOfTaskSlots: "2"
      jobManager:
        replicas: 2  # <- here
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
        high-availability.type: KUBERNETES
        high-availability.storageDir: s3://state/orders/ha
        taskmanager.numberOfTaskSlots: "2"
      jobManager:
        replicas: 2
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

Source: Flink Kubernetes Operator, class DefaultValidator.
"""

from collections.abc import Iterator

from overlaykit.findings import Problem
from overlaykit.repo.world import Unit, World

LEVEL = "error"

_KEY = "high-availability.type"


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    for verdict in world.operated.verdicts(unit, "standby", "rollback"):
        if verdict.rule == "standby":
            message = f"{verdict.value} JobManagers without high availability"
        else:
            message = "rollback is on without high availability"
        message += ": the operator refuses the resource"
        fix = f"set {_KEY}: KUBERNETES and high-availability.storageDir"
        if verdict.rule == "standby":
            fix += ", or write replicas: 1"
        yield world.operated.problem(unit, verdict, message, fix)
