"""What differs from release to release, and the texts that the operator takes apart."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operators.documents import deployment, session, session_job, snapshot
from overlaykit.operator import cron, ingress, jar, options, sizes
from overlaykit.operator.request import Request
from overlaykit.operator.settings import defaults, flatten
from overlaykit.operator.validator import validate
from overlaykit.operator.versions import Release, release


def rules(document: Any, minor: int = 15, **given: Any) -> list[str]:
    return [one.rule for one in validate(Request(document, Release(minor), **given))]


@pytest.mark.parametrize(
    ("text", "minor"),
    [("1.15.0", 15), ("1.150.3", 15), ("1.10", 10), ("v1.12.1", 12), ("main", 16)],
)
def test_a_version_names_a_release(text: str, minor: int) -> None:
    assert release(text) == Release(minor)


@pytest.mark.parametrize("text", ["", "2.0", "1.9.0", "latest", "1.99.0", ">=1.10"])
def test_other_texts_name_none(text: str) -> None:
    assert release(text) is None


def test_all_that_is_wrong_is_said_in_the_operators_order() -> None:
    document = deployment(serviceAccount=None, flinkVersion="v1_14")
    document["metadata"]["name"] = "A"
    document["spec"]["job"] |= {"upgradeMode": "savepoint", "parallelism": 0}
    wanted = ["name", "version", "checkpoint-dir", "savepoint-dir", "parallelism"]
    assert rules(document) == [*wanted, "service-account"]


def test_each_release_knows_its_flinks() -> None:
    assert rules(deployment(flinkVersion="v2_0"), 10) == ["shape"]
    assert rules(deployment(flinkVersion="v2_0"), 11) == []
    assert rules(deployment(flinkVersion="v2_4"), 14) == ["shape"]
    assert rules(deployment(flinkVersion="v2_4"), 15) == []


def test_up_to_1_10_the_old_directory_names_count() -> None:
    job = {"parallelism": 1, "upgradeMode": "last-state"}
    new = deployment(job=job, flinkConfiguration={"execution.checkpointing.dir": "s3://b"})
    old = deployment(job=job, flinkConfiguration={"state.checkpoints.dir": "s3://b"})
    assert (rules(new, 10), rules(new, 11)) == (["checkpoint-dir"], [])
    assert (rules(old, 10), rules(old, 11)) == ([], [])


def test_defaults_from_a_flink_version_on_are_read_from_1_11_on() -> None:
    since = "kubernetes.operator.default-configuration.flink-version.v1_18+.kubernetes.cluster-id"
    document, configured = deployment(), {since: "x"}
    assert rules(document, 10, configured=configured) == []
    assert rules(document, 11, configured=configured) == ["forbidden-key"]


def test_nested_options_are_read_from_1_13_on() -> None:
    nested = deployment(flinkConfiguration={"kubernetes": {"cluster-id": "x"}})
    assert rules(nested, 12) == ["shape"]
    assert rules(nested, 13) == ["forbidden-key"]
    found = Request(nested).at("kubernetes.cluster-id")
    assert found == ("spec", "flinkConfiguration", "kubernetes", "cluster-id")


def test_addresses_of_jars_are_judged_from_1_15_on() -> None:
    job = session_job()
    job["spec"]["job"]["jarURI"] = "s3://b/a.jar"
    assert (rules(job, 14), rules(job, 15)) == ([], ["jar-uri"])
    allowed = {"kubernetes.operator.user.artifacts.allowed-schemes": "s3;https"}
    assert rules(job, 15, configured=allowed) == []


def test_the_release_to_come_reads_resources() -> None:
    document = deployment(jobManager={"resources": {"requests": {"memory": "2Gi"}}})
    assert (rules(document, 15), rules(document, 16)) == (["memory"], [])
    document["spec"]["jobManager"]["resources"]["limits"] = {"memory": "1Gi", "cpu": "0"}
    assert rules(document, 16) == ["requirements"]


def test_the_release_to_come_wants_two_samples() -> None:
    scaled = {"job.autoscaler.enabled": "true", "job.autoscaler.metrics.window": "30s"}
    document = deployment(flinkConfiguration=scaled)
    assert (rules(document, 15), rules(document, 16)) == ([], ["autoscaler"])


def test_utilization_was_free_up_to_1_10() -> None:
    scaled = {"job.autoscaler.enabled": "true", "job.autoscaler.target.utilization": "7"}
    document = deployment(flinkConfiguration=scaled)
    assert (rules(document, 10), rules(document, 11)) == ([], ["autoscaler"])


def test_a_session_job_is_judged_with_its_cluster_where_it_is_known() -> None:
    job = session_job()
    job["spec"]["job"]["parallelism"] = 0
    assert rules(job) == []
    assert rules(job, session=session()) == ["parallelism"]
    application = {**deployment(), "metadata": {"name": "cluster"}}
    assert rules(job, session=application)[0] == "application-cluster"


def test_a_snapshot_wants_one_kind_and_a_job() -> None:
    assert rules(snapshot(checkpoint={})) == ["snapshot"]
    assert rules(snapshot(jobReference=None)) == ["snapshot-job"]
    assert (rules(snapshot(), found=False), rules(snapshot(), found=True)) == (
        ["snapshot-job"],
        [],
    )


def test_defaults_of_a_namespace_and_a_version_outrank_the_plain_ones() -> None:
    prefix = "kubernetes.operator.default-configuration."
    configured = {
        "a": "plain",
        f"{prefix}namespace.flink.a": "namespace",
        f"{prefix}flink-version.v1_18+.a": "since",
        f"{prefix}flink-version.v1_20.a": "exact",
    }
    assert defaults(configured, "other", None, Release())["a"] == "plain"
    assert defaults(configured, "flink", (1, 17), Release())["a"] == "namespace"
    assert defaults(configured, "flink", (1, 19), Release())["a"] == "since"
    assert defaults(configured, "flink", (1, 20), Release())["a"] == "exact"


def test_options_come_and_go() -> None:
    new, old = Release(15), Release(10)
    assert options.knows("job.autoscaler.utilization.target", new)
    assert not options.knows("job.autoscaler.utilization.target", old)
    assert options.knows("kubernetes.operator.job.autoscaler.enabled", new)
    assert options.knows("kubernetes.operator.metrics.reporter.prom.port", new)
    assert not options.knows("job.autoscaler.parallelism.max", new)
    assert options.meant("job.autoscaler.parallelism.max", new).endswith("vertex.max-parallelism")
    assert options.since("kubernetes.operator.user.artifacts.allowed-schemes") == 15


WORDS = st.text("*?/-,#LW0123456789 MONFRIJAN", max_size=30)


@given(WORDS)
def test_no_cron_expression_is_too_odd_to_judge(text: str) -> None:
    assert cron.is_cron(text) in (True, False)


@given(st.text(max_size=30))
def test_no_text_is_too_odd_for_an_address_a_template_or_an_amount(text: str) -> None:
    assert isinstance(jar.refusal(text, ["https"], True), str)
    assert isinstance(ingress.refusal(text, "a", "b"), str)
    assert isinstance(sizes.memory_refusal(text), str)
    assert isinstance(sizes.storage_refusal(text), str)


@given(st.integers(1, 10**6), st.sampled_from(["", "m", "g", "Mi", "Gi", "k", "Ki", " mb"]))
def test_whole_amounts_are_memory(number: int, unit: str) -> None:
    assert sizes.memory_refusal(f"{number}{unit}") == ""


@given(st.dictionaries(st.text("ab", min_size=1), st.one_of(st.integers(), st.text("xy"))))
def test_flat_options_stay_what_they_are(options: dict[str, Any]) -> None:
    assert flatten(options) == {key: str(value) for key, value in options.items()}
