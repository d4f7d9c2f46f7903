"""Findings for machines: one JSON object, version 1, sorted and the same for the same input."""

import json
from typing import Any

from overlaykit.findings import Finding
from overlaykit.validate import Result

VERSION = 1


def finding(found: Finding) -> dict[str, Any]:
    return {
        "check": found.check,
        "level": found.level,
        "file": found.file,
        "line": found.line,
        "column": found.column,
        "message": found.message,
        "fix": found.fix,
        "clusters": list(found.clusters),
        "workload": found.workload,
        "object": found.object,
        "field": found.field,
        "fingerprint": found.fingerprint,
    }


def render(result: Result) -> str:
    summary = {
        "overlays": result.overlays,
        "objects": result.objects,
        "errors": result.count("error"),
        "warnings": result.count("warning"),
        "infos": result.count("info"),
        "suppressed": result.suppressed,
        "not_seen": [{"what": unseen.what, "why": unseen.why} for unseen in result.not_seen],
        "seconds": round(result.seconds, 3),
    }
    findings = [finding(found) for found in result.findings]
    whole = {"version": VERSION, "summary": summary, "findings": findings}
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"
