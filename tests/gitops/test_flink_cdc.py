"""The CDC cluster on OpenShift: it starts within its limits, knows no secret, and is really HA."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from overlaykit.params.units import memory

Object = dict[str, Any]
Render = Callable[[Path], list[Object]]
Write = Callable[..., Path]
Objects = dict[tuple[str, str], Object]

WORKLOAD = "../../workloads/flink-cdc"
ROLES = ("jobmanager", "taskmanager")
PODS = (*ROLES, "sqlgateway", "bootstrap", "proxy")


def by_name(rendered: list[Object]) -> Objects:
    return {(item["kind"], item["metadata"]["name"]): item for item in rendered}


@pytest.fixture
def objects(root: Path, render: Render) -> Objects:
    return by_name(render(root / "overlays/openshift-demo/flink-cdc"))


@pytest.fixture
def options(objects: Objects) -> dict[str, str]:
    return dict(objects["ConfigMap", "flink-cdc-options"]["data"])


@pytest.fixture
def rules(objects: Objects) -> list[Object]:
    (group,) = objects["PrometheusRule", "flink-cdc"]["spec"]["groups"]
    return list(group["rules"])


@pytest.fixture
def bare(render: Render, write_kustomization: Write) -> Objects:
    """The base with nothing but the facts."""
    parts = [f"{WORKLOAD}/components/cluster-facts"]
    resources = ["../openshift-demo/facts", f"{WORKLOAD}/base"]
    return by_name(render(write_kustomization("bare", resources, parts)))


def pod(objects: Objects, name: str) -> Object:
    kind = "Job" if name == "bootstrap" else "Deployment"
    return dict(objects[kind, f"flink-cdc-{name}"]["spec"]["template"]["spec"])


def container(objects: Objects, name: str) -> Object:
    (found,) = pod(objects, name)["containers"]
    return dict(found)


def secrets(objects: Objects, name: str) -> set[str]:
    """Every Secret that a pod reads: as a variable, a volume or a part of one."""
    spec = pod(objects, name)
    main, volumes = container(objects, name), spec["volumes"]
    sources = (
        [entry["valueFrom"] for entry in main["env"] if "valueFrom" in entry]
        if "env" in main
        else []
    )
    parts = [part for volume in volumes for part in volume.get("projected", {}).get("sources", [])]
    named = [s["secretKeyRef"]["name"] for s in sources if "secretKeyRef" in s]
    named += [part["secret"]["name"] for part in parts if "secret" in part]
    named += [volume["secret"]["secretName"] for volume in volumes if "secret" in volume]
    assert not any("secretRef" in source for source in main.get("envFrom", []))
    return set(named)


@pytest.mark.parametrize("name", PODS)
def test_openshift_chooses_user_and_groups(name: str, objects: Objects) -> None:
    """restricted-v2 refuses a pod that names one outside of its namespace's range."""
    spec = str(pod(objects, name))
    assert not re.search(r"runAsUser|runAsGroup|fsGroup|supplementalGroups|openshift.io/scc", spec)


@pytest.mark.parametrize("role", ROLES)
def test_memory_is_one_number(role: str, objects: Objects, options: dict[str, str]) -> None:
    resources = container(objects, role)["resources"]
    process = memory(options[f"{role}.memory.process.size"])
    assert (
        process == memory(resources["limits"]["memory"]) == memory(resources["requests"]["memory"])
    )


def test_size_is_that_of_the_guide(objects: Objects, options: dict[str, str]) -> None:
    cpu = {role: container(objects, role)["resources"] for role in ROLES}
    assert [cpu[role]["requests"]["cpu"] for role in ROLES] == ["1", "2"]
    assert [cpu[role]["limits"]["cpu"] for role in ROLES] == ["2", "4"]
    assert [options[f"{role}.memory.process.size"] for role in ROLES] == ["2048m", "4096m"]
    assert options["taskmanager.numberOfTaskSlots"] == "2"


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("jobmanager", {"s3-creds"}),
        ("taskmanager", {"s3-creds"}),
        ("sqlgateway", set()),
        ("bootstrap", {"mssql-creds"}),
        ("proxy", {"flink-cdc-proxy-session", "flink-cdc-proxy-tls"}),
    ],
)
def test_a_pod_reads_the_secrets_it_needs_and_no_other(
    name: str, wanted: set[str], objects: Objects
) -> None:
    assert secrets(objects, name) == wanted


def test_no_config_map_holds_a_credential(objects: Objects) -> None:
    for (kind, name), item in objects.items():
        if kind == "ConfigMap" and name != "flink-cdc-scripts":
            for key, text in item["data"].items():
                assert not re.search(r"password|secret|access-key|token|jaas", key, re.I)
                for value in re.findall(r"'password'\s*=\s*'([^']*)'", text):
                    assert value == "${MSSQL_PASSWORD}"


def test_what_the_sql_asks_for_the_job_has(objects: Objects) -> None:
    sql = objects["ConfigMap", "flink-cdc-sql"]["data"]["job.sql"]
    told = set(objects["ConfigMap", "flink-cdc-pipeline"]["data"])
    (volume,) = [v for v in pod(objects, "bootstrap")["volumes"] if v["name"] == "credentials"]
    mounted = {i["path"] for s in volume["projected"]["sources"] for i in s["secret"]["items"]}
    assert set(re.findall(r"\$\{(\w+)\}", sql)) <= told | mounted
    assert mounted == {"MSSQL_USERNAME", "MSSQL_PASSWORD"}


def test_facts_reach_the_pipeline(objects: Objects) -> None:
    told = objects["ConfigMap", "flink-cdc-pipeline"]["data"]
    assert told["KAFKA_BROKERS"] == "kafka-kafka-bootstrap.kafka.svc.cluster.local:9092"
    assert (
        objects["Route", "flink-cdc"]["spec"]["host"] == "flink-cdc.apps.openshift-demo.example.com"
    )


def test_sql_is_the_right_form_of_the_guide(objects: Objects) -> None:
    sql = objects["ConfigMap", "flink-cdc-sql"]["data"]["job.sql"]
    assert "'connector' = 'upsert-kafka'" in sql
    assert re.search(r"'table-name' = '\w+\.\w+'", sql)
    assert "debezium.snapshot.mode" not in sql
    assert not re.search(r"CREATE TABLE \w+\.", sql)


def test_an_overlay_replaces_the_sql(render: Render, write_kustomization: Write) -> None:
    """As the README says it."""
    parts = [f"{WORKLOAD}/components/{part}" for part in ("bootstrap", "cluster-facts")]
    resources = ["../openshift-demo/facts", f"{WORKLOAD}/base"]
    own = {
        "name": "flink-cdc-sql",
        "namespace": "flink",
        "behavior": "replace",
        "files": ["job.sql"],
    }
    folder = write_kustomization("own-sql", resources, parts, configMapGenerator=[own])
    (folder / "job.sql").write_text("SELECT 1;\n")
    assert by_name(render(folder))["ConfigMap", "flink-cdc-sql"]["data"] == {
        "job.sql": "SELECT 1;\n"
    }


def test_an_overlay_changes_the_tag_of_all_pods_at_once(
    objects: Objects, render: Render, write_kustomization: Write
) -> None:
    registry = "registry.openshift-demo.example.com/docker"
    tag = {"name": f"{registry}/platform/flink-cdc", "newTag": "1.20.3-2"}
    folder = write_kustomization("tag", ["../openshift-demo/flink-cdc"], [], images=[tag])
    images = re.findall(r"'image': '([^']+)'", str(render(folder)))
    ours = [image for image in images if "/platform/" in image]
    assert len(ours) == 8
    assert set(ours) == {f"{registry}/platform/flink-cdc:1.20.3-2"}


def test_the_job_is_a_hook_that_follows_everything_else(objects: Objects) -> None:
    """A plain Job would be made again after its end; a failed one would stay in the way."""
    job = objects["Job", "flink-cdc-bootstrap"]
    annotations = job["metadata"]["annotations"]
    assert annotations["argocd.argoproj.io/hook"] == "PostSync"
    assert annotations["argocd.argoproj.io/hook-delete-policy"] == "BeforeHookCreation"
    assert "ttlSecondsAfterFinished" not in job["spec"]
    assert job["spec"]["template"]["spec"]["restartPolicy"] == "Never"


def test_what_changes_the_pipeline_stands_outside_of_the_hook(objects: Objects) -> None:
    """Argo CD compares no hooks: a change of the Job alone would start no sync."""
    own = {entry["name"] for entry in container(objects, "bootstrap")["env"]}
    assert own == {"REST_URL", "SQL_FILE", "CREDENTIALS", "WORK", "HOME", "JVM_ARGS"}


@pytest.mark.parametrize("name", ["sqlgateway", "bootstrap"])
def test_clients_need_no_right_in_the_cluster(name: str, objects: Objects) -> None:
    """With the options of high availability a client would look for the leader in ConfigMaps."""
    assert pod(objects, name)["automountServiceAccountToken"] is False
    assert "flink-cdc-high-availability" not in str(pod(objects, name)["volumes"])


def test_all_read_the_same_options_in_the_same_way(objects: Objects) -> None:
    names = ("jobmanager", "taskmanager", "sqlgateway", "bootstrap")
    inits = [pod(objects, name)["initContainers"][0] for name in names]
    assert len({init["command"][-1] for init in inits}) == 1
    assert len({init["image"] for init in inits}) == 1


def test_high_availability_is_whole(objects: Objects) -> None:
    values = objects["ConfigMap", "flink-cdc-high-availability"]["data"]
    assert values["high-availability.type"] == "kubernetes"
    assert values["high-availability.storageDir"] == "s3://flink-state/openshift-demo/flink-cdc/ha"
    assert values["kubernetes.cluster-id"] == "flink-cdc"
    assert "zookeeper" not in str(values).lower()
    env = {e["name"]: e for e in container(objects, "jobmanager")["env"]}
    address = env["JOB_MANAGER_RPC_ADDRESS"]["valueFrom"]["fieldRef"]
    assert address == {"fieldPath": "status.podIP"}
    (rule,) = objects["Role", "flink-cdc"]["rules"]
    assert rule["resources"] == ["configmaps"]
    assert all(pod(objects, role)["automountServiceAccountToken"] is True for role in ROLES)


@pytest.mark.parametrize("role", ROLES)
def test_without_it_nothing_pretends(role: str, bare: Objects) -> None:
    assert pod(bare, role)["automountServiceAccountToken"] is False
    assert not any(kind in ("Role", "RoleBinding") for kind, _ in bare)
    assert "high-availability" not in str(bare["ConfigMap", "flink-cdc-options"]["data"])
    assert bare["Deployment", "flink-cdc-jobmanager"]["spec"]["replicas"] == 1


def test_ports_are_the_same_everywhere(objects: Objects, options: dict[str, str]) -> None:
    wanted = {
        "jobmanager": ("rest.port", "jobmanager.rpc.port", "blob.server.port"),
        "taskmanager": (
            "taskmanager.rpc.port",
            "taskmanager.data.port",
            "taskmanager.collect-sink.port",
        ),
    }
    for role, keys in wanted.items():
        declared = {str(p["containerPort"]) for p in container(objects, role)["ports"]}
        assert declared == {*(options[key] for key in keys), options["metrics.reporter.prom.port"]}
    assert all(int(value) > 0 for key, value in options.items() if key.endswith(".port"))


def flows(objects: Objects, source: str, target: str) -> tuple[set[int], set[int]]:
    """Ports that one side lets out to the other, and those that the other lets in."""

    def ports(name: str, way: str, peer: str) -> set[int]:
        side = "to" if way == "egress" else "from"
        found = set()
        for rule in objects["NetworkPolicy", f"flink-cdc-{name}"]["spec"].get(way, []):
            labels = [p.get("podSelector", {}).get("matchLabels", {}) for p in rule.get(side, [])]
            if any(peer in (one.get("app.kubernetes.io/component"), *one) for one in labels):
                found |= {port["port"] for port in rule["ports"]}
        return found

    return ports(source, "egress", target), ports(target, "ingress", source)


@pytest.mark.parametrize(
    ("source", "target", "ports"),
    [
        ("taskmanager", "jobmanager", {6123, 6124, 8081}),
        ("jobmanager", "jobmanager", {6123, 6124, 8081}),
        ("jobmanager", "taskmanager", {6122, 6126, 6127}),
        ("taskmanager", "taskmanager", {6121}),
        ("bootstrap", "jobmanager", {8081}),
        ("sqlgateway", "jobmanager", {8081}),
    ],
)
def test_a_flow_is_open_at_both_ends(
    source: str, target: str, ports: set[int], objects: Objects
) -> None:
    assert flows(objects, source, target) == (ports, ports)


def test_the_proxy_reaches_the_web_ui_as_a_client(objects: Objects) -> None:
    client = "overlaykit.io/flink-cdc-client"
    template = objects["Deployment", "flink-cdc-proxy"]["spec"]["template"]
    assert template["metadata"]["labels"][client] == "true"
    assert flows(objects, "proxy", "jobmanager")[0] == {8081}
    rules = objects["NetworkPolicy", "flink-cdc-jobmanager"]["spec"]["ingress"]
    assert [rule["ports"][0]["port"] for rule in rules if client in str(rule)] == [8081]


@pytest.mark.parametrize(
    ("name", "ports"),
    [
        ("jobmanager", {53, 1433, 443, 9000}),
        ("taskmanager", {53, 1433, 9092, 443, 9000}),
        ("bootstrap", {53}),
        ("sqlgateway", {53}),
    ],
)
def test_the_way_out_is_open(name: str, ports: set[int], objects: Objects) -> None:
    """The source plans its snapshot on the JobManager: both talk to SQL Server."""
    rules = objects["NetworkPolicy", f"flink-cdc-{name}"]["spec"]["egress"]
    opened = {port["port"] for rule in rules if "to" not in rule for port in rule["ports"]}
    assert ports <= opened
    assert (1433 in opened) == (1433 in ports)


def test_every_pod_has_a_policy_of_its_own(objects: Objects) -> None:
    for name in PODS:
        assert ("NetworkPolicy", f"flink-cdc-{name}") in objects


def test_gateway_says_where_it_is(objects: Objects) -> None:
    said = container(objects, "sqlgateway")["args"]
    prefix = "-Dsql-gateway.endpoint.rest."
    assert said == [
        "start-foreground",
        f"{prefix}address=flink-cdc-sqlgateway",
        f"{prefix}bind-address=0.0.0.0",
        f"{prefix}port=8083",
    ]
    assert ("Service", "flink-cdc-sqlgateway") in objects


def test_the_web_ui_is_behind_a_login_and_takes_no_jar(
    objects: Objects, options: dict[str, str]
) -> None:
    route = objects["Route", "flink-cdc"]["spec"]
    assert route["tls"] == {"termination": "reencrypt", "insecureEdgeTerminationPolicy": "Redirect"}
    said = container(objects, "proxy")["args"]
    assert "--http-address=" in said
    assert any(word.startswith("--openshift-sar={") for word in said)
    assert not any(
        word.startswith(("--skip-auth", "--bypass", "--cookie-secret=")) for word in said
    )
    assert options["web.submit.enable"] == "false"
    account = objects["ServiceAccount", "flink-cdc-proxy"]["metadata"]["annotations"]
    assert any('"name":"flink-cdc"' in value for value in account.values())


@pytest.mark.parametrize("role", ROLES)
def test_the_monitor_finds_the_pods(role: str, objects: Objects) -> None:
    service = objects["Service", "flink-cdc-metrics"]
    labels = objects["Deployment", f"flink-cdc-{role}"]["spec"]["template"]["metadata"]["labels"]
    assert service["spec"]["selector"].items() <= labels.items()
    monitor = objects["ServiceMonitor", "flink-cdc"]["spec"]
    assert monitor["selector"]["matchLabels"].items() <= service["metadata"]["labels"].items()
    assert monitor["endpoints"][0]["port"] == service["spec"]["ports"][0]["name"]


def test_no_alert_outlives_its_reason(rules: list[Object]) -> None:
    """A count never goes down: only its increase does."""
    counts = r"flink_\w+_(?:numRestarts|numberOf\w+)\{"
    for rule in rules:
        expression = rule["expr"]
        assert len(re.findall(counts, expression)) == len(
            re.findall(rf"increase\({counts}", expression)
        )
        assert {"summary", "description"} <= set(rule["annotations"])
        assert rule["for"] and rule["labels"]["severity"] in ("critical", "warning")


def test_alerts_look_at_this_cluster_alone(rules: list[Object]) -> None:
    for rule in rules:
        assert re.findall(r"flink_\w+", rule["expr"])
        for selector in re.findall(r"flink_[a-z]+_\w+(\{[^}]*\})?", rule["expr"]):
            assert selector == '{flink_cluster_id="flink-cdc"}'


def test_state_is_below_a_folder_of_its_own(options: dict[str, str]) -> None:
    for name in ("dir", "savepoint-dir"):
        place = options[f"execution.checkpointing.{name}"]
        assert place.startswith("s3://flink-state/openshift-demo/flink-cdc/")
    assert options["s3.path.style.access"] == "true"


def test_the_image_brings_what_a_read_only_root_cannot_take(root: Path) -> None:
    text = (root / "workloads/flink-cdc/image/Dockerfile").read_text()
    assert "plugins/s3-fs-hadoop" in text
    assert "sha256sum --strict --check" in text
    assert re.findall(r"^USER (\S+)$", text, re.MULTILINE)[-1] == "9999"
    assert not re.search(r"https?://", re.sub(r"(?m)^#.*$", "", text))


def test_digests_and_addresses_of_the_image_name_the_same_jars(root: Path) -> None:
    folder = root / "workloads/flink-cdc/image"
    listed = re.findall(r"^[0-9a-f]{64}  (\S+\.jar)$", (folder / "jars.sha256").read_text(), re.M)
    fetched = re.findall(r"([^/\s]+\.jar)", (folder / "Makefile").read_text().split(".PHONY")[0])
    assert sorted(listed) == sorted(fetched)
    assert any(name.startswith("flink-sql-connector-sqlserver-cdc-") for name in listed)
    assert any("kafka" in name for name in listed)


def test_argocd_of_the_operator_gets_its_rights_in_the_namespace(
    root: Path, render: Render
) -> None:
    label = "argocd.argoproj.io/managed-by"
    for cluster, wanted in (("openshift-demo", "openshift-gitops"), ("demo", None)):
        for namespace in render(root / "overlays" / cluster / "namespaces"):
            assert namespace["metadata"]["labels"].get(label) == wanted
