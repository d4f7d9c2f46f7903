"""Code Quality: the fields that GitLab reads, fingerprints that are all different."""

import json

from overlaykit.report import gitlab
from overlaykit.validate import Result


def test_the_fields(result: Result) -> None:
    result.above = "deploy/"
    issues = json.loads(gitlab.render(result))
    assert issues[0] == {
        "description": "unknown field 'x'; fix: write 'y'",
        "check_name": "schema/invalid",
        "fingerprint": result.findings[0].fingerprint,
        "severity": "critical",
        "location": {"path": "deploy/base/a b.yaml", "lines": {"begin": 6}},
    }
    assert [one["severity"] for one in issues] == ["critical", "critical", "minor", "info"]


def test_no_issue_is_dropped_for_its_fingerprint(result: Result) -> None:
    issues = json.loads(gitlab.render(result))
    assert len({one["fingerprint"] for one in issues}) == len(issues)


def test_nothing_found_is_an_empty_list() -> None:
    assert json.loads(gitlab.render(Result())) == []
