"""confluent/sql-flags and confluent/encryption: what counts as on, and whose chart is meant."""

from pathlib import Path

import pytest
import yaml

from overlaykit.validate import validate

CFK, CMF = "confluent-for-kubernetes", "confluent-manager-for-apache-flink"
HERE = {"server": "https://kubernetes.default.svc"}


def write(path: Path, *objects: dict) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump_all(objects))


def application(name: str, source: dict, destination: dict = HERE) -> dict:
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": name, "namespace": "argocd"},
        "spec": {"project": "flink", "source": source, "destination": destination},
    }


def chart(name: str, destination: dict = HERE, **helm: object) -> dict:
    source = {"repoURL": "https://charts.test", "chart": name, "targetRevision": "1", "helm": helm}
    return application(name, source, destination)


def found(root: Path, *charts: dict) -> list[str]:
    """The messages for one FlinkSecret that is deployed beside these charts."""
    own = {"repoURL": "https://git.test/r.git", "targetRevision": "main", "path": "sql"}
    write(root / "apps" / "all.yaml", application("sql", own), *charts)
    secret = {
        "apiVersion": "platform.confluent.io/v1beta1",
        "kind": "FlinkSecret",
        "metadata": {"name": "login", "namespace": "flink"},
        "spec": {"secretRef": "login"},
    }
    write(root / "sql" / "secret.yaml", secret)
    result = validate(root, [], lambda done, total: None)
    wanted = ("confluent/sql-flags", "confluent/encryption")
    return [f.message for f in result.findings if f.check in wanted]


@pytest.mark.parametrize(
    ("helm", "off"),
    [
        ({}, "enableFlinkSQL"),
        ({"valuesObject": {"enableFlinkSQL": "true"}}, "enableFlinkSQL"),
        ({"valuesObject": {"enableFlinkSQL": True}}, ""),
        ({"valuesObject": {"enableFlinkSQL": True, "enableCMFDay2Ops": False}}, "enableCMFDay2Ops"),
        # Text that is not read: it may switch the flag on.
        ({"values": "enableFlinkSQL: true"}, ""),
        ({"parameters": [{"name": "enableFlinkSQL", "value": "true"}]}, ""),
    ],
)
def test_flags_of_cfk(tmp_path: Path, helm: dict, off: str) -> None:
    messages = found(tmp_path, chart(CFK, **helm))
    assert [off in message for message in messages] == ([True] if off else [])


@pytest.mark.parametrize("enabled", [True, False, None])
def test_encryption_of_cmf(tmp_path: Path, enabled: bool | None) -> None:
    values = {} if enabled is None else {"valuesObject": {"encryption": {"enabled": enabled}}}
    told = found(tmp_path, chart(CMF, **values))
    # Encryption without a key is another mistake.
    assert any("encryption.enabled is off" in one for one in told) is not bool(enabled)


def test_a_chart_of_another_cluster_says_nothing(tmp_path: Path) -> None:
    assert found(tmp_path, chart(CFK, {"name": "another"})) == []


def test_without_the_chart_nothing_is_claimed(tmp_path: Path) -> None:
    assert found(tmp_path) == []


def test_one_that_is_on_is_enough(tmp_path: Path) -> None:
    on = chart(CFK, valuesObject={"enableFlinkSQL": True})
    assert found(tmp_path, chart(CFK), on) == []
