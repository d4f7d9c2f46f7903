"""What Flink makes of its memory options: every part of a JobManager and a TaskManager, in bytes.

Process memory is Flink memory, metaspace and overhead. A TaskManager's Flink memory is heap and
off-heap of the framework and of tasks, network and managed memory; a JobManager's is heap and
off-heap. Flink takes what is given and works out the rest, and does not start where that does not
add up (source: Flink, classes ProcessMemoryUtils, TaskExecutorFlinkMemoryUtils and
JobManagerFlinkMemoryUtils). Releases 1.17 to 2.3 do the same.
"""

import math
import struct
from collections.abc import Mapping

from msgspec import Struct

from overlaykit.flink import options, quantity
from overlaykit.flink.quantity import LONG, human
from overlaykit.flink.values import number
from overlaykit.flink.versions import Version


class Refused(ValueError):
    """Flink does not start with this memory; the text says why, `key` what to look at."""

    def __init__(self, message: str, key: str = "") -> None:
        super().__init__(message)
        self.key = key


class Missing(Refused):
    """No option says how large the process is."""


class TaskManager(Struct, frozen=True):
    """The parts of a TaskManager in bytes."""

    framework_heap: int
    framework_off_heap: int
    task_heap: int
    task_off_heap: int
    network: int
    managed: int
    metaspace: int
    overhead: int

    @property
    def flink(self) -> int:
        heap = self.framework_heap + self.task_heap
        return heap + self.framework_off_heap + self.task_off_heap + self.network + self.managed

    @property
    def process(self) -> int:
        return self.flink + self.metaspace + self.overhead


class JobManager(Struct, frozen=True):
    """The parts of a JobManager in bytes."""

    heap: int
    off_heap: int
    metaspace: int
    overhead: int

    @property
    def flink(self) -> int:
        return self.heap + self.off_heap

    @property
    def process(self) -> int:
        return self.flink + self.metaspace + self.overhead


class _Range(Struct, frozen=True):
    """A fraction with the least and the most that may come of it."""

    fraction: float
    least: int
    most: int

    def of(self, base: int) -> int:
        return min(max(_times(base, self.fraction), self.least), self.most)

    def beside(self, base: int) -> int:
        """The part that is this fraction of itself and the base together."""
        if self.fraction >= 1:
            raise Refused("the fraction is not below 1")
        return min(max(_times(base, self.fraction / (1 - self.fraction)), self.least), self.most)


def _times(size: int, fraction: float) -> int:
    found = quantity.times(size, fraction)
    if found > LONG:
        raise Refused("the size is too large")
    return found


class _Config:
    """Memory options of one process, read as Flink reads them."""

    def __init__(self, values: Mapping[str, str], process: str, version: Version) -> None:
        self.catalogue = options.catalogue(options.nearest(version))
        self.values = self.catalogue.canonical(values)
        self.prefix = f"{process}.memory."

    def has(self, *names: str) -> bool:
        return all(self.prefix + name in self.values for name in names)

    def any(self, *names: str) -> bool:
        return any(self.prefix + name in self.values for name in names)

    def _text(self, key: str) -> str:
        default = self.catalogue.options[key].default if key in self.catalogue.options else None
        text = self.values.get(key, default)
        if text is None:
            raise Missing(f"{key} is not set", key)
        return text

    def size(self, name: str) -> int:
        """A size in bytes. Raises Refused."""
        key = self.prefix + name
        try:
            return quantity.parse(self._text(key))
        except quantity.BadSize as error:
            raise Refused(f"{key} is no memory size: {error}", key) from None

    def range(self, name: str) -> _Range:
        """The fraction `name`.fraction between its min and max. Raises Refused."""
        least, most = self.size(f"{name}.min"), self.size(f"{name}.max")
        found = _Range(self.fraction(f"{name}.fraction"), least, most)
        if least > most:
            key = f"{self.prefix}{name}"
            raise Refused(
                f"{key}.min ({human(least)}) is more than {key}.max ({human(most)})", f"{key}.min"
            )
        return found

    def fraction(self, name: str) -> float:
        """A fraction from 0 to below 1, in the precision that Flink keeps. Raises Refused."""
        key = self.prefix + name
        try:
            found: float = struct.unpack("f", struct.pack("f", number(self._text(key))))[0]
        except (ValueError, OverflowError):
            raise Refused(f"{key} is no number", key) from None
        if math.isnan(found) or not 0 <= found < 1:
            raise Refused(f"{key} is {self._text(key)}, not from 0 to below 1", key)
        return found

    def integer(self, key: str) -> int:
        try:
            return int(self._text(key))
        except ValueError:
            raise Refused(f"{key} is no integer", key) from None


def task_manager(values: Mapping[str, str], version: Version) -> TaskManager:
    """What Flink derives for a TaskManager. Raises Refused."""
    config = _Config(values, "taskmanager", version)
    _need_cpu(config)
    if config.has("task.heap.size", "managed.size"):
        parts = _from_inner(config)
    elif config.has("flink.size"):
        parts = _from_flink(config, config.size("flink.size"))
    elif config.has("process.size"):
        metaspace, overhead = _around_process(config)
        flink = config.size("process.size") - metaspace - overhead
        return TaskManager(*_from_flink(config, flink), metaspace, overhead)
    else:
        raise Missing(
            "none of taskmanager.memory.process.size, taskmanager.memory.flink.size, and "
            "taskmanager.memory.task.heap.size with taskmanager.memory.managed.size is set"
        )
    return TaskManager(*parts, *_around_flink(config, sum(parts)))


def job_manager(values: Mapping[str, str], version: Version) -> JobManager:
    """What Flink derives for a JobManager. Raises Refused."""
    config = _Config(values, "jobmanager", version)
    if config.has("heap.size"):
        heap = config.size("heap.size")
        off_heap = _off_heap(config, heap)
    elif config.has("flink.size"):
        heap, off_heap = _jm_heap(config, config.size("flink.size"))
    elif config.has("process.size"):
        metaspace, overhead = _around_process(config)
        flink = config.size("process.size") - metaspace - overhead
        return JobManager(*_jm_heap(config, flink), metaspace, overhead)
    else:
        raise Missing(
            "none of jobmanager.memory.process.size, jobmanager.memory.flink.size and "
            "jobmanager.memory.heap.size is set"
        )
    return JobManager(heap, off_heap, *_around_flink(config, heap + off_heap))


def _need_cpu(config: _Config) -> None:
    """Flink takes the slots for the number of cores where nothing else says it."""
    key = "taskmanager.numberOfTaskSlots"
    if "taskmanager.cpu.cores" not in config.values and config.integer(key) <= 0:
        raise Refused(f"{key} is not positive", key)


def _off_heap(config: _Config, heap: int) -> int:
    """Off-heap beside a given heap: what is left of Flink's memory where only that is given."""
    if not config.has("flink.size"):
        return config.size("off-heap.size")
    key = "jobmanager.memory.flink.size"
    left = config.size("flink.size") - heap
    if left < 0:
        raise Refused(f"the heap ({human(heap)}) exceeds {key} ({human(left + heap)})", key)
    if config.has("off-heap.size") and config.size("off-heap.size") != left:
        raise Refused(f"heap and off-heap do not add up to {key} ({human(left + heap)})", key)
    return left


def _jm_heap(config: _Config, flink: int) -> tuple[int, int]:
    off_heap = config.size("off-heap.size")
    if flink <= off_heap:
        raise Refused(
            f"of {human(flink)} of Flink memory, {human(off_heap)} off-heap leave no heap"
        )
    return flink - off_heap, off_heap


def _around_process(config: _Config) -> tuple[int, int]:
    """Metaspace and overhead of a given process size."""
    process, metaspace = config.size("process.size"), config.size("jvm-metaspace.size")
    overhead = config.range("jvm-overhead").of(process)
    if metaspace + overhead > process:
        raise Refused(
            f"metaspace ({human(metaspace)}) and overhead ({human(overhead)}) exceed the process "
            f"({human(process)})"
        )
    return metaspace, overhead


def _around_flink(config: _Config, flink: int) -> tuple[int, int]:
    """Metaspace and overhead of a given size of Flink memory."""
    metaspace = config.size("jvm-metaspace.size")
    overhead = config.range("jvm-overhead")
    if not config.has("process.size"):
        found = overhead.beside(flink + metaspace)
        if flink + metaspace + found > LONG:
            raise Refused("the size is too large")
        return metaspace, found
    left = config.size("process.size") - flink - metaspace
    if not overhead.least <= left <= overhead.most:
        raise Refused(
            f"of the process {human(left)} are left to the overhead, which is "
            f"{human(overhead.least)} to {human(overhead.most)}"
        )
    return metaspace, left


_Parts = tuple[int, int, int, int, int, int]


def _fixed(config: _Config) -> tuple[int, int, int]:
    heap, off_heap = config.size("framework.heap.size"), config.size("framework.off-heap.size")
    return heap, off_heap, config.size("task.off-heap.size")


def _from_inner(config: _Config) -> _Parts:
    """From task heap and managed memory."""
    task, managed = config.size("task.heap.size"), config.size("managed.size")
    heap, off_heap, task_off_heap = _fixed(config)
    inner = heap + off_heap + task + task_off_heap + managed
    if config.has("flink.size"):
        network = _rest(config, inner, config.size("flink.size"))
    else:
        network = (
            _buffers(config) if _counts_buffers(config) else config.range("network").beside(inner)
        )
    return heap, off_heap, task, task_off_heap, network, managed


def _from_flink(config: _Config, flink: int) -> _Parts:
    """From the whole of Flink's memory."""
    heap, off_heap, task_off_heap = _fixed(config)
    task = config.size("task.heap.size") if config.has("task.heap.size") else None
    managed = _managed(config, flink)
    if task is not None:
        inner = heap + off_heap + task + task_off_heap + managed
        return heap, off_heap, task, task_off_heap, _rest(config, inner, flink), managed
    network = _buffers(config) if _counts_buffers(config) else config.range("network").of(flink)
    others = heap + off_heap + task_off_heap + managed + network
    if others > flink:
        raise Refused(
            f"framework ({human(heap + off_heap)}), task off-heap ({human(task_off_heap)}), "
            f"managed ({human(managed)}) and network memory ({human(network)}) exceed Flink's "
            f"{human(flink)}"
        )
    return heap, off_heap, flink - others, task_off_heap, network, managed


def _managed(config: _Config, flink: int) -> int:
    if config.has("managed.size"):
        return config.size("managed.size")
    return _Range(config.fraction("managed.fraction"), 0, LONG).of(flink)


def _rest(config: _Config, inner: int, flink: int) -> int:
    """The network memory that is left, if it is within its bounds."""
    if inner > flink:
        raise Refused(f"the parts ({human(inner)}) exceed Flink's {human(flink)}")
    network = flink - inner
    if _counts_buffers(config):
        if _buffers(config) != network:
            raise Refused(f"{human(network)} are left to the network, and its buffers are another")
        return network
    bounds = config.range("network")
    if not bounds.least <= network <= bounds.most:
        raise Refused(
            f"{human(network)} are left to the network, which is {human(bounds.least)} to "
            f"{human(bounds.most)}"
        )
    return network


_BUFFERS = "taskmanager.network.numberOfBuffers"


def _counts_buffers(config: _Config) -> bool:
    """Whether the network is given as a number of buffers, an old way."""
    known = _BUFFERS in config.catalogue.options
    bounds = config.any("network.min", "network.max", "network.fraction")
    return known and _BUFFERS in config.values and not bounds


def _buffers(config: _Config) -> int:
    page = config.size("segment-size")
    if page < 4096 or page & (page - 1):
        raise Refused("taskmanager.memory.segment-size is no power of 2 from 4096 on")
    found = config.integer(_BUFFERS) * page
    if found < 0:
        raise Refused(f"{_BUFFERS} is negative", _BUFFERS)
    return found
