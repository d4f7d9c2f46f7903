"""The classes of changes, one by one; tests/operators/recorded.json has thousands of pairs."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operators.documents import change, deployment
from operators.pairs import pairs
from overlaykit.operator.diff import Kind, changes, kind, option_kind

# Field, new value, class in native and in standalone mode.
TABLE: list[tuple[str, Any, str, str]] = [
    ("image", "flink:1.19", "UPGRADE", "UPGRADE"),
    ("flinkVersion", "v1_19", "UPGRADE", "UPGRADE"),
    ("imagePullPolicy", "Always", "UPGRADE", "UPGRADE"),
    ("serviceAccount", "other", "UPGRADE", "UPGRADE"),
    ("podTemplate", {"spec": {"nodeSelector": {"a": "b"}}}, "UPGRADE", "UPGRADE"),
    ("jobManager/podTemplate", {"metadata": {"labels": {"a": "b"}}}, "UPGRADE", "UPGRADE"),
    ("taskManager/podTemplate", {"metadata": {"labels": {"a": "b"}}}, "UPGRADE", "UPGRADE"),
    ("logConfiguration", {"log4j-console.properties": "x"}, "UPGRADE", "UPGRADE"),
    ("ingress", {"template": "x"}, "UPGRADE", "UPGRADE"),
    ("restartNonce", 1, "UPGRADE", "UPGRADE"),
    ("jobManager/replicas", 2, "UPGRADE", "UPGRADE"),
    ("jobManager/resource/memory", "3g", "UPGRADE", "UPGRADE"),
    ("taskManager/resource/cpu", 2, "UPGRADE", "UPGRADE"),
    ("job/jarURI", "local:///other.jar", "UPGRADE", "UPGRADE"),
    ("job/args", ["x"], "UPGRADE", "UPGRADE"),
    ("job/entryClass", "X", "UPGRADE", "UPGRADE"),
    ("job/state", "suspended", "UPGRADE", "UPGRADE"),
    ("flinkConfiguration/state.backend.type", "rocksdb", "UPGRADE", "UPGRADE"),
    ("job/parallelism", 4, "UPGRADE", "SCALE"),
    ("taskManager/replicas", 4, "UPGRADE", "SCALE"),
    ("flinkConfiguration/pipeline.jobvertex-parallelism-overrides", "a:1", "SCALE", "UPGRADE"),
    ("flinkConfiguration/parallelism.default", "4", "IGNORE", "IGNORE"),
    ("flinkConfiguration/kubernetes.operator.x", "4", "IGNORE", "IGNORE"),
    ("flinkConfiguration/job.autoscaler.enabled", "true", "IGNORE", "IGNORE"),
    ("job/upgradeMode", "savepoint", "IGNORE", "IGNORE"),
    ("job/initialSavepointPath", "s3://b/1", "IGNORE", "IGNORE"),
    ("job/savepointTriggerNonce", 1, "IGNORE", "IGNORE"),
    ("job/allowNonRestoredState", True, "IGNORE", "IGNORE"),
    ("job/savepointRedeployNonce", 1, "SAVEPOINT_REDEPLOY", "SAVEPOINT_REDEPLOY"),
]


@pytest.mark.parametrize(("field", "value", "native", "standalone"), TABLE)
def test_a_change_has_its_class(field: str, value: Any, native: str, standalone: str) -> None:
    for mode, wanted in (("native", native), ("standalone", standalone)):
        before = deployment(mode=mode)
        after = deployment(mode=mode)
        change(after["spec"], field.split("/"), value)
        found = changes(before["spec"], after["spec"])
        assert kind(found).name == wanted
        [path] = [".".join(map(str, one.path)) for one in found]
        assert field.replace("/", ".").startswith(path)


def test_the_strongest_change_decides() -> None:
    before, after = deployment(mode="standalone"), deployment(mode="standalone")
    after["spec"]["job"] |= {"parallelism": 8, "upgradeMode": "savepoint"}
    assert kind(changes(before["spec"], after["spec"])) is Kind.SCALE
    after["spec"]["image"] = "flink:2.1"
    assert kind(changes(before["spec"], after["spec"])) is Kind.UPGRADE


@given(st.integers(0, 10**6))
def test_nothing_differs_from_itself_and_what_differs_differs_back(seed: int) -> None:
    [case] = pairs(1, seed)
    session = case["kind"] == "session"
    assert changes(case["before"], case["before"], case["mode"], session) == []
    there = changes(case["before"], case["after"], case["mode"], session)
    back = changes(case["after"], case["before"], case["mode"], session)
    nonces = {"restartNonce", "savepointRedeployNonce"}
    assert {c.path for c in there if c.path[-1] not in nonces} == {
        c.path for c in back if c.path[-1] not in nonces
    }


@given(st.text(max_size=40))
def test_an_option_is_judged_by_how_it_starts(key: str) -> None:
    assert option_kind(f"job.autoscaler{key}", "native") is Kind.IGNORE
    assert option_kind(f"x{key}", "native") is Kind.UPGRADE
