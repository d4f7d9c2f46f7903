"""The operator 1.15.0 built configurations (tests/engines/operator_configures.py); ours are equal."""

import json
from pathlib import Path

import pytest

from operators.configurations import cases, is_refused, ours
from overlaykit.operator.chart import own_configuration
from overlaykit.operator.versions import Release
from overlaykit.operator.written import cores_text, of_cluster, size_text

RECORDED = json.loads(Path(__file__).with_name("configured.json").read_text())
CASES = list(cases(len(RECORDED["said"]), RECORDED["seed"]))


@pytest.mark.parametrize("number", range(len(CASES)))
def test_the_configuration_is_the_operators(number: int) -> None:
    case, said = CASES[number], RECORDED["said"][number]
    assert ("failed" in said) == is_refused(case)
    if "failed" not in said:
        assert ours(case) == said


def test_the_recorded_cases_are_of_all_sorts() -> None:
    said = RECORDED["said"]
    assert sum("failed" in one for one in said) > 5
    targets = [one.get("execution.target") for one in said]
    assert {"kubernetes-application", "kubernetes-session", "remote"} <= set(targets)
    assert any(case["document"]["kind"] == "FlinkSessionJob" for case in CASES)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("1600m", "1600 mb"),
        ("2048 mb", "2 gb"),
        ("1Gi", "1073741824"),
        ("1.5Gi", "1.5Gi"),
        ("1000", "1000 bytes"),
        ("big", "big"),
    ],
)
def test_memory_is_written_as_flink_writes_it(text: str, written: str) -> None:
    assert size_text(text) == written


def test_cores_are_a_number_also_where_cmf_takes_a_quantity() -> None:
    assert [cores_text(one) for one in (1, 0.5, "2", "500m", "x")] == [
        *("1.0", "0.5", "2.0", "0.5", "x")
    ]


def test_what_each_deployment_decides_anew_is_open() -> None:
    spec = {"job": {"parallelism": 1, "initialSavepointPath": "s3://b/sp"}}
    values = {"high-availability.storageDir": "s3://b/ha", "execution.savepoint.path": "s3://old"}
    done = of_cluster(spec, "a", "flink", values, Release(), (1, 20))
    found = {one.key: one for one in done}
    store = found["job-result-store.storage-path"]
    assert store.is_open and (store.value or "").startswith("s3://b/ha/job-result-store/a/")
    savepoints = [one.value for one in done if one.key == "execution.savepoint.path"]
    assert savepoints == [None, "s3://b/sp"]


def test_the_chart_has_defaults_of_its_own() -> None:
    assert own_configuration(Release(10)) == {
        "taskmanager.numberOfTaskSlots": "1",
        "parallelism.default": "1",
    }
    java = (
        "kubernetes.operator.default-configuration.flink-version.v1_19+.env.java.default-opts.all"
    )
    assert "java.base/sun.net.util=ALL-UNNAMED" in own_configuration(Release(15))[java]
    assert "jdk.compiler" in own_configuration(Release(11))[java]
