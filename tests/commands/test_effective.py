"""`overlay effective`: the configuration of our own jobs, as text and as JSON."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from checks.argocd_trees import Files, folder, manifest
from helpers import ROOT, overlay

Plant = Callable[[Files], Path]
LOAD = ("flink-demo/flink-autoscale", "autoscaling-load")


def objects(root: Path, *argv: str) -> list[dict[str, Any]]:
    done = overlay(root, "effective", *argv, "--format", "json")
    assert done.exit_code == 0, done.output
    whole = json.loads(done.stdout)
    assert whole["version"] == 1 and whole["target"] == argv[0]
    return list(whole["objects"])


def test_every_job_of_a_cluster_is_listed() -> None:
    names = {one["object"] for one in objects(ROOT, "flink-demo")}
    assert names >= {
        "FlinkDeployment/flink/autoscaling-load",
        "FlinkSessionJob/flink/session-example",
        "FlinkApplication/flink/state-machine-example",
        "FlinkStatement/flink/order-totals-v1",
        "FlinkComputePool/flink/sql",
        "Deployment/flink/flink-connectors-taskmanager",
    }


def test_every_place_holds_what_is_said_of_it() -> None:
    """A value stands on its line; what the operator wrote, in the operator's own words."""
    looked_at = 0
    for found in objects(ROOT, "flink-demo"):
        for key in found["keys"]:
            if key["file"] is None or key["field"] or key["value"] in (None, "******"):
                continue
            line = (ROOT / key["file"]).read_text().splitlines()[key["line"] - 1]
            shown = line[key["column"] - 1 :].strip("\"'")
            part = "/facts/" in key["file"]  # it wrote the beginning
            assert shown.startswith(key["value"]) or (part and key["value"].startswith(shown)), key
            looked_at += 1
    assert looked_at > 100


def test_what_was_overridden_has_its_place() -> None:
    [found] = objects(ROOT, *LOAD)
    keys = {one["key"]: one for one in found["keys"]}
    size = keys["taskmanager.memory.process.size"]
    assert (size["value"], size["layer"]) == ("2 gb", "operator")
    assert size["field"] == "spec.taskManager.resource.memory"
    assert size["file"].startswith("overlays/flink-demo/flink-autoscale/")
    [below] = size["over"]
    assert (below["value"], below["file"]) == (
        "1728m",
        "workloads/flink-autoscale/job/flink-deployment.yaml",
    )
    folder = keys["execution.checkpointing.dir"]
    assert folder["file"] == "overlays/flink-demo/facts/cluster.yaml"
    assert folder["over"][0]["value"].startswith("STATE/")
    assert keys["job.autoscaler.enabled"]["read_by"] == "operator"
    assert keys["$internal.pipeline.job-id"]["decided_on_the_cluster"]


def test_the_memory_is_what_flink_makes_of_it() -> None:
    [found] = objects(ROOT, *LOAD)
    memory = found["memory"]
    assert memory["taskmanager"]["process"] == 2 * 1024**3
    parts = ("heap", "off_heap", "metaspace", "overhead")
    assert sum(memory["jobmanager"][part] for part in parts) == memory["jobmanager"]["process"]
    assert found["task_managers"] == 2


def test_the_output_is_the_same_each_time() -> None:
    first, second = (overlay(ROOT, "effective", *LOAD, "--format", "json") for _ in range(2))
    assert first.stdout == second.stdout


def test_all_lists_the_defaults_too() -> None:
    [few], [all_of_them] = objects(ROOT, *LOAD), objects(ROOT, *LOAD, "--all")
    more = [one for one in all_of_them["keys"] if one["layer"] == "flink"]
    assert len(more) > 400 and len(all_of_them["keys"]) == len(few["keys"]) + len(more)
    assert {one["key"]: one["value"] for one in more}["heartbeat.interval"] == "10 s"


def test_the_text_has_a_line_a_key_with_its_place() -> None:
    done = overlay(ROOT, "effective", *LOAD)
    lines = done.stdout.splitlines()
    assert lines[0].startswith("FlinkDeployment/flink/autoscaling-load (overlays/flink-demo/")
    assert "operator 1.15" in lines[1] and "2 TaskManagers, 1 slot each" in lines[1]
    interval = next(line for line in lines if "execution.checkpointing.interval " in line)
    assert (
        " 30s " in interval and "workloads/flink-autoscale/job/flink-deployment.yaml:" in interval
    )
    assert "  written by the operator" in lines
    assert any(line.split() == ["process", "1.56", "GB", "2", "GB"] for line in lines)
    assert all(len(line) < 320 and line == line.rstrip() for line in lines)


def test_why_tells_all_that_had_a_say() -> None:
    done = overlay(ROOT, "effective", *LOAD, "--why", "taskmanager.memory.process.size")
    told = [line.strip() for line in done.stdout.splitlines()[3:]]
    assert told[0] == "taskmanager.memory.process.size: 2 gb"
    assert told[1].startswith("set by the operator: overlays/flink-demo/")
    assert told[2].startswith("over 1728m, of the operator: workloads/flink-autoscale/")
    [found] = objects(ROOT, *LOAD, "--why", "state.checkpoints.dir")
    assert [one["key"] for one in found["keys"]] == ["execution.checkpointing.dir"]


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (("flink-demo", "autoscaling-lode"), "did you mean 'autoscaling-load'?"),
        (("flink-dem",), "did you mean 'flink-demo'?"),
        ((*LOAD, "--why", "state.backend.typ"), "did you mean state.backend.type"),
    ],
)
def test_what_is_unknown_is_told_with_what_was_meant(argv: tuple[str, ...], words: str) -> None:
    done = overlay(ROOT, "effective", *argv)
    assert done.exit_code == 2 and words in done.stderr


def test_a_cluster_without_flink_is_no_error() -> None:
    done = overlay(ROOT, "effective", "demo")
    assert (done.exit_code, done.stdout, done.stderr) == (
        *(0, "", "demo runs no Flink cluster and no job\n"),
    )


def test_a_folder_that_does_not_build_sets_the_exit_code(plant: Plant) -> None:
    broken = {"jobs/kustomization.yaml": "resources: [gone.yaml]\n"}
    done = overlay(plant(broken), "effective", "jobs")
    assert done.exit_code == 1 and "jobs/kustomization.yaml:1" in done.stderr


def test_memory_that_flink_refuses_is_told(plant: Plant) -> None:
    spec = "{flinkVersion: v1_20, taskManager: {resource: {memory: 500m}}}"
    job = manifest("flink.apache.org/v1beta1", "FlinkDeployment", "small", spec=spec)
    done = overlay(plant(folder("jobs", a=job)), "effective", "jobs")
    assert "TaskManager does not start:" in done.stdout


def test_colours_and_widths_change_no_word() -> None:
    from overlaykit import checks
    from overlaykit.repo.build import build_world, open_world
    from overlaykit.repo.configured import find
    from overlaykit.report.effective import Shown, text

    world = open_world(ROOT, checks.ids())
    build_world(world, lambda *_: None)
    shown = [Shown(one) for one in find(world, *LOAD)[0]]
    wide, narrow = text(shown).split(), text(shown, width=80).split()
    assert wide == narrow
