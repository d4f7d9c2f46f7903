"""State is not dropped by accident.

With allowNonRestoredState a job starts although a part of its state finds no operator: that part
is gone. upgradeMode stateless starts with empty state at every change. Both are for jobs whose
state does not matter.

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
        state.checkpoints.dir: s3://state/orders/checkpoints
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
        allowNonRestoredState: true  # <- here
        upgradeMode: last-state

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
        upgradeMode: last-state

Source: Flink, "Savepoints"; Flink Kubernetes Operator, "Job management".
"""

from collections.abc import Iterator

from overlaykit.findings import Problem
from overlaykit.kubernetes.pods import flink_spec
from overlaykit.operator.request import Request
from overlaykit.operator.settings import CHECKPOINTS, Option
from overlaykit.render.objects import Object
from overlaykit.repo.world import Unit, World

LEVEL = "warning"

_INTERVAL = Option("execution.checkpointing.interval")


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    for obj, request, _ in world.operated.requests(unit):
        if request.job is None:
            continue
        if str(request.job.get("allowNonRestoredState")).lower() == "true":
            message = "state that no operator of the job claims is dropped without a word"
            fix = "remove allowNonRestoredState once the job has started"
            yield _problem(unit, obj, "allowNonRestoredState", message, fix)
        if _drops(request):
            message = "the job keeps checkpoints, and every change starts it with empty state"
            yield _problem(unit, obj, "upgradeMode", message, "write last-state or savepoint")


def _drops(request: Request) -> bool:
    """A stateless job that is told where and how often to keep its state."""
    settings = request.settings
    keeps = not settings.is_blank(CHECKPOINTS) and not settings.is_blank(_INTERVAL)
    return request.upgrade_mode == "stateless" and keeps


def _problem(unit: Unit, obj: Object, field: str, message: str, fix: str) -> Problem:
    found = flink_spec(obj)
    path = (*(found[0] if found else ("spec",)), "job", field)
    missing = obj.get(*path) is None
    at = unit.locate(obj, path, missing)
    return Problem(f"{field}: {message}", fix, at=at, path=path, object=obj.label)
