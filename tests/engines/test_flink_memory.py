"""Real Flink accepts the memory of every JobManager and TaskManager that the overlays configure."""

from pathlib import Path

import pytest
from shipped import Shipped, as_parameters, shipped

from flink import memory

# Task heap below this starts and then dies of the first real job.
LEAST_HEAP = 128


@pytest.mark.parametrize("cluster", as_parameters(shipped()))
def test_flink_starts_with_what_we_ship(cluster: Shipped, tmp_path: Path) -> None:
    sizes = {k: v for k, v in cluster.configuration.items() if "memory" in k or "Slots" in k}
    for process in ("jobmanager", "taskmanager"):
        verdict = memory(process, sizes, tmp_path)
        assert verdict.refusal == "", (process, sizes)
        if process == "taskmanager":
            assert verdict.mebibytes("taskmanager.memory.task.heap.size") >= LEAST_HEAP


@pytest.mark.parametrize(
    ("process", "size", "starts"),
    [
        ("taskmanager", "982m", True),
        ("taskmanager", "981m", False),
        ("jobmanager", "577m", True),
        ("jobmanager", "576m", False),
        ("taskmanager", "4Gi", False),
    ],
)
def test_flink_refuses_what_is_too_small_or_no_size(
    process: str, size: str, starts: bool, tmp_path: Path
) -> None:
    verdict = memory(process, {f"{process}.memory.process.size": size}, tmp_path)
    assert (verdict.refusal == "") == starts, verdict


def test_the_smallest_guide_value_leaves_almost_no_heap(tmp_path: Path) -> None:
    verdict = memory("taskmanager", {"taskmanager.memory.process.size": "1024m"}, tmp_path)
    assert round(verdict.mebibytes("taskmanager.memory.task.heap.size"), 1) == 25.6
