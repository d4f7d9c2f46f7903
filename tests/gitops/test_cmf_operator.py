"""What the components of CMF add to its chart, and the one way in from outside."""

import shutil
import subprocess
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import yaml

from helpers import new_cluster, overlay
from overlaykit.repo.tree import Tree
from overlaykit.repo.workloads import workloads

from .conftest import build

Object = dict[str, Any]
Load = Callable[[Path], Any]

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "workloads/cmf-operator/components"
CMF = workloads(Tree(ROOT))["cmf-operator"]
VALUES = [component.name for component in CMF.components if component.has_values]
FACTS = "$values/workloads/cmf-operator"


def values(name: str) -> Object:
    return dict(yaml.safe_load((FOLDER / name / "values.yaml").read_text()))


def leaves(value: Any, path: tuple[str, ...] = ()) -> set[tuple[str, ...]]:
    if isinstance(value, dict):
        return {leaf for key, item in value.items() for leaf in leaves(item, (*path, key))}
    return {path}


def application(folder: Path) -> Object:
    found = [item for item in yaml.safe_load_all(build(folder)) if item["kind"] == "Application"]
    (cmf,) = [item for item in found if item["metadata"]["name"] == "cmf-operator"]
    return dict(cmf["spec"]["sources"][1])


@pytest.fixture
def made(tmp_path: Path) -> Callable[..., Path]:
    """The folder of a new cluster that has these components of CMF."""

    def of(*names: str) -> Path:
        for folder in ("apps", "workloads", "overlays"):
            shutil.copytree(ROOT / folder, tmp_path / folder)
        new_cluster(tmp_path, "made", [f"cmf-operator/{name}" for name in names])
        return tmp_path / "overlays/made"

    return of


def test_value_files_stand_between_the_workload_and_the_cluster(made: Callable[..., Path]) -> None:
    """The later outranks the earlier: a cluster's own values must come last."""
    folder = made("license", "encryption", "postgres", "mtls")
    files = application(folder)["helm"]["valueFiles"]
    assert files[0] == f"{FACTS}/values.yaml"
    assert files[-1] == "$values/overlays/made/cmf-operator/values.yaml"
    on = ("license", "encryption", "postgres", "mtls")
    assert set(files[1:-1]) == {f"{FACTS}/components/{name}/values.yaml" for name in on}
    for file in files:
        assert (folder.parents[1] / file.removeprefix("$values/")).is_file()


def test_without_components_the_chart_has_two_files(made: Callable[..., Path]) -> None:
    assert len(application(made("network-policies"))["helm"]["valueFiles"]) == 2


@pytest.mark.parametrize("name", VALUES)
def test_a_component_adds_its_own_file_alone(name: str) -> None:
    text = (ROOT / f"apps/cmf-operator/components/{name}/kustomization.yaml").read_text()
    assert f"{FACTS}/components/{name}/values.yaml" in text
    assert (FOLDER / name / "values.yaml").is_file()


def test_files_that_can_be_on_together_never_set_the_same_value() -> None:
    """Their order among themselves has no meaning, and Helm replaces a list as a whole."""
    assert len(VALUES) >= 5
    for one, other in combinations(VALUES, 2):
        if not CMF.excluded_by(one, [other]):
            assert leaves(values(one)) & leaves(values(other)) == set(), (one, other)


def test_no_file_says_what_a_fact_says(load: Load) -> None:
    facts = load(ROOT / "apps/cmf-operator/application.yaml")["spec"]["sources"][1]["helm"]
    for name in VALUES:
        assert leaves(values(name)) & leaves(facts["valuesObject"]) == set()


def test_every_secret_that_is_named_is_declared(load: Load) -> None:
    declared = {
        (secret["name"], key, component)
        for secret in load(ROOT / "workloads/cmf-operator/workload.yaml")["spec"]["secrets"]
        for key in secret["keys"]
        for component in secret["components"]
    }
    key = values("encryption")["encryption"]["key"]
    used = {(key["kubernetesSecretName"], key["kubernetesSecretProperty"], "encryption")}
    used |= {(values("license")["license"]["secretRef"], "license.txt", "license")}
    password = values("postgres")["cmf"]["database"]["jdbc"]["password"]
    used |= {(password["kubernetesSecretName"], password["kubernetesSecretProperty"], "postgres")}
    for name in ("mtls", "oauth"):
        for entry in values(name)["extraEnv"]:
            reference = entry["valueFrom"]["secretKeyRef"]
            used.add((reference["name"], reference["key"], name))
        (volume,) = values(name)["mountedVolumes"]["volumes"]
        for file in ("keystore.jks", "truststore.jks"):
            used.add((volume["secret"]["secretName"], file, name))
    deployment = load(FOLDER / "ingress/deployment.yaml")
    (proxy,) = deployment["spec"]["template"]["spec"]["containers"]
    for entry in proxy["env"]:
        reference = entry["valueFrom"]["secretKeyRef"]
        used.add((reference["name"], reference["key"], "ingress"))
    assert used == declared


def test_database_is_postgresql_with_its_password_in_a_secret() -> None:
    database = values("postgres")["cmf"]["database"]
    assert (database["type"], database["jdbc"]["engine"]) == ("jdbc", "postgresql")
    assert isinstance(database["jdbc"]["password"], dict)


def test_encryption_is_switched_on_and_not_only_given_a_key() -> None:
    assert values("encryption")["encryption"]["enabled"] is True


@pytest.mark.parametrize("name", ["mtls", "oauth"])
def test_tls_has_files_that_are_mounted_and_passwords_that_are_variables(name: str) -> None:
    content = values(name)
    ssl = content["cmf"]["ssl"]
    (mount,) = content["mountedVolumes"]["volumeMounts"]
    assert ssl["keystore"] == f"{mount['mountPath']}/keystore.jks"
    variables = {entry["name"] for entry in content["extraEnv"]}
    for key, value in ssl.items():
        assert not key.endswith("password") or value.strip("${}") in variables
    assert content["cmf"]["authentication"]["type"] == name


def test_mtls_asks_for_a_certificate_and_looks_at_its_name() -> None:
    """The first is of the connection; without the second CMF does not know who it was."""
    cmf = values("mtls")["cmf"]
    assert cmf["ssl"]["client-auth"] == "need"
    assert cmf["authentication"]["config"]["ssl.client.authentication"] == "REQUIRED"
    assert cmf["ssl"]["trust-store"].endswith("/truststore.jks")


def test_oauth_checks_issuer_and_audience_with_keys_that_it_may_fetch() -> None:
    cmf = values("oauth")["cmf"]
    config = cmf["authentication"]["config"]
    assert {"oauthbearer.expected.issuer", "oauthbearer.expected.audience"} <= set(config)
    assert cmf["kafka"]["oauthbearerAllowedUrls"] == config["oauthbearer.jwks.endpoint.url"]


def test_two_ways_to_log_in_fail_the_build(made: Callable[..., Path]) -> None:
    folder = made("mtls")
    file = folder / "kustomization.yaml"
    line = "- ../../apps/cmf-operator/components/mtls\n"
    assert line in file.read_text()
    file.write_text(file.read_text().replace(line, line + line.replace("mtls", "oauth")))
    with pytest.raises(subprocess.CalledProcessError) as failure:
        build(folder)
    assert "overlaykit.io~1cmf-login" in failure.value.stderr


@pytest.fixture
def ingress(made: Callable[..., Path]) -> dict[str, Object]:
    """What a cluster with the domain cmf.test.example.org renders for the web interface."""
    folder = made("ingress", "network-policies")
    done = overlay(
        folder.parents[1],
        "set",
        "made",
        "domain=cmf.test.example.org",
        "images.quay=mirror.test/quay",
    )
    assert done.exit_code == 0, done.output
    found = [item for item in yaml.safe_load_all(build(folder / "cmf-operator")) if item]
    return {f"{item['kind']}/{item['metadata']['name']}": item for item in found}


def test_the_host_follows_the_domain(ingress: dict[str, Object]) -> None:
    """Also where the domain itself has the word that the host begins with."""
    spec = ingress["Ingress/cmf-ui"]["spec"]
    host = "cmf.cmf.test.example.org"
    assert [rule["host"] for rule in spec["rules"]] == [host]
    assert [tls["hosts"] for tls in spec["tls"]] == [[host]]
    options = ingress["ConfigMap/cmf-ui-options"]["data"]
    assert options["OAUTH2_PROXY_REDIRECT_URL"] == f"https://{host}"


def test_nothing_but_the_proxy_is_reached_from_outside(ingress: dict[str, Object]) -> None:
    backends = {
        path["backend"]["service"]["name"]
        for rule in ingress["Ingress/cmf-ui"]["spec"]["rules"]
        for path in rule["http"]["paths"]
    }
    service = ingress["Service/cmf-ui"]["spec"]
    labels = ingress["Deployment/cmf-ui"]["spec"]["template"]["metadata"]["labels"]
    assert backends == {"cmf-ui"}
    assert service["type"] == "ClusterIP"
    assert service["selector"].items() <= labels.items()
    assert {item.partition("/")[0] for item in ingress} & {"Route", "Secret"} == set()


def test_the_proxy_lets_nobody_past_without_a_login(ingress: dict[str, Object]) -> None:
    options = ingress["ConfigMap/cmf-ui-options"]["data"]
    assert not any("SKIP_AUTH" in key or "TRUSTED_IP" in key for key in options)
    assert options["OAUTH2_PROXY_EMAIL_DOMAINS"] != "*"
    assert options["OAUTH2_PROXY_COOKIE_SECURE"] == "true"
    (proxy,) = ingress["Deployment/cmf-ui"]["spec"]["template"]["spec"]["containers"]
    needed = {entry["name"]: entry["valueFrom"]["secretKeyRef"] for entry in proxy["env"]}
    assert set(needed) == {
        "OAUTH2_PROXY_CLIENT_ID",
        "OAUTH2_PROXY_CLIENT_SECRET",
        "OAUTH2_PROXY_COOKIE_SECRET",
    }
    assert not any(reference.get("optional") for reference in needed.values())


def test_the_proxy_is_a_restricted_pod_of_a_pinned_image(ingress: dict[str, Object]) -> None:
    pod = ingress["Deployment/cmf-ui"]["spec"]["template"]["spec"]
    (proxy,) = pod["containers"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert proxy["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert pod["automountServiceAccountToken"] is False
    assert {"cpu", "memory"} == set(proxy["resources"]["limits"])
    assert proxy["image"].startswith("mirror.test/quay/oauth2-proxy/oauth2-proxy:v7.")


def test_a_drain_takes_one_proxy_at_a_time(ingress: dict[str, Object]) -> None:
    budget = ingress["PodDisruptionBudget/cmf-ui"]["spec"]
    assert budget["maxUnavailable"] < ingress["Deployment/cmf-ui"]["spec"]["replicas"]
    labels = ingress["Deployment/cmf-ui"]["spec"]["selector"]
    assert budget["selector"] == labels
