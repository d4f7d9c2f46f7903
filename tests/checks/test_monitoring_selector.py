"""monitoring/selector: where a monitor looks, and what may be there unseen."""

from pathlib import Path
from typing import Any

import pytest
from flink_trees import application, chart, deployment, job, thing, told, write

CHECK = "monitoring/selector"
GROUP = "monitoring.coreos.com/v1"


def service(namespace: str = "flink", app: str = "web") -> dict[str, Any]:
    spec = {"selector": {"app": "web"}, "ports": [{"name": "metrics", "port": 9000}]}
    return thing("Service", "web", "v1", namespace, labels={"app": app}, spec=spec)


def monitor(kind: str = "ServiceMonitor", app: str = "web", **spec: Any) -> dict[str, Any]:
    field = "endpoints" if kind == "ServiceMonitor" else "podMetricsEndpoints"
    whole = {"selector": {"matchLabels": {"app": app}}, field: [{"port": "metrics"}], **spec}
    return thing(kind, "web", GROUP, spec=whole)


@pytest.mark.parametrize(
    ("one", "many"),
    [
        (monitor(), 0),
        (monitor(app="wbe"), 1),
        (monitor("PodMonitor"), 0),
        (monitor("PodMonitor", "wbe"), 1),
        (monitor(namespaceSelector={"any": True}), 0),
        (monitor(namespaceSelector={"matchNames": ["flink", "other"]}), 0),
        (monitor(namespaceSelector={"matchNames": ["other"]}), 1),
        (monitor(selector={}), 0),
    ],
)
def test_labels_and_namespaces(tmp_path: Path, one: dict[str, Any], many: int) -> None:
    found = told(tmp_path, CHECK, deployment(), service(), one)
    assert [level for level, _ in found] == ["error"] * many


def test_it_says_where_the_thing_is(tmp_path: Path) -> None:
    [(level, message)] = told(tmp_path, CHECK, service("other"), monitor())
    assert level == "error"
    assert message.endswith("has the labels app=web; it is in namespace 'other'")


def test_flinks_pods(tmp_path: Path) -> None:
    assert told(tmp_path, CHECK, job(), monitor("PodMonitor", "orders")) == []
    assert len(told(tmp_path, CHECK, job(), monitor("PodMonitor", "order"))) == 1


def test_what_a_chart_brings_is_not_known(tmp_path: Path) -> None:
    found = told(tmp_path, CHECK, monitor(app="db"), beside=(chart("db"),))
    assert found == []


@pytest.mark.parametrize(
    "maker",
    [
        thing("Kafka", "kafka", "platform.confluent.io/v1beta1", spec={}),
        thing("Alertmanager", "main", GROUP, spec={}),
        thing("Database", "db", "databases.example.com/v1", spec={}),
    ],
    ids=lambda one: one["kind"],
)
def test_what_an_operator_makes_is_not_known(tmp_path: Path, maker: dict[str, Any]) -> None:
    """Pods of Confluent's operator carry labels of its own."""
    assert told(tmp_path, CHECK, monitor("PodMonitor", "kafka"), maker) == []


def test_a_certificate_makes_no_targets(tmp_path: Path) -> None:
    one = thing("Certificate", "tls", "cert-manager.io/v1", spec={"secretName": "tls"})
    assert len(told(tmp_path, CHECK, monitor(app="db"), one)) == 1


def test_another_cluster_has_it(tmp_path: Path) -> None:
    write(tmp_path / "there" / "all.yaml", service())
    there = application("there", {"path": "there"}, server="https://other.test")
    assert len(told(tmp_path, CHECK, monitor(), beside=(there,))) == 1
