"""Findings as SARIF 2.1.0, which code scanning services read; the rules are the checks' pages.

Source: OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0" with errata 01.
"""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from overlaykit import __version__, checks
from overlaykit.checks import Check
from overlaykit.findings import Edit, Finding, identified
from overlaykit.report import page
from overlaykit.validate import Result

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
LEVELS = {"error": "error", "warning": "warning", "info": "note"}


def render(result: Result) -> str:
    rules = checks.load_all()
    driver = {
        "name": "overlay",
        "semanticVersion": __version__,
        "rules": [_rule(check) for check in rules.values()],
    }
    numbers = {check: number for number, check in enumerate(rules)}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(result)],
        "results": [
            _result(found, name, number, numbers, result.above)
            for name, number, found in identified(result.findings)
        ],
    }
    whole = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


def _rule(check: Check) -> dict[str, Any]:
    return {
        "id": check.id,
        "shortDescription": {"text": check.law},
        "help": {"text": check.page, "markdown": page.markdown(check)},
        "defaultConfiguration": {"level": LEVELS[check.level]},
        "properties": {"tags": [check.id.partition("/")[0]]},
    }


def _invocation(result: Result) -> dict[str, Any]:
    """That the run came to its end, and what it could not see."""
    unseen = [f"not seen: {one.what}: {one.why}" for one in result.not_seen]
    notes = [{"level": "note", "message": {"text": text}} for text in unseen]
    return {"executionSuccessful": True, "toolExecutionNotifications": notes}


def _result(
    found: Finding, name: str, number: int, rules: Mapping[str, int], above: str
) -> dict[str, Any]:
    region = {"startLine": found.line, "startColumn": found.column}
    place: dict[str, Any] = {
        "physicalLocation": {"artifactLocation": _artifact(above, found.file), "region": region}
    }
    if found.object:
        place["logicalLocations"] = [{"fullyQualifiedName": found.object, "kind": "object"}]
    told: dict[str, Any] = {
        "ruleId": found.check,
        "ruleIndex": rules[found.check],
        "level": LEVELS[found.level],
        "message": {"text": f"{found.message}\nFix: {found.fix}"},
        "locations": [place],
        # The second is the name that GitHub follows an alert by.
        "partialFingerprints": {
            "overlay/v1": f"{name}:{number}",
            "primaryLocationLineHash": f"{name}:{number}",
        },
        "properties": {
            "clusters": list(found.clusters),
            "workload": found.workload,
            "field": found.field,
        },
    }
    if found.edits:
        told["fixes"] = [_fix(found, above)]
    return told


def _artifact(above: str, file: str) -> dict[str, str]:
    return {"uri": quote(above + file), "uriBaseId": "%SRCROOT%"}


def _fix(found: Finding, above: str) -> dict[str, Any]:
    """The safe edits of a finding, file by file."""
    by_file: dict[str, list[Edit]] = {}
    for edit in found.edits:
        by_file.setdefault(edit.file, []).append(edit)
    changes = [
        {
            "artifactLocation": _artifact(above, file),
            "replacements": [_replacement(edit) for edit in edits],
        }
        for file, edits in sorted(by_file.items())
    ]
    return {"description": {"text": found.fix}, "artifactChanges": changes}


def _replacement(edit: Edit) -> dict[str, Any]:
    region = {"charOffset": edit.start, "charLength": edit.end - edit.start}
    return {"deletedRegion": region, "insertedContent": {"text": edit.text}}
