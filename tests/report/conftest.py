"""Findings to print: one of each level, and text that formats have to escape."""

import pytest

from overlaykit.findings import Edit, Finding
from overlaykit.repo.world import NotSeen
from overlaykit.validate import Result

AWKWARD = '50% of a,b: <c> & "d"\x00\nnext'


def finding(check: str = "schema/invalid", level: str = "error", **extra: object) -> Finding:
    given: dict[str, object] = {
        "check": check,
        "level": level,
        "file": "base/a b.yaml",
        "line": 6,
        "column": 3,
        "message": "unknown field 'x'",
        "fix": "write 'y'",
        "clusters": ("dev", "prod"),
        "workload": "app",
        "object": "Service/a",
        "field": "spec.x",
    }
    return Finding(**{**given, **extra})  # type: ignore[arg-type]


@pytest.fixture
def result() -> Result:
    edit = Edit("base/a b.yaml", 10, 12, "yy")
    findings = [
        finding(edits=(edit,)),
        finding(line=9),
        finding("kustomize/untracked", "warning", message=AWKWARD, object="", clusters=()),
        finding("schema/missing", "info"),
    ]
    return Result(findings, overlays=2, objects=3, not_seen=[NotSeen("chart x", "is not here")])
