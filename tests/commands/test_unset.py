"""`overlay unset`."""

from pathlib import Path

from helpers import overlay


def files(root: Path) -> dict[str, bytes]:
    return {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def test_set_and_unset_leave_no_trace(repository: Path) -> None:
    before = files(repository)
    for target, setting in (
        ("demo/flink-resources", "taskmanager.slots=8"),
        ("flink-demo/flink-resources", "jobmanager.cpu=2"),
        ("demo/cmf-operator", "storage.size=20Gi"),
        ("demo", "charts.mine=https://charts.example.com"),
    ):
        assert overlay(repository, "set", target, setting).exit_code == 0
        assert files(repository) != before
        done = overlay(repository, "unset", target, setting.partition("=")[0])
        assert done.exit_code == 0, done.output
        assert files(repository) == before


def test_what_is_not_set_is_no_failure(repository: Path) -> None:
    done = overlay(repository, "unset", "demo/flink-resources", "taskmanager.slots")
    assert done.exit_code == 0
    assert "nothing to write" in done.stdout


def test_a_dry_run_shows_what_would_go(repository: Path) -> None:
    before = files(repository)
    done = overlay(
        repository, "unset", "flink-demo/flink-resources", "taskmanager.slots", "--dry-run"
    )
    assert '-        taskmanager.numberOfTaskSlots: "4"\n' in done.stdout
    assert files(repository) == before


def test_refused(repository: Path) -> None:
    assert overlay(repository, "unset", "demo", "domain").exit_code == 2
    done = overlay(repository, "unset", "demo/flink-resources", "taskmanager.slot")
    assert done.exit_code == 2
    assert "did you mean 'taskmanager.slots'?" in done.stderr
