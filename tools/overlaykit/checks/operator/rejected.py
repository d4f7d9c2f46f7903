"""The operator takes the resource.

What its validator refuses never starts: memory that nobody set or that is no amount, an ingress
without an address, a file of logConfiguration that Flink does not read, options that contradict
each other. The message is the operator's own.

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
      ingress:
        template: "{{name}}.example.com:http"  # <- here
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
      ingress:
        template: "{{name}}.{{namespace}}.example.com"
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

_RULES = (
    "health-check",
    "ingress",
    "log-config",
    "memory",
    "no-job",
    "quantity",
    "requirements",
    "snapshot",
    "snapshot-job",
    "unreadable",
)
_FIXES = {
    "health-check": "remove one of the two options",
    "ingress": "write a template such as '{{name}}.{{namespace}}.example.com'",
    "log-config": "name it log4j-console.properties or logback-console.xml",
    "memory": "write resource.memory: 2048m",
    "no-job": "add job with jarURI and parallelism",
    "quantity": "write a whole number with a unit, such as 2048m or 2Gi",
    "snapshot": "write savepoint or checkpoint, and not both",
    "snapshot-job": "name the job in jobReference",
    "unreadable": "write a value that Flink reads",
}


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    for verdict in world.operated.verdicts(unit, *_RULES):
        message = f"the operator refuses the resource: {verdict.rejection.message.rstrip('.')}"
        fix = _FIXES.get(verdict.rule, "write what it takes")
        yield world.operated.problem(unit, verdict, message, fix)
