"""The memory model; tests/engines compares it with Flink's own over thousands of configurations."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overlaykit.flink import memory

V = (1, 20)
MIB = 2**20


def task_manager(**sizes: str) -> memory.TaskManager:
    named = {
        f"taskmanager.memory.{k.replace('__', '-').replace('_', '.')}": v for k, v in sizes.items()
    }
    return memory.task_manager(named, V)


@pytest.mark.parametrize(
    ("process", "heap"), [("1024m", 25.6), ("1048m", 40), ("1728m", 384), ("2048m", 537.6)]
)
def test_the_task_heap_of_a_process(process: str, heap: float) -> None:
    assert round(task_manager(process_size=process).task_heap / MIB, 1) == heap


def test_where_it_begins_to_start() -> None:
    task_manager(process_size="982m")
    with pytest.raises(memory.Refused, match="exceed"):
        task_manager(process_size="981m")
    memory.job_manager({"jobmanager.memory.process.size": "577m"}, V)
    with pytest.raises(memory.Refused, match="no heap"):
        memory.job_manager({"jobmanager.memory.process.size": "576m"}, V)


def test_nothing_given() -> None:
    for model in (memory.task_manager, memory.job_manager):
        with pytest.raises(memory.Missing):
            model({}, V)


@pytest.mark.parametrize(
    ("sizes", "why"),
    [
        ({"process_size": "4Gi"}, "no memory size"),
        ({"process_size": "4g", "managed_fraction": "1.5"}, "not from 0"),
        ({"process_size": "4g", "network_min": "2g", "network_max": "1g"}, "more than"),
        ({"process_size": "1g", "managed_size": "512m"}, "exceed"),
        ({"process_size": "1g", "flink_size": "1g"}, "left to the overhead"),
    ],
)
def test_refusals(sizes: dict[str, str], why: str) -> None:
    with pytest.raises(memory.Refused, match=why):
        task_manager(**sizes)


def test_old_names_count() -> None:
    old = {"taskmanager.memory.process.size": "4g", "taskmanager.network.memory.min": "1g"}
    assert memory.task_manager(old, V).network == 2**30


@given(st.integers(982, 100_000), st.floats(0, 0.3))
def test_the_parts_of_a_process_add_up(size: int, fraction: float) -> None:
    found = task_manager(process_size=f"{size}m", managed_fraction=str(fraction))
    assert found.process == size * MIB


@given(st.integers(577, 100_000))
def test_the_parts_of_a_job_manager_add_up(size: int) -> None:
    found = memory.job_manager({"jobmanager.memory.process.size": f"{size}m"}, V)
    assert found.process == size * MIB
