"""An upgrade that keeps state has a directory to keep it in.

upgradeMode savepoint and last-state need a checkpoint directory, and savepoints (for upgrades, on
a nonce, or periodic ones) need a savepoint directory: the operator refuses the resource otherwise.
What the operator's own defaults set counts as well.

Bad:
    # file: .overlay.yaml
    operator:
      version: 1.15.0
      defaults:
        state.checkpoints.dir: s3://state/checkpoints
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
        upgradeMode: savepoint  # <- here

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
        state.checkpoints.dir: s3://state/orders/checkpoints
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
        upgradeMode: savepoint

Source: Flink Kubernetes Operator, class DefaultValidator.
"""

from collections.abc import Iterator

from overlaykit.findings import Problem
from overlaykit.repo.world import Unit, World

LEVEL = "error"


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    told: set[tuple[str, str]] = set()
    for verdict in world.operated.verdicts(unit, "checkpoint-dir", "savepoint-dir"):
        kind = "checkpoint" if verdict.rule == "checkpoint-dir" else "savepoint"
        field, value = verdict.path[-1], verdict.value
        what = f"{field}: {value}" if value is not None else f"{verdict.rejection.path[-1]}"
        flink = verdict.request.flink
        old = {"checkpoint": "state.checkpoints.dir", "savepoint": "state.savepoints.dir"}[kind]
        # The operator reads either name, an older Flink only the old one.
        key = verdict.rejection.key if flink is not None and flink >= (1, 20) else old
        if (verdict.obj.label, f"{kind}{what}") in told:
            continue
        told.add((verdict.obj.label, f"{kind}{what}"))
        message = f"{what} needs a {kind} directory, and {key} is not set"
        fix = f"set {key} to a directory that all pods reach, such as s3://BUCKET/{kind}s"
        yield world.operated.problem(unit, verdict, message, fix)
