"""security/netpol: the union of the policies, and what Flink needs of it."""

from pathlib import Path
from typing import Any

import pytest
from flink_trees import REPORTER, chart, deployment, job, main, thing, told

from overlaykit.kubernetes.netpol import directions, has_port, is_everything
from overlaykit.render.objects import Object

CHECK = "security/netpol"
FLINK = {"matchLabels": {"type": "flink-native-kubernetes"}}
DNS = {"ports": [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}]}
API = {"ports": [{"port": 443}, {"port": 6443}]}
INSIDE_OUT, INSIDE_IN = {"to": [{"podSelector": FLINK}]}, {"from": [{"podSelector": FLINK}]}
OPERATOR = {
    "from": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "operator"}}}],
    "ports": [{"port": 8081}],
}
ALL_OUT, ALL_IN = [INSIDE_OUT, DNS, API], [INSIDE_IN, OPERATOR]


def policy(
    ingress: list[Any] | None = None,
    egress: list[Any] | None = None,
    selector: dict[str, Any] = FLINK,
    name: str = "flink",
    namespace: str = "flink",
) -> dict[str, Any]:
    types = [
        *(["Ingress"] if ingress is not None else []),
        *(["Egress"] if egress is not None else []),
    ]
    spec: dict[str, Any] = {"podSelector": selector, "policyTypes": types}
    spec |= {"ingress": ingress} if ingress else {}
    spec |= {"egress": egress} if egress else {}
    return thing("NetworkPolicy", name, "networking.k8s.io/v1", namespace, spec=spec)


def lacks(tmp_path: Path, *objects: dict[str, Any], beside: tuple[Any, ...] = ()) -> list[str]:
    """What no policy lets through, in the words of the messages."""
    found = told(tmp_path, CHECK, *objects, beside=beside)
    lost = [message for level, message in found if level == "warning"]
    return sorted(m.removeprefix("no NetworkPolicy lets ").split(" for the ")[0] for m in lost)


def test_no_policy_at_all_is_an_info(tmp_path: Path) -> None:
    [(level, message)] = told(tmp_path, CHECK, job())
    assert level == "info"
    assert "who may call the pods of FlinkDeployment/flink/orders" in message


def test_everything_that_flink_needs(tmp_path: Path) -> None:
    assert lacks(tmp_path, job(), policy(ALL_IN, ALL_OUT)) == []


def test_a_default_deny_lacks_everything(tmp_path: Path) -> None:
    assert lacks(tmp_path, job(), policy([], [], {})) == [
        "DNS out",
        "port 6122 (RPC) in from the JobManager",
        "port 6122 (RPC) out to the TaskManagers",
        "port 6123 (RPC) in from the TaskManagers",
        "port 6123 (RPC) out to the JobManager",
        "port 6124 (BLOBs) in from the TaskManagers",
        "port 6124 (BLOBs) out to the JobManager",
        "records (every port) in from other TaskManagers",
        "records (every port) out to other TaskManagers",
        "the API server be called",
        "the operator in at port 8081",
    ]


def test_all_policies_count_together(tmp_path: Path) -> None:
    deny = policy([], [], {}, "deny")
    one = policy(ALL_IN, [INSIDE_OUT, API], name="one")
    assert lacks(tmp_path, job(), deny, one) == ["DNS out"]
    assert lacks(tmp_path, job(), deny, one, policy(None, [DNS], {}, "dns")) == []


def test_a_policy_of_another_namespace_is_nothing(tmp_path: Path) -> None:
    there = policy([], [], {}, namespace="other")
    [(level, _)] = told(tmp_path, CHECK, job(), there)
    assert level == "info"


def test_only_the_direction_that_is_closed(tmp_path: Path) -> None:
    assert lacks(tmp_path, job(), policy(None, ALL_OUT)) == []
    assert lacks(tmp_path, job(), policy([INSIDE_IN])) == ["the operator in at port 8081"]


@pytest.mark.parametrize(
    "rule",
    [
        DNS,
        {},
        {"ports": [{"port": 5353, "protocol": "UDP"}]},
        {"ports": [{"port": "dns", "protocol": "UDP"}]},
        {"to": [{"namespaceSelector": {}}], **DNS},
        {
            "to": [
                {
                    "namespaceSelector": {
                        "matchLabels": {"kubernetes.io/metadata.name": "kube-system"}
                    }
                }
            ],
            **DNS,
        },
        {"to": [{"namespaceSelector": {"matchLabels": {"team": "platform"}}}], **DNS},
        {"to": [{"ipBlock": {"cidr": "169.254.20.10/32"}}], **DNS},
    ],
)
def test_rules_that_let_dns_out(tmp_path: Path, rule: dict[str, Any]) -> None:
    assert lacks(tmp_path, job(), policy(ALL_IN, [INSIDE_OUT, API, rule])) == []


@pytest.mark.parametrize(
    "rule",
    [
        {"ports": [{"port": 53}]},  # TCP alone: most questions are UDP
        {"to": [{"podSelector": {}}], **DNS},
        {
            "to": [
                {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kafka"}}}
            ],
            **DNS,
        },
    ],
)
def test_rules_that_look_like_dns(tmp_path: Path, rule: dict[str, Any]) -> None:
    assert lacks(tmp_path, job(), policy(ALL_IN, [INSIDE_OUT, API, rule])) == ["DNS out"]


def test_records_at_a_set_port(tmp_path: Path) -> None:
    def flow(way: str) -> list[Any]:
        return [
            {
                way: [{"podSelector": FLINK}],
                "ports": [{"port": p} for p in (6121, 6122, 6123, 6124)],
            }
        ]

    closed = policy([*flow("from"), OPERATOR], [*flow("to"), DNS, API])
    options = {"taskmanager.data.port": "6121"}
    assert lacks(tmp_path, job(flinkConfiguration=options), closed) == []
    assert lacks(tmp_path, job(), closed) == [
        "records (every port) in from other TaskManagers",
        "records (every port) out to other TaskManagers",
    ]


@pytest.mark.parametrize(
    ("options", "lost"),
    [
        ({}, []),
        ({"high-availability.type": "kubernetes"}, ["the API server be called"]),
        ({"high-availability": {"type": "KUBERNETES"}}, ["the API server be called"]),
        ({"high-availability.type": "zookeeper"}, []),
    ],
)
def test_taskmanagers_ask_the_api_server_with_high_availability_only(
    tmp_path: Path, options: dict[str, Any], lost: list[str]
) -> None:
    selector = {"matchLabels": {"component": "taskmanager"}}
    closed = policy(None, [INSIDE_OUT, DNS], selector)
    assert lacks(tmp_path, job(flinkConfiguration=options), closed) == lost


def test_standalone_mode_without_high_availability_needs_no_api_server(tmp_path: Path) -> None:
    selector = {"matchLabels": {"type": "flink-standalone-kubernetes"}}
    inside = {"to": [{"podSelector": selector}]}
    assert lacks(tmp_path, job(mode="standalone"), policy(None, [inside, DNS], selector)) == []


def test_prometheus_where_a_monitor_asks(tmp_path: Path) -> None:
    ports = [{"name": "metrics", "containerPort": 9249}]
    one = job(podTemplate=main(ports=ports), flinkConfiguration=REPORTER)
    spec = {
        "selector": {"matchLabels": {"app": "orders"}},
        "podMetricsEndpoints": [{"port": "metrics"}],
    }
    monitor = thing("PodMonitor", "orders", "monitoring.coreos.com/v1", spec=spec)
    closed = policy(ALL_IN, ALL_OUT)
    wanted = "Prometheus in at port 9249 (PodMonitor/flink/orders)"
    assert lacks(tmp_path, one, monitor, closed) == [wanted]
    for port in (9249, "metrics"):
        rule = {"from": [{"namespaceSelector": {}}], "ports": [{"port": port}]}
        assert lacks(tmp_path, one, monitor, policy([*ALL_IN, rule], ALL_OUT)) == []


def test_pods_that_deployments_make(tmp_path: Path) -> None:
    pods = [
        deployment(name, "registry.test/own-flink:1.0.0", container={"args": [role]})
        for name, role in (("jm", "jobmanager"), ("tm", "taskmanager"))
    ]
    options = thing("ConfigMap", "o", data={"taskmanager.data.port": "6121"})
    closed = policy([], None, {"matchLabels": {"app": "tm"}})
    found = lacks(tmp_path, *pods, options, closed)
    # The port of its RPC is not set, so it is not known.
    assert found == ["records (port 6121) in from other TaskManagers"]


def test_policies_of_other_kinds_count_and_are_not_read(tmp_path: Path) -> None:
    cilium = thing("CiliumNetworkPolicy", "dns", "cilium.io/v2", spec={})
    assert told(tmp_path, CHECK, job(), policy([], [], {}), cilium) == []


def test_a_chart_may_bring_a_policy(tmp_path: Path) -> None:
    closed = policy(ALL_IN, [INSIDE_OUT, API])
    [(_, message)] = told(tmp_path, CHECK, job(), closed, beside=(chart("policies"),))
    assert "assuming that the chart policies of Application 'policies' brings no policy" in message


def test_many_clusters_behind_one_policy_are_one_finding(tmp_path: Path) -> None:
    closed = policy(ALL_IN, [INSIDE_OUT, API])
    [(_, message)] = told(tmp_path, CHECK, job("a"), job("b"), job("c"), closed)
    assert message.endswith("JobManager and TaskManagers of FlinkDeployment/flink/a and 2 more")


@pytest.mark.parametrize(
    ("rule", "values", "lost"),
    [
        ({"ports": [{"port": 9443}]}, {}, []),
        ({"ports": [{"port": "webhook"}]}, {}, []),
        ({"ports": [{"port": "metrics"}]}, {}, ["the API server in at the webhook, port 9443"]),
        ({"ports": [{"port": 443}]}, {}, ["the API server in at the webhook, port 9443"]),
        ({"ports": [{"port": 443}]}, {"webhook": {"create": False}}, []),
    ],
)
def test_the_webhook_of_the_operator(
    tmp_path: Path, rule: dict[str, Any], values: dict[str, Any], lost: list[str]
) -> None:
    name = "flink-kubernetes-operator"
    selector = {"matchLabels": {"app.kubernetes.io/name": name}}
    closed = policy([rule], None, selector, namespace="operator")
    operator = chart(name, "operator", valuesObject=values)
    assert lacks(tmp_path, closed, beside=(operator,)) == lost


def test_directions_that_nobody_wrote() -> None:
    assert directions(Object({"spec": {}})) == {"ingress"}
    assert directions(Object({"spec": {"egress": [{}]}})) == {"ingress", "egress"}


def test_ranges_of_ports() -> None:
    some = {"ports": [{"port": 6120, "endPort": 6130}]}
    assert has_port(some, [6124])
    assert not has_port(some, [8081])
    assert not is_everything(some)
    assert is_everything({"ports": [{"port": 1024, "endPort": 65535}]})
    assert is_everything({"ports": [{"protocol": "TCP"}]})
    assert not is_everything({"ports": [{"protocol": "UDP"}]})
