"""security/plaintext: what is a credential, a placeholder, or neither."""

from pathlib import Path

import pytest
import yaml

from overlaykit.kubernetes.credentials import is_secret_name, judge, judge_secret
from overlaykit.validate import validate


@pytest.mark.parametrize(
    "name",
    ["password", "DB_PASSWORD", "adminPassword", "s3.secret-key", "clientSecret", "apiToken"],
)
def test_names_of_credentials(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "passwordSecretName",
        "TOKEN_FILE",
        "secretName",
        "tokenUrl",
        "existingSecret",
        "s3.access-key",
    ],
)
def test_names_of_other_things(name: str) -> None:
    assert not is_secret_name(name)


# Put together here: a scanner for secrets shall find nothing in this repository.
EDGE = "-----{} RSA " + "PRIVATE KEY-----"
KEY = f"{EDGE.format('BEGIN')}\n{'A' * 20}\n{EDGE.format('END')}"
JAAS = "org.example.PlainLoginModule required username='a' password='{}';"


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("DB_PASSWORD", "kX9vault", "literal"),
        ("password", "admin", "literal"),
        ("file", KEY, "literal"),
        ("url", "postgresql://orders:kX9vault@db:5432/orders", "literal"),
        ("config", JAAS.format("kX9vault"), "literal"),
        ("id", "AKIA" + "A" * 16, "literal"),
        ("arg", "--sasl.password=kX9vault", "literal"),
        ("password", "changeme", "placeholder"),
        ("password", "replace-me", "placeholder"),
        ("password", "<your password>", "filled"),
        ("password", "YOUR_PASSWORD_HERE", "placeholder"),
        ("password", "Y2hhbmdlbWU=", "placeholder"),
        ("password", "${DB_PASSWORD}", "filled"),
        ("config", JAAS.format("${env:LOGIN}"), "filled"),
        ("url", "postgresql://orders:{}@db", "filled"),
    ],
)
def test_what_a_text_is(name: str, text: str, kind: str) -> None:
    verdict = judge(name, text)
    assert verdict is not None
    assert verdict.kind == kind


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("password", ""),
        ("password", "ENC[AES256_GCM,data:2dZ8]"),
        ("password", "vault:secret/data/db#password"),
        ("password", "$2a$10$abcdefghijklmnopqrstuv"),
        ("clientSecret", "oauth-client-secret"),  # the name of a Secret
        ("token", "/var/run/secrets/token"),
        ("token", "true"),
        ("url", "https://example.com:8443/a@b"),
        ("id", "AKIAIOSFODNN7EXAMPLE"),
        ("arg", "--mysql-native-password=ON"),
        ("arg", "--token=/etc/token/oauth"),
        ("note", "the password is somewhere else"),
    ],
)
def test_what_is_no_credential(name: str, text: str) -> None:
    assert judge(name, text) is None


def test_in_a_secret_a_name_is_no_reference() -> None:
    verdict = judge_secret("clientSecret", "cmf-secret")
    assert verdict is not None
    assert verdict.kind == "literal"


def found(root: Path) -> list[tuple[str, str, int]]:
    result = validate(root, [], lambda done, total: None)
    told = [f for f in result.findings if f.check == "security/plaintext"]
    return [(f.level, f.file, f.line) for f in told]


def build(root: Path, obj: dict, folder: str = "a") -> None:
    (root / folder).mkdir(parents=True)
    (root / folder / "one.yaml").write_text(yaml.safe_dump(obj, sort_keys=False))
    (root / folder / "kustomization.yaml").write_text("resources:\n- one.yaml\n")


SECRET = {
    "apiVersion": "v1",
    "kind": "Secret",
    "metadata": {"name": "login"},
    "data": {"password": "a1g5LXZhdWx0LWRvb3I="},
}


def test_base64_hides_nothing(tmp_path: Path) -> None:
    build(tmp_path, SECRET)
    assert found(tmp_path) == [("error", "a/one.yaml", 6)]


def test_an_encrypted_file_is_fine(tmp_path: Path) -> None:
    build(tmp_path, {**SECRET, "sops": {"version": "3.9"}})
    assert found(tmp_path) == []


def test_an_example_that_nobody_deploys_is_a_warning(tmp_path: Path) -> None:
    build(tmp_path, SECRET, "examples/a")
    assert found(tmp_path) == [("warning", "examples/a/one.yaml", 6)]


def test_a_literal_of_a_generator(tmp_path: Path) -> None:
    (tmp_path / "kustomization.yaml").write_text(
        "secretGenerator:\n- name: login\n  literals:\n  - user=orders\n  - password=kX9vault\n"
    )
    assert found(tmp_path) == [("error", "kustomization.yaml", 5)]


APPLICATION = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: db, namespace: argocd}
spec:
  project: default
  destination: {server: https://kubernetes.default.svc, namespace: db}
  sources:
  - {repoURL: https://git.test/r.git, targetRevision: main, ref: values}
  - repoURL: https://charts.test
    chart: db
    targetRevision: 1.0.0
    helm:
      valueFiles: [$values/values.yaml]
      valuesObject:
        auth:
          password: kX9vault
      parameters:
      - {name: auth.token, value: kX9vault}
"""


def test_values_of_a_chart(tmp_path: Path) -> None:
    (tmp_path / "db.yaml").write_text(APPLICATION)
    (tmp_path / "values.yaml").write_text(
        "auth:\n  secretKeys: {password: db-login}\n  password: kX9vault\n"
        "  existingSecret: login\nenv:\n- {name: API_TOKEN, value: kX9vault}\n"
    )
    told = [("db.yaml", 16), ("db.yaml", 18), ("values.yaml", 3), ("values.yaml", 6)]
    assert found(tmp_path) == [("error", *place) for place in told]


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("auth: {password: kX9vault}", "error"),
        ("auth: {password: changeme}", "warning"),
        ("auth: {password: replace-me}", "warning"),
        ("auth: {password: '${DB_PASSWORD}'}", "info"),
        ("auth: {password: 'ENC[AES256_GCM,data:2dZ8,iv:1,tag:2,type:str]'}", ""),
        ("auth: {existingSecret: db-login}", ""),
        ("auth: [unfinished", ""),
    ],
)
def test_values_that_stand_in_the_application(tmp_path: Path, text: str, level: str) -> None:
    lines = APPLICATION.splitlines()[:13]
    (tmp_path / "db.yaml").write_text(
        "\n".join([*lines[:12], "      values: |", f"        {text}\n"])
    )
    assert found(tmp_path) == ([(level, "db.yaml", 13)] if level else [])


def test_what_sops_has_encrypted_in_a_value_file(tmp_path: Path) -> None:
    (tmp_path / "db.yaml").write_text("\n".join([*APPLICATION.splitlines()[:13], ""]))
    secret = "auth:\n  password: {}\n"
    (tmp_path / "values.yaml").write_text(secret.format("ENC[AES256_GCM,data:2d,type:str]"))
    assert found(tmp_path) == []
    (tmp_path / "values.yaml").write_text(secret.format("kX9vault") + "sops: {version: 3.9.0}\n")
    assert found(tmp_path) == []
    (tmp_path / "values.yaml").write_text(secret.format("change-me"))
    assert found(tmp_path) == [("warning", "values.yaml", 2)]


def test_the_options_of_flink_are_judged_elsewhere(tmp_path: Path) -> None:
    """By flink/secret, which knows the keys."""
    spec = {
        "flinkConfiguration": {"s3.secret-key": "kX9vault"},
        "job": {"args": ["--password=kX9v"]},
    }
    metadata = {"name": "job"}
    version = "flink.apache.org/v1beta1"
    build(
        tmp_path,
        {"apiVersion": version, "kind": "FlinkDeployment", "metadata": metadata, "spec": spec},
    )
    assert found(tmp_path) == [("error", "a/one.yaml", 10)]
