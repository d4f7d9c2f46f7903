"""argocd/wave-order: equal waves by what comes in by retry, references among the SQL kinds."""

import pytest

from checks.argocd_trees import Plant, application, folder, found, manifest

CHECK = "argocd/wave-order"
CONFLUENT = "platform.confluent.io/v1beta1"
SESSION = manifest("flink.apache.org/v1beta1", "FlinkDeployment", "session")
LONG = "{retry: {limit: 20, backoff: {duration: 10s, maxDuration: 5m}}}"


@pytest.mark.parametrize(
    ("operator", "jobs", "policy", "wanted"),
    [
        ("2", "1", LONG, ["error"]),
        ("1", "2", "", []),
        ("1", "1", "", ["warning"]),
        ("1", "1", "{automated: {}}", ["warning"]),
        ("1", "1", LONG, []),
        ("1", "1", "{retry: {limit: -1}}", []),
        # Nobody thought of waves here.
        ("", "", "", []),
        ("", "0", "", []),
    ],
)
def test_two_applications(
    plant: Plant, operator: str, jobs: str, policy: str, wanted: list[str]
) -> None:
    apps = folder(
        "c",
        operator=application("operator", chart="flink-kubernetes-operator", wave=operator),
        jobs=application("jobs", "c/jobs", wave=jobs, policy=policy),
    )
    listed = found(plant(apps | folder("c/jobs", a=SESSION)), CHECK)
    assert [level for level, *_ in listed] == wanted
    for _, file, line, message in listed:
        assert (file, line) == ("c/jobs.yaml", 7)
        assert "Flink" in message or "flink.apache.org" in message


@pytest.mark.parametrize(
    ("first", "second", "wanted"),
    [("1", "2", []), ("2", "1", ["error"]), ("2", "2", ["warning"]), ("", "", [])],
)
def test_a_statement_and_its_pool(plant: Plant, first: str, second: str, wanted: list[str]) -> None:
    pool = manifest(CONFLUENT, "FlinkComputePool", "sql", first)
    statement = manifest(CONFLUENT, "FlinkStatement", "totals", second, "{computePoolName: sql}")
    listed = found(plant(folder("jobs", a=pool, b=statement)), CHECK)
    assert [level for level, *_ in listed] == wanted


def test_a_secret_of_the_same_wave_is_applied_first(plant: Plant) -> None:
    secret = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: login\n  namespace: default\n"
    secret += '  annotations: {argocd.argoproj.io/sync-wave: "3"}\n'
    user = manifest(CONFLUENT, "FlinkSecret", "login", "3", "{secretRef: login}")
    assert found(plant(folder("jobs", a=secret, b=user)), CHECK) == []
    early = user.replace('"3"', '"2"')
    [one] = found(plant(folder("jobs", a=secret, b=early)), CHECK)
    assert one[0] == "error"
    assert "Secret 'login' in default" in one[3]
