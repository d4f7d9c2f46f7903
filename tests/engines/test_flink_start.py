"""Real Flink runs with what each workload renders: it starts, keeps state, and takes it up again.

One cluster of processes a workload, with the configuration of its shipped overlay, and a job with
state through the real SQL client. The job runs in a session cluster here, also for the workloads
whose jobs bring their own cluster.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cluster import Cluster
from shipped import Shipped, as_parameters, renders, shipped

from helpers import ROOT
from overlaykit.params import units

# What a process on one machine runs with instead, and nothing else may differ.
DIFFERENT = {
    "rest.address": "the name of a Service, which only a Kubernetes cluster resolves",
    "rest.port": "one machine: two test runs would want the same port",
    "jobmanager.rpc.port": "one machine: as rest.port",
    "blob.server.port": "one machine: as rest.port",
    "taskmanager.rpc.port": "one machine: as rest.port",
    "taskmanager.data.port": "one machine: as rest.port",
    "taskmanager.collect-sink.port": "one machine: as rest.port",
    "metrics.internal.query-service.port": "one machine: as rest.port",
    "metrics.reporter.prom.port": "one machine: each process has its own, a pod has 9249",
    "execution.checkpointing.dir": "an object store; a folder stands in",
    "execution.checkpointing.savepoint-dir": "an object store; a folder stands in",
    "state.checkpoints.dir": "an object store; a folder stands in (the name of Flink 1.19)",
    "state.savepoints.dir": "an object store; a folder stands in (the name of Flink 1.19)",
    "high-availability.storageDir": "an object store; a folder stands in",
    "high-availability.type": "kubernetes keeps its records in ConfigMaps of an API server",
    "high-availability.jobmanager.port": "one machine: as rest.port",
}
# Metrics of shipped dashboards and alerts that a healthy cluster does not serve, with the reason.
NOT_SERVED: dict[str, str] = {}
# What the monitors write beside Flink's own labels.
WRITTEN = {"namespace", "app", "job", "env", "flink_cluster_id", "component", "type", "pod"}
BACKENDS = {"rocksdb": "EmbeddedRocksDBStateBackend", "hashmap": "HashMapStateBackend"}
# The option, and the name that it has in Flink 1.19.
CHECKPOINTS = ("execution.checkpointing.dir", "state.checkpoints.dir")
SAVEPOINTS = ("execution.checkpointing.savepoint-dir", "state.savepoints.dir")
PARALLELISM = 2
JOB = """\
CREATE TABLE events (k INT, v BIGINT) WITH (
  'connector' = 'datagen', 'rows-per-second' = '500', 'fields.k.min' = '0', 'fields.k.max' = '99'
);
CREATE TABLE counts (k INT, n BIGINT, total BIGINT) WITH ('connector' = 'blackhole');
INSERT INTO counts SELECT k, COUNT(*), SUM(v) FROM events GROUP BY k;
"""


def one_a_workload() -> list[Shipped]:
    """The cluster of each workload; an environment only where no application uses it."""
    found: dict[str, Shipped] = {}
    for one in sorted(shipped(), key=lambda one: one.name.startswith("environment ")):
        found.setdefault(one.workload, one)
    return list(found.values())


def expressions() -> Iterator[str]:
    """What the shipped dashboards and alerts ask Prometheus for."""
    for rendered in renders().values():
        for obj in rendered:
            if obj.kind == "PrometheusRule":
                groups = obj.data["spec"]["groups"]
                yield from (rule["expr"] for group in groups for rule in group["rules"])
            if (obj.get("metadata", "labels") or {}).get("grafana_dashboard"):
                for text in obj.data["data"].values():
                    yield from _of_dashboard(json.loads(text))


def _of_dashboard(value: Any) -> Iterator[str]:
    children = value.values() if isinstance(value, dict) else value
    if isinstance(value, dict) and isinstance(value.get("expr"), str):
        yield value["expr"]
    if isinstance(value, dict) and value.get("type") == "query":
        yield value["query"]["query"]
    if isinstance(value, dict | list):
        for child in children:
            yield from _of_dashboard(child)


def asked() -> dict[str, set[str]]:
    """Flink's metrics that the expressions name, each with the labels they are grouped by."""
    found: dict[str, set[str]] = {}
    for expression in expressions():
        groups = re.findall(r"\b(?:by|on)\s*\(([^)]*)\)", expression)
        labels = {label.strip() for group in groups for label in group.split(",")} - WRITTEN
        for name in re.findall(r"\bflink_(?:jobmanager|taskmanager)_\w+", expression):
            found.setdefault(name, set()).update(labels - {""})
    return found


def served(text: str) -> dict[str, set[str]]:
    """The series of a Prometheus endpoint, each with its labels."""
    found: dict[str, set[str]] = {}
    for line in text.splitlines():
        sample = re.match(r"(\w+)(?:\{(.*)\})? ", line)
        if sample and not line.startswith("#"):
            names = re.findall(r'(\w+)="', sample[2] or "")
            found.setdefault(sample[1], set()).update(names)
    return found


def start(shipped: Shipped, folder: Path) -> Cluster:
    slots = int(shipped.configuration.get("taskmanager.numberOfTaskSlots", 1))
    return Cluster(shipped.configuration, folder, taskmanagers=-(-PARALLELISM // slots))


@pytest.mark.parametrize("shipped", as_parameters(one_a_workload()))
def test_it_starts_keeps_state_and_takes_it_up_again(shipped: Shipped, tmp_path: Path) -> None:
    wanted = {key: str(value) for key, value in shipped.configuration.items()}
    with start(shipped, tmp_path / "flink") as cluster:
        its_configuration_is_the_rendered_one(cluster, wanted)
        its_taskmanagers_have_the_rendered_size(cluster, wanted)
        [job] = cluster.sql(JOB, {"parallelism.default": str(PARALLELISM)})
        cluster.wait_running(job)
        its_job_checkpoints_as_rendered(cluster, job, wanted)
        its_metrics_are_those_that_dashboards_ask_for(cluster)
        savepoint = cluster.savepoint(job)
        assert savepoint.startswith(_folder(cluster, SAVEPOINTS))
        cluster.cancel(job)
        taken_up = {"execution.state-recovery.path": savepoint}
        [job] = cluster.sql(JOB, {"parallelism.default": str(PARALLELISM), **taken_up})
        cluster.wait_running(job)
        restored = cluster.checkpoints(job)["latest"]["restored"]
        assert (restored["is_savepoint"], restored["external_path"]) == (True, savepoint)
    assert all(process.poll() is not None for process in cluster.processes.values())


def its_configuration_is_the_rendered_one(cluster: Cluster, wanted: dict[str, str]) -> None:
    running = cluster.config()
    differing = {key for key, value in wanted.items() if running.get(key) != value}
    assert differing <= set(DIFFERENT), {key: running.get(key) for key in differing}
    for key in differing & {key for key, why in DIFFERENT.items() if "folder" in why}:
        path = wanted[key].partition("://")[2].lstrip("/")
        assert running[key] == f"file://{cluster.folder}/storage/{path}"


def its_taskmanagers_have_the_rendered_size(cluster: Cluster, wanted: dict[str, str]) -> None:
    for one in cluster.get("/taskmanagers")["taskmanagers"]:
        size = units.memory(wanted["taskmanager.memory.process.size"])
        assert one["memoryConfiguration"]["totalProcessMemory"] == size
        assert one["slotsNumber"] == int(wanted.get("taskmanager.numberOfTaskSlots", "1"))


def its_job_checkpoints_as_rendered(cluster: Cluster, job: str, wanted: dict[str, str]) -> None:
    done = cluster.checkpoint(job)
    assert done["status"] == "COMPLETED" and done["state_size"] > 0
    assert done["external_path"].startswith(_folder(cluster, CHECKPOINTS))
    told = cluster.get(f"/jobs/{job}/checkpoints/config")
    assert told["interval"] == units.duration(wanted["execution.checkpointing.interval"])
    assert told["state_backend"] == BACKENDS[wanted["state.backend.type"]]
    kept = wanted.get("execution.checkpointing.externalized-checkpoint-retention")
    assert told["externalization"]["enabled"] == (kept == "RETAIN_ON_CANCELLATION")


def _folder(cluster: Cluster, names: tuple[str, str]) -> str:
    [folder] = [cluster.configuration[key] for key in names if key in cluster.configuration]
    return str(folder).replace("file://", "file:")


def its_metrics_are_those_that_dashboards_ask_for(cluster: Cluster) -> None:
    there = {**served(cluster.metrics("jobmanager")), **served(cluster.metrics("taskmanager-0"))}
    wanted = asked()
    assert len(wanted) >= 10
    absent = {name for name in wanted if name not in there}
    assert absent == set(NOT_SERVED)
    for name in set(wanted) & set(there):
        assert wanted[name] <= there[name], (name, wanted[name] - there[name])


def test_every_flink_workload_is_started() -> None:
    folders = {path.parent.name for path in ROOT.glob("workloads/flink-*/workload.yaml")}
    assert {one.workload for one in one_a_workload()} == folders - {"flink-kubernetes-operator"}


def test_it_would_show_a_configuration_that_flink_does_not_run_with(tmp_path: Path) -> None:
    """Negative control: a state backend that does not exist fails the job, and leaves nothing."""
    [session] = [one for one in one_a_workload() if one.workload == "flink-session"]
    broken = {**session.configuration, "state.backend.type": "memory"}
    wrong = Shipped(session.folder, "broken", broken)
    with (
        pytest.raises(AssertionError, match="state backend"),
        start(wrong, tmp_path / "f") as cluster,
    ):
        cluster.wait_running(cluster.sql(JOB)[0])
    assert all(process.poll() is not None for process in cluster.processes.values())
