"""Metrics are produced, found, labelled, and shown by those labels."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

Object = dict[str, Any]
Render = Callable[[Path], list[Object]]
Load = Callable[[Path], Any]
ByName = Callable[[str], dict[str, Object]]


@pytest.fixture(scope="session")
def objects(root: Path, render: Render) -> list[Object]:
    return render(root / "overlays/flink-demo/flink-resources")


def one(objects: list[Object], kind: str, name: str) -> Object:
    found: Object
    (found,) = [o for o in objects if (o["kind"], o["metadata"]["name"]) == (kind, name)]
    return found


@pytest.fixture
def dashboard(objects: list[Object]) -> Object:
    data = one(objects, "ConfigMap", "flink-dashboard")["data"]
    return dict(json.loads(data["flink-dashboard.json"]))


def expressions(dashboard: Object) -> list[str]:
    """What the panels and the variables ask Prometheus for."""
    panels = [t["expr"] for panel in dashboard["panels"] for t in panel.get("targets", [])]
    variables = [
        v["query"]["query"] for v in dashboard["templating"]["list"] if v["type"] == "query"
    ]
    return panels + variables


def test_reporter_service_and_monitor_name_the_same_port(objects: list[Object]) -> None:
    environment = one(objects, "FlinkEnvironment", "default")
    values = environment["spec"]["flinkApplicationDefaults"]["spec"]["flinkConfiguration"]
    (port,) = one(objects, "Service", "flink-metrics")["spec"]["ports"]
    (endpoint,) = one(objects, "ServiceMonitor", "flink")["spec"]["endpoints"]
    assert values["metrics.reporter.prom.factory.class"].endswith("PrometheusReporterFactory")
    assert values["metrics.reporter.prom.port"] == str(port["targetPort"]) == "9249"
    assert endpoint["port"] == port["name"] == "metrics"


def test_monitor_selects_the_service_and_the_service_selects_the_pods_of_flink(
    objects: list[Object],
) -> None:
    service = one(objects, "Service", "flink-metrics")
    monitor = one(objects, "ServiceMonitor", "flink")
    wanted = monitor["spec"]["selector"]["matchLabels"]
    assert wanted.items() <= service["metadata"]["labels"].items()
    assert service["spec"]["selector"] == {"type": "flink-native-kubernetes"}
    assert monitor["metadata"]["namespace"] == service["metadata"]["namespace"]


def test_monitor_writes_the_labels_that_dashboards_filter_on(objects: list[Object]) -> None:
    spec = one(objects, "ServiceMonitor", "flink")["spec"]
    (endpoint,) = spec["endpoints"]
    rules = [rule for rule in endpoint["relabelings"] if rule["action"] == "replace"]
    written = {rule["targetLabel"]: rule.get("replacement") for rule in rules}
    assert written["job"] == "flink"
    assert {"flink_cluster_id", "env"} <= set(written)
    assert {"app", "component", "type"} <= set(spec["podTargetLabels"])


def test_every_query_filters_on_labels_that_exist(dashboard: Object) -> None:
    names = {"job", "namespace", "app"}
    assert expressions(dashboard)
    for expression in expressions(dashboard):
        for selector in re.findall(r"\{(.*?)\}", expression):
            assert 'job="flink"' in selector
            assert set(re.findall(r"(\w+)=~?", selector)) <= names


def test_variables_are_used_and_declared(dashboard: Object) -> None:
    declared = {variable["name"] for variable in dashboard["templating"]["list"]}
    used = set(re.findall(r"\$\{?(\w+)\}?", json.dumps(dashboard))) - {"__all"}
    assert used == declared


def test_dashboard_can_be_found_and_keeps_its_identity(
    objects: list[Object], dashboard: Object
) -> None:
    metadata = one(objects, "ConfigMap", "flink-dashboard")["metadata"]
    assert metadata["labels"]["grafana_dashboard"] == "1"
    assert dashboard["uid"] == "overlaykit-flink"
    ids = [panel["id"] for panel in dashboard["panels"]]
    assert len(ids) == len(set(ids))


def test_panels_explain_themselves(dashboard: Object) -> None:
    panels = [panel for panel in dashboard["panels"] if panel["type"] != "row"]
    assert len(panels) >= 12
    assert all(panel["description"].endswith(".") for panel in panels)


def test_metrics_of_the_operator_are_really_on(root: Path, load: Load) -> None:
    values = load(root / "workloads/flink-kubernetes-operator/values.yaml")
    configuration = yaml.safe_load(values["defaultConfiguration"]["flink-conf.yaml"])
    prefix = "kubernetes.operator.metrics.reporter.prom"
    assert configuration[f"{prefix}.factory.class"].endswith("PrometheusReporterFactory")
    assert configuration[f"{prefix}.port"] == values["metrics"]["port"]


def test_operator_is_scraped_where_it_runs(
    root: Path, render: Render, applications: ByName
) -> None:
    objects = render(root / "overlays/flink-demo/flink-kubernetes-operator")
    monitor = one(objects, "PodMonitor", "flink-kubernetes-operator")
    application = applications("flink-demo")["flink-kubernetes-operator"]
    assert monitor["metadata"]["namespace"] == application["spec"]["destination"]["namespace"]
    assert monitor["spec"]["podMetricsEndpoints"][0]["port"] == "metrics"


@pytest.mark.runs("flink-resources", "flink-kubernetes-operator")
def test_monitors_exist_only_where_the_prometheus_operator_is_provided(
    cluster: str, root: Path, load: Load, render: Render
) -> None:
    facts = load(root / "overlays" / cluster / "facts/cluster.yaml")
    kinds = {
        item["kind"]
        for workload in ("flink-resources", "flink-kubernetes-operator")
        for item in render(root / "overlays" / cluster / workload)
    }
    provided = "prometheus-operator" in facts["spec"]["provided"]
    assert ({"ServiceMonitor", "PodMonitor"} <= kinds) == provided
    assert bool({"ServiceMonitor", "PodMonitor"} & kinds) == provided
