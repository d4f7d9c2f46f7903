"""Periods in which the autoscaler leaves a job alone: `9:30-17:00`, a cron expression, or both.

Source: the operator's class CalendarUtils; Quartz 2.4, class DailyCalendar; Flink's
StructuredOptionsSplitter.
"""

import re

from overlaykit.operator.cron import is_cron
from overlaykit.operator.settings import Option, Unreadable
from overlaykit.source import SyntaxProblem, parse

_LIMITS = (24, 60, 60, 1000)
_TOKEN = re.compile(r"'((?:[^']|'')*)'|\"((?:[^\"]|\"\")*)\"|;|([^;\s][^;]*)", re.DOTALL)


def listed(text: str, option: Option) -> list[str]:
    """The items of a list option: YAML, or texts with semicolons between. Raises Unreadable."""
    try:
        found = parse(text)
    except SyntaxProblem:
        found = []
    if len(found) == 1 and isinstance(found[0], list):
        return [str(item) for item in found[0]]
    return _split(text, option)


def _split(text: str, option: Option) -> list[str]:
    items: list[str] = []
    at, open_item = 0, False
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        token = _TOKEN.match(text, at)
        if token is None or (open_item and token[0] != ";"):
            raise Unreadable(option.key, text)
        if token[0] == ";":
            if not open_item and items:
                items.append("")
            open_item = False
        else:
            items.append(_unquoted(token))
            open_item = True
        at = token.end()
    return items


def _unquoted(token: re.Match[str]) -> str:
    if token[1] is not None:
        return token[1].replace("''", "'")
    if token[2] is not None:
        return token[2].replace('""', '"')
    return token[3].strip()


def refusal(expression: str, key: str) -> str:
    """Why an expression is no period; empty where it is one."""
    parts = expression.split("&&")
    while len(parts) > 1 and not parts[-1]:
        parts.pop()
    head = f"Invalid value {expression} in the autoscaler config {key}"
    if len(parts) > 2:
        return head
    kinds = [(is_daily(part.strip()), is_cron(part.strip())) for part in parts]
    if any(kind == (False, False) for kind in kinds):
        return f"{head}, the value is neither a valid daily expression nor a valid cron expression"
    if len(parts) == 2 and not (any(d for d, _ in kinds) and any(c for _, c in kinds)):
        return (
            f"{head}, the value can not be configured as dailyExpression && dailyExpression "
            "or cronExpression && cronExpression"
        )
    return ""


def is_daily(text: str) -> bool:
    """Whether a text is a range of hours of one day."""
    parts = text.split("-")
    while len(parts) > 1 and not parts[-1]:
        parts.pop()
    if len(parts) != 2:
        return False
    start, end = _time(parts[0]), _time(parts[1])
    return start is not None and end is not None and start < end


def _time(text: str) -> tuple[int, ...] | None:
    parts = [part for part in text.split(":") if part]
    if not 2 <= len(parts) <= 4 or any(not re.fullmatch(r"[-+]?[0-9]+", part) for part in parts):
        return None
    found = tuple(int(part) for part in parts) + (0,) * (4 - len(parts))
    fits = all(0 <= value < limit for value, limit in zip(found, _LIMITS, strict=True))
    return found if fits else None
