"""What workloads ask of a cluster: CPU, memory and storage, added up from renders and values.

Pods count with their requests (a limit without a request is one, source: Kubernetes, "Resource
Management"). Pods that an operator makes count as it will make them: one JobManager, and the
TaskManagers that the parallelism needs. What pods ask for that nothing here states is not known:
such a workload is marked, never taken as nothing.
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from overlaykit.flink.configuration import flatten
from overlaykit.params import units
from overlaykit.render.objects import Object

Data = Mapping[str, Any]
_DECIMAL = {"k": 1000, "M": 1000**2, "G": 1000**3, "T": 1000**4}


class Demand(Struct, frozen=True):
    """`cpu` in thousandths of a core, `memory` and `storage` in bytes; `open`: pods whose needs
    nothing states."""

    cpu: int = 0
    memory: int = 0
    storage: int = 0
    open: int = 0

    def __add__(self, other: "Demand") -> "Demand":
        return Demand(
            self.cpu + other.cpu,
            self.memory + other.memory,
            self.storage + other.storage,
            self.open + other.open,
        )

    def times(self, count: int) -> "Demand":
        return Demand(
            self.cpu * count, self.memory * count, self.storage * count, self.open * count
        )


def total(demands: Iterable[Demand]) -> Demand:
    return sum(demands, Demand())


def of_objects(objects: list[Object]) -> Demand:
    """What rendered objects ask for, the pods that operators make of them included."""
    environments = {o.name: o for o in objects if o.kind == "FlinkEnvironment"}
    return total(_of_object(obj, environments) for obj in objects)


def of_values(values: Data) -> Demand:
    """What a chart's pods ask for, as far as its values say it: each map `resources` is a pod."""
    return total(_pods_of_values(values))


def _of_object(obj: Object, environments: Mapping[str, Object]) -> Demand:
    spec = obj.get("spec")
    if not isinstance(spec, dict):
        return Demand()
    if obj.kind in ("Deployment", "StatefulSet"):
        count = _whole(spec.get("replicas"), 1)
        claims = total(_claim(c.get("spec")) for c in _maps(spec.get("volumeClaimTemplates")))
        return (_pod(_map(spec, "template", "spec")) + claims).times(count)
    if obj.kind in ("Job", "CronJob"):
        return Demand()  # it passes; the nodes are not kept for it
    if obj.kind == "Pod":
        return _pod(spec)
    if obj.kind == "PersistentVolumeClaim":
        return _claim(spec)
    if obj.kind == "FlinkDeployment":
        return _flink(spec, {})
    if obj.kind == "FlinkApplication":
        return _flink(spec, _defaults(environments.get(str(spec.get("flinkEnvironment")))))
    if obj.kind == "FlinkComputePool":
        return _flink(_map(spec, "clusterSpec"), {})
    return Demand()


def _defaults(environment: Object | None) -> Data:
    """The Flink options of an environment; they outrank the application's (source: Confluent
    Platform for Flink, "Environments")."""
    spec = environment.data.get("spec") if environment is not None else {}
    return _map(spec, "flinkApplicationDefaults", "spec", "flinkConfiguration")


def _flink(spec: Data, outranking: Data) -> Demand:
    """A JobManager for each replica and the TaskManagers; source: Flink's native Kubernetes mode
    starts as many as the slots need."""
    options = flatten(_map(spec, "flinkConfiguration")) | flatten(outranking)
    managers = _whole(_map(spec, "jobManager").get("replicas"), 1)
    return _process(spec, options, "jobmanager").times(managers) + _process(
        spec, options, "taskmanager"
    ).times(_task_managers(spec, options))


def _task_managers(spec: Data, options: Data) -> int:
    replicas = _map(spec, "taskManager").get("replicas")
    job = _map(spec, "job")
    if job.get("state") == "suspended":
        return 0
    if isinstance(replicas, int) and (job or spec.get("mode") == "standalone"):
        return replicas
    slots = _whole(options.get("taskmanager.numberOfTaskSlots"), 1)
    wanted = _whole(options.get("slotmanager.number-of-slots.min"), 0)
    if job:
        wanted = _whole(job.get("parallelism"), _whole(options.get("parallelism.default"), 1))
    return math.ceil(wanted / max(slots, 1))


def _process(spec: Data, options: Data, process: str) -> Demand:
    """One JobManager or TaskManager pod: its `resource`, else Flink's own options."""
    short = {"jobmanager": "jobManager", "taskmanager": "taskManager"}[process]
    resource = _map(spec, short, "resource")
    memory = resource.get("memory") or options.get(f"{process}.memory.process.size")
    cpu = resource.get("cpu") or options.get(f"kubernetes.{process}.cpu.amount")
    if memory is None:
        return Demand(cpu=milli(cpu) or 0, open=1)
    return Demand(cpu=milli(cpu) or 1000, memory=size(memory) or 0)


def _pod(spec: Data) -> Demand:
    """The sum of the containers, or the largest first container if that is more."""
    running = total(_container(c) for c in _maps(spec.get("containers")))
    first = [_container(c) for c in _maps(spec.get("initContainers"))]
    cpu = max([running.cpu, *(one.cpu for one in first)])
    memory = max([running.memory, *(one.memory for one in first)])
    return Demand(cpu, memory, 0, running.open)


def _container(container: Data) -> Demand:
    return _requested(_map(container, "resources"))


def _requested(resources: Data) -> Demand:
    limits = _map(resources, "limits")
    asked = {**limits, **_map(resources, "requests")}
    cpu, memory = milli(asked.get("cpu")), size(asked.get("memory"))
    return Demand(cpu or 0, memory or 0, 0, int(cpu is None or memory is None))


def _claim(spec: Any) -> Demand:
    return Demand(storage=size(_map(spec, "resources", "requests").get("storage")) or 0)


def _pods_of_values(values: Data) -> Iterator[Demand]:
    resources = values.get("resources")
    count = _whole(values.get("replicas"), _whole(values.get("replicaCount"), 1))
    if isinstance(resources, Mapping) and {"requests", "limits"} & set(resources):
        yield _requested(resources).times(count)
    for key in ("dataVolumeCapacity", "size"):
        if _is_volume(values, key):
            yield Demand(storage=size(values[key]) or 0)
    for key, value in values.items():
        if isinstance(value, Mapping) and key != "resources":
            yield from _pods_of_values(value)


def _is_volume(values: Data, key: str) -> bool:
    """Whether a map of values is a volume that the chart makes."""
    switched = values.get("create", values.get("enabled"))
    return key in values and switched is True and size(values[key]) is not None


def milli(value: Any) -> int | None:
    """Thousandths of a core of a CPU amount, None where it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return units.cpu(str(value))
    except units.BadAmount:
        return None


def size(value: Any) -> int | None:
    """Bytes of a memory amount in Flink's or Kubernetes' notation, None where it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    text = str(value).strip()
    try:
        if text[-1:] in _DECIMAL and text[-1:] != "k":
            return int(float(text[:-1]) * _DECIMAL[text[-1]])
        return units.memory(text)
    except (units.BadAmount, ValueError):
        return None


def _map(value: Any, *path: str) -> Data:
    for step in path:
        value = value.get(step) if isinstance(value, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def _maps(value: Any) -> list[Data]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def _whole(value: Any, default: int) -> int:
    if isinstance(value, str) and value.isdigit():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else default
