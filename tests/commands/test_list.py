"""`overlay list`."""

import json

from helpers import ROOT, overlay


def test_workloads_and_where_they_run() -> None:
    rows = json.loads(overlay(ROOT, "list", "workloads", "--format", "json").output)
    found = {row["workload"]: row for row in rows}
    assert found["cmf-operator"]["wave"] == 118
    assert found["cmf-operator"]["clusters"] == ["demo", "flink-demo"]


def test_clusters_as_a_table() -> None:
    lines = overlay(ROOT, "list").output.splitlines()
    assert lines[0].split() == ["CLUSTER", "KUBERNETES", "ARGOCD", "REPOSITORY", "WORKLOADS"]
    assert [line.split()[0] for line in lines[1:]] == ["demo", "flink-demo", "openshift-demo"]


def test_applications_in_order() -> None:
    rows = json.loads(overlay(ROOT, "list", "apps", "--format", "json").output)
    names = [row["application"] for row in rows if row["cluster"] == "demo"]
    assert names == sorted(names)
    assert "flink-root" in names


def test_checks_have_a_law() -> None:
    assert "schema/invalid" in overlay(ROOT, "list", "checks").output


def test_resources_by_cluster_and_workload() -> None:
    rows = json.loads(overlay(ROOT, "list", "--resources", "--format", "json").output)
    [cmf] = [r for r in rows if (r["cluster"], r["workload"]) == ("flink-demo", "cmf-operator")]
    assert (cmf["cpu"], cmf["memory"], cmf["storage"]) == (2.0, 1024**3, 10 * 1024**3)
    demo = [row for row in rows if row["cluster"] == "demo"]
    assert demo[-1]["workload"] == "(all)"
    assert demo[-1]["cpu"] == round(sum(row["cpu"] for row in demo[:-1]), 3)


def test_resources_as_a_table() -> None:
    lines = overlay(ROOT, "list", "--resources").output.splitlines()
    assert lines[0].split() == ["CLUSTER", "WORKLOAD", "CPU", "MEMORY", "STORAGE"]


def test_resources_of_checks_are_refused() -> None:
    assert overlay(ROOT, "list", "checks", "--resources").exit_code == 2
