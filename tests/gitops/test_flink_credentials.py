"""How jobs and CFK log in: by Secrets that are named, never by values in Git."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Object = dict[str, Any]
Render = Callable[[Path], list[Object]]
Load = Callable[[Path], Any]
Write = Callable[..., Path]
Objects = dict[tuple[str, str], Object]
With = Callable[..., Objects]

WORKLOAD = "../../workloads/flink-resources"
LOGINS = ("kafka-sasl", "kafka-mtls", "schema-registry-credentials", "s3-state")
REST = ("cmf-mtls", "cmf-oauth")


@pytest.fixture
def build(render: Render, write_kustomization: Write) -> With:
    """What flink-resources renders with these components, by kind and name."""

    def of(*names: str) -> Objects:
        parts = [f"{WORKLOAD}/components/{name}" for name in (*names, "cluster-facts")]
        resources = ["../flink-demo/facts", f"{WORKLOAD}/base"]
        found = render(write_kustomization("-".join(("with", *names)), resources, parts))
        return {(item["kind"], item["metadata"]["name"]): item for item in found}

    return of


def defaults(objects: Objects) -> Object:
    return dict(objects["FlinkEnvironment", "default"]["spec"]["flinkApplicationDefaults"]["spec"])


def pod(objects: Objects) -> Object:
    return dict(defaults(objects)["podTemplate"]["spec"])


def container(objects: Objects) -> Object:
    (found,) = pod(objects)["containers"]
    assert found["name"] == "flink-main-container"
    return dict(found)


def environment(objects: Objects) -> dict[str, tuple[str, str]]:
    """The variables that come from Secrets: name to Secret and key."""
    sources = {
        e["name"]: e.get("valueFrom", {}).get("secretKeyRef") for e in container(objects)["env"]
    }
    return {name: (one["name"], one["key"]) for name, one in sources.items() if one}


def files(objects: Objects) -> dict[str, set[str]]:
    """The Secrets that are mounted: folder to the files in it."""
    volumes = {volume["name"]: volume["secret"] for volume in pod(objects)["volumes"]}
    return {
        mount["mountPath"]: {item["path"] for item in volumes[mount["name"]]["items"]}
        for mount in container(objects)["volumeMounts"]
    }


def addresses(objects: Objects) -> dict[str, str]:
    return dict(objects["ConfigMap", "service-addresses"]["data"])


def endpoint(objects: Objects) -> Object:
    return dict(objects["CMFRestClass", "cmf"]["spec"]["cmfRest"])


def test_every_job_is_told_the_addresses(build: With) -> None:
    assert container(build())["envFrom"] == [{"configMapRef": {"name": "service-addresses"}}]
    assert set(addresses(build("s3-state"))) == {"KAFKA_BOOTSTRAP_SERVERS", "SCHEMA_REGISTRY_URL"}


def test_kafka_by_name_and_password(build: With) -> None:
    objects = build("kafka-sasl")
    told = addresses(objects)
    assert environment(objects) == {
        "KAFKA_SASL_JAAS_CONFIG": ("kafka-client-credentials", "sasl.jaas.config")
    }
    assert (told["KAFKA_SECURITY_PROTOCOL"], told["KAFKA_SASL_MECHANISM"]) == ("SASL_SSL", "PLAIN")
    folder, _, name = told["KAFKA_SSL_TRUSTSTORE_LOCATION"].rpartition("/")
    assert name in files(objects)[folder]


def test_kafka_by_certificate(build: With) -> None:
    objects = build("kafka-mtls")
    told = addresses(objects)
    assert told["KAFKA_SECURITY_PROTOCOL"] == "SSL"
    for store in ("KEYSTORE", "TRUSTSTORE"):
        folder, _, name = told[f"KAFKA_SSL_{store}_LOCATION"].rpartition("/")
        assert name in files(objects)[folder]
        assert told[f"KAFKA_SSL_{store}_TYPE"] == "PKCS12"
    assert environment(objects) == {
        "KAFKA_SSL_STORE_PASSWORD": ("kafka-store-password", "password")
    }


def test_schema_registry_by_name_and_password(build: With) -> None:
    objects = build("schema-registry-credentials")
    assert environment(objects) == {
        "SCHEMA_REGISTRY_USER_INFO": ("schema-registry-credentials", "user-info")
    }
    assert addresses(objects)["SCHEMA_REGISTRY_CREDENTIALS_SOURCE"] == "USER_INFO"


def test_state_in_an_object_store(build: With) -> None:
    objects = build("s3-state")
    assert environment(objects) == {
        "AWS_ACCESS_KEY_ID": ("flink-state-credentials", "access-key"),
        "AWS_SECRET_ACCESS_KEY": ("flink-state-credentials", "secret-key"),
    }
    values = defaults(objects)["flinkConfiguration"]
    assert values["execution.checkpointing.dir"].startswith("s3://")
    assert values["s3.endpoint"].startswith("http")
    assert values["s3.path.style.access"] == "true"
    assert all("key" not in name for name in values if name.startswith("s3."))


def test_it_is_the_store_of_the_scaled_jobs(root: Path, render: Render, build: With) -> None:
    """One cluster has one object store: both workloads must find it at one address."""
    jobs = render(root / "overlays/flink-demo/flink-autoscale")
    (job,) = [item for item in jobs if item["kind"] == "FlinkDeployment"]
    ours = defaults(build("s3-state"))["flinkConfiguration"]
    for key in ("s3.endpoint", "s3.path.style.access"):
        assert ours[key] == job["spec"]["flinkConfiguration"][key]


@pytest.mark.parametrize("kafka", ["kafka-sasl", "kafka-mtls"])
def test_all_logins_stand_side_by_side(build: With, kafka: str) -> None:
    together = build("s3-state", "demo-storage", kafka, "schema-registry-credentials")
    alone = [build("s3-state"), build(kafka), build("schema-registry-credentials")]
    assert environment(together) == {k: v for one in alone for k, v in environment(one).items()}
    assert addresses(together) == {k: v for one in alone for k, v in addresses(one).items()}
    names = [entry["name"] for entry in container(together)["env"]]
    mounts = {mount["name"] for mount in container(together)["volumeMounts"]}
    assert len(names) == len(set(names))
    assert mounts == {volume["name"] for volume in pod(together)["volumes"]}


@pytest.mark.parametrize("name", LOGINS)
def test_no_login_is_in_the_configuration_or_in_a_config_map(build: With, name: str) -> None:
    """Both are shown on the web interface, or readable by many."""
    objects = build(name)
    shown = json.dumps([defaults(objects)["flinkConfiguration"], addresses(objects)]).lower()
    assert not any(word in shown for word in ("password", "jaas", "secret", "access-key"))


@pytest.mark.parametrize("name", [*LOGINS, *REST])
def test_every_secret_that_is_named_is_declared(
    build: With, root: Path, load: Load, name: str
) -> None:
    objects = build(name)
    declared = {
        (secret["name"], key)
        for secret in load(root / "workloads/flink-resources/workload.yaml")["spec"]["secrets"]
        if name in secret["components"]
        for key in secret["keys"]
    }
    used = set(environment(objects).values())
    used |= {
        (volume["secret"]["secretName"], item["key"])
        for volume in pod(objects)["volumes"]
        for item in volume["secret"]["items"]
    }
    assert used <= declared
    rest = endpoint(objects)
    oauth = rest.get("authentication", {}).get("oauth", {})
    named = {used_name for used_name, _ in used}
    named |= {one["secretRef"] for one in (rest.get("tls", {}), oauth) if one}
    assert named == {secret for secret, _ in declared}


def test_cfk_reaches_cmf_in_the_clear_by_default(build: With) -> None:
    assert endpoint(build()) == {"endpoint": "http://cmf-service.confluent.svc.cluster.local:80"}


@pytest.mark.parametrize("name", REST)
def test_cfk_logs_in_to_cmf_over_tls(build: With, name: str) -> None:
    rest = endpoint(build(name))
    assert rest["endpoint"] == "https://cmf-service.confluent.svc.cluster.local:80"
    assert rest["tls"] == {"secretRef": "cmf-client-tls"}
    assert rest["authentication"]["type"] == name.removeprefix("cmf-")


def test_cfk_shows_a_certificate(build: With) -> None:
    wanted = {"type": "mtls", "sslClientAuthentication": True}
    assert endpoint(build("cmf-mtls"))["authentication"] == wanted


def test_cfk_shows_a_token(build: With) -> None:
    oauth = endpoint(build("cmf-oauth"))["authentication"]["oauth"]
    assert oauth["configuration"]["tokenEndpointUri"].startswith("https://")
    # The schema takes 30 letters at most.
    assert len(oauth["secretRef"]) <= 30


@pytest.mark.parametrize(
    ("one", "other", "place"),
    [
        ("kafka-sasl", "kafka-mtls", "overlaykit.io~1kafka-login"),
        ("cmf-mtls", "cmf-oauth", "/spec/cmfRest/authentication"),
    ],
)
def test_two_ways_to_log_in_fail_the_build(build: With, one: str, other: str, place: str) -> None:
    for pair in ((one, other), (other, one)):
        with pytest.raises(subprocess.CalledProcessError) as failure:
            build(*pair)
        assert place in failure.value.stderr
