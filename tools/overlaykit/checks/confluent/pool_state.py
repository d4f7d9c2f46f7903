"""A compute pool has memory, and a state only where it is shared.

The API server refuses `state` on a DEDICATED pool: there is nothing to suspend, for each statement
has a cluster of its own. Flink's operator refuses a cluster without memory of JobManager and
TaskManager, so that every statement of the pool fails.

Bad:
    # file: clusters/dev/flink.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: flink
      namespace: argocd
    spec:
      project: flink
      source:
        repoURL: https://git.example.com/team/gitops.git
        targetRevision: main
        path: flink
      destination:
        server: https://kubernetes.default.svc
        namespace: flink
    # file: flink/environment.yaml
    apiVersion: platform.confluent.io/v1beta1
    kind: FlinkEnvironment
    metadata:
      name: shop
      namespace: flink
    spec:
      kubernetesNamespace: flink
    # file: flink/pool.yaml
    apiVersion: platform.confluent.io/v1beta1
    kind: FlinkComputePool
    metadata:
      name: sql
      namespace: flink
    spec:
      type: DEDICATED
      state: RUNNING  # <- here
      flinkEnvironment: shop
      clusterSpec:
        flinkVersion: v1_19
        image: confluentinc/cp-flink-sql:1.19-cp10
        jobManager:
          resource:
            cpu: 1
            memory: 1600m
        taskManager:
          resource:
            cpu: 1
            memory: 1728m

Good:
    # file: clusters/dev/flink.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: flink
      namespace: argocd
    spec:
      project: flink
      source:
        repoURL: https://git.example.com/team/gitops.git
        targetRevision: main
        path: flink
      destination:
        server: https://kubernetes.default.svc
        namespace: flink
    # file: flink/environment.yaml
    apiVersion: platform.confluent.io/v1beta1
    kind: FlinkEnvironment
    metadata:
      name: shop
      namespace: flink
    spec:
      kubernetesNamespace: flink
    # file: flink/pool.yaml
    apiVersion: platform.confluent.io/v1beta1
    kind: FlinkComputePool
    metadata:
      name: sql
      namespace: flink
    spec:
      type: DEDICATED
      flinkEnvironment: shop
      clusterSpec:
        flinkVersion: v1_19
        image: confluentinc/cp-flink-sql:1.19-cp10
        jobManager:
          resource:
            cpu: 1
            memory: 1600m
        taskManager:
          resource:
            cpu: 1
            memory: 1728m

Source: the CRD of FlinkComputePool; Flink Kubernetes Operator, class DefaultValidator.
"""

from collections.abc import Iterator

from overlaykit.confluent.kinds import is_cmf
from overlaykit.findings import Problem
from overlaykit.flink.configuration import flatten
from overlaykit.kubernetes.pods import mapping
from overlaykit.render.objects import Object
from overlaykit.repo.world import Unit, World
from overlaykit.source import Path

LEVEL = "error"

_STATE: Path = ("spec", "state")
_SPEC: Path = ("spec", "clusterSpec")
_PARTS = {"jobManager": "jobmanager", "taskManager": "taskmanager"}
_SIZES = ("process.size", "flink.size", "heap.size", "task.heap.size")


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    for obj in unit.objects:
        if obj.kind == "FlinkComputePool" and is_cmf(obj):
            yield from _state(unit, obj)
            yield from _memory(unit, world, obj)


def _state(unit: Unit, obj: Object) -> Iterator[Problem]:
    if obj.get("spec", "type") == "DEDICATED" and obj.get(*_STATE) is not None:
        message = "a DEDICATED pool has no state: the API server refuses it"
        at = unit.locate(obj, _STATE, False)
        fix = "remove state, or make a SHARED pool under another name"
        yield Problem(message, fix, at=at, path=_STATE, object=obj.label)


def _memory(unit: Unit, world: World, obj: Object) -> Iterator[Problem]:
    spec = obj.get(*_SPEC)
    for part, process in _PARTS.items() if isinstance(spec, dict) else ():
        if _has_memory(spec, part, process):
            continue
        path = next((p for p in _paths(part) if isinstance(obj.get(*p), dict)), _SPEC)
        message = (
            f"no memory of the {part}: the Flink operator refuses every statement of this pool"
        )
        fix = f"write {part}.resource.memory, such as 2048m"
        at = unit.locate(obj, path, True)
        doubt = _doubt(unit, world, obj, part, process)
        if doubt is not None:
            problem = Problem(message, fix, at=at, path=path, object=obj.label)
            yield problem.assuming(doubt)


def _paths(part: str) -> tuple[Path, ...]:
    return (*_SPEC, part, "resource"), (*_SPEC, part)


def _has_memory(spec: object, part: str, process: str) -> bool:
    """Whether a cluster spec says how large a process is, in either place."""
    found = mapping(spec)
    of_part = mapping(found.get(part))
    for field in ("resource", "resources"):
        if any("memory" in key for key in flatten(of_part.get(field))):
            return True
    keys = flatten(found.get("flinkConfiguration"))
    return any(f"{process}.memory.{size}" in keys for size in _SIZES)


def _doubt(unit: Unit, world: World, obj: Object, part: str, process: str) -> str | None:
    """What else might give the size; None where something does."""
    name = obj.get("spec", "flinkEnvironment")
    environment = world.together.of(unit).environment(obj)
    if environment is None:
        return f"that FlinkEnvironment '{name}', which is not here, does not set it"
    defaults = mapping(environment.get("spec", "computePoolDefaults"))
    specs = (
        defaults,
        defaults.get("clusterSpec"),
        mapping(defaults.get("spec")).get("clusterSpec"),
    )
    if any(_has_memory(one, part, process) for one in specs):
        return None
    operators = world.operators.of(unit)
    if any(_has_memory({"flinkConfiguration": o.defaults}, part, process) for o in operators):
        return None
    return next((one.defaults_doubt for one in operators if one.defaults_doubt), "")
