"""`overlay list`."""

import json

from helpers import ROOT, RememberingEngine, overlay


def test_workloads_and_where_they_run() -> None:
    rows = json.loads(overlay(ROOT, "list", "workloads", "--format", "json").output)
    found = {row["workload"]: row for row in rows}
    assert found["cmf-operator"]["wave"] == 118
    assert found["cmf-operator"]["clusters"] == ["demo", "flink-demo"]


def test_clusters_as_a_table() -> None:
    lines = overlay(ROOT, "list").output.splitlines()
    assert lines[0].split() == ["CLUSTER", "KUBERNETES", "ARGOCD", "REPOSITORY", "WORKLOADS"]
    assert [line.split()[0] for line in lines[1:]] == ["demo", "flink-demo"]


def test_applications_in_order(engine: RememberingEngine) -> None:
    rows = json.loads(overlay(ROOT, "list", "apps", "--format", "json").output)
    names = [row["application"] for row in rows if row["cluster"] == "demo"]
    assert names == sorted(names)
    assert "flink-root" in names


def test_checks_have_a_law() -> None:
    assert "schema/invalid" in overlay(ROOT, "list", "checks").output
