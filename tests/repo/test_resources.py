"""What workloads ask of a cluster."""

from typing import Any

import pytest

from overlaykit.render.objects import Object
from overlaykit.repo.resources import Demand, of_objects, of_values

GIB = 1024**3
CONTAINER = {"resources": {"requests": {"cpu": "500m", "memory": "1Gi"}}}


def demand(*objects: dict[str, Any]) -> Demand:
    return of_objects([Object(data) for data in objects])


def deployment(pod: dict[str, Any], replicas: int = 1) -> dict[str, Any]:
    return {"kind": "Deployment", "spec": {"replicas": replicas, "template": {"spec": pod}}}


def test_replicas_multiply_the_requests_of_all_containers() -> None:
    found = demand(deployment({"containers": [CONTAINER, CONTAINER]}, replicas=3))
    assert found == Demand(cpu=3000, memory=6 * GIB)


def test_a_limit_alone_is_a_request() -> None:
    limited = {"resources": {"limits": {"cpu": 2, "memory": "2Gi"}, "requests": {"cpu": 1}}}
    assert demand(deployment({"containers": [limited]})) == Demand(cpu=1000, memory=2 * GIB)


def test_a_container_that_states_nothing_is_open_rather_than_nothing() -> None:
    assert demand(deployment({"containers": [{"name": "a"}]}, replicas=2)) == Demand(open=2)


def test_the_larger_of_first_and_running_containers() -> None:
    first = {"resources": {"requests": {"cpu": 4, "memory": "512Mi"}}}
    pod = {"containers": [CONTAINER], "initContainers": [first]}
    assert demand(deployment(pod)) == Demand(cpu=4000, memory=GIB)


def test_claims() -> None:
    claim = {
        "kind": "PersistentVolumeClaim",
        "spec": {"resources": {"requests": {"storage": "5Gi"}}},
    }
    assert demand(claim) == Demand(storage=5 * GIB)


def flink_deployment(**spec: Any) -> dict[str, Any]:
    base = {
        "jobManager": {"resource": {"cpu": 1, "memory": "2g"}},
        "taskManager": {"resource": {"cpu": 2, "memory": "4Gi"}},
        "flinkConfiguration": {"taskmanager.numberOfTaskSlots": "2"},
    }
    return {"kind": "FlinkDeployment", "spec": {**base, **spec}}


@pytest.mark.parametrize(
    ("spec", "task_managers"),
    [
        ({"job": {"parallelism": 5}}, 3),
        ({"job": {"parallelism": 4}}, 2),
        ({"job": {"parallelism": 4, "state": "suspended"}}, 0),
        ({}, 0),
        ({"flinkConfiguration": {"slotmanager.number-of-slots.min": 3}}, 3),
        (
            {
                "flinkConfiguration": {"taskmanager": {"numberOfTaskSlots": 4}},
                "job": {"parallelism": 4},
            },
            1,
        ),
    ],
)
def test_task_managers_that_the_slots_need(spec: dict[str, Any], task_managers: int) -> None:
    wanted = Demand(cpu=1000, memory=2 * GIB) + Demand(2000, 4 * GIB).times(task_managers)
    assert demand(flink_deployment(**spec)) == wanted


def test_replicas_count_in_standalone_mode_and_not_for_a_native_session() -> None:
    three = {"replicas": 3, "resource": {"cpu": 2, "memory": "4Gi"}}
    standalone = demand(flink_deployment(mode="standalone", taskManager=three))
    assert standalone.cpu == 1000 + 3 * 2000
    assert demand(flink_deployment(mode="native", taskManager=three)).cpu == 1000


def test_an_application_takes_the_options_of_its_environment() -> None:
    options = {
        "jobmanager.memory.process.size": "1g",
        "taskmanager.memory.process.size": "2g",
        "kubernetes.taskmanager.cpu.amount": "0.5",
        "taskmanager.numberOfTaskSlots": "2",
    }
    environment = {
        "kind": "FlinkEnvironment",
        "metadata": {"name": "default"},
        "spec": {"flinkApplicationDefaults": {"spec": {"flinkConfiguration": options}}},
    }
    application = {
        "kind": "FlinkApplication",
        "spec": {"flinkEnvironment": "default", "job": {"parallelism": 4}},
    }
    assert demand(environment, application) == Demand(cpu=1000 + 2 * 500, memory=5 * GIB)


def test_a_chart_asks_for_each_pod_that_its_values_size() -> None:
    pod = {"requests": {"cpu": "1", "memory": "1Gi"}}
    values = {
        "resources": pod,
        "webhook": {"replicaCount": 2, "resources": pod},
        "persistence": {"create": True, "dataVolumeCapacity": "10Gi"},
        "cache": {"enabled": False, "size": "9Gi"},
    }
    assert of_values(values) == Demand(cpu=3000, memory=3 * GIB, storage=10 * GIB)
