"""`overlay add`."""

from pathlib import Path

from helpers import overlay

RESOURCES = "overlays/demo/flink-resources/kustomization.yaml"


def test_a_component(repository: Path) -> None:
    done = overlay(repository, "add", "demo/flink-resources/sample-application")
    assert done.stdout == f"wrote {RESOURCES}\n"
    assert "state-machine-example" in overlay(repository, "render", "demo/flink-resources").stdout
    told = overlay(repository, "validate", "demo")
    assert told.exit_code == 0
    # The demo's state lies on a claim of one node: said as soon as a job uses it.
    assert told.stdout.count("warning flink/local-state") == 3
    again = overlay(repository, "add", "demo/flink-resources/sample-application")
    assert (again.exit_code, "nothing to write" in again.stdout) == (0, True)


def test_a_workload_and_what_it_requires(repository: Path) -> None:
    facts = ["--set", "repository.url=https://git.example.com/a/b.git"]
    overlay(repository, "new", "small", "--workloads", "namespaces", *facts)
    done = overlay(repository, "add", "small/flink-resources")
    assert "wrote overlays/small/cmf-operator/values.yaml" in done.stdout
    overlay(repository, "new", "whole", *facts)
    lists = [
        (repository / f"overlays/{name}/kustomization.yaml").read_text()
        for name in ("small", "whole")
    ]
    assert lists[0] == lists[1]
    assert overlay(repository, "validate", "small", "--fail-on", "warning").exit_code == 0


def test_a_dry_run_writes_nothing(repository: Path) -> None:
    before = (repository / RESOURCES).read_bytes()
    done = overlay(repository, "add", "demo/flink-resources/sample-application", "--dry-run")
    assert "+- ../../../workloads/flink-resources/components/sample-application\n" in done.stdout
    assert (repository / RESOURCES).read_bytes() == before


def test_one_that_cannot_be_stops_all(repository: Path) -> None:
    before = (repository / RESOURCES).read_bytes()
    done = overlay(
        repository,
        "add",
        "demo/flink-resources/sample-application",
        "demo/flink-resources/monitoring",
    )
    assert done.exit_code == 2
    assert "requires prometheus-operator" in done.stderr
    assert (repository / RESOURCES).read_bytes() == before
