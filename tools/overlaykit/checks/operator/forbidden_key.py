"""flinkConfiguration leaves the name and namespace of the cluster to the operator.

kubernetes.namespace, kubernetes.cluster-id and high-availability.cluster-id follow from the
resource itself. The operator refuses a resource that sets one of them.

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
        kubernetes.cluster-id: orders  # <- here
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

Source: Flink Kubernetes Operator, class DefaultValidator.
"""

from collections.abc import Iterator

from overlaykit.findings import Problem
from overlaykit.repo.world import Unit, World

LEVEL = "error"


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    for verdict in world.operated.verdicts(unit, "forbidden-key"):
        key = verdict.rejection.key
        message = f"{key} is the operator's to set: it refuses the resource"
        yield world.operated.problem(unit, verdict, message, f"remove {key}")
