"""The page of a check, for the terminal and for docs/checks.md."""

from collections.abc import Iterable

from overlaykit.checks import Check


def text(check: Check) -> str:
    """The page as `overlay explain` prints it."""
    return f"{check.id} ({check.level})\n\n{check.page}\n"


def markdown(check: Check) -> str:
    """The page as Markdown, without a heading."""
    return "\n".join(_body(check.page))


def catalogue(checks: Iterable[Check]) -> str:
    """docs/checks.md: every check with its page."""
    found = list(checks)
    lines = ["# Checks", "", "Generated from the checks themselves by `make docs`.", ""]
    lines += ["| check | level | law |", "|---|---|---|"]
    lines += [f"| [{c.id}](#{_anchor(c.id)}) | {c.level} | {c.law} |" for c in found]
    for check in found:
        lines += ["", f"## {check.id}", "", f"Level: {check.level}.", "", *_body(check.page)]
    return "\n".join(lines) + "\n"


def _anchor(check: str) -> str:
    return check.replace("/", "")


def _body(page: str) -> list[str]:
    """The page as Markdown: the examples become code blocks."""
    lines: list[str] = []
    fenced = False
    for line in page.splitlines():
        inside = line.startswith("    ") or (fenced and not line)
        if fenced and not inside:
            while lines[-1] == "":
                lines.pop()
            lines += ["```", ""]
            fenced = False
        if line in ("Bad:", "Good:"):
            lines += [f"**{line[:-1]}**", "", "```yaml"]
            fenced = True
            continue
        lines.append(line.removeprefix("    ") if fenced else line)
    return lines
