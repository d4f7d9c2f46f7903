"""`overlay job`."""

import json
from pathlib import Path

from helpers import overlay

LIST = "overlays/flink-demo/flink-autoscale/kustomization.yaml"
FOLDER = "overlays/flink-demo/flink-autoscale/jobs/orders"
NEW = ("job", "new", "flink-demo", "flink-autoscale", "orders", "--jar", "local:///opt/o.jar")


def files(root: Path) -> dict[str, bytes]:
    return {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def test_new_list_and_rm(repository: Path) -> None:
    before = files(repository)
    done = overlay(repository, *NEW, "--parallelism", "4", "--arg", "--topic", "--arg", "a b")
    assert done.exit_code == 0, done.output
    assert f"wrote {FOLDER}/kustomization.yaml\nwrote {LIST}\n" in done.stdout
    judged = overlay(repository, "validate", "flink-demo", "--fail-on", "warning")
    assert judged.exit_code == 0, judged.output
    rows = json.loads(overlay(repository, "job", "list", "flink-demo", "--format", "json").stdout)
    assert [(row["job"], row["parallelism"]) for row in rows] == [
        ("autoscaling-load", "2"),
        ("orders", "4"),
    ]
    gone = overlay(repository, "job", "rm", "flink-demo", "flink-autoscale", "orders")
    assert "upgrade=savepoint state=suspended" in gone.stdout
    assert "s3://flink-state/flink-demo/checkpoints/orders" in gone.stdout
    assert files(repository) == before


def test_each_job_is_rendered_once_with_its_own_state(repository: Path) -> None:
    assert overlay(repository, *NEW).exit_code == 0
    text = overlay(repository, "render", "flink-demo/flink-autoscale").stdout
    assert text.count("kind: FlinkDeployment\n") == 2
    for job in ("orders", "autoscaling-load"):
        assert text.count(f"s3://flink-state/flink-demo/checkpoints/{job}\n") == 1


def test_twice_is_once_and_another_wish_is_refused(repository: Path) -> None:
    overlay(repository, *NEW, "--parallelism", "4")
    before = files(repository)
    again = overlay(repository, *NEW, "--parallelism", "4")
    assert (again.exit_code, "nothing to write" in again.stdout) == (0, True)
    other = overlay(repository, *NEW, "--parallelism", "5")
    assert other.exit_code == 2
    assert "fix: overlay set flink-demo/flink-autoscale/orders" in other.stderr
    assert files(repository) == before


def test_dry_runs_write_nothing(repository: Path) -> None:
    before = files(repository)
    assert "+- jobs/orders" in overlay(repository, *NEW, "--dry-run").stdout
    rm = ("job", "rm", "flink-demo", "flink-autoscale", "autoscaling-load", "--dry-run")
    assert "+++ /dev/null" in overlay(repository, *rm).stdout
    assert files(repository) == before


def test_a_parameter_of_a_job_is_set_and_unset(repository: Path) -> None:
    overlay(repository, *NEW)
    before = files(repository)
    place = "flink-demo/flink-autoscale/orders"
    name = "autoscaler.parallelism.max"
    assert overlay(repository, "set", place, f"{name}=20").exit_code == 0
    assert overlay(repository, "get", place, name).stdout == "20\n"
    text = overlay(repository, "render", "flink-demo/flink-autoscale").stdout
    assert text.count('job.autoscaler.vertex.max-parallelism: "20"') == 1
    assert overlay(repository, "unset", place, name).exit_code == 0
    assert files(repository) == before
    assert "JOB/taskmanager.memory" in overlay(repository, "params", "flink-autoscale").stdout


def test_an_own_image_stays_whole(repository: Path) -> None:
    done = overlay(repository, *NEW, "--image", "registry.example.com/team/orders:1.4.2")
    assert "ENABLE_BUILT_IN_PLUGINS" in done.stdout
    text = overlay(repository, "render", "flink-demo/flink-autoscale").stdout
    assert "  image: registry.example.com/team/orders:1.4.2\n" in text
