"""The memory of the Flink processes that a repository makes, and the size that would do."""

from collections.abc import Iterator, Mapping

from msgspec import Struct

from overlaykit.findings import Problem
from overlaykit.flink import memory, options, quantity
from overlaykit.flink.versions import Version
from overlaykit.kubernetes.pods import flink_spec, mapping
from overlaykit.params import units
from overlaykit.repo.flinks import Job, is_filled_in, place
from overlaykit.repo.world import Unit, World
from overlaykit.source import Path, Place

_PARTS = {"jobmanager": "jobManager", "taskmanager": "taskManager"}
_STEP, _MOST = 64, 65536


class Sized(Struct, frozen=True):
    """A process with its heap, or why it does not start; `at` is where its size was set."""

    job: Job
    kind: str
    values: Mapping[str, str]
    version: Version
    at: Place
    path: Path
    label: str
    heap: int = 0
    process: int = 0
    why: str = ""

    @property
    def heap_text(self) -> str:
        return quantity.human(self.heap)


def sized(unit: Unit, world: World, kind: str) -> Iterator[Sized]:
    """The processes of a kind whose size somebody set here."""
    for job in world.flinks.jobs(unit):
        if job.role in ("", kind):
            found = _sized(unit, world, job, kind)
            if found is not None:
                yield found


def _sized(unit: Unit, world: World, job: Job, kind: str) -> Sized | None:
    values = {key: text for key, text in job.flat.items() if key.startswith(("taskm", "jobm"))}
    given = resource(job, kind)
    origin = _origin(unit, world, job, kind)
    if origin is None or any(is_filled_in(text) for text in values.values()):
        return None
    if given is not None:
        size = in_bytes(given[0])
        if size is None:
            return None  # no quantity: said elsewhere
        values[f"{kind}.memory.process.size"] = f"{size}b"
    version = job.version or options.versions()[-1]
    start = Sized(job, kind, values, version, *origin)
    try:
        heap, process = derive(values, kind, version)
    except memory.Missing:
        return None
    except memory.Refused as error:
        return None if "is no " in str(error) else _with(start, why=str(error))
    return _with(start, heap=heap, process=process)


def _with(one: Sized, heap: int = 0, process: int = 0, why: str = "") -> Sized:
    rest = (one.job, one.kind, one.values, one.version, one.at, one.path, one.label)
    return Sized(*rest, heap, process, why)


def derive(values: Mapping[str, str], kind: str, version: Version) -> tuple[int, int]:
    """The heap that is left and the whole process. Raises memory.Refused."""
    if kind == "jobmanager":
        manager = memory.job_manager(values, version)
        return manager.heap, manager.process
    worker = memory.task_manager(values, version)
    return worker.task_heap, worker.process


def _origin(unit: Unit, world: World, job: Job, kind: str) -> tuple[Place, Path, str] | None:
    """Where the size of a process was set: in `resource`, else by the option that says most."""
    given = resource(job, kind)
    if given is not None:
        if given[1] is job.obj:
            return unit.locate(job.obj, given[2], False), given[2], job.obj.label
        config = job.environment_config
        return (config.locate(given[2], False), given[2], config.label) if config else None
    for name in ("process.size", "flink.size", "heap.size", "task.heap.size"):
        named = job.named(f"{kind}.memory.{name}")
        if named is not None:
            return place(world, named[1], named[0]), named[0].path, named[1].label
    return None


def resource(job: Job, kind: str) -> tuple[str, object, Path] | None:
    """`resource.memory` of a process as text, the object that has it, and the path."""
    for obj in (job.environment, job.obj):
        found = flink_spec(obj) if obj is not None else None
        if found is not None:
            path = (*found[0], _PARTS[kind], "resource", "memory")
            value = mapping(mapping(found[1].get(_PARTS[kind])).get("resource")).get("memory")
            if isinstance(value, str | int) and not is_filled_in(str(value)):
                return str(value), obj, path
    return None


def in_bytes(text: str) -> int | None:
    """A size in Flink's or Kubernetes' notation, which the operator reads both."""
    try:
        return quantity.parse(text)
    except quantity.BadSize:
        pass
    try:
        return units.memory(text)
    except units.BadAmount:
        return None


def limit(job: Job) -> int | None:
    """The memory limit of the container that runs Flink in a plain pod."""
    for pod in job.pods:
        for container in pod.containers:
            image = str(container.data.get("image", ""))
            if container.group == "containers" and "flink" in image:
                text = mapping(container.part("resources").get("limits")).get("memory")
                return in_bytes(str(text)) if text is not None else None
    return None


def advice(one: Sized, heap: int) -> str:
    """The least round size that leaves a heap; the parts that somebody fixed stay."""
    name = f"{one.kind}.memory.process.size"
    others = {key: text for key, text in one.values.items() if not key.endswith(".flink.size")}
    for size in range(_STEP, _MOST, _STEP):
        try:
            found, _ = derive({**others, name: f"{size}m"}, one.kind, one.version)
        except memory.Refused:
            continue
        if found >= heap:
            part = "task heap" if one.kind == "taskmanager" else "heap"
            return f"write {size}m, which gives {quantity.human(found)} of {part}"
    return "give the parts of its memory sizes that add up"


def problem(one: Sized, world: World, message: str, fix: str, level: str | None = None) -> Problem:
    return Problem(message, fix, at=one.at, path=one.path, object=one.label, level=level)
