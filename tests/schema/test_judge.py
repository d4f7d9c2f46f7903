"""Verdicts and words: what is refused, where, and what the user is told to write."""

import json
from pathlib import Path
from typing import Any

import pytest
from corpus import get, paths, valid
from hypothesis import given, settings
from hypothesis import strategies as st

from overlaykit.errors import CannotLook
from overlaykit.schema.judge import Judge, Violation
from overlaykit.schema.store import Store, builtin

JUDGE = Judge(Store(builtin()))


def flink(**spec: Any) -> dict[str, Any]:
    meta = {"name": "a"}
    head = {"apiVersion": "flink.apache.org/v1beta1", "kind": "FlinkDeployment", "metadata": meta}
    return {**head, "spec": spec}


def application(**spec: Any) -> dict[str, Any]:
    head = {"apiVersion": "platform.confluent.io/v1beta1", "kind": "FlinkApplication"}
    return {**head, "metadata": {"name": "a"}, "spec": {"flinkEnvironment": "e", **spec}}


def only(obj: dict[str, Any], judge: Judge = JUDGE) -> Violation:
    found = judge.violations(obj)
    assert found is not None and len(found) == 1, found
    return found[0]


def test_an_unknown_kind_has_no_verdict() -> None:
    assert JUDGE.violations({"apiVersion": "example.com/v1", "kind": "Thing"}) is None
    assert JUDGE.violations({"kind": "Thing"}) is None


def test_unknown_field_names_what_was_meant() -> None:
    found = only(flink(imagee="x"))
    assert found.path == ("spec", "imagee")
    assert found.kind == "unknown-field"
    assert found.message == "unknown field 'imagee' in spec; did you mean 'image'?"
    assert found.fix == "write 'image' instead of 'imagee'"


def test_unknown_field_behind_a_shared_definition_lists_what_was_allowed() -> None:
    found = only(flink(podTemplate={"spec": {"containers": [{"zz": 1}]}}))
    assert found.path == ("spec", "podTemplate", "spec", "containers", 0, "zz")
    assert "allowed: args, command" in found.message
    assert found.fix == "remove 'zz'"


def test_missing_field_stands_at_the_object_without_it() -> None:
    obj = application()
    del obj["spec"]["flinkEnvironment"]
    found = only(obj)
    assert (found.path, found.kind) == (("spec",), "missing-field")
    assert found.fix == "add spec.flinkEnvironment"


@pytest.mark.parametrize(
    ("obj", "path", "fix"),
    [
        (flink(jobManager={"resource": {"cpu": "1"}}), "jobManager.resource.cpu", "write 1 without quotes"),
        (application(jobManager={"resource": {"cpu": 0.5}}), "jobManager.resource.cpu", 'write "0.5" in quotes'),
        (application(flinkConfiguration={"a": 2}), "flinkConfiguration.a", 'write "2" in quotes'),
        (application(flinkConfiguration={"a": True}), "flinkConfiguration.a", 'write "true" in quotes'),
        (application(job={"args": "x"}), "job.args", "write a list: put '- ' before each entry"),
        (application(image=None), "image", "write text or remove the field"),
    ],
)  # fmt: skip
def test_wrong_types(obj: dict[str, Any], path: str, fix: str) -> None:
    found = only(obj)
    assert found.kind == "type"
    assert ".".join(map(str, found.path)) == f"spec.{path}"
    assert found.fix == fix


@pytest.mark.parametrize("cpu", [1, 1.0, "1", "0.5", "500m"])
def test_cpu_of_a_flink_application(cpu: Any) -> None:
    assert JUDGE.violations(application(taskManager={"resource": {"cpu": cpu}})) == []


@pytest.mark.parametrize(
    ("memory", "fine"), [("1048m", True), ("1Gi", True), ("1GB", False), ("1024mb", False), ("1 gb", False)]
)  # fmt: skip
def test_memory_of_a_flink_application_is_a_quantity(memory: str, fine: bool) -> None:
    found = JUDGE.violations(application(taskManager={"resource": {"memory": memory}}))
    assert (found == []) == fine
    assert fine or (found and found[0].kind == "pattern" and "Kubernetes quantity" in found[0].fix)


def test_configuration_of_a_flink_deployment_may_be_nested_and_hold_any_scalar() -> None:
    nested = {"taskmanager": {"numberOfTaskSlots": 2}, "a.b": True}
    assert JUDGE.violations(flink(flinkConfiguration=nested)) == []


def test_enum_offers_the_near_value() -> None:
    found = only(flink(mode="nativ"))
    assert (
        found.message
        == "'nativ' is not allowed; allowed: native, standalone; did you mean 'native'?"
    )
    assert found.fix == "write native"


@pytest.mark.parametrize(("version", "fine"), [("v1_20", True), ("v2_2", True), ("v2_4", False)])
def test_flink_versions_of_operator_1_15(version: str, fine: bool) -> None:
    assert (JUDGE.violations(flink(flinkVersion=version)) == []) == fine


def test_a_kind_in_the_wrong_case_is_refused() -> None:
    obj = flink()
    obj["kind"] = "Flinkdeployment"
    assert only(obj).fix == "write FlinkDeployment"


def test_all_violations_come_at_once_in_one_order() -> None:
    obj = flink(mode="x", zz=1, image=2, jobManager={"resource": {"cpu": "1"}})
    found = JUDGE.violations(obj)
    assert found and [v.path[-1] for v in found] == ["image", "cpu", "mode", "zz"]
    assert found == JUDGE.violations(json.loads(json.dumps(obj, sort_keys=True)))


def test_nulls_pass_where_kubernetes_lets_them() -> None:
    meta = {"name": "a", "creationTimestamp": None, "labels": None}
    spec = {"ports": [{"port": 80, "name": None}], "selector": None}
    obj = {"apiVersion": "v1", "kind": "Service", "metadata": meta, "spec": spec}
    assert JUDGE.violations(obj) == []


def test_number_keys_are_text_and_keep_their_place() -> None:
    obj = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {8080: 1}}
    assert only(obj).path == ("data", 8080)
    obj["data"] = {8080: "x"}
    assert JUDGE.violations(obj) == []


@pytest.mark.parametrize(
    ("text", "fine"), [("abort", True), ("ABORT", True), ("", True), ("abor", False)]
)
def test_an_inline_flag_of_a_go_pattern_still_holds(text: str, fine: bool) -> None:
    groups = [{"name": "a", "partial_response_strategy": text}]
    head = {"apiVersion": "monitoring.coreos.com/v1", "kind": "PrometheusRule"}
    obj = {**head, "metadata": {"name": "a"}, "spec": {"groups": groups}}
    assert (JUDGE.violations(obj) == []) == fine


def user_schema(folder: Path, schema: Any) -> Judge:
    path = folder / "example.com" / "thing_v1.json"
    path.parent.mkdir(parents=True)
    path.write_text(schema if isinstance(schema, str) else json.dumps(schema))
    return Judge(Store(builtin(), [folder]))


THING = {"apiVersion": "example.com/v1", "kind": "Thing"}


def test_branches_of_types_become_one_violation(tmp_path: Path) -> None:
    either = {"anyOf": [{"type": "integer"}, {"type": "string"}]}
    judge = user_schema(tmp_path, {"properties": {"a": either}})
    assert (
        only({**THING, "a": 0.5}, judge).message
        == "0.5 is a fraction; a whole number or text is wanted"
    )


def test_branches_of_required_fields_become_one_violation(tmp_path: Path) -> None:
    judge = user_schema(tmp_path, {"oneOf": [{"required": ["a"]}, {"required": ["b"]}]})
    found = only(dict(THING), judge)
    assert (found.kind, found.fix) == ("missing-field", "add one of a, b")


def test_the_branch_that_came_nearest_is_told(tmp_path: Path) -> None:
    deep = {"type": "object", "properties": {"x": {"type": "integer"}}}
    judge = user_schema(tmp_path, {"properties": {"a": {"anyOf": [{"type": "string"}, deep]}}})
    assert only({**THING, "a": {"x": "y"}}, judge).path == ("a", "x")


def test_a_schema_that_points_to_the_network_is_refused(tmp_path: Path) -> None:
    judge = user_schema(tmp_path, {"properties": {"a": {"$ref": "https://example.com/a.json"}}})
    with pytest.raises(CannotLook, match=r"thing_v1\.json.*network"):
        judge.violations({**THING, "a": 1})


@pytest.mark.parametrize("text", ["{", "[]", '{"type": 3}'])
def test_a_broken_schema_is_named(tmp_path: Path, text: str) -> None:
    with pytest.raises(CannotLook, match=r"thing_v1\.json"):
        user_schema(tmp_path, text).violations(THING)


def test_a_pattern_of_another_language_does_not_stop_the_rest(tmp_path: Path) -> None:
    rules = {"a": {"pattern": "^(?P<x>a)$"}, "b": {"type": "string"}}
    judge = user_schema(tmp_path, {"properties": rules})
    assert only({**THING, "a": "b", "b": 1}, judge).path == ("b",)


# Maps of the valid objects that are closed: an unknown field there is a violation.
CLOSED = [
    (obj, at)
    for obj in valid()
    for at in paths(obj)
    if isinstance(get(obj, at), dict)
    and JUDGE.violations(json.loads(json.dumps(obj))) == []
    and at in ((), ("metadata",), ("spec",))
    and (at or "spec" in obj)
]


@settings(deadline=None)
@given(st.sampled_from(CLOSED), st.text("abcdefgXYZ-_.", min_size=1).map("zq{}".format))
def test_any_unknown_field_at_the_head_of_an_object_is_refused(
    place: tuple[dict[str, Any], tuple[Any, ...]], name: str
) -> None:
    obj = json.loads(json.dumps(place[0]))
    get(obj, place[1])[name] = 1
    assert only(obj).path == (*place[1], name)


@settings(deadline=None)
@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
                    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner)))  # fmt: skip
def test_no_spec_breaks_the_judge(spec: Any) -> None:
    found = JUDGE.violations(flink(podTemplate=spec))
    assert found is not None
    assert all(one.message and one.fix and "\n" not in one.message + one.fix for one in found)
