"""A real Flink runs with the configuration that `overlay effective` prints for a shipped job."""

import json
from pathlib import Path
from typing import Any

from cluster import Cluster
from test_flink_start import DIFFERENT

from helpers import ROOT, overlay

OF_THE_MACHINE = {"jobmanager.rpc.address", "web.tmpdir", "io.tmp.dirs"}
# The parts of the memory, as the TaskManager tells them.
PARTS = {
    "framework_heap": "frameworkHeap",
    "framework_off_heap": "frameworkOffHeap",
    "task_heap": "taskHeap",
    "task_off_heap": "taskOffHeap",
    "network": "networkMemory",
    "managed": "managedMemory",
    "metaspace": "jvmMetaspace",
    "overhead": "jvmOverhead",
    "flink": "totalFlinkMemory",
    "process": "totalProcessMemory",
}
# What the command line of a process says beside the file: the memory in parts, and the machine.
STARTED_WITH = ("jobmanager.memory.", "taskmanager.memory.", "taskmanager.", "rest.", "blob.")


def told() -> dict[str, Any]:
    argv = ("effective", "flink-demo/flink-autoscale", "autoscaling-load", "--format", "json")
    done = overlay(ROOT, *argv)
    assert done.exit_code == 0, done.output
    [found] = json.loads(done.stdout)["objects"]
    return dict(found)


def test_a_running_flink_says_the_same(tmp_path: Path) -> None:
    found = told()
    wanted = found["configuration"]
    with Cluster(wanted, tmp_path / "flink", taskmanagers=1) as cluster:
        running = cluster.config()
        differing = {key for key, value in wanted.items() if running.get(key) != value}
        assert differing <= set(DIFFERENT), {key: running.get(key) for key in differing}
        added = {key for key in running if key not in wanted and not key.startswith(STARTED_WITH)}
        assert added <= set(DIFFERENT) | OF_THE_MACHINE, added
        [one] = cluster.get("/taskmanagers")["taskmanagers"]
        memory = found["memory"]["taskmanager"]
        assert {part: one["memoryConfiguration"][name] for part, name in PARTS.items()} == memory
        heap = next(v for k, v in running.items() if k == "jobmanager.memory.heap.size")
        assert heap == f"{found['memory']['jobmanager']['heap']}b"
