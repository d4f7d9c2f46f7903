"""The connector cluster starts within its limits, on fixed ports, with its secrets in one place."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Object = dict[str, Any]
Render = Callable[[Path], list[Object]]
Write = Callable[..., Path]
Objects = dict[tuple[str, str], Object]

WORKLOAD = "../../workloads/flink-connectors"
ROLES = ("jobmanager", "taskmanager")
UNITS = {"Mi": 1, "Gi": 1024, "m": 1, "g": 1024}
SECRET = "onyx-connector-env"


def by_name(rendered: list[Object]) -> Objects:
    return {(item["kind"], item["metadata"]["name"]): item for item in rendered}


@pytest.fixture
def objects(root: Path, render: Render) -> Objects:
    return by_name(render(root / "overlays/flink-demo/flink-connectors"))


@pytest.fixture
def options(objects: Objects) -> dict[str, str]:
    return dict(objects["ConfigMap", "flink-connectors-options"]["data"])


@pytest.fixture
def with_component(render: Render, write_kustomization: Write) -> Callable[[str], Objects]:
    """What the workload renders with one component."""

    def of(name: str) -> Objects:
        parts = [f"{WORKLOAD}/components/{part}" for part in (name, "cluster-facts")]
        resources = ["../flink-demo/facts", f"{WORKLOAD}/base"]
        return by_name(render(write_kustomization(f"with-{name}", resources, parts)))

    return of


def pod(objects: Objects, role: str) -> Object:
    deployment = objects["Deployment", f"flink-connectors-{role}"]
    return dict(deployment["spec"]["template"]["spec"])


def container(objects: Objects, role: str) -> Object:
    (found,) = pod(objects, role)["containers"]
    return dict(found)


def mebibytes(size: str) -> int:
    unit = size.lstrip("0123456789")
    return int(size.removesuffix(unit)) * UNITS[unit]


def secrets(objects: Objects, role: str) -> list[str]:
    sources = container(objects, role)["envFrom"]
    return [source["secretRef"]["name"] for source in sources if "secretRef" in source]


@pytest.mark.parametrize("role", ROLES)
def test_memory_of_flink_fits_into_the_limit(
    role: str, objects: Objects, options: dict[str, str]
) -> None:
    """Flink reads no limit of a container. Half a TaskManager's limit unused would be no fit."""
    process = mebibytes(options[f"{role}.memory.process.size"])
    limit = mebibytes(container(objects, role)["resources"]["limits"]["memory"])
    assert 0.8 * limit <= process <= limit - 128


def test_task_heap_of_a_slot_runs_real_jobs(options: dict[str, str]) -> None:
    process = mebibytes(options["taskmanager.memory.process.size"])
    flink = process - 256 - min(max(process // 10, 192), 1024)
    heap = flink - 0.4 * flink - max(0.1 * flink, 64) - 256
    assert heap / int(options["taskmanager.numberOfTaskSlots"]) >= 256
    assert mebibytes(options["jobmanager.memory.process.size"]) >= 1024


def test_size_is_that_of_the_guide(objects: Objects, options: dict[str, str]) -> None:
    replicas = {
        r: objects["Deployment", f"flink-connectors-{r}"]["spec"]["replicas"] for r in ROLES
    }
    assert replicas == {"jobmanager": 1, "taskmanager": 4}
    assert options["taskmanager.numberOfTaskSlots"] == "4"
    assert container(objects, "jobmanager")["resources"] == {
        "requests": {"cpu": "500m", "memory": "1Gi"},
        "limits": {"cpu": "2", "memory": "2Gi"},
    }
    assert container(objects, "taskmanager")["resources"] == {
        "requests": {"cpu": "1", "memory": "2Gi"},
        "limits": {"cpu": "4", "memory": "4Gi"},
    }


def test_credentials_are_on_the_task_managers_alone(objects: Objects) -> None:
    assert secrets(objects, "taskmanager") == [SECRET]
    assert secrets(objects, "jobmanager") == []


def test_credentials_reach_the_job_manager_by_a_component(
    with_component: Callable[[str], Objects],
) -> None:
    assert secrets(with_component("jobmanager-credentials"), "jobmanager") == [SECRET]


@pytest.mark.parametrize("role", ROLES)
def test_both_know_onyx_and_the_job_manager(role: str, objects: Objects) -> None:
    environment = objects["ConfigMap", "flink-connectors-env"]
    service = objects["Service", "flink-connectors-jobmanager"]
    told = {entry["name"]: entry.get("value") for entry in container(objects, role)["env"]}
    assert environment["data"]["ONYX_BASE_URL"].startswith("http")
    assert {"configMapRef": {"name": environment["metadata"]["name"]}} in container(objects, role)[
        "envFrom"
    ]
    assert told["JOB_MANAGER_RPC_ADDRESS"] == service["metadata"]["name"]


def test_ports_are_the_same_everywhere(objects: Objects, options: dict[str, str]) -> None:
    metrics = options["metrics.reporter.prom.port"]
    expected = {
        "jobmanager": {
            "rest": options["rest.port"],
            "rpc": options["jobmanager.rpc.port"],
            "blob": options["blob.server.port"],
        },
        "taskmanager": {
            "rpc": options["taskmanager.rpc.port"],
            "data": options["taskmanager.data.port"],
        },
    }
    service = objects["Service", "flink-connectors-jobmanager"]["spec"]["ports"]
    assert {p["name"]: str(p["port"]) for p in service} == expected["jobmanager"]
    assert all(p["targetPort"] == p["name"] for p in service)
    query = {options["metrics.internal.query-service.port"]}
    for role, ports in expected.items():
        declared = {p["name"]: str(p["containerPort"]) for p in container(objects, role)["ports"]}
        assert declared == {**ports, "metrics": metrics}
        policy = objects["NetworkPolicy", f"flink-connectors-{role}"]["spec"]
        opened = {str(p["port"]) for rule in policy["ingress"] for p in rule["ports"]}
        assert opened == {*declared.values()} | (query if role == "taskmanager" else set())


def test_no_port_is_random_and_the_dead_one_is_gone(options: dict[str, str]) -> None:
    assert all(int(value) > 0 for key, value in options.items() if key.endswith(".port"))
    assert "query.server.port" not in options
    assert "6125" not in options.values()


@pytest.mark.parametrize("role", ROLES)
def test_what_one_allows_out_the_other_allows_in(role: str, objects: Objects) -> None:
    """A flow needs both ends open: for every peer of ours, its policy lets these ports in."""
    for rule in objects["NetworkPolicy", f"flink-connectors-{role}"]["spec"]["egress"]:
        for peer in rule.get("to", []):
            labels = peer.get("podSelector", {}).get("matchLabels", {})
            other = labels.get("app.kubernetes.io/component", "").removeprefix("flink-")
            if not other or other == role == "jobmanager":
                continue
            opened: set[int] = set()
            for way in objects["NetworkPolicy", f"flink-connectors-{other}"]["spec"]["ingress"]:
                sources = [s.get("podSelector", {}).get("matchLabels", {}) for s in way["from"]]
                if any(s.get("app.kubernetes.io/component") == f"flink-{role}" for s in sources):
                    opened |= {p["port"] for p in way["ports"]}
            assert {p["port"] for p in rule["ports"]} <= opened


@pytest.mark.parametrize("role", ROLES)
def test_what_the_entrypoint_writes_can_be_written(role: str, objects: Objects) -> None:
    writable = {volume["name"] for volume in pod(objects, role)["volumes"] if "emptyDir" in volume}
    mounts = {m["mountPath"]: m["name"] for m in container(objects, role)["volumeMounts"]}
    for path in ("/tmp", "/opt/flink/conf", "/opt/flink/log"):
        assert mounts[path] in writable
    (init,) = pod(objects, role)["initContainers"]
    filled = {m["name"] for m in init["volumeMounts"]}
    assert {mounts["/opt/flink/conf"], mounts["/opt/flink/plugins/flink-s3-fs-hadoop"]} <= filled
    assert init["image"] == container(objects, role)["image"]


def test_both_roles_are_configured_by_the_same_script(objects: Objects) -> None:
    scripts = {pod(objects, role)["initContainers"][0]["command"][-1] for role in ROLES}
    assert len(scripts) == 1
    assert "config-parser-utils.sh /conf" in scripts.pop()


def test_options_are_text_and_hold_no_credential(options: dict[str, str]) -> None:
    assert all(isinstance(value, str) for value in options.values())
    assert not any(word in key for key in options for word in ("secret", "password", "token"))
    assert options["web.submit.enable"] == "false"


def test_state_survives_the_pod(options: dict[str, str]) -> None:
    for name in ("dir", "savepoint-dir"):
        place = options[f"execution.checkpointing.{name}"]
        assert place.startswith("s3://flink-state/flink-demo/flink-connectors/")


def test_one_job_manager_at_a_time(objects: Objects) -> None:
    assert objects["Deployment", "flink-connectors-jobmanager"]["spec"]["strategy"] == {
        "type": "Recreate"
    }


def test_high_availability_is_whole(with_component: Callable[[str], Objects]) -> None:
    objects = with_component("high-availability")
    options = objects["ConfigMap", "flink-connectors-high-availability"]["data"]
    assert options["high-availability.type"] == "kubernetes"
    assert options["high-availability.storageDir"].startswith("s3://flink-state/flink-demo/")
    assert options["kubernetes.cluster-id"] == "flink-connectors"
    base = objects["ConfigMap", "flink-connectors-options"]["data"]
    assert options["high-availability.jobmanager.port"] == base["jobmanager.rpc.port"]
    (address,) = [
        entry
        for entry in container(objects, "jobmanager")["env"]
        if entry["name"] == "JOB_MANAGER_RPC_ADDRESS"
    ]
    assert address == {
        "name": "JOB_MANAGER_RPC_ADDRESS",
        "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}},
    }
    (rule,) = objects["Role", "flink-connectors"]["rules"]
    assert rule["resources"] == ["configmaps"]
    for role in ROLES:
        assert pod(objects, role)["automountServiceAccountToken"] is True
        (volume,) = [v for v in pod(objects, role)["volumes"] if v["name"] == "options"]
        sources = [source["configMap"]["name"] for source in volume["projected"]["sources"]]
        assert "flink-connectors-high-availability" in sources


@pytest.mark.parametrize("role", ROLES)
def test_without_high_availability_pods_have_no_token(role: str, objects: Objects) -> None:
    assert pod(objects, role)["automountServiceAccountToken"] is False
    assert not any(kind == "Role" for kind, _ in objects)


@pytest.mark.parametrize("role", ROLES)
def test_pods_are_probed_on_ports_that_they_declare(role: str, objects: Objects) -> None:
    main = container(objects, role)
    names = {port["name"] for port in main["ports"]}
    for probe in (main["readinessProbe"], main["livenessProbe"]):
        target = probe.get("httpGet") or probe["tcpSocket"]
        assert target["port"] in names


def test_a_drain_takes_one_task_manager_at_a_time(objects: Objects) -> None:
    budget = objects["PodDisruptionBudget", "flink-connectors-taskmanager"]["spec"]
    labels = objects["Deployment", "flink-connectors-taskmanager"]["spec"]["selector"]
    assert budget == {"maxUnavailable": 1, "selector": labels}
