"""JUnit: failures by level, content checks pass, unseen things are skipped, odd text survives."""

from xml.etree import ElementTree

from overlaykit import checks
from overlaykit.report import junit
from overlaykit.validate import Result


def suite(result: Result) -> ElementTree.Element:
    found = ElementTree.fromstring(junit.render(result)).find("testsuite")
    assert found is not None
    return found


def names(result: Result, what: str) -> list[str]:
    return [case.get("classname", "") for case in suite(result) if case.find(what) is not None]


def test_only_what_fails_the_run_is_a_failure(result: Result) -> None:
    assert names(result, "failure") == ["schema.invalid", "schema.invalid"]
    assert names(result, "system-out") == ["kustomize.untracked", "schema.missing"]
    result.fail_on = "warning"
    assert "kustomize.untracked" in names(result, "failure")
    assert "schema.missing" not in names(result, "failure")


def test_a_check_without_findings_passes(result: Result) -> None:
    passed = [case.get("name") for case in suite(result) if not len(case)]
    assert set(passed) == set(checks.ids()) - {f.check for f in result.findings}


def test_what_is_not_seen_is_skipped(result: Result) -> None:
    [skipped] = suite(result).iter("skipped")
    assert skipped.get("message") == "is not here"


def test_the_counts_are_those_of_the_cases(result: Result) -> None:
    found = suite(result)
    counts = {key: int(found.get(key, "")) for key in ("tests", "failures", "skipped", "errors")}
    assert counts == {"tests": len(found), "failures": 2, "skipped": 1, "errors": 0}


def test_text_that_xml_cannot_hold_is_replaced(result: Result) -> None:
    [odd] = [c for c in suite(result) if c.get("classname") == "kustomize.untracked"]
    said = odd.findtext("system-out") or ""
    assert '50% of a,b: <c> & "d"\ufffd\nnext' in said
