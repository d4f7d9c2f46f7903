"""kubernetes/selector: what finds no pod, and what may find one that is not seen here."""

from pathlib import Path
from typing import Any

import pytest
from flink_trees import application, chart, deployment, job, main, thing, told, write

CHECK = "kubernetes/selector"
NET = "networking.k8s.io/v1"


def service(name: str = "web", namespace: str = "flink", **labels: str) -> dict[str, Any]:
    spec = {"selector": labels, "ports": [{"port": 80}]}
    return thing("Service", name, "v1", namespace, spec=spec)


def policy(selector: dict[str, Any]) -> dict[str, Any]:
    return thing("NetworkPolicy", "web", NET, spec={"podSelector": selector})


def test_a_label_that_no_pod_has(tmp_path: Path) -> None:
    [(level, message)] = told(tmp_path, CHECK, deployment(), service(app="wbe"))
    assert level == "warning"
    assert "no pod in namespace 'flink' has the labels app=wbe (there is: app=web)" in message


@pytest.mark.parametrize(
    "one",
    [
        policy({"matchLabels": {"app": "wbe"}}),
        policy({"matchExpressions": [{"key": "app", "operator": "In", "values": ["a", "b"]}]}),
        thing(
            "PodDisruptionBudget",
            "web",
            "policy/v1",
            spec={"selector": {"matchLabels": {"app": "wbe"}}},
        ),
    ],
    ids=["NetworkPolicy", "expression", "PodDisruptionBudget"],
)
def test_what_protects_nothing(tmp_path: Path, one: dict[str, Any]) -> None:
    assert len(told(tmp_path, CHECK, deployment(), one)) == 1


@pytest.mark.parametrize(
    "one",
    [
        policy({}),
        policy({"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["web"]}]}),
        thing("Service", "out", spec={"type": "ExternalName", "selector": {"a": "b"}}),
        thing("Service", "by-hand", spec={"ports": [{"port": 80}]}),
        service(app="${APP}"),
    ],
)
def test_what_selects_everything_or_is_made_by_hand(tmp_path: Path, one: dict[str, Any]) -> None:
    assert told(tmp_path, CHECK, deployment(), one) == []


@pytest.mark.parametrize(
    ("labels", "many"),
    [
        ({"app": "orders", "component": "jobmanager"}, 0),
        ({"type": "flink-native-kubernetes"}, 0),
        ({"type": "flink-standalone-kubernetes"}, 1),
        ({"app": "orders", "component": "job-manager"}, 1),
        ({"app": "orders", "team": "a"}, 1),
    ],
)
def test_the_pods_of_flinks_operator(tmp_path: Path, labels: dict[str, str], many: int) -> None:
    assert len(told(tmp_path, CHECK, job(), service(**labels))) == many


def test_labels_of_a_pod_template_of_flink(tmp_path: Path) -> None:
    template = {**main(), "metadata": {"labels": {"team": "a"}}}
    assert told(tmp_path, CHECK, job(podTemplate=template), service(team="a")) == []


@pytest.mark.parametrize(
    "labels",
    [
        {"app": "web", "role": "primary"},
        {"app": "web", "statefulset.kubernetes.io/pod-name": "web-0"},
        {"app": "web", "vault-active": "true"},
    ],
)
def test_labels_that_are_written_later(tmp_path: Path, labels: dict[str, str]) -> None:
    assert told(tmp_path, CHECK, deployment(), service(**labels)) == []


def test_pods_of_another_application(tmp_path: Path) -> None:
    write(tmp_path / "there" / "all.yaml", deployment("far"))
    here = application("there", {"path": "there"})
    assert told(tmp_path, CHECK, deployment(), service(app="far"), beside=(here,)) == []


def test_pods_of_another_cluster(tmp_path: Path) -> None:
    write(tmp_path / "there" / "all.yaml", deployment("far"))
    there = application("there", {"path": "there"}, server="https://other.test")
    assert len(told(tmp_path, CHECK, deployment(), service(app="far"), beside=(there,))) == 1


@pytest.mark.parametrize(
    "maker",
    [
        thing("Kafka", "kafka", "platform.confluent.io/v1beta1", spec={}),
        thing("Prometheus", "prometheus", "monitoring.coreos.com/v1", spec={}),
        thing("HelmRelease", "db", "helm.toolkit.fluxcd.io/v2", spec={}),
        thing("Postgres", "db", "databases.example.com/v1", spec={}),
    ],
    ids=lambda one: one["kind"],
)
def test_operators_whose_pods_are_not_known(tmp_path: Path, maker: dict[str, Any]) -> None:
    assert told(tmp_path, CHECK, deployment(), service(app="db"), maker) == []


def test_a_certificate_makes_no_pods(tmp_path: Path) -> None:
    one = thing("Certificate", "tls", "cert-manager.io/v1", spec={"secretName": "tls"})
    assert len(told(tmp_path, CHECK, deployment(), service(app="db"), one)) == 1


def test_a_chart_in_the_namespace(tmp_path: Path) -> None:
    found = told(tmp_path, CHECK, deployment(), service(app="db"), beside=(chart("db"),))
    assert found == []


@pytest.mark.parametrize("namespace", ["kube-system", "openshift-monitoring", "other"])
def test_namespaces_with_pods_of_others(tmp_path: Path, namespace: str) -> None:
    assert told(tmp_path, CHECK, deployment(), service("x", namespace, app="db")) == []


def test_a_deployment_that_does_not_select_its_pods_is_refused(tmp_path: Path) -> None:
    [(level, message)] = told(tmp_path, CHECK, deployment(labels={"app": "wbe"}))
    assert level == "error"
    assert "the selector app=web does not select its own template, labelled app=wbe" in message
