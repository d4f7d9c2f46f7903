"""The SQL kinds of Flink refer to each other, come in order, and are switched on where they run."""

import itertools
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Object = dict[str, Any]
Objects = dict[tuple[str, str], Object]
Render = Callable[[Path], list[Object]]
Load = Callable[[Path], Any]
Write = Callable[..., Path]

WORKLOAD = "../../workloads/flink-sql"
ORDER = (
    "FlinkSecret",
    "FlinkEnvironmentSecretMapping",
    "FlinkKafkaCatalog",
    "FlinkKafkaDatabase",
    "FlinkComputePool",
    "FlinkStatement",
)
# Flink 1.19 does not know these: checkpoints would stay in the JobManager without a word.
OF_1_20 = ("execution.checkpointing.dir", "execution.checkpointing.savepoint-dir")


def by_name(rendered: list[Object]) -> Objects:
    return {(item["kind"], item["metadata"]["name"]): item for item in rendered}


@pytest.fixture
def objects(root: Path, render: Render) -> Objects:
    return by_name(render(root / "overlays/flink-demo/flink-sql"))


@pytest.fixture
def with_components(render: Render, write_kustomization: Write) -> Callable[..., Objects]:
    """What the workload renders with these components only."""

    def of(*names: str) -> Objects:
        parts = [f"{WORKLOAD}/components/{name}" for name in (*names, "cluster-facts")]
        resources = ["../flink-demo/facts", f"{WORKLOAD}/base"]
        return by_name(render(write_kustomization(f"with-{'-'.join(names)}", resources, parts)))

    return of


def wave(item: Object) -> int:
    return int(item["metadata"]["annotations"]["argocd.argoproj.io/sync-wave"])


def statements(objects: Objects) -> list[Object]:
    return [item for (kind, _), item in objects.items() if kind == "FlinkStatement"]


def sql(item: Object) -> str:
    return str(item["spec"]["statement"])


def test_kinds_come_in_the_order_in_which_they_need_each_other(objects: Objects) -> None:
    waves = [{wave(o) for (kind, _), o in objects.items() if kind == wanted} for wanted in ORDER]
    assert all(waves)
    for earlier, later in itertools.pairwise(waves):
        assert max(earlier) < min(later)


def test_every_kind_waits_for_the_environment(root: Path, render: Render, objects: Objects) -> None:
    there = by_name(render(root / "overlays/flink-demo/flink-resources"))
    for item in objects.values():
        reference = item["spec"]["cmfRestClassRef"]
        assert ("CMFRestClass", reference["name"]) in there
        assert (
            reference["namespace"]
            == there["CMFRestClass", reference["name"]]["metadata"]["namespace"]
        )
        if item["kind"] != "FlinkSecret":
            environment = there["FlinkEnvironment", item["spec"]["flinkEnvironment"]]
            assert item["metadata"]["namespace"] == environment["spec"]["kubernetesNamespace"]


def test_statements_run_on_what_is_rendered(objects: Objects) -> None:
    assert len(statements(objects)) == 3
    for item in statements(objects):
        spec = item["spec"]
        assert ("FlinkComputePool", spec["computePoolName"]) in objects
        assert ("FlinkKafkaCatalog", spec["properties"]["sql.current-catalog"]) in objects
        database = objects["FlinkKafkaDatabase", spec["properties"]["sql.current-database"]]
        assert database["spec"]["catalogRef"]["name"] == spec["properties"]["sql.current-catalog"]


def test_the_secret_has_one_name_everywhere(objects: Objects) -> None:
    [secret] = [o for (kind, _), o in objects.items() if kind == "FlinkSecret"]
    [mapping] = [o for (kind, _), o in objects.items() if kind == "FlinkEnvironmentSecretMapping"]
    catalog = objects["FlinkKafkaCatalog", "kafka"]["spec"]["srInstance"]
    database = objects["FlinkKafkaDatabase", "main"]["spec"]
    assert {
        secret["metadata"]["name"],
        mapping["metadata"]["name"],
        mapping["spec"]["secretRef"]["name"],
        catalog["connectionSecretId"],
        database["connectionSecretRef"]["name"],
    } == {"kafka-connection"}


def test_without_credentials_nothing_refers_to_a_secret(
    with_components: Callable[..., Objects],
) -> None:
    objects = with_components("create-tables")
    assert not any(kind in ORDER[:2] for kind, _ in objects)
    assert "kafka-connection" not in str(objects)


def test_the_secret_is_named_and_its_content_is_elsewhere(
    objects: Objects, root: Path, load: Load
) -> None:
    declared = load(root / "workloads/flink-sql/workload.yaml")["spec"]["secrets"]
    names = {(item["name"], item["namespace"]) for item in declared}
    secret = objects["FlinkSecret", "kafka-connection"]
    assert (secret["spec"]["secretRef"], secret["metadata"]["namespace"]) in names


def test_flags_are_on_where_it_runs(root: Path, load: Load) -> None:
    """Anywhere else the preview stays off."""
    assert load(root / "workloads/cfk-operator/values.yaml")["enableFlinkSQL"] is False
    for overlay in root.glob("overlays/*/cfk-operator/values.yaml"):
        cluster = overlay.parents[1]
        runs = (cluster / "flink-sql").is_dir()
        assert (load(overlay) or {}).get("enableFlinkSQL", False) is runs
        encrypted = "../../apps/cmf-operator/components/encryption"
        assert (encrypted in load(cluster / "kustomization.yaml").get("components")) is runs


def test_cmf_is_new_enough(root: Path, load: Load) -> None:
    chart = load(root / "workloads/cmf-operator/workload.yaml")["spec"]["chart"]
    assert [int(part) for part in chart["version"].split(".")] >= [2, 3]


def test_tables_are_changed_by_nobody_but_those_who_make_them(
    objects: Objects, with_components: Callable[..., Objects]
) -> None:
    database = with_components("credentials")["FlinkKafkaDatabase", "main"]["spec"]
    assert "ddlEnvironments" not in database
    makers = {o["spec"]["flinkEnvironment"] for o in statements(objects) if "CREATE" in sql(o)}
    assert set(objects["FlinkKafkaDatabase", "main"]["spec"]["ddlEnvironments"]) == makers


def test_tables_are_there_before_they_are_used(objects: Objects) -> None:
    """A table's statement is healthy at its end only, so the next wave waits for it."""
    tables = [item for item in statements(objects) if sql(item).startswith("CREATE")]
    [insert] = [item for item in statements(objects) if sql(item).startswith("INSERT")]
    for item in tables:
        assert item["metadata"]["annotations"]["overlaykit.io/healthy-when"] == "COMPLETED"
        assert wave(item) < wave(insert)
        [name] = re.findall(r"CREATE TABLE `?([\w-]+)`? ", sql(item))
        assert re.search(rf"(INTO|FROM) `?{name}`?\b", sql(insert))


def test_every_insert_has_checkpoints_and_a_fixed_group(objects: Objects) -> None:
    [insert] = [item for item in statements(objects) if sql(item).startswith("INSERT")]
    assert insert["spec"]["flinkConfiguration"]["execution.checkpointing.interval"]
    assert "'properties.group.id' = 'flink-sql-order-totals'" in sql(insert)
    assert "'scan.startup.mode' = 'earliest-offset'" in sql(insert)


def test_statements_carry_a_version(objects: Objects) -> None:
    """The SQL of a running statement cannot change: a change is an object with the next name."""
    assert all(re.search(r"-v\d+$", item["metadata"]["name"]) for item in statements(objects))


def test_addresses_are_those_of_the_facts(objects: Objects, root: Path, load: Load) -> None:
    facts = load(root / "overlays/flink-demo/facts/cluster.yaml")["spec"]
    catalog = objects["FlinkKafkaCatalog", "kafka"]["spec"]["srInstance"]["connectionConfig"]
    database = objects["FlinkKafkaDatabase", "main"]["spec"]["kafkaCluster"]["connectionConfig"]
    assert catalog == {"schema.registry.url": facts["schemaRegistry"]["url"]}
    assert database == {"bootstrap.servers": facts["kafka"]["bootstrapServers"]}


@pytest.fixture
def pool(objects: Objects) -> Object:
    return dict(objects["FlinkComputePool", "sql"]["spec"])


def test_the_pool_is_whole(pool: Object) -> None:
    assert pool["type"] == "DEDICATED"
    assert "state" not in pool
    for role in ("jobManager", "taskManager"):
        assert set(pool["clusterSpec"][role]["resource"]) == {"cpu", "memory"}


def test_the_pool_speaks_the_flink_of_its_image(pool: Object) -> None:
    spec = pool["clusterSpec"]
    version, number = re.findall(
        r"^docker\.io/confluentinc/cp-flink-sql:([\d.]+)-cp(\d+)$", spec["image"]
    )[0]
    assert spec["flinkVersion"] == "v" + version.replace(".", "_")
    assert int(number) >= 7
    assert not set(OF_1_20) & set(spec["flinkConfiguration"])
    assert all(isinstance(value, str) for value in spec["flinkConfiguration"].values())


def test_state_survives_the_pod_in_folders_of_its_own(pool: Object) -> None:
    options = pool["clusterSpec"]["flinkConfiguration"]
    for key, folder in {
        "state.checkpoints.dir": "checkpoints",
        "state.savepoints.dir": "savepoints",
        "high-availability.storageDir": "ha",
    }.items():
        assert options[key] == f"s3://flink-state/flink-demo/flink-sql/{folder}"


def test_pods_are_admitted_by_a_restricted_namespace(pool: Object) -> None:
    pod = pool["clusterSpec"]["podTemplate"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    [container] = pod["containers"]
    assert container["name"] == "flink-main-container"
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
    }


def test_metrics_are_where_the_service_of_all_jobs_looks(
    pool: Object, root: Path, render: Render
) -> None:
    there = by_name(render(root / "overlays/flink-demo/flink-resources"))
    [port] = there["Service", "flink-metrics"]["spec"]["ports"]
    options = pool["clusterSpec"]["flinkConfiguration"]
    assert options["metrics.reporter.prom.port"] == str(port["targetPort"])
