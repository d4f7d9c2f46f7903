"""Where the rule of a kind is from: shipped, built into the declared version, or nowhere."""

import pytest

from overlaykit.argocd.health import Health, in_configmap, in_resource

KEY = "resource.customizations.health."
LUA = "return {status = 'Healthy'}"


@pytest.mark.parametrize(
    ("version", "group", "kind", "source"),
    [
        ("3.5", "argoproj.io", "Application", "none"),
        ("3.5", "apps", "Deployment", "built in"),
        ("3.5", "", "Service", "built in"),
        ("3.5", "", "ConfigMap", "none"),
        ("3.5", "flink.apache.org", "FlinkDeployment", "built in"),
        ("3.5", "flink.apache.org", "FlinkSessionJob", "none"),
        ("3.5", "platform.confluent.io", "Kafka", "built in"),
        ("3.5", "platform.confluent.io", "FlinkEnvironment", "none"),
        # It came with 2.14.
        ("2.13", "platform.confluent.io", "Connector", "none"),
        ("2.14", "platform.confluent.io", "Connector", "built in"),
        ("v3.0.4", "platform.confluent.io", "Connector", "built in"),
        # By a pattern, since 3.1.
        ("3.0", "kafka.upbound.io", "Anything", "none"),
        ("3.1", "kafka.upbound.io", "Anything", "built in"),
        # Nobody says which version: the newest known.
        ("", "platform.confluent.io", "Connector", "built in"),
    ],
)
def test_what_a_version_knows(version: str, group: str, kind: str, source: str) -> None:
    assert Health(version).rule(group, kind).source == source


def test_what_is_shipped_comes_first() -> None:
    health = Health("3.5", {"apps/Deployment": "a.yaml:3", "*.example.com/*": "b.yaml:4"})
    assert health.rule("apps", "Deployment").where == "a.yaml:3"
    assert health.rule("x.example.com", "Thing").where == "b.yaml:4"
    assert not health.rule("example.org", "Thing").is_there


def test_the_keys_of_argocd_cm() -> None:
    data = {
        f"{KEY}argoproj.io_Application": LUA,
        f"{KEY}ConfigMap": LUA,
        f"{KEY}empty.io_Kind": "",
        "resource.customizations.actions.apps_Deployment": LUA,
        "resource.customizations": "a.io/B:\n  health.lua: x\nc.io/D:\n  actions: y\n",
        "url": "https://argocd.example.com",
    }
    assert sorted(name for name, _ in in_configmap(data)) == [
        *("ConfigMap", "a.io/B", "argoproj.io/Application"),
    ]
    assert list(in_configmap({"resource.customizations": "a: ["})) == []
    assert list(in_configmap(None)) == []


def test_the_forms_of_the_argocd_resource() -> None:
    spec = {
        "resourceHealthChecks": [
            {"group": "argoproj.io", "kind": "Application", "check": LUA},
            {"kind": "ConfigMap", "check": LUA},
            {"group": "a.io", "kind": "Nothing"},
        ],
        "resourceCustomizations": "b.io/C:\n  health.lua: x\n",
        "extraConfig": {f"{KEY}d.io_E": LUA},
    }
    assert [name for name, _ in in_resource(spec)] == [
        *("argoproj.io/Application", "ConfigMap", "b.io/C", "d.io/E"),
    ]
    assert list(in_resource(None)) == []
