"""security/expose: what stands open, and what keeps it closed."""

from pathlib import Path
from typing import Any

import pytest
from flink_trees import chart, deployment, job, thing, told

CHECK = "security/expose"
MUTUAL = {"security.ssl.rest.authentication-enabled": "true"}
ROUTE, INGRESS = "route.openshift.io/v1", "networking.k8s.io/v1"


def service(
    kind: str = "LoadBalancer", port: int | str = 8081, name: str = "ui", **annotations: str
) -> dict[str, Any]:
    selector = {"app": "orders", "component": "jobmanager"}
    ports = [{"port": 80, "targetPort": port}]
    one = thing("Service", name, spec={"type": kind, "selector": selector, "ports": ports})
    one["metadata"]["annotations"] = annotations
    return one


def ingress(name: str = "ui", **annotations: str) -> dict[str, Any]:
    backend = {"service": {"name": name, "port": {"number": 80}}}
    paths = [{"path": "/", "pathType": "Prefix", "backend": backend}]
    one = thing("Ingress", "ui", INGRESS, spec={"rules": [{"http": {"paths": paths}}]})
    one["metadata"]["annotations"] = annotations
    return one


@pytest.mark.parametrize("kind", ["LoadBalancer", "NodePort"])
@pytest.mark.parametrize("port", [8081, "8081", "rest", 8083])
def test_open_ports_of_a_jobmanager(tmp_path: Path, kind: str, port: int | str) -> None:
    [(level, message)] = told(tmp_path, CHECK, job(), service(kind, port))
    assert level == "error"
    assert message.startswith(f"a Service of type {kind} opens port 80")


@pytest.mark.parametrize(
    "objects",
    [
        (job(), service("ClusterIP")),
        (job(), service(port=9249)),
        (job(flinkConfiguration=MUTUAL), service()),
        (job(flinkConfiguration={"rest.port": "8443"}), service()),
        (deployment("orders", labels={"app": "orders", "component": "jobmanager"}), service()),
        (job("other"), service()),
    ],
    ids=["inside", "metrics", "mutual TLS", "another port", "no Flink", "another job"],
)
def test_services_that_open_nothing(tmp_path: Path, objects: tuple[dict[str, Any], ...]) -> None:
    assert told(tmp_path, CHECK, *objects) == []


def test_the_rest_port_may_be_another(tmp_path: Path) -> None:
    one = job(flinkConfiguration={"rest.port": "8443"})
    assert told(tmp_path, CHECK, one, service(port=8443))


def test_a_load_balancer_of_the_inside_is_a_warning(tmp_path: Path) -> None:
    note = {"service.beta.kubernetes.io/aws-load-balancer-internal": "true"}
    [(level, message)] = told(tmp_path, CHECK, job(), service(**note))
    assert level == "warning"
    assert "assuming that the load balancer is reached by people who may run code only" in message


@pytest.mark.parametrize(
    ("options", "many"),
    [
        ({"kubernetes.rest-service.exposed.type": "LoadBalancer"}, 1),
        ({"kubernetes": {"rest-service": {"exposed": {"type": "NodePort"}}}}, 1),
        ({"kubernetes.rest-service.exposed.type": "ClusterIP"}, 0),
        ({"kubernetes.rest-service.exposed.type": "NodePort", **MUTUAL}, 0),
    ],
)
def test_flinks_own_option(tmp_path: Path, options: dict[str, Any], many: int) -> None:
    found = told(tmp_path, CHECK, job(flinkConfiguration=options))
    assert [level for level, _ in found] == ["error"] * many


def test_an_ingress_is_a_warning(tmp_path: Path) -> None:
    [(level, message)] = told(tmp_path, CHECK, job(), service("ClusterIP"), ingress())
    assert level == "warning"
    assert "an Ingress opens port 8081 of FlinkDeployment/flink/orders" in message


def test_the_service_that_the_operator_makes(tmp_path: Path) -> None:
    [(_, message)] = told(tmp_path, CHECK, job(), ingress("orders-rest"))
    assert "the REST interface of FlinkDeployment/flink/orders" in message


@pytest.mark.parametrize(
    "key",
    [
        "nginx.ingress.kubernetes.io/auth-url",
        "alb.ingress.kubernetes.io/auth-type",
        "traefik.ingress.kubernetes.io/router.middlewares",
        "nginx.ingress.kubernetes.io/whitelist-source-range",
    ],
)
def test_an_ingress_that_asks_for_a_login(tmp_path: Path, key: str) -> None:
    assert told(tmp_path, CHECK, job(), service("ClusterIP"), ingress(**{key: "x"})) == []


def test_a_route(tmp_path: Path) -> None:
    to = {"kind": "Service", "name": "ui"}
    one = thing("Route", "ui", ROUTE, spec={"to": to})
    [(level, message)] = told(tmp_path, CHECK, job(), service("ClusterIP"), one)
    assert level == "warning"
    assert message.startswith("a Route opens")


def test_a_proxy_before_flink_is_no_flink(tmp_path: Path) -> None:
    selector, ports = {"app": "proxy"}, [{"port": 80, "targetPort": 8081}]
    one = thing("Service", "proxy", spec={"selector": selector, "ports": ports})
    assert told(tmp_path, CHECK, job(), deployment("proxy"), one, ingress("proxy")) == []


def test_the_ingress_of_the_operator(tmp_path: Path) -> None:
    template = {"template": "flink.test/{{name}}"}
    [(level, _)] = told(tmp_path, CHECK, job(ingress=template))
    assert level == "warning"
    closed = {**template, "annotations": {"nginx.ingress.kubernetes.io/auth-url": "x"}}
    assert told(tmp_path, CHECK, job(ingress=closed)) == []


@pytest.mark.parametrize(
    ("values", "many"),
    [({}, 1), ({"cmf": {"authentication": {"type": "oauth"}}}, 0)],
)
def test_cmf_behind_an_ingress(tmp_path: Path, values: dict[str, Any], many: int) -> None:
    cmf = chart("confluent-manager-for-apache-flink", valuesObject=values)
    found = told(tmp_path, CHECK, ingress("cmf-service"), beside=(cmf,))
    assert [level for level, _ in found] == ["warning"] * many
