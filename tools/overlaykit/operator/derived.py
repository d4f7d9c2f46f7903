"""Whether Flink can work out the memory of a process from its options alone."""

from overlaykit.operator.settings import Settings
from overlaykit.operator.versions import Flink

_ENOUGH = {
    "jobManager": ("jobmanager.memory.process.size", "jobmanager.memory.flink.size",
                   "jobmanager.memory.heap.size"),
    "taskManager": ("taskmanager.memory.process.size", "taskmanager.memory.flink.size"),
}  # fmt: skip


def derives(part: str, settings: Settings, library: Flink) -> bool:
    return any(key in settings.values for key in _ENOUGH[part])
