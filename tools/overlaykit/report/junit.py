"""Findings as JUnit XML: a test case a finding, a passed one for each check that is content.

Findings below --fail-on pass and say what they found; what cannot be seen is a skipped case.
Source: the schema that Jenkins and GitLab read (windyroad/JUnit-Schema).
"""

import re
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from overlaykit import checks
from overlaykit.findings import Finding
from overlaykit.report import text
from overlaykit.validate import Result

# What XML 1.0 cannot hold, even escaped.
_UNFIT = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(result: Result) -> str:
    suite = Element("testsuite", name="overlay validate", errors="0")
    for found in result.findings:
        _finding(suite, found, result)
    loud = {found.check for found in result.findings}
    for check in checks.ids():
        if check not in loud:
            _case(suite, check, check)
    for unseen in result.not_seen:
        case = _case(suite, "not seen", unseen.what)
        SubElement(case, "skipped", message=_fit(unseen.why))
    suite.set("tests", str(len(suite)))
    suite.set("failures", str(len(suite.findall("testcase/failure"))))
    suite.set("skipped", str(len(suite.findall("testcase/skipped"))))
    suite.set("time", f"{result.seconds:.3f}")
    whole = Element("testsuites")
    whole.append(suite)
    indent(whole)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(whole, encoding="unicode") + "\n"


def _case(suite: Element, group: str, name: str) -> Element:
    return SubElement(suite, "testcase", classname=_fit(group.replace("/", ".")), name=_fit(name))


def _finding(suite: Element, found: Finding, result: Result) -> None:
    case = _case(suite, found.check, f"{found.file}:{found.line}:{found.column} {found.message}")
    case.set("file", _fit(result.above + found.file))
    case.set("line", str(found.line))
    if result.fails(found.level):
        case = SubElement(case, "failure", type=found.level, message=_fit(found.message))
    else:
        case = SubElement(case, "system-out")
    case.text = _fit(text.finding(found))


def _fit(value: str) -> str:
    return _UNFIT.sub("\ufffd", value)
