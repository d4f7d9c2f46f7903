"""Pod templates laid over each other as the operator does it."""

from typing import Any

from overlaykit.operator.podtemplate import main_container, merge, template
from overlaykit.operator.settings import Settings

BY_NAME = Settings({"kubernetes.operator.pod-template.merge-arrays-by-name": "true"})
BY_PLACE = Settings({})


def pod(*containers: Any) -> dict[str, Any]:
    return {"spec": {"containers": list(containers)}}


def names(found: dict[str, Any]) -> list[str]:
    return [one["name"] for one in found["spec"]["containers"]]


def test_lists_are_merged_by_place_unless_told_otherwise() -> None:
    below = pod({"name": "side", "image": "s"}, {"name": "flink-main-container"})
    above = pod({"name": "flink-main-container", "env": [{"name": "A"}]})
    spec = {"podTemplate": below, "taskManager": {"podTemplate": above}}
    # By place the first container becomes Flink's and keeps the image of the other.
    by_place = template(spec, "taskmanager", BY_PLACE)
    assert names(by_place) == ["flink-main-container", "flink-main-container"]
    assert by_place["spec"]["containers"][0]["image"] == "s"
    by_name = template(spec, "taskmanager", BY_NAME)
    assert names(by_name) == ["side", "flink-main-container"]
    assert main_container(by_name) == {"name": "flink-main-container", "env": [{"name": "A"}]}


def test_a_role_without_a_template_has_the_common_one() -> None:
    spec = {"podTemplate": pod({"name": "side"}), "jobManager": {}}
    assert names(template(spec, "jobmanager", BY_PLACE)) == ["side"]
    assert template({}, "jobmanager", BY_PLACE) == {}


def test_storage_reaches_the_container_of_flink() -> None:
    spec = {"taskManager": {"resource": {"ephemeralStorage": "2Gi"}}}
    found = main_container(template(spec, "taskmanager", BY_PLACE))
    assert found is not None
    assert found["resources"]["limits"] == {"ephemeral-storage": "2Gi"}


def test_nothing_given_is_changed() -> None:
    below, above = {"a": [{"b": 1}]}, {"a": [{"c": 2}, {"d": 3}]}
    assert merge(below, above, False) == {"a": [{"b": 1, "c": 2}, {"d": 3}]}
    assert below == {"a": [{"b": 1}]}
    assert merge({"a": ["x"]}, {"a": ["y", "z"]}, False) == {"a": ["x", "z"]}
