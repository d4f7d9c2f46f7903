"""Jobs: what is written, and what is refused before anything is."""

from pathlib import Path

import pytest

from helpers import ROOT
from overlaykit.errors import UsageError
from overlaykit.params import units, values
from overlaykit.render.objects import Object
from overlaykit.repo.tree import Tree
from overlaykit.repo.workloads import Parameter, workloads
from overlaykit.scaffold import jobs
from overlaykit.scaffold.draft import Draft
from overlaykit.source import parse

FOLDER = "overlays/flink-demo/flink-autoscale"
JAR = {"jar": "local:///opt/o.jar"}
AUTOSCALE = workloads(Tree(ROOT))["flink-autoscale"]


def new(root: Path, name: str, workload: str = "flink-autoscale", **more: object) -> Draft:
    draft = Draft(Tree(root))
    jobs.new(draft, "flink-demo", workload, jobs.Job(name, **{"settings": JAR, **more}))  # type: ignore[arg-type]
    return draft


def test_a_job_is_a_name_and_a_patch_of_what_is_asked(repository: Path) -> None:
    draft = new(repository, "orders", settings=JAR | {"taskmanager.cpu": "1500m"})
    [patch] = draft.documents(f"{FOLDER}/jobs/orders/flink-deployment-patch.yaml")
    assert patch.data["spec"] == {
        "job": {"jarURI": "local:///opt/o.jar"},
        "taskManager": {"resource": {"cpu": 1.5}},
    }
    assert "value: orders\n" in draft.text(f"{FOLDER}/jobs/orders/kustomization.yaml")


def test_jobs_are_listed_by_name_and_the_rest_keeps_its_place(repository: Path) -> None:
    new(repository, "zebra").write()
    draft = new(repository, "aardvark")
    listed = parse(draft.text(f"{FOLDER}/kustomization.yaml"))[0]["resources"]
    assert listed[2:] == ["jobs/aardvark", "jobs/autoscaling-load", "jobs/zebra"]


@pytest.mark.parametrize(
    "name", ["", "Orders", "1a", "-a", "a-", "a_b", "a.b", "../a", "a/b", "a" * 46]
)
def test_names_that_the_operator_would_refuse(repository: Path, name: str) -> None:
    with pytest.raises(UsageError, match="is no name of a job"):
        new(repository, name)


def test_the_longest_name(repository: Path) -> None:
    assert len(new(repository, "a" * 45).files()) == 3


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"settings": {"jar": "orders.jar"}}, "is no URI"),
        ({"settings": JAR | {"parallelism": "0"}}, "parallelism: 0 is out of range"),
        ({"settings": JAR | {"parallelism": "two"}}, "not a whole number"),
        ({"settings": JAR | {"paralelism": "2"}}, "did you mean 'parallelism'?"),
        ({"settings": JAR | {"taskmanager.memory": "4GB!"}}, "taskmanager.memory"),
        ({"settings": JAR | {"autoscaler.utilization.min": "0.8"}}, "more than"),
        ({"image": "team/orders"}, "is not pinned"),
        ({"image": "team/orders:latest"}, "is not pinned"),
        ({"components": ("mino",)}, "has no component 'mino'"),
        ({"components": ("aws-s3", "irsa")}, "aws-s3 excludes irsa\n  fix: leave out irsa"),
        ({"components": ("irsa",)}, "remove flink-demo/flink-autoscale/minio goes first"),
        ({"workload": "flink-autoscal"}, "did you mean 'flink-autoscale'?"),
        ({"workload": "flink-resources"}, "workloads with jobs: flink-autoscale"),
    ],
)
def test_refused(repository: Path, more: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        new(repository, "orders", **more)  # type: ignore[arg-type]
    assert message in str(caught.value)


def test_a_name_that_another_workload_has(repository: Path) -> None:
    """CMF makes a FlinkDeployment of each FlinkApplication, in the same namespace."""
    with pytest.raises(UsageError, match="is taken by .*flink-application.yaml"):
        new(repository, "state-machine-example")


def test_a_folder_that_is_not_listed_is_not_overwritten(repository: Path) -> None:
    folder = repository / FOLDER / "jobs/orders"
    folder.mkdir()
    (folder / "kustomization.yaml").write_text("kind: Kustomization\n")
    with pytest.raises(UsageError, match="does not list it"):
        new(repository, "orders")


def test_a_cluster_that_does_not_run_it(repository: Path) -> None:
    with pytest.raises(UsageError, match="overlay add demo/flink-autoscale"):
        jobs.new(Draft(Tree(repository)), "demo", "flink-autoscale", jobs.Job("orders", JAR))


def test_removing_what_is_not_there(repository: Path) -> None:
    with pytest.raises(UsageError, match="did you mean 'autoscaling-load'"):
        jobs.remove(Draft(Tree(repository)), "flink-demo", "flink-autoscale", "autoscaling-lod")


@pytest.mark.parametrize("parameter", AUTOSCALE.job_parameters, ids=lambda one: one.name)
def test_the_default_of_a_job_parameter_is_what_the_job_base_has(parameter: Parameter) -> None:
    [base] = parse((ROOT / "workloads/flink-autoscale/job/flink-deployment.yaml").read_text())
    assert not parameter.at_most or parameter.at_most in {p.name for p in AUTOSCALE.job_parameters}
    for target in parameter.targets:
        there = Object(base).get(*target.path)
        wanted = values.understand(parameter, parameter.default)
        assert values.understand(parameter, there) == wanted
        assert type(values.write(parameter, target, wanted)) is type(there)
    with pytest.raises((UsageError, units.BadAmount)):
        values.read(parameter, "")
