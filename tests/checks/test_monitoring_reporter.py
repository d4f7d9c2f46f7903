"""monitoring/reporter: who may have switched it on."""

from pathlib import Path
from typing import Any

import pytest
from flink_trees import FACTORY, REPORTER, chart, deployment, job, main, thing, told, write

CHECK = "monitoring/reporter"
GROUP = "monitoring.coreos.com/v1"
OPERATOR = "flink-kubernetes-operator"


def monitor(app: str = "orders", port: str = "metrics") -> dict[str, Any]:
    spec = {"selector": {"matchLabels": {"app": app}}, "podMetricsEndpoints": [{"port": port}]}
    return thing("PodMonitor", "orders", GROUP, spec=spec)


def flink(**spec: Any) -> dict[str, Any]:
    return job(podTemplate=main(ports=[{"name": "metrics", "containerPort": 9249}]), **spec)


def test_an_error_where_the_operator_is_here(tmp_path: Path) -> None:
    [(level, _)] = told(tmp_path, CHECK, flink(), monitor(), beside=(chart(OPERATOR, "operator"),))
    assert level == "error"


def test_a_warning_where_it_is_not(tmp_path: Path) -> None:
    [(level, message)] = told(tmp_path, CHECK, flink(), monitor())
    assert level == "warning"
    assert "assuming that the operator's default configuration has none" in message


@pytest.mark.parametrize(
    "options",
    [
        REPORTER,
        {"metrics": {"reporter": {"prom": {"factory": {"class": FACTORY}}}}},
        {"metrics.reporters": "other, prom", **REPORTER},
        {"metrics.reporter.prom.class": "org.apache.flink.metrics.prometheus.PrometheusReporter"},
    ],
)
def test_ways_to_switch_it_on(tmp_path: Path, options: dict[str, Any]) -> None:
    assert told(tmp_path, CHECK, flink(flinkConfiguration=options), monitor()) == []


@pytest.mark.parametrize(
    "options",
    [
        {"metrics.reporters": "other", **REPORTER},
        {"metrics.reporter.slf4j.factory.class": "org.apache.flink.metrics.slf4j.Slf4jFactory"},
        {"metrics.reporter.prom.port": "9249"},
    ],
)
def test_ways_that_do_not(tmp_path: Path, options: dict[str, Any]) -> None:
    assert len(told(tmp_path, CHECK, flink(flinkConfiguration=options), monitor())) == 1


def test_flink_2_does_not_read_the_old_option(tmp_path: Path) -> None:
    key = "metrics.reporter.prom.class"
    options = {key: "org.apache.flink.metrics.prometheus.PrometheusReporter"}
    one = flink(flinkVersion="v2_0", image="flink:2.0.1-java17", flinkConfiguration=options)
    [(_, message)] = told(tmp_path, CHECK, one, monitor())
    assert message.split(" (assuming")[0].endswith(f"Flink 2 does not read {key}")


@pytest.mark.parametrize(
    ("text", "many"),
    [
        (f"metrics.reporter.prom.factory.class: {FACTORY}", 0),
        (f"kubernetes.operator.metrics.reporter.prom.factory.class: {FACTORY}", 1),
    ],
)
def test_the_defaults_of_the_operator(tmp_path: Path, text: str, many: int) -> None:
    """The operator's own reporter is not that of its jobs."""
    values = {"defaultConfiguration": {"flink-conf.yaml": text}}
    operator = chart(OPERATOR, "operator", valuesObject=values)
    assert len(told(tmp_path, CHECK, flink(), monitor(), beside=(operator,))) == many


def test_defaults_that_are_declared(tmp_path: Path) -> None:
    write(tmp_path / ".overlay.yaml", {"operator": {"defaults": REPORTER}})
    assert told(tmp_path, CHECK, flink(), monitor()) == []


def test_the_port_of_a_sidecar(tmp_path: Path) -> None:
    template = main()
    sidecar = {"name": "jmx", "image": "jmx:1.0.0"}
    sidecar["ports"] = [{"name": "metrics", "containerPort": 9404}]  # type: ignore[assignment]
    template["spec"]["containers"].append(sidecar)
    assert told(tmp_path, CHECK, job(podTemplate=template), monitor()) == []


def test_pods_that_are_no_flink(tmp_path: Path) -> None:
    ports = [{"name": "metrics", "containerPort": 9000}]
    pod = deployment(container={"ports": ports})
    assert told(tmp_path, CHECK, pod, monitor("web")) == []
