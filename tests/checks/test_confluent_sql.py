"""Pools, statements and options: what CMF takes, and what it takes from where."""

from pathlib import Path

import pytest
from confluent_trees import CMF, chart, cr, deploy, environment, found, levels, pool, statement

INTERVAL = {"execution.checkpointing.interval": "30s"}
INSERT = "INSERT INTO totals SELECT product FROM orders"
SIZE = {"resource": {"cpu": 1, "memory": "1728m"}}


def cluster(**more: object) -> dict:
    image = "confluentinc/cp-flink-sql:1.19-cp10"
    return {
        "flinkVersion": "v1_19",
        "image": image,
        "jobManager": SIZE,
        "taskManager": SIZE,
        **more,
    }


# --- checkpoints ---


@pytest.mark.parametrize(
    ("sql", "count"),
    [
        (INSERT, 1),
        ("insert overwrite totals select 1", 1),
        ("-- totals\n/* of all */ INSERT INTO totals VALUES (1)", 1),
        ("EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1; END;", 1),
        ("CREATE TABLE totals (product STRING) WITH ('connector' = 'confluent')", 0),
        ("SELECT product FROM orders", 0),
        ("DROP TABLE inserts", 0),
    ],
)
def test_statements_that_write(tmp_path: Path, sql: str, count: int) -> None:
    root = deploy(tmp_path, [environment(), pool(), statement(sql=sql)])
    assert len(found(root, "sql-checkpoint")) == count


def test_rows_that_are_written_out_may_do_without(tmp_path: Path) -> None:
    for sql in ("INSERT INTO a VALUES (1, 'b')", "INSERT INTO `c`.`d` (`e`) VALUES (1)"):
        root = deploy(tmp_path, [environment(), pool(), statement(sql=sql)])
        assert levels(root, "sql-checkpoint") == ["warning"]


@pytest.mark.parametrize(
    "objects",
    [
        [environment(), pool(), statement(sql=INSERT, flinkConfiguration=INTERVAL)],
        [environment(), pool(clusterSpec=cluster(flinkConfiguration=INTERVAL)),
         statement(sql=INSERT)],
        [environment(statementDefaults={"detached": {"flinkConfiguration": INTERVAL}}), pool(),
         statement(sql=INSERT)],
        [environment(computePoolDefaults={"clusterSpec": {"flinkConfiguration": INTERVAL}}),
         pool(), statement(sql=INSERT)],
    ],
)  # fmt: skip
def test_the_interval_may_stand_in_any_of_them(tmp_path: Path, objects: list[dict]) -> None:
    assert found(deploy(tmp_path, objects), "sql-checkpoint") == []


def test_options_of_applications_are_not_for_statements(tmp_path: Path) -> None:
    defaults = {"spec": {"flinkConfiguration": INTERVAL}}
    objects = [environment(flinkApplicationDefaults=defaults), pool(), statement(sql=INSERT)]
    assert levels(deploy(tmp_path, objects), "sql-checkpoint") == ["error"]


@pytest.mark.parametrize("left_out", ["pool", "environment"])
def test_what_is_not_here_may_set_it(tmp_path: Path, left_out: str) -> None:
    there = {"pool": pool(), "environment": environment()}
    del there[left_out]
    root = deploy(tmp_path, [*there.values(), statement(sql=INSERT)])
    assert levels(root, "sql-checkpoint") == ["warning"]


# --- pools ---


def test_a_shared_pool_has_a_state(tmp_path: Path) -> None:
    objects = [environment(), pool(type="SHARED", state="SUSPENDED")]
    assert found(deploy(tmp_path, objects), "pool-state") == []


@pytest.mark.parametrize(
    ("spec", "count"),
    [
        (cluster(), 0),
        (cluster(jobManager={}), 1),
        (cluster(jobManager={}, taskManager={}), 2),
        (cluster(jobManager={}, flinkConfiguration={"jobmanager.memory.process.size": "1g"}), 0),
        (cluster(jobManager={"resources": {"limits": {"memory": "2Gi"}}}), 0),
    ],
)
def test_memory_of_a_pool(tmp_path: Path, spec: dict, count: int) -> None:
    root = deploy(tmp_path, [environment(), pool(clusterSpec=spec)])
    assert len(found(root, "pool-state")) == count


def test_memory_that_the_environment_gives(tmp_path: Path) -> None:
    given = environment(computePoolDefaults={"clusterSpec": {"jobManager": SIZE}})
    objects = [given, pool(clusterSpec=cluster(jobManager={}))]
    assert found(deploy(tmp_path, objects), "pool-state") == []


def test_an_environment_that_is_not_here_may_give_it(tmp_path: Path) -> None:
    root = deploy(tmp_path, [pool(clusterSpec=cluster(jobManager={}))])
    assert levels(root, "pool-state") == ["warning"]


# --- releases ---


@pytest.mark.parametrize(
    ("version", "spec", "level"),
    [
        ("2.4.1", cluster(), []),
        ("2.2.0", cluster(), ["error"]),
        ("2.1.x", cluster(), ["error"]),
        ("2.x", cluster(), []),
        ("2.4.1", cluster(image="confluentinc/cp-flink-sql:1.19-cp6"), ["error"]),
        ("2.x", cluster(image="confluentinc/cp-flink-sql:1.19-cp6"), ["warning"]),
        ("2.4.1", cluster(image="mirror.test/x/cp-flink-sql:1.19-cp10-arm64"), []),
        ("2.4.1", cluster(image="mirror.test/x/our-sql:7"), []),
        ("2.4.1", cluster(image="flink:1.19"), ["warning"]),
        ("2.4.1", cluster(flinkVersion="v2_3"), ["error"]),
        ("2.4.1", cluster(flinkVersion="v2_3",
                          image="confluentinc/cp-flink-sql:2.3-cmf2.5-cp1"), ["error"]),
        ("2.5.0", cluster(flinkVersion="v2_3",
                          image="confluentinc/cp-flink-sql:2.3-cmf2.5-cp1"), []),
    ],
)  # fmt: skip
def test_releases_and_images(tmp_path: Path, version: str, spec: dict, level: list[str]) -> None:
    root = deploy(tmp_path, [environment(), pool(clusterSpec=spec)], chart(CMF, version))
    assert levels(root, "sql-flags") == level


# --- amounts, and who outranks whom ---


@pytest.mark.parametrize(
    ("field", "value", "count"),
    [
        ("cpu", "1000m", 1),
        ("cpu", "500m", 0),
        ("cpu", "1500m", 0),
        ("cpu", "1", 0),
        ("cpu", 2, 0),
        ("memory", "2000m", 1),
        ("memory", "1048m", 0),
        ("memory", "1Gi", 0),
        ("memory", "0m", 0),
    ],
)
def test_amounts(tmp_path: Path, field: str, value: object, count: int) -> None:
    resource = {"resource": {"cpu": "1", "memory": "1600m", field: value}}
    app = cr("FlinkApplication", "orders", flinkEnvironment="shop", jobManager=resource)
    assert len(found(deploy(tmp_path, [environment(), app]), "quantity")) == count
    # A pool hands its numbers on as they are.
    assert (
        found(deploy(tmp_path, [pool(clusterSpec=cluster(jobManager=resource))]), "quantity") == []
    )


@pytest.mark.parametrize(
    ("above", "own", "count"), [("2", "4", 1), ("2", "2", 0), (None, "4", 0), ("2", None, 0)]
)
def test_the_environment_outranks(
    tmp_path: Path, above: str | None, own: str | None, count: int
) -> None:
    def options(value: str | None) -> dict:
        return {"taskmanager.numberOfTaskSlots": value} if value else {}

    defaults = {"spec": {"flinkConfiguration": options(above)}}
    app = cr("FlinkApplication", "orders", flinkEnvironment="shop", flinkConfiguration=options(own))
    root = deploy(tmp_path, [environment(flinkApplicationDefaults=defaults), app])
    assert len(found(root, "env-override")) == count


def test_an_environment_of_another_name_does_not(tmp_path: Path) -> None:
    defaults = {"spec": {"flinkConfiguration": {"parallelism.default": "2"}}}
    app = cr("FlinkApplication", "orders", flinkEnvironment="lab",
             flinkConfiguration={"parallelism.default": "4"})  # fmt: skip
    root = deploy(
        tmp_path, [environment(flinkApplicationDefaults=defaults), environment("lab"), app]
    )
    assert found(root, "env-override") == []


@pytest.mark.parametrize(("cpu", "count"), [("1000m", 1), ("1", 0), ("750m", 0)])
def test_cores_of_what_confluent_for_kubernetes_runs(tmp_path: Path, cpu: str, count: int) -> None:
    connect = {
        "apiVersion": "platform.confluent.io/v1beta1",
        "kind": "Connect",
        "metadata": {"name": "connect", "namespace": "flink"},
        "spec": {"podTemplate": {"resources": {"requests": {"cpu": cpu, "memory": "2000m"}}}},
    }
    assert len(found(deploy(tmp_path, [connect]), "quantity")) == count
