"""Findings as GitLab's Code Quality report, which a merge request shows as widget and in the diff.

Source: GitLab, "Code Quality", the report format. It drops all but one of equal fingerprints.
"""

import json
from typing import Any

from overlaykit.findings import Finding, identified
from overlaykit.validate import Result

# Its levels are info, minor, major, critical and blocker.
SEVERITIES = {"error": "critical", "warning": "minor", "info": "info"}


def render(result: Result) -> str:
    listed = [
        _issue(found, name if number == 1 else f"{name}-{number}", result.above)
        for name, number, found in identified(result.findings)
    ]
    return json.dumps(listed, indent=2, ensure_ascii=False) + "\n"


def _issue(found: Finding, fingerprint: str, above: str) -> dict[str, Any]:
    return {
        "description": f"{found.message}; fix: {found.fix}",
        "check_name": found.check,
        "fingerprint": fingerprint,
        "severity": SEVERITIES[found.level],
        "location": {"path": above + found.file, "lines": {"begin": found.line}},
    }
