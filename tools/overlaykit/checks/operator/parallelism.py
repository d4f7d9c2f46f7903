"""A job says how parallel it is, once.

The operator refuses a job with neither a positive parallelism nor taskManager.replicas. With both,
replicas times the slots of each wins and job.parallelism is ignored without a word.

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
        parallelism: 0  # <- here
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

Source: Flink Kubernetes Operator, class DefaultValidator and FlinkConfigBuilder.
"""

from collections.abc import Iterator

from overlaykit.findings import Problem
from overlaykit.kubernetes.pods import flink_spec, mapping
from overlaykit.operator.request import Request
from overlaykit.operator.settings import Option
from overlaykit.operator.shape import integer, is_null
from overlaykit.render.objects import Object
from overlaykit.repo.operated import Verdict
from overlaykit.repo.world import Unit, World

LEVEL = "error"

_SLOTS = Option("taskmanager.numberOfTaskSlots")


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    told: set[tuple[str, object]] = set()
    for verdict in world.operated.verdicts(unit, "parallelism", "replicas"):
        if (verdict.obj.label, verdict.path) not in told:
            told.add((verdict.obj.label, verdict.path))
            yield _refused(unit, world, verdict)
    for obj, request, _ in world.operated.requests(unit):
        if request.job is not None and obj.kind != "FlinkSessionJob":
            yield from _overridden(unit, obj, request)


def _refused(unit: Unit, world: World, verdict: Verdict) -> Problem:
    name = ".".join(map(str, verdict.rejection.path[-2:]))
    missing = "is missing" if verdict.value is None else f"is {verdict.value}"
    message = f"{name} {missing}: the operator refuses the resource"
    fix = f"write {verdict.rejection.path[-1]}: 1 or more"
    return world.operated.problem(unit, verdict, message, fix)


def _overridden(unit: Unit, obj: Object, request: Request) -> Iterator[Problem]:
    replicas = mapping(request.spec.get("taskManager")).get("replicas")
    parallelism = integer((request.job or {}).get("parallelism"))
    slots = request.settings.text(_SLOTS) or "1"
    if is_null(replicas) or integer(replicas) < 1 or parallelism < 1 or not slots.isdigit():
        return
    real = integer(replicas) * int(slots)
    if real == parallelism:
        return
    found = flink_spec(obj)
    path = (*(found[0] if found else ("spec",)), "job", "parallelism")
    message = (
        f"parallelism {parallelism} is ignored: taskManager.replicas {integer(replicas)} times "
        f"{slots} slots make {real}"
    )
    fix = f"remove taskManager.replicas, or write parallelism: {real}"
    at = unit.locate(obj, path, False)
    yield Problem(message, fix, at=at, path=path, object=obj.label, level="warning")
