"""The chart of CMF: its database, its key, its address, and which namespaces are looked at."""

import base64
from pathlib import Path

import pytest
from confluent_trees import CFK, CMF, OPERATOR, chart, cr, deploy, environment, found, levels, write
from test_confluent_changes import commit

KEY = {"kubernetesSecretName": "cmf-key", "kubernetesSecretProperty": "key"}


def rest(url: str, **more: object) -> dict:
    return cr("CMFRestClass", "cmf", cmfRest={"endpoint": url, **more})


# --- its address ---


@pytest.mark.parametrize(
    ("url", "count"),
    [
        ("http://cmf-service.confluent.svc.cluster.local:80", 0),
        ("http://cmf-service.confluent.svc:80", 0),
        ("http://cmf-service.confluent", 0),
        ("http://cmf-service:80", 0),
        ("http://cmf-service.confluent.svc.cluster.local:8080", 1),
        ("http://cmf-service.flink.svc.cluster.local:80", 1),
        ("https://cmf-service.confluent.svc.cluster.local:80", 1),
        ("http://cmfservice.confluent.svc.cluster.local:80", 1),
        # Outside of the cluster: nobody here knows.
        ("https://cmf.example.com", 0),
        ("http://${CMF}:80", 0),
    ],
)
def test_addresses(tmp_path: Path, url: str, count: int) -> None:
    assert len(found(deploy(tmp_path, [rest(url)], chart(CMF)), "endpoint")) == count


def test_an_address_with_tls_where_cmf_has_it(tmp_path: Path) -> None:
    secure = chart(CMF, cmf={"ssl": {"keystore": "/mnt/keystore.jks"}})
    told = found(deploy(tmp_path, [rest("http://cmf-service.confluent:80")], secure), "endpoint")
    assert ["CMF speaks https" in one.message for one in told] == [True]
    write(tmp_path, "flink/0.yaml", rest("https://cmf-service.confluent:80"))
    assert found(tmp_path, "endpoint") == []


def test_without_the_chart_only_the_object_is_judged(tmp_path: Path) -> None:
    assert found(deploy(tmp_path, [rest("http://any.where:99")]), "endpoint") == []
    write(tmp_path, "flink/0.yaml", rest("http://any.where:99", tls={"secretRef": "tls"}))
    assert levels(tmp_path, "endpoint") == ["warning"]


# --- its key ---


@pytest.mark.parametrize(
    ("data", "count"),
    [
        ({"stringData": {"key": "x" * 32}}, 0),
        ({"stringData": {"key": "x" * 16}}, 0),
        ({"stringData": {"key": "x" * 24}}, 1),
        ({"data": {"key": base64.b64encode(b"x" * 32).decode()}}, 0),
        ({"data": {"key": base64.b64encode(b"x" * 33).decode()}}, 1),
        ({"data": {"key": "<filled in>"}}, 0),
        ({"stringData": {"key": "${CMF_KEY}"}}, 0),
        ({"stringData": {"key": "<path:secret/data/cmf#key>"}}, 0),
        ({"data": {"key": "ENC[AES256_GCM,data:abc,type:str]"}}, 0),
        ({"data": {"key": base64.b64encode(b"<path:cmf#key>").decode()}}, 0),
        ({"stringData": {"other": "x"}}, 0),
    ],
)
def test_the_length_of_the_key(tmp_path: Path, data: dict, count: int) -> None:
    secret = {"apiVersion": "v1", "kind": "Secret",
              "metadata": {"name": "cmf-key", "namespace": "confluent"}, **data}  # fmt: skip
    root = deploy(tmp_path, [secret], chart(CMF, encryption={"enabled": True, "key": KEY}))
    assert len(found(root, "encryption")) == count


def test_old_releases_call_it_production(tmp_path: Path) -> None:
    secret = cr("FlinkSecret", "kafka", secretRef="login")
    old = chart(CMF, "2.2.0", cmf={"sql": {"production": True}})
    assert found(deploy(tmp_path, [secret], old), "encryption") == []


@pytest.mark.parametrize(("on", "level"), [({}, ["warning"]), ({"enabled": True}, [])])
def test_a_key_alone_encrypts_nothing(tmp_path: Path, on: dict, level: list[str]) -> None:
    root = deploy(tmp_path, [environment()], chart(CMF, encryption={"key": KEY, **on}))
    assert levels(root, "encryption") == level


def test_encryption_that_comes_later(tmp_path: Path) -> None:
    root = deploy(tmp_path, [environment()], chart(CMF))
    commit(root)
    deploy(root, [environment()], chart(CMF, encryption={"enabled": True, "key": KEY}))
    (finding,) = found(root, "encryption")
    assert finding.level == "warning"
    assert "made its database already" in finding.message
    commit(root)
    assert found(root, "encryption") == []


def test_a_key_that_is_another_later(tmp_path: Path) -> None:
    root = deploy(tmp_path, [environment()], chart(CMF, encryption={"enabled": True, "key": KEY}))
    commit(root)
    other = {**KEY, "kubernetesSecretProperty": "new"}
    deploy(root, [environment()], chart(CMF, encryption={"enabled": True, "key": other}))
    assert levels(root, "encryption") == ["warning"]


# --- its database ---

POSTGRES = {"database": {"type": "jdbc", "jdbc": {"engine": "postgresql"}}}


@pytest.mark.parametrize(
    ("version", "values", "count"),
    [
        ("2.4.1", {}, 0),
        ("2.4.1", {"persistence": {"create": False}}, 1),
        ("2.4.1", {"persistence": {"create": False}, "cmf": POSTGRES}, 0),
        ("2.4.1", {"persistence": {"storageClassName": "efs-sc"}}, 1),
        ("2.4.1", {"persistence": {"storageClassName": "nfs-client"}}, 1),
        ("2.4.1", {"persistence": {"storageClassName": "gp3"}}, 0),
        ("2.1.0", {"cmf": POSTGRES}, 1),
        ("2.1.1", {"cmf": POSTGRES}, 0),
        ("*", {"cmf": POSTGRES}, 0),
    ],
)
def test_databases(tmp_path: Path, version: str, values: dict, count: int) -> None:
    root = deploy(tmp_path, [environment()], chart(CMF, version, **values))
    assert len(found(root, "cmf-db")) == count


def test_production_is_told_and_no_more(tmp_path: Path) -> None:
    write(tmp_path, "clusters/prod-eu/cmf.yaml", chart(CMF))
    assert levels(tmp_path, "cmf-db") == ["info"]


def test_another_database_later(tmp_path: Path) -> None:
    root = deploy(tmp_path, [environment()], chart(CMF))
    commit(root)
    deploy(root, [environment()], chart(CMF, cmf=POSTGRES))
    (finding,) = found(root, "cmf-db")
    assert "was SQLite and is postgresql" in finding.message


# --- namespaces ---


@pytest.mark.parametrize(
    ("values", "count"),
    [
        ({"namespaceList": ["confluent", "flink"]}, 0),
        ({"namespaceList": ["confluent"]}, 1),
        ({}, 1),
        ({"namespaced": False}, 0),
        ({"namespaced": False, "namespaceList": ["confluent"]}, 0),
    ],
)
def test_namespaces_of_cfk(tmp_path: Path, values: dict, count: int) -> None:
    root = deploy(tmp_path, [environment(), environment("lab")], chart(CFK, "0.1718.10", **values))
    told = found(root, "ns")
    assert len(told) == count  # one for both
    assert all("(and 1 more)" in one.message for one in told)


def test_values_that_are_not_here_may_say_so(tmp_path: Path) -> None:
    told = chart(CFK, "0.1718.10")
    told["spec"]["source"]["helm"]["values"] = "namespaceList: [flink]\n"
    assert found(deploy(tmp_path, [environment()], told), "ns") == []


@pytest.mark.parametrize(
    ("values", "level"),
    [
        ({"watchNamespaces": ["flink"]}, []),
        ({"watchNamespaces": ["jobs"]}, ["error"]),
        # The chart makes the account in its own namespace only.
        ({}, ["warning"]),
        ({"jobServiceAccount": {"create": False}}, []),
    ],
)
def test_namespaces_of_the_operator(tmp_path: Path, values: dict, level: list[str]) -> None:
    root = deploy(tmp_path, [environment()], chart(OPERATOR, "1.150.3", **values))
    assert levels(root, "ns") == level


def test_an_account_of_ones_own(tmp_path: Path) -> None:
    account = {"apiVersion": "v1", "kind": "ServiceAccount",
               "metadata": {"name": "jobs", "namespace": "flink"}}  # fmt: skip
    root = deploy(tmp_path, [environment(), account], chart(OPERATOR, "1.150.3"))
    assert found(root, "ns") == []


def test_jobs_of_another_cluster(tmp_path: Path) -> None:
    objects = [environment(kubernetesClusterName="edge")]
    root = deploy(tmp_path, objects, chart(OPERATOR, "1.150.3", watchNamespaces=["jobs"]))
    assert found(root, "ns") == []
