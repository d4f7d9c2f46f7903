"""security/rofs: where Flink writes, and whether there is room."""

from pathlib import Path
from typing import Any

import pytest
from flink_trees import chart, deployment, job, main, told

CHECK = "security/rofs"
READ_ONLY = {"securityContext": {"readOnlyRootFilesystem": True}}
OPERATOR = (chart("flink-kubernetes-operator", "operator"),)


def mounts(*folders: str) -> dict[str, Any]:
    listed = [{"name": f"v{n}", "mountPath": folder} for n, folder in enumerate(folders)]
    return {"volumeMounts": listed}


def native(*folders: str, **spec: Any) -> dict[str, Any]:
    return job(podTemplate=main(**READ_ONLY, **mounts(*folders)), **spec)


def test_without_tmp_flink_does_not_start(tmp_path: Path) -> None:
    [(level, message)] = told(tmp_path, CHECK, native("/opt/flink/log"), beside=OPERATOR)
    assert level == "error"
    assert "/tmp is no volume" in message


def test_nothing_is_proved_of_an_operator_that_is_not_here(tmp_path: Path) -> None:
    [(level, message)] = told(tmp_path, CHECK, native("/opt/flink/log"))
    assert level == "warning"
    assert "assuming that the operator's default configuration has no io.tmp.dirs" in message


@pytest.mark.parametrize(
    ("folders", "options"),
    [
        (("/tmp", "/opt/flink/log"), {}),
        (("/tmp/", "/opt/flink/log/"), {}),
        (("/data", "/opt/flink/log"), {"io.tmp.dirs": "/data/one,/data/two"}),
        (("/tmp",), {"env.log.dir": "/tmp/log"}),
    ],
)
def test_there_is_room(tmp_path: Path, folders: tuple[str, ...], options: dict[str, str]) -> None:
    one = native(*folders, flinkConfiguration=options)
    assert told(tmp_path, CHECK, one, beside=OPERATOR) == []


def test_a_folder_beside_is_not_the_folder(tmp_path: Path) -> None:
    one = native("/tmpfs", "/opt/flink/log")
    assert len(told(tmp_path, CHECK, one, beside=OPERATOR)) == 1


def test_a_mount_that_is_read_only_is_no_room(tmp_path: Path) -> None:
    one = native("/tmp", "/opt/flink/log")
    container = one["spec"]["podTemplate"]["spec"]["containers"][0]
    container["volumeMounts"][0]["readOnly"] = True
    assert [level for level, _ in told(tmp_path, CHECK, one, beside=OPERATOR)] == ["error"]


def test_without_a_log_folder_nothing_breaks(tmp_path: Path) -> None:
    [(level, message)] = told(tmp_path, CHECK, native("/tmp"), beside=OPERATOR)
    assert level == "warning"
    assert "shows no log" in message


def test_plugins_that_are_switched_on(tmp_path: Path) -> None:
    env = [{"name": "ENABLE_BUILT_IN_PLUGINS", "value": "flink-s3-fs-hadoop-1.20.3.jar"}]
    template = main(**READ_ONLY, **mounts("/tmp", "/opt/flink/log"), env=env)
    [(level, message)] = told(tmp_path, CHECK, job(podTemplate=template), beside=OPERATOR)
    assert level == "error"
    assert "/opt/flink/plugins" in message


def test_the_templates_of_a_role_and_of_all_are_merged(tmp_path: Path) -> None:
    size = {"resource": {"cpu": 1, "memory": "2048m"}}
    both = mounts("/tmp", "/opt/flink/log")
    taskmanager = {**size, "podTemplate": main(**READ_ONLY)}
    one = job(podTemplate=main(**both), taskManager=taskmanager)
    assert told(tmp_path, CHECK, one, beside=OPERATOR) == []


def test_an_image_of_ones_own_may_declare_volumes(tmp_path: Path) -> None:
    one = native("/opt/flink/log", image="registry.test/orders:1.0.0")
    [(level, message)] = told(tmp_path, CHECK, one, beside=OPERATOR)
    assert level == "warning"
    assert "assuming that its image declares no volume there" in message


def standalone(image: str = "flink:1.20.3", **container: Any) -> dict[str, Any]:
    env = [{"name": "FLINK_PROPERTIES", "value": "a: b"}]
    return deployment("jm", image, container={"env": env, **READ_ONLY, **container})


def test_the_entry_point_writes_options(tmp_path: Path) -> None:
    folders = mounts("/tmp", "/opt/flink/log")
    [(level, message)] = told(tmp_path, CHECK, standalone(args=["jobmanager"], **folders))
    assert level == "error"
    assert "cannot write FLINK_PROPERTIES there" in message
    assert (
        told(tmp_path, CHECK, standalone(args=["jobmanager"], **mounts("/tmp", "/opt/flink"))) == []
    )


@pytest.mark.parametrize(
    "container",
    [
        {"args": ["bash", "-c", "sleep 1"]},
        {"command": ["/opt/flink/bin/sql-client.sh"], "args": ["jobmanager"]},
        {},
    ],
)
def test_other_commands_of_the_image_are_not_known(tmp_path: Path, container: dict) -> None:
    assert told(tmp_path, CHECK, standalone(**container)) == []


def test_images_of_others_are_not_known(tmp_path: Path) -> None:
    assert told(tmp_path, CHECK, standalone("nginx:1.27.1", args=["jobmanager"])) == []


def test_a_root_that_can_be_written(tmp_path: Path) -> None:
    assert told(tmp_path, CHECK, job(podTemplate=main()), beside=OPERATOR) == []
