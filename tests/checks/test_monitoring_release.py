"""monitoring/release: which Prometheus reads by the label, and which by other rules."""

from pathlib import Path
from typing import Any

import pytest
from flink_trees import application, chart, thing, told, write

CHECK = "monitoring/release"
GROUP = "monitoring.coreos.com/v1"
RULE = thing("PrometheusRule", "flink", GROUP, spec={"groups": []})
STACK = "kube-prometheus-stack"


def values(**spec: Any) -> dict[str, Any]:
    return {"prometheus": {"prometheusSpec": spec}}


def test_the_name_of_the_application_is_the_release(tmp_path: Path) -> None:
    [(level, message)] = told(tmp_path, CHECK, RULE, beside=(chart(STACK, "monitoring"),))
    assert level == "warning"
    assert "has no label release" in message
    assert "carries release: kube-prometheus-stack" in message


@pytest.mark.parametrize(("given", "many"), [("prom", 0), (STACK, 1)])
def test_the_name_of_the_release_may_be_another(tmp_path: Path, given: str, many: int) -> None:
    stack = chart(STACK, "monitoring", releaseName="prom")
    rule = {**RULE, "metadata": {**RULE["metadata"], "labels": {"release": given}}}
    assert len(told(tmp_path, CHECK, rule, beside=(stack,))) == many


@pytest.mark.parametrize(
    "helm",
    [
        {"valuesObject": values(ruleSelectorNilUsesHelmValues=False)},
        {"valuesObject": values(ruleSelector={"matchLabels": {"team": "a"}})},
        {"values": "prometheus: {prometheusSpec: {ruleSelectorNilUsesHelmValues: false}}"},
        {"parameters": [{"name": "prometheus.prometheusSpec.ruleSelector.a", "value": "b"}]},
        {"valueFiles": ["$values/elsewhere.yaml"]},
        {"values": "a: [unfinished"},
    ],
)
def test_values_that_say_otherwise_or_are_not_here(tmp_path: Path, helm: dict[str, Any]) -> None:
    assert told(tmp_path, CHECK, RULE, beside=(chart(STACK, "monitoring", **helm),)) == []


def test_each_kind_has_a_value_of_its_own(tmp_path: Path) -> None:
    given = values(podMonitorSelectorNilUsesHelmValues=False)
    stack = chart(STACK, "monitoring", valuesObject=given)
    spec = {"selector": {}, "podMetricsEndpoints": []}
    monitor = thing("PodMonitor", "flink", GROUP, spec=spec)
    assert told(tmp_path, CHECK, monitor, beside=(stack,)) == []
    assert told(tmp_path, CHECK, RULE, beside=(stack,))


def test_no_stack_here(tmp_path: Path) -> None:
    assert told(tmp_path, CHECK, RULE, beside=(chart("prometheus", "monitoring"),)) == []


def test_a_stack_of_another_cluster(tmp_path: Path) -> None:
    source = {"repoURL": "https://charts.test", "chart": STACK, "targetRevision": "1.0.0"}
    there = application(STACK, source, "monitoring", "https://other.test")
    assert told(tmp_path, CHECK, RULE, beside=(there,)) == []


def test_another_prometheus_may_read_it(tmp_path: Path) -> None:
    other = thing("Prometheus", "all", GROUP, "monitoring", spec={"ruleSelector": {}})
    stack = chart(STACK, "monitoring")
    assert told(tmp_path, CHECK, RULE, other, beside=(stack,)) == []


def test_a_folder_that_nobody_deploys(tmp_path: Path) -> None:
    write(tmp_path / "idle" / "all.yaml", RULE)
    write(tmp_path / "idle" / "kustomization.yaml", {"resources": ["all.yaml"]})
    assert told(tmp_path, CHECK, thing("ConfigMap", "a"), beside=(chart(STACK),)) == []
