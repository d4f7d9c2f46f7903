"""SARIF: rules from the pages, levels, fingerprints, fixes; its schema judges it in tests/engines."""

import json
from typing import Any

from overlaykit import checks
from overlaykit.report import sarif
from overlaykit.validate import Result


def run(result: Result) -> dict[str, Any]:
    [found] = json.loads(sarif.render(result))["runs"]
    assert isinstance(found, dict)
    return found


def test_every_check_is_a_rule_with_its_page(result: Result) -> None:
    rules = run(result)["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == checks.ids()
    rule = rules[checks.ids().index("schema/invalid")]
    assert rule["shortDescription"]["text"] == checks.load("schema/invalid").law
    assert "```yaml" in rule["help"]["markdown"]
    assert rule["defaultConfiguration"]["level"] == "error"


def test_a_result_has_level_place_and_rule(result: Result) -> None:
    found = run(result)
    assert [one["level"] for one in found["results"]] == ["error", "error", "warning", "note"]
    first = found["results"][0]
    place = first["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "base/a%20b.yaml", "uriBaseId": "%SRCROOT%"}
    assert place["region"] == {"startLine": 6, "startColumn": 3}
    assert found["tool"]["driver"]["rules"][first["ruleIndex"]]["id"] == first["ruleId"]


def test_equal_fingerprints_are_numbered(result: Result) -> None:
    prints = [one["partialFingerprints"]["overlay/v1"] for one in run(result)["results"]]
    assert prints[0].removesuffix(":1") == prints[1].removesuffix(":2")
    assert len(set(prints)) == 4


def test_edits_are_fixes(result: Result) -> None:
    first, second, *_ = run(result)["results"]
    [change] = first["fixes"][0]["artifactChanges"]
    assert change["replacements"] == [
        {
            "deletedRegion": {"charOffset": 10, "charLength": 2},
            "insertedContent": {"text": "yy"},
        }
    ]
    assert "fixes" not in second


def test_what_is_not_seen_is_a_note(result: Result) -> None:
    [note] = run(result)["invocations"][0]["toolExecutionNotifications"]
    assert note["message"]["text"] == "not seen: chart x: is not here"


def test_paths_begin_at_the_top_of_the_checkout(result: Result) -> None:
    result.above = "deploy/"
    [place] = run(result)["results"][0]["locations"]
    assert place["physicalLocation"]["artifactLocation"]["uri"] == "deploy/base/a%20b.yaml"
