"""Findings as people read them: two lines each, then one line that sums up."""

from collections import Counter
from collections.abc import Callable

from overlaykit.findings import Finding
from overlaykit.validate import Result

Paint = Callable[[str, str], str]


def plain(text: str, _: str) -> str:
    return text


def finding(found: Finding, paint: Paint = plain) -> str:
    """`file:line:column: level check: message`, and the fix with whom it concerns."""
    where = paint(f"{found.file}:{found.line}:{found.column}", "place")
    head = f"{where}: {paint(found.level, found.level)} {found.check}: {found.message}"
    context = ", ".join(part for part in (clusters(found.clusters), found.object) if part)
    return f"{head}\n  fix: {found.fix}" + (paint(f" ({context})", "context") if context else "")


def clusters(names: tuple[str, ...]) -> str:
    """Up to three names, more of them as a number."""
    if len(names) <= 3:
        return ", ".join(names)
    return f"{', '.join(names[:2])} and {len(names) - 2} more clusters"


def count(number: int, what: str) -> str:
    return f"{number} {what}" + ("" if number == 1 else "s")


def summary(result: Result, paint: Paint = plain) -> str:
    """One line: what was looked at, what was found, what could not be seen and why."""
    seen = f"{count(result.overlays, 'overlay')}, {count(result.objects, 'object')}"
    if result.clusters:
        seen += f", {count(len(result.clusters), 'cluster')}"
    levels = [(level, result.count(level)) for level in ("error", "warning", "info")]
    told = ", ".join(paint(count(n, level), level) for level, n in levels if n)
    line = f"{seen}: {told or paint('no findings', 'good')}"
    if result.suppressed:
        line += f", {result.suppressed} suppressed"
    line += f" in {result.seconds:.1f} s"
    reasons = Counter(unseen.why for unseen in result.not_seen)
    if reasons:
        why = "; ".join(f"{n} × {_short(reason)}" for reason, n in reasons.most_common(3))
        more = f"; {len(reasons) - 3} more reasons" if len(reasons) > 3 else ""
        line += f" (not seen: {len(result.not_seen)}: {why}{more})"
    return line


def _short(reason: str) -> str:
    return reason if len(reason) <= 70 else reason[:67] + "..."


def render(result: Result, paint: Paint = plain) -> str:
    lines = [finding(found, paint) for found in result.findings]
    return "\n".join([*lines, summary(result, paint)]) + "\n"
