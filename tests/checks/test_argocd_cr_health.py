"""argocd/cr-health: waves of Flink kinds, the rules of the version, what a later wave needs."""

import pytest

from checks.argocd_trees import Plant, application, argocd_cm, folder, found, manifest

CHECK = "argocd/cr-health"
CONFLUENT, FLINK = "platform.confluent.io/v1beta1", "flink.apache.org/v1beta1"
ROOT = {"clusters/dev/root.yaml": application("root", "clusters/dev/jobs")}
ENVIRONMENT = manifest(CONFLUENT, "FlinkEnvironment", "default", "1")
JOB = manifest(CONFLUENT, "FlinkApplication", "orders", "2", "{flinkEnvironment: default}")
OTHER = manifest(CONFLUENT, "FlinkApplication", "orders", "2", "{flinkEnvironment: other}")
KEY = "platform.confluent.io_FlinkEnvironment"


@pytest.mark.parametrize(
    ("job", "kinds", "wanted"),
    [
        (JOB, None, ["warning"]),
        (JOB, [], ["error"]),
        (OTHER, [], ["warning"]),
        (JOB, [KEY], []),
        (JOB.replace('"2"', '"1"'), [], []),
    ],
    ids=["unseen", "needed", "not needed", "shipped", "one wave"],
)
def test_a_wave_that_does_not_wait(
    plant: Plant, job: str, kinds: list[str] | None, wanted: list[str]
) -> None:
    files = ROOT | folder("clusters/dev/jobs", a=ENVIRONMENT, b=job)
    files |= {} if kinds is None else argocd_cm("clusters/dev/argocd", *kinds)
    listed = found(plant(files), CHECK)
    assert [level for level, *_ in listed] == wanted
    if wanted:
        assert listed[0][1:3] == ("clusters/dev/jobs/a.yaml", 6)


def test_without_an_application_nothing_is_proved(plant: Plant) -> None:
    files = folder("clusters/dev/jobs", a=ENVIRONMENT, b=JOB)
    [found_one] = found(plant(files | argocd_cm("clusters/dev/argocd")), CHECK)
    assert found_one[0] == "warning"


def test_the_declared_version_decides(plant: Plant) -> None:
    connector = manifest(CONFLUENT, "Connector", "a", "1")
    files = ROOT | folder("clusters/dev/jobs", a=connector, b=JOB)
    old, new = ({".overlay.yaml": f'argocd: {{version: "{v}"}}\n'} for v in ("2.13", "2.14"))
    assert [f[0] for f in found(plant(files | old), CHECK)] == ["warning"]
    assert found(plant(files | new), CHECK) == []


def test_kinds_of_others_and_built_in_ones_are_left_alone(plant: Plant) -> None:
    session = manifest(FLINK, "FlinkDeployment", "session", "1")
    other = manifest("example.com/v1", "Thing", "thing", "1")
    assert found(plant(ROOT | folder("clusters/dev/jobs", a=session, b=other, c=JOB)), CHECK) == []
