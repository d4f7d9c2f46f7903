"""Whether Flink can work out the memory of a process from its options alone."""

from collections.abc import Mapping

from overlaykit.flink import memory, quantity
from overlaykit.operator.settings import Settings
from overlaykit.operator.versions import Flink

_HEAP = "jobmanager.memory.heap.size"
_FORMER = {"jobmanager.heap.size": "", "jobmanager.heap.mb": "m"}


def derives(part: str, settings: Settings, library: Flink) -> bool:
    """Whether the operator's own Flink gets a memory model out of some options."""
    try:
        if part == "jobManager":
            memory.job_manager(_with_former_heap(settings.values), library)
        else:
            memory.task_manager(settings.values, library)
    except (memory.Refused, quantity.BadSize):
        return False
    return True


def _with_former_heap(values: Mapping[str, str]) -> dict[str, str]:
    """The operator reads the size of the heap under its former names as well.

    Source: Flink, JobManagerProcessUtils, ...WithNewOptionToInterpretLegacyHeap.
    """
    found = {key: value for key, value in values.items() if key not in _FORMER}
    former = next((key for key in _FORMER if key in values), "")
    if former and _HEAP not in values:
        found[_HEAP] = f"{quantity.parse(values[former] + _FORMER[former])}b"
    return found
