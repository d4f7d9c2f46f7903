"""A new job is not created suspended.

The operator stops a running job that becomes suspended. One that is suspended from the start it
never looks at: its status stays empty, and Argo CD waits for it for good.

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
        state: suspended  # <- here
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
        state: running
        upgradeMode: stateless

Source: Flink Kubernetes Operator, class AbstractFlinkResourceReconciler.
"""

from collections.abc import Iterator

from overlaykit.findings import Problem
from overlaykit.kubernetes.pods import flink_spec
from overlaykit.repo.world import Unit, World

LEVEL = "warning"


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    for obj, request, _ in world.operated.requests(unit):
        if request.job is None or request.job.get("state") != "suspended":
            continue
        found = flink_spec(obj)
        path = (*(found[0] if found else ("spec",)), "job", "state")
        message = "state: suspended on a new job means that the operator never looks at it"
        fix = "write state: running, and suspended after the first start"
        at = unit.locate(obj, path, False)
        problem = Problem(message, fix, at=at, path=path, object=obj.label)
        yield problem.assuming("that the job has not run yet")
