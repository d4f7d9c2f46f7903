"""monitoring/port: what a monitor names, and what it finds there."""

from pathlib import Path
from typing import Any

import pytest
from flink_trees import REPORTER, chart, deployment, findings, job, main, thing, told, write

from overlaykit.validate import validate

CHECK = "monitoring/port"
GROUP = "monitoring.coreos.com/v1"
LABELS = {"app": "web"}


def service(**port: Any) -> dict[str, Any]:
    return thing(
        "Service", "web", labels=LABELS, spec={"selector": {"app": "web"}, "ports": [port]}
    )


def service_monitor(**endpoint: Any) -> dict[str, Any]:
    spec = {"selector": {"matchLabels": LABELS}, "endpoints": [endpoint]}
    return thing("ServiceMonitor", "web", GROUP, spec=spec)


def pod_monitor(app: str = "web", **endpoint: Any) -> dict[str, Any]:
    spec = {"selector": {"matchLabels": {"app": app}}, "podMetricsEndpoints": [endpoint]}
    return thing("PodMonitor", "web", GROUP, spec=spec)


def web(**port: Any) -> dict[str, Any]:
    return deployment(container={"ports": [port]})


@pytest.mark.parametrize(
    ("monitor", "many"),
    [
        (service_monitor(port="metrics"), 0),
        (service_monitor(port="metric"), 1),
        (service_monitor(port="9000"), 1),
        (service_monitor(targetPort=9000), 0),
        (service_monitor(targetPort="http"), 0),
        (service_monitor(targetPort=9001), 1),
        (service_monitor(), 0),
        (service_monitor(port="{{ port }}"), 0),
        (pod_monitor(port="http"), 0),
        (pod_monitor(port="https"), 1),
        (pod_monitor(portNumber=9000), 0),
        (pod_monitor(portNumber=9001), 1),
    ],
)
def test_ports_by_name_and_number(tmp_path: Path, monitor: dict[str, Any], many: int) -> None:
    pods = web(name="http", containerPort=9000)
    found = told(tmp_path, CHECK, pods, service(name="metrics", port=9000), monitor)
    assert [level for level, _ in found] == ["error"] * many


def test_a_port_of_a_service_without_a_name(tmp_path: Path) -> None:
    [(_, message)] = told(tmp_path, CHECK, web(), service(port=9000), service_monitor(port="a"))
    assert "has no port 'a' (there is: none with a name)" in message


def test_a_number_where_a_name_is_wanted(tmp_path: Path) -> None:
    [one] = findings(tmp_path, CHECK, web(containerPort=3009), pod_monitor(port="3009"))
    assert "(there is: 3009 without a name)" in one.message
    assert one.fix == "write portNumber: 3009, or give the port a name"


def test_a_chart_may_bring_the_port_unless_it_looks_misspelt(tmp_path: Path) -> None:
    pods, beside = web(name="metrics", containerPort=9000), (chart("web"),)
    assert told(tmp_path, CHECK, pods, pod_monitor(port="grafana"), beside=beside) == []
    [one] = findings(tmp_path, CHECK, pods, pod_monitor(port="metric"), beside=beside)
    assert one.level == "warning"
    assert "assuming that the chart web of Application 'web'" in one.message
    assert one.fix == "write 'metrics'"


def test_a_folder_that_nobody_deploys_is_compared_with_itself(tmp_path: Path) -> None:
    """Two folders with the same labels, one for each of two unknown clusters."""
    for folder, objects in (
        ("one", [pod_monitor(port="https")]),
        ("two", [web(name="http", containerPort=9000)]),
    ):
        write(tmp_path / folder / "all.yaml", *objects)
        write(tmp_path / folder / "kustomization.yaml", {"resources": ["all.yaml"]})
    found = validate(tmp_path, [], lambda done, total: None).findings
    assert [f for f in found if f.check == CHECK] == []


def flink(port: str, **spec: Any) -> dict[str, Any]:
    options = {**REPORTER, "metrics.reporter.prom.port": port}
    declared = [{"name": "metrics", "containerPort": 9249}]
    return job(podTemplate=main(ports=declared), flinkConfiguration=options, **spec)


@pytest.mark.parametrize(("port", "many"), [("9249", 0), ("9249-9260", 0), ("9250", 1), ("x", 0)])
def test_the_port_of_flinks_reporter(tmp_path: Path, port: str, many: int) -> None:
    found = told(tmp_path, CHECK, flink(port), pod_monitor("orders", port="metrics"))
    assert [level for level, _ in found] == ["error"] * many


def test_flinks_pods_declare_no_port_of_metrics(tmp_path: Path) -> None:
    one = job(flinkConfiguration=REPORTER)
    [(level, message)] = told(tmp_path, CHECK, one, pod_monitor("orders", port="metrics"))
    assert level == "error"
    assert "declare no port 'metrics'" in message
