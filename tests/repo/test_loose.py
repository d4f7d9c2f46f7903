"""Manifests of Flink and Confluent that nothing builds from: judged as they stand."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from helpers import overlay

Plant = Callable[[dict[str, str]], Path]
WRONG = (
    "apiVersion: flink.apache.org/v1beta1\nkind: FlinkDeployment\nmetadata: {name: a}\n"
    "spec:\n  image: flink:1.20.2\n  flinkVersion: v1_20\n  serviceAcount: flink\n"
)
CLAIM = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndta: {}\n"


def told(root: Path, *argv: str) -> tuple[int, list[tuple[str, str]]]:
    done = overlay(root, "validate", "--no-cache", "--format", "json", *argv)
    found: list[dict[str, Any]] = json.loads(done.stdout)["findings"]
    return done.exit_code, [
        (f["level"], f["file"]) for f in found if f["check"] == "schema/invalid"
    ]


def test_what_nobody_applies_is_a_warning(plant: Plant) -> None:
    root = plant({".overlay.yaml": "", "jobs/a.yaml": WRONG, "jobs/b.yaml": CLAIM})
    assert told(root) == (0, [("warning", "jobs/a.yaml")])


def test_a_folder_that_is_asked_for_is_judged_whole(plant: Plant) -> None:
    root = plant({".overlay.yaml": "", "jobs/a.yaml": WRONG, "jobs/b.yaml": CLAIM})
    assert told(root, "jobs") == (1, [("error", "jobs/a.yaml"), ("error", "jobs/b.yaml")])


def test_examples_stay_examples(plant: Plant) -> None:
    root = plant({".overlay.yaml": "", "examples/a.yaml": WRONG})
    assert told(root, "examples") == (0, [("warning", "examples/a.yaml")])


def test_what_a_kustomization_beside_does_not_list_is_told_once(plant: Plant) -> None:
    files = {"kustomization.yaml": "resources: [b.yaml]\n", "a.yaml": WRONG}
    root = plant(files | {"b.yaml": CLAIM.replace("dta: {}", "data: {}")})
    assert told(root) == (1, [])


def test_what_tests_read_is_left_alone(plant: Plant) -> None:
    root = plant({".overlay.yaml": "", "health/testdata/a.yaml": WRONG})
    assert told(root) == (0, [])


def test_the_checks_of_files_take_the_same_for_granted(plant: Plant) -> None:
    text = WRONG.replace("flink.apache.org/v1beta1", "flink.apache.org/v1alpha1")
    done = overlay(plant({".overlay.yaml": "", "jobs/a.yaml": text}), "validate", "--no-cache")
    assert done.exit_code == 0
    assert "warning confluent/group" in done.stdout
