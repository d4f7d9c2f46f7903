"""`overlay remove`."""

from pathlib import Path

from helpers import overlay


def test_a_workload_with_the_steps_for_a_person(repository: Path) -> None:
    names = ("flink-autoscale", "flink-sql", "flink-resources", "cmf-operator")
    done = overlay(repository, "remove", *(f"flink-demo/{name}" for name in names))
    assert done.exit_code == 0, done.output
    assert "deleted overlays/flink-demo/cmf-operator/values.yaml" in done.stdout
    assert "By hand, once this is pushed:" in done.stdout
    assert "kubectl -n argocd delete application cmf-operator" in done.stdout
    assert not (
        repository / "overlays/flink-demo/flink-resources/flink-environment-patch.yaml"
    ).exists()
    assert overlay(repository, "validate", "flink-demo", "--fail-on", "warning").exit_code == 0
    again = overlay(repository, "remove", "flink-demo/flink-resources")
    assert (again.exit_code, "nothing to write" in again.stdout) == (0, True)


def test_a_component(repository: Path) -> None:
    done = overlay(repository, "remove", "demo/flink-resources/demo-storage")
    assert "PersistentVolumeClaim flink-state stays" in done.stdout
    assert overlay(repository, "validate", "demo", "--fail-on", "warning").exit_code == 0


def test_refused_while_it_is_needed(repository: Path) -> None:
    done = overlay(repository, "remove", "demo/namespaces")
    assert done.exit_code == 2
    assert "requires namespaces" in done.stderr
    assert (repository / "overlays/demo/namespaces/kustomization.yaml").exists()


def test_a_dry_run_writes_nothing(repository: Path) -> None:
    done = overlay(repository, "remove", "demo/flink-resources", "--dry-run")
    assert "+++ /dev/null" in done.stdout
    assert "By hand" in done.stdout
    assert (repository / "overlays/demo/flink-resources/kustomization.yaml").exists()
