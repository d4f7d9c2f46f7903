"""monitoring/job: the labels that queries want and that scraping makes."""

import json
from pathlib import Path
from typing import Any

import pytest
from flink_trees import REPORTER, job, main, thing, told

CHECK = "monitoring/job"
GROUP = "monitoring.coreos.com/v1"
METRIC = "flink_jobmanager_numRunningJobs"
ORDERS = job(
    podTemplate=main(ports=[{"name": "metrics", "containerPort": 9249}]),
    flinkConfiguration=REPORTER,
)
FLINK = {"targetLabel": "job", "replacement": "flink"}


def monitor(*relabelings: dict[str, Any], **spec: Any) -> dict[str, Any]:
    endpoint = {"port": "metrics", "relabelings": list(relabelings)}
    selector = {"matchLabels": {"app": "orders"}}
    whole = {"selector": selector, "podMetricsEndpoints": [endpoint], **spec}
    return thing("PodMonitor", "orders", GROUP, spec=whole)


def rule(expr: str) -> dict[str, Any]:
    groups = [{"name": "flink", "rules": [{"alert": "A", "expr": expr}]}]
    return thing("PrometheusRule", "flink", GROUP, spec={"groups": groups})


def test_the_job_of_a_pod_monitor_is_its_name(tmp_path: Path) -> None:
    [(level, message)] = told(tmp_path, CHECK, ORDERS, monitor(), rule(METRIC + '{job="flink"}'))
    assert level == "warning"
    assert 'job="flink", and the jobs here are flink/orders' in message
    assert told(tmp_path, CHECK, ORDERS, monitor(), rule(METRIC + '{job="flink/orders"}')) == []


@pytest.mark.parametrize(
    "made",
    [
        monitor(FLINK),
        monitor({"targetLabel": "job", "sourceLabels": ["a"], "replacement": "$1"}),
        monitor({"action": "labelmap", "regex": "x_(.+)"}, FLINK),
    ],
)
def test_a_relabeling_makes_the_job(tmp_path: Path, made: dict[str, Any]) -> None:
    assert told(tmp_path, CHECK, ORDERS, made, rule(METRIC + '{job="flink"}')) == []


def test_the_job_label_of_a_service_monitor(tmp_path: Path) -> None:
    """jobLabel: type names the job after that label of the Service, not of the pods."""
    ports = [{"name": "metrics", "port": 9249}]
    labels = {"type": "flink-native-kubernetes", "app": "metrics"}
    selector = {"app": "orders"}
    service = thing(
        "Service", "metrics", labels=labels, spec={"selector": selector, "ports": ports}
    )
    spec = {
        "jobLabel": "type",
        "selector": {"matchLabels": {"app": "metrics"}},
        "endpoints": [{"port": "metrics"}],
    }
    made = thing("ServiceMonitor", "orders", GROUP, spec=spec)
    [(_, message)] = told(tmp_path, CHECK, ORDERS, service, made, rule(METRIC + '{job="flink"}'))
    assert "the jobs here are flink-native-kubernetes" in message


@pytest.mark.parametrize(
    "expr",
    [
        METRIC,
        METRIC + '{job=~"flink.*"}',
        METRIC + '{job!="flink"}',
        METRIC + '{job="$job"}',
        METRIC + '{job_name="flink"}',
        'up{job="flink"}',
        'kube_pod_info{flink_cluster_id="a"}',
    ],
)
def test_queries_that_ask_for_nothing_special(tmp_path: Path, expr: str) -> None:
    assert told(tmp_path, CHECK, ORDERS, monitor(), rule(expr)) == []


@pytest.mark.parametrize(
    "made",
    [
        monitor({"targetLabel": "flink_cluster_id", "replacement": "a"}),
        monitor({"action": "labelmap", "regex": "__meta_kubernetes_pod_label_(.+)"}),
        monitor(podTargetLabels=["flink.cluster/id", "flink_cluster_id"]),
    ],
)
def test_the_cluster_id_is_made(tmp_path: Path, made: dict[str, Any]) -> None:
    assert told(tmp_path, CHECK, ORDERS, made, rule(METRIC + '{flink_cluster_id="a"}')) == []


def test_flink_itself_may_add_labels(tmp_path: Path) -> None:
    extra = {"metrics.reporter.prom.scope.variables.additional": "flink_cluster_id:a"}
    one = job(
        podTemplate=main(ports=[{"name": "metrics", "containerPort": 9249}]),
        flinkConfiguration=REPORTER | extra,
    )
    assert told(tmp_path, CHECK, one, monitor(), rule(METRIC + '{flink_cluster_id="a"}')) == []


def test_the_variables_of_a_dashboard(tmp_path: Path) -> None:
    query = f"label_values({METRIC}, flink_cluster_id)"
    panels = [{"targets": [{"expr": METRIC + '{job="flink"}'}]}]
    board = {
        "title": "Jobs",
        "schemaVersion": 39,
        "panels": panels,
        "templating": {"list": [{"query": {"query": query}}]},
    }
    config = thing("ConfigMap", "jobs", data={"jobs.json": json.dumps(board)})
    messages = [message for _, message in told(tmp_path, CHECK, ORDERS, monitor(), config)]
    assert len(messages) == 2
    assert any("the label flink_cluster_id" in message for message in messages)


def test_nobody_here_scrapes_flink(tmp_path: Path) -> None:
    assert told(tmp_path, CHECK, ORDERS, rule(METRIC + '{job="flink"}')) == []


def test_another_way_of_scraping_may_make_it(tmp_path: Path) -> None:
    other = thing("ScrapeConfig", "flink", "monitoring.coreos.com/v1alpha1", spec={})
    expr = rule(METRIC + '{job="flink"}')
    assert told(tmp_path, CHECK, ORDERS, monitor(), expr, other) == []
