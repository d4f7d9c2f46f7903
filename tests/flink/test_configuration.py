"""Flink's settings are found wherever they stand."""

from typing import Any

import pytest

from overlaykit.flink.configuration import effective, of_sql, settings
from overlaykit.render.objects import Object


def told(data: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one.key, one.value) for one in settings(Object(data))]


FLINK = "flink.apache.org/v1beta1"
CMF = "platform.confluent.io/v1beta1"
NESTED = {"state": {"checkpoints.dir": "s3://a"}, "taskmanager.numberOfTaskSlots": 2}
FLAT = [("state.checkpoints.dir", "s3://a"), ("taskmanager.numberOfTaskSlots", "2")]


@pytest.mark.parametrize(
    ("api", "kind", "spec"),
    [
        (FLINK, "FlinkDeployment", {"flinkConfiguration": NESTED}),
        (FLINK, "FlinkSessionJob", {"flinkConfiguration": NESTED}),
        (FLINK, "FlinkBlueGreenDeployment", {"template": {"spec": {"flinkConfiguration": NESTED}}}),
        (CMF, "FlinkApplication", {"flinkConfiguration": NESTED}),
        (
            CMF,
            "FlinkEnvironment",
            {"flinkApplicationDefaults": {"spec": {"flinkConfiguration": NESTED}}},
        ),
        (
            CMF,
            "FlinkEnvironment",
            {"statementDefaults": {"detached": {"flinkConfiguration": NESTED}}},
        ),
        (CMF, "FlinkComputePool", {"clusterSpec": {"flinkConfiguration": NESTED}}),
        (CMF, "FlinkStatement", {"flinkConfiguration": NESTED}),
    ],
)
def test_kinds(api: str, kind: str, spec: dict[str, Any]) -> None:
    assert told({"apiVersion": api, "kind": kind, "spec": spec}) == FLAT


def config_map(name: str, text: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "data": {name: text}}


def test_files_in_config_maps() -> None:
    text = "# a comment\nrest.port: 8081  # why\njobmanager.rpc.address:\nstate.a: 'x'\n"
    assert told(config_map("flink-conf.yaml", text)) == [("rest.port", "8081"), ("state.a", "x")]
    assert told(config_map("config.yaml", "state:\n  checkpoints:\n    dir: s3://a\n")) == [
        ("state.checkpoints.dir", "s3://a")
    ]
    assert told(config_map("config.yaml", "logging: {level: info}")) == []
    assert told(config_map("config.yaml", "a: [")) == []


def test_the_line_of_a_setting_in_a_text() -> None:
    found = settings(Object(config_map("config.yaml", "jobmanager:\n  memory:\n    a: 1g\n")))
    assert [one.line for one in found] == ["    a: 1g"]


def test_pods() -> None:
    container = {
        "name": "main",
        "env": [{"name": "FLINK_PROPERTIES", "value": "rest.port: 8082\nparallelism.default: 2"}],
        "args": ["standalone-job", "-Dstate.backend=rocksdb", "-D rest.address=a"],
    }
    spec = {"template": {"spec": {"containers": [container]}}}
    assert told({"apiVersion": "apps/v1", "kind": "Deployment", "spec": spec}) == [
        ("rest.port", "8082"),
        ("parallelism.default", "2"),
        ("state.backend", "rocksdb"),
        ("rest.address", "a"),
    ]


def test_sql() -> None:
    text = "-- SET 'a.b' = 'c';\n/* SET 'd.e' = 'f';\n*/ SET 'execution.checkpointing.interval' = '1 min';\nset a.b=c;\n"
    assert [(one.key, one.value) for one in of_sql(text, ())] == [
        ("execution.checkpointing.interval", "1 min"),
        ("a.b", "c"),
    ]


def test_the_later_layer_outranks() -> None:
    one, two = (
        settings(
            Object(
                {
                    "apiVersion": FLINK,
                    "kind": "FlinkDeployment",
                    "spec": {"flinkConfiguration": {"a": 1}},
                }
            )
        ),
        settings(
            Object(
                {
                    "apiVersion": CMF,
                    "kind": "FlinkApplication",
                    "spec": {"flinkConfiguration": {"a": 2}},
                }
            )
        ),
    )
    found = effective([one, two])["a"]
    assert (found.setting.value, [under.value for under in found.over]) == ("2", ["1"])
