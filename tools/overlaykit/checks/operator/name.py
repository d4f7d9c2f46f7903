"""A Flink cluster has a name that the operator takes.

Lower case letters, digits and dashes, a letter first, no dash at the end, 45 characters at most:
the operator makes Services and Deployments of longer names from it. Anything else it refuses. The
same holds for the cluster that a session job names.

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
      name: orders.v2  # <- here
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

_LONGEST = 45


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    for verdict in world.operated.verdicts(unit, "name"):
        name = str(verdict.value or "")
        if not name:
            continue
        message = f"'{name}' is no name for a Flink cluster: {_why(name)}"
        fix = "write lower case letters, digits and dashes, a letter first, 45 at most"
        yield world.operated.problem(unit, verdict, message, fix)


def _why(name: str) -> str:
    if len(name) > _LONGEST:
        return f"it has {len(name)} characters, and {_LONGEST} are allowed"
    if not name[0].isalpha() or not name[0].islower():
        return "it does not start with a lower case letter"
    if name.endswith("-"):
        return "it ends with a dash"
    return "only lower case letters, digits and dashes are allowed"
