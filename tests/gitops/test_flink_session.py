"""The session cluster has the slots it promises, keeps state, and its job can be fetched."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest

Object = dict[str, Any]
Render = Callable[[Path], list[Object]]
Load = Callable[[Path], Any]
Objects = dict[tuple[str, str], Object]

SOURCES = "workloads/flink-session/jar-server"
ARTIFACTS = "kubernetes.operator.user.artifacts."


@pytest.fixture
def objects(root: Path, render: Render) -> Objects:
    rendered = render(root / "overlays/flink-demo/flink-session")
    return {(item["kind"], item["metadata"]["name"]): item for item in rendered}


@pytest.fixture
def session(objects: Objects) -> Object:
    return dict(objects["FlinkDeployment", "flink-session"]["spec"])


@pytest.fixture
def job(objects: Objects) -> Object:
    return dict(objects["FlinkSessionJob", "session-example"]["spec"])


@pytest.fixture
def operator(root: Path, load: Load) -> dict[str, str]:
    """The options of the operator on the cluster."""
    values = load(root / "overlays/flink-demo/flink-kubernetes-operator/values.yaml")
    lines = values["defaultConfiguration"]["flink-conf.yaml"].splitlines()
    return dict(line.split(": ", 1) for line in lines)


def wave(item: Object) -> int:
    return int(item["metadata"]["annotations"]["argocd.argoproj.io/sync-wave"])


def test_slots_are_really_there(session: Object) -> None:
    """Native mode ignores taskManager.replicas: only the minimum makes TaskManagers wait."""
    options = session["flinkConfiguration"]
    slots = int(options["taskmanager.numberOfTaskSlots"])
    assert session["mode"] == "native"
    assert "replicas" not in session["taskManager"]
    assert int(options["slotmanager.number-of-slots.min"]) == 2 * slots
    assert int(options["slotmanager.number-of-slots.max"]) >= 2 * slots


def test_example_job_fits_into_the_slots(session: Object, job: Object) -> None:
    slots = int(session["flinkConfiguration"]["slotmanager.number-of-slots.min"])
    assert job["job"]["parallelism"] <= slots


def test_memory_is_that_of_the_guide_and_written_once(session: Object) -> None:
    assert session["jobManager"]["resource"]["memory"] == "2048m"
    assert session["taskManager"]["resource"]["memory"] == "2048m"
    assert not any("memory" in key for key in session["flinkConfiguration"])


def test_state_survives_the_pod_and_has_a_place_of_its_own(session: Object) -> None:
    options = session["flinkConfiguration"]
    places = [options[f"execution.checkpointing.{name}"] for name in ("dir", "savepoint-dir")]
    places.append(options["high-availability.storageDir"])
    assert len(set(places)) == 3
    assert all(place.startswith("s3://flink-state/flink-demo/flink-session/") for place in places)
    assert options["high-availability.type"] == "kubernetes"
    assert options["state.backend.type"] in ("hashmap", "rocksdb")


def test_plugin_of_the_object_store_is_where_flink_looks(session: Object) -> None:
    pod = session["podTemplate"]["spec"]
    (init,) = pod["initContainers"]
    (main,) = pod["containers"]
    mounts = {mount["name"]: mount["mountPath"] for mount in main["volumeMounts"]}
    assert init["image"] == session["image"]
    assert re.fullmatch(r"/opt/flink/plugins/[^/]+", mounts["plugins"])
    assert init["volumeMounts"] == [{"name": "plugins", "mountPath": "/plugins"}]


def test_image_and_versions_agree(session: Object, root: Path) -> None:
    match = re.search(r":((\d+)\.(\d+)\.\d+)-", session["image"])
    assert match
    assert session["flinkVersion"] == f"v{match[2]}_{match[3]}"
    pom = ElementTree.parse(root / SOURCES / "pom.xml").getroot()
    names = {"m": "http://maven.apache.org/POM/4.0.0"}
    assert pom.findtext("m:properties/m:flink.version", namespaces=names) == match[1]


def test_operator_may_fetch_the_jar(job: Object, operator: dict[str, str]) -> None:
    """By default it takes https from public addresses, and a server in the cluster is neither."""
    uri = urlsplit(job["job"]["jarURI"])
    assert uri.scheme in operator[f"{ARTIFACTS}allowed-schemes"].split(";")
    assert operator[f"{ARTIFACTS}disallow-restricted-hosts"] == "false"


@pytest.mark.runs("flink-kubernetes-operator")
def test_only_a_cluster_with_a_jar_server_opens_the_operator(
    cluster: str, root: Path, load: Load
) -> None:
    folder = root / "overlays" / cluster
    values = (folder / "flink-kubernetes-operator/values.yaml").read_text()
    own = folder / "flink-session/kustomization.yaml"
    serves = own.is_file() and "components/jar-server" in own.read_text()
    assert ("disallow-restricted-hosts: false" in values) == serves
    defaults = load(root / "workloads/flink-kubernetes-operator/values.yaml")
    text = defaults["defaultConfiguration"]["flink-conf.yaml"]
    assert f"{ARTIFACTS}allowed-schemes: https\n" in text
    assert f"{ARTIFACTS}disallow-restricted-hosts: true\n" in text


def test_the_jar_is_the_one_that_is_built_and_served(
    objects: Objects, job: Object, root: Path
) -> None:
    uri = urlsplit(job["job"]["jarURI"])
    service = objects["Service", "jar-server"]
    (port,) = service["spec"]["ports"]
    (container,) = objects["Deployment", "jar-server"]["spec"]["template"]["spec"]["containers"]
    assert uri.netloc == f"jar-server.flink.svc.cluster.local:{port['port']}"
    assert port["targetPort"] == container["ports"][0]["name"]
    assert (
        f"listen {container['ports'][0]['containerPort']};"
        in (root / SOURCES / "nginx.conf").read_text()
    )
    assert f"/build/target{uri.path} " in (root / SOURCES / "Dockerfile").read_text()
    pom = ElementTree.parse(root / SOURCES / "pom.xml").getroot()
    name, version = (pom.findtext(f"{{*}}{tag}") for tag in ("artifactId", "version"))
    assert uri.path == f"/{name}-{version}.jar"
    main = root / SOURCES / "src/main/java" / f"{job['job']['entryClass'].replace('.', '/')}.java"
    assert main.is_file()


def test_every_image_of_the_build_is_pinned(root: Path) -> None:
    text = (root / SOURCES / "Dockerfile").read_text()
    images = re.findall(r"^FROM (\S+)", text, re.MULTILINE)
    assert len(images) == 2
    assert all(re.search(r"^\$\{REGISTRY\}/.+:\d+\.\d+\.\d+", image) for image in images)


def test_jobs_go_before_the_session_and_come_after_it(objects: Objects) -> None:
    names = [
        ("ServiceAccount", "flink-session"),
        ("FlinkDeployment", "flink-session"),
        ("FlinkSessionJob", "session-example"),
    ]
    waves = [wave(objects[name]) for name in names]
    assert waves == sorted(set(waves))
    assert wave(objects["Deployment", "jar-server"]) < waves[2]


def test_references_point_to_rendered_objects(
    objects: Objects, session: Object, job: Object
) -> None:
    assert ("FlinkDeployment", job["deploymentName"]) in objects
    assert ("ServiceAccount", session["serviceAccount"]) in objects
    binding = objects["RoleBinding", "flink-session"]
    assert ("Role", binding["roleRef"]["name"]) in objects
    assert binding["subjects"][0]["name"] == session["serviceAccount"]


def test_ports_of_the_policies_are_those_of_the_configuration(
    objects: Objects, session: Object
) -> None:
    options = session["flinkConfiguration"]
    jobmanager = {"rpc": options["jobmanager.rpc.port"], "blob": options["blob.server.port"]}
    taskmanager = {
        "rpc": options["taskmanager.rpc.port"],
        "data": options["taskmanager.data.port"],
        "metrics": options["metrics.internal.query-service.port"],
    }
    reporter = options["metrics.reporter.prom.port"]
    for role, ports in (("jobmanager", jobmanager), ("taskmanager", taskmanager)):
        policy = objects["NetworkPolicy", f"flink-session-{role}"]["spec"]
        open_ports = {str(p["port"]) for rule in policy["ingress"] for p in rule["ports"]}
        more = {"8081"} if role == "jobmanager" else set()
        assert open_ports == {*ports.values(), reporter, *more}


def test_web_interface_is_open_to_the_operator_alone(objects: Objects) -> None:
    """It takes JARs from anyone who reaches it: session jobs are submitted that way."""
    rules = objects["NetworkPolicy", "flink-session-jobmanager"]["spec"]["ingress"]
    (rule,) = [rule for rule in rules if {"port": 8081, "protocol": "TCP"} in rule["ports"]]
    (peer,) = rule["from"]
    assert peer["podSelector"]["matchLabels"] == {
        "app.kubernetes.io/name": "flink-kubernetes-operator"
    }


def test_metrics_are_declared_scraped_and_counted_once(
    objects: Objects, session: Object, root: Path, render: Render
) -> None:
    template = session["podTemplate"]
    (port,) = template["spec"]["containers"][0]["ports"]
    (endpoint,) = objects["PodMonitor", "flink-session"]["spec"]["podMetricsEndpoints"]
    assert (port["name"], str(port["containerPort"])) == (
        endpoint["port"],
        session["flinkConfiguration"]["metrics.reporter.prom.port"],
    )
    (shared,) = [
        item
        for item in render(root / "overlays/flink-demo/flink-resources")
        if item["kind"] == "ServiceMonitor"
    ]
    (dropped,) = [
        rule for rule in shared["spec"]["endpoints"][0]["relabelings"] if rule["action"] == "drop"
    ]
    assert dropped["sourceLabels"] == ["__meta_kubernetes_pod_label_overlaykit_io_metrics"]
    assert template["metadata"]["labels"]["overlaykit.io/metrics"] == dropped["regex"]
