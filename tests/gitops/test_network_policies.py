"""Who may reach whom: closed first, every flow open at both of its ends."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from .conftest import build

Object = dict[str, Any]
Load = Callable[[Path], Any]

ROOT = Path(__file__).resolve().parents[2]
OPERATORS = ("cfk-operator", "flink-kubernetes-operator", "cmf-operator")
NAMESPACE = "kubernetes.io/metadata.name"
FLINK = {"type": "flink-native-kubernetes"}
PODS = {
    "jobmanager": ("flink", FLINK | {"component": "jobmanager", "app": "job"}),
    "taskmanager": ("flink", FLINK | {"component": "taskmanager", "app": "job"}),
    "operator": ("confluent", {"app.kubernetes.io/name": "flink-kubernetes-operator"}),
    "cmf": ("confluent", {"app.kubernetes.io/name": "confluent-manager-for-apache-flink"}),
    "cfk": ("confluent", {"app": "confluent-operator"}),
    "ui": ("confluent", {"app.kubernetes.io/name": "cmf-ui"}),
    "prometheus": ("monitoring", {"app.kubernetes.io/name": "prometheus"}),
    "kafka": ("confluent", {"app": "kafka"}),
    "stranger": ("default", {"app": "stranger"}),
    "jar-server": ("flink", {"app.kubernetes.io/name": "jar-server"}),
}
# What must work, by the port of the pod. An address outside of the cluster is "world".
NEEDED = [
    ("operator", "jobmanager", 8081),
    ("cmf", "jobmanager", 8081),
    ("taskmanager", "jobmanager", 6123),
    ("taskmanager", "jobmanager", 6124),
    ("jobmanager", "taskmanager", 6122),
    ("jobmanager", "taskmanager", 6126),
    ("taskmanager", "taskmanager", 6121),
    ("world", "operator", 9443),
    ("cfk", "cmf", 8080),
    ("ui", "cmf", 8080),
    ("world", "ui", 4180),
    ("operator", "jar-server", 8080),
    ("cmf", "world", 5432),
    ("prometheus", "jobmanager", 9249),
    ("prometheus", "taskmanager", 9249),
    ("prometheus", "operator", "metrics"),
    *(
        (pod, "world", port)
        for pod in ("jobmanager", "taskmanager", "operator", "cmf", "cfk")
        for port in (443, 6443, 53)
    ),
    *(
        (pod, "kafka", port)
        for pod in ("jobmanager", "taskmanager", "cmf")
        for port in (9071, 9092, 8081)
    ),
    *((pod, "world", 9000) for pod in ("jobmanager", "taskmanager")),
]
FORBIDDEN = [
    ("stranger", "jobmanager", 8081),
    ("stranger", "jobmanager", 6123),
    ("stranger", "taskmanager", 6122),
    ("stranger", "taskmanager", 6121),
    ("stranger", "cmf", 8080),
    ("jobmanager", "cmf", 8080),
    ("taskmanager", "cmf", 8080),
    ("world", "cmf", 8080),
    ("world", "jobmanager", 8081),
    ("kafka", "jobmanager", 8081),
    ("ui", "jobmanager", 8081),
    ("stranger", "operator", 8085),
    ("prometheus", "cmf", 8080),
    ("ui", "kafka", 9092),
    ("taskmanager", "world", 22),
]


@pytest.fixture(scope="module", params=["demo", "flink-demo"])
def policies(request: pytest.FixtureRequest) -> list[Object]:
    """The policies of a shipped cluster for jobs and operators."""
    folders = [ROOT / "overlays" / request.param / name for name in (*OPERATORS, "flink-resources")]
    found = [item for folder in folders for item in yaml.safe_load_all(build(folder)) if item]
    return [item for item in found if item["kind"] == "NetworkPolicy"]


def selected(policies: list[Object], name: str) -> Iterator[Object]:
    if name in PODS:
        namespace, labels = PODS[name]
        for policy in policies:
            wanted = policy["spec"]["podSelector"].get("matchLabels", {})
            if policy["metadata"]["namespace"] == namespace and wanted.items() <= labels.items():
                yield policy


def is_peer(peer: Object, home: str, name: str) -> bool:
    if name not in PODS:
        return False
    namespace, labels = PODS[name]
    spaces = peer.get("namespaceSelector", {"matchLabels": {NAMESPACE: home}})
    wanted = spaces.get("matchLabels", {}).get(NAMESPACE, namespace)
    pods = peer.get("podSelector", {}).get("matchLabels", {})
    return bool(wanted == namespace and pods.items() <= labels.items())


def is_open(policies: list[Object], name: str, way: str, other: str, port: int | str) -> bool:
    """Whether the policies of one end let the flow through, as Kubernetes adds them up."""
    there = list(selected(policies, name))
    key = "from" if way == "ingress" else "to"
    return not there or any(
        (
            not rule.get(key)
            or any(is_peer(p, policy["metadata"]["namespace"], other) for p in rule[key])
        )
        and (not rule.get("ports") or port in [one["port"] for one in rule["ports"]])
        for policy in there
        for rule in policy["spec"].get(way, [])
    )


def flows(policies: list[Object], source: str, target: str, port: int | str) -> bool:
    out = is_open(policies, source, "egress", target, port)
    return out and is_open(policies, target, "ingress", source, port)


@pytest.mark.parametrize(("source", "target", "port"), NEEDED)
def test_what_is_needed_flows(
    policies: list[Object], source: str, target: str, port: int | str
) -> None:
    assert flows(policies, source, target, port)


@pytest.mark.parametrize(("source", "target", "port"), FORBIDDEN)
def test_nothing_else_flows(
    policies: list[Object], source: str, target: str, port: int | str
) -> None:
    assert not flows(policies, source, target, port)


def test_every_policy_closes_both_ways(policies: list[Object]) -> None:
    assert len(policies) == 7
    for policy in policies:
        assert policy["spec"]["policyTypes"] == ["Ingress", "Egress"]
        assert policy["spec"]["podSelector"]["matchLabels"]


@pytest.mark.runs("flink-resources")
def test_ports_that_are_named_are_pinned(cluster: str) -> None:
    found = yaml.safe_load_all(build(ROOT / "overlays" / cluster / "flink-resources"))
    (environment,) = [item for item in found if item and item["kind"] == "FlinkEnvironment"]
    values = environment["spec"]["flinkApplicationDefaults"]["spec"]["flinkConfiguration"]
    assert values["taskmanager.data.port"] == "6121"
    assert values["metrics.internal.query-service.port"] == "6126"
    assert values["metrics.reporter.prom.port"] == "9249"


def test_metrics_of_the_operator_are_open_by_the_name_that_the_monitor_uses(load: Load) -> None:
    folder = ROOT / "workloads/flink-kubernetes-operator/components"
    (endpoint,) = load(folder / "monitoring/pod-monitor.yaml")["spec"]["podMetricsEndpoints"]
    policy = load(folder / "network-policies/network-policy.yaml")["spec"]
    assert endpoint["port"] in [
        port["port"] for rule in policy["ingress"] for port in rule["ports"]
    ]
