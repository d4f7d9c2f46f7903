"""Findings as the workflow commands that GitHub shows beside the lines of a change.

Source: GitHub, "Workflow commands for GitHub Actions"; the escapes are those of actions/toolkit,
packages/core/src/command.ts.
"""

from overlaykit.findings import Finding
from overlaykit.report import text
from overlaykit.validate import Result

COMMANDS = {"error": "error", "warning": "warning", "info": "notice"}


def render(result: Result) -> str:
    lines = [_command(found, result.above) for found in result.findings]
    return "\n".join([*lines, text.summary(result)]) + "\n"


def _command(found: Finding, above: str) -> str:
    where = {"file": above + found.file, "line": found.line, "col": found.column}
    properties = ",".join(
        f"{k}={_property(str(v))}" for k, v in {**where, "title": found.check}.items()
    )
    context = ", ".join(filter(None, [text.clusters(found.clusters), found.object]))
    said = f"{found.message}\nfix: {found.fix}" + (f" ({context})" if context else "")
    return f"::{COMMANDS[found.level]} {properties}::{_data(said)}"


def _data(value: str) -> str:
    return value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str) -> str:
    return _data(value).replace(":", "%3A").replace(",", "%2C")
