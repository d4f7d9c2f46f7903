"""Durations exactly as Flink reads and writes them (source: Flink, class TimeUtils).

A duration is an integer and a unit; without a unit it is milliseconds. Sums such as 1h30m,
fractions and signs are none. Flink 2.1 and newer also read ISO 8601 (PT1M30S).
"""

import re
from decimal import Decimal

from overlaykit.flink.quantity import BLANK, LONG, split

Version = tuple[int, int]

_NAMES = {
    86_400 * 10**9: ("d", "day", "days"),
    3_600 * 10**9: ("h", "hour", "hours"),
    60 * 10**9: ("m", "min", "minute", "minutes"),
    10**9: ("s", "sec", "secs", "second", "seconds"),
    10**6: ("ms", "milli", "millis", "millisecond", "milliseconds"),
    10**3: ("µs", "micro", "micros", "microsecond", "microseconds"),
    1: ("ns", "nano", "nanos", "nanosecond", "nanoseconds"),
}
UNITS = {name: nanos for nanos, names in _NAMES.items() for name in names}
_LARGEST = (2**63 - 1) * 10**9 + 999_999_999
SINCE_ISO = (2, 1)
# Before, a number by itself was no larger than 64 bits hold.
SINCE_LARGE = (2, 0)
_ISO = re.compile(
    r"([-+]?)P(?:([-+]?[0-9]+)D)?(T(?:([-+]?[0-9]+)H)?(?:([-+]?[0-9]+)M)?"
    r"(?:([-+]?[0-9]+)(?:[.,]([0-9]{0,9}))?S)?)?",
    re.IGNORECASE,
)
_PART = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*([a-zµ]*)\s*", re.IGNORECASE)


class BadDuration(ValueError):
    """A text that Flink does not take for a duration."""


def parse(text: str, version: Version) -> int:
    """The nanoseconds of a duration. Raises BadDuration."""
    digits, unit = split(text)
    if not text.strip(BLANK):
        raise BadDuration("the text is empty")
    if not digits:
        return _iso(text.strip(BLANK), version)
    if unit and unit not in UNITS:
        raise BadDuration(f"'{unit}' is no unit of Flink (d, h, min, s, ms, µs, ns)")
    if version < SINCE_LARGE and int(digits) > LONG:
        raise BadDuration("the number is too large")
    return _bounded(int(digits) * UNITS[unit or "ms"])


def _bounded(nanos: int) -> int:
    if nanos > _LARGEST:
        raise BadDuration("the duration is too long")
    return nanos


def _iso(text: str, version: Version) -> int:
    """ISO 8601, as java.time.Duration reads it."""
    found = _ISO.fullmatch(text)
    if version < SINCE_ISO and found:
        raise BadDuration("Flink reads ISO 8601 durations from 2.1 on")
    if not found or not any(found.group(2, 4, 5, 6)) or (found[3] and len(found[3]) == 1):
        raise BadDuration("it does not start with a digit")
    days, hours, minutes, seconds = (int(part or 0) for part in found.group(2, 4, 5, 6))
    whole = ((days * 24 + hours) * 60 + minutes) * 60 + seconds
    part = int((found[7] or "").ljust(9, "0")) * (-1 if (found[6] or "").startswith("-") else 1)
    nanos = (whole * 10**9 + part) * (-1 if found[1] == "-" else 1)
    if nanos < 0:
        raise BadDuration("a duration is not negative")
    return _bounded(nanos)


def text(nanos: int) -> str:
    """A duration in the largest unit that it is a whole number of: 90 s, 5 min."""
    if nanos == 0:
        return "0 ms"
    for unit, names in _NAMES.items():
        if nanos % unit == 0:
            return f"{nanos // unit} {'min' if 'min' in names else names[0]}"
    raise AssertionError


def meant(wrong: str) -> str:
    """What a sum, a fraction or ISO 8601 means: 1h30m is 90 min; empty where it is none."""
    try:
        return text(_iso(wrong.strip(), SINCE_ISO))
    except BadDuration:
        pass
    total, end = Decimal(0), 0
    for part in _PART.finditer(wrong.strip().lower()):
        if part.start() != end or part[2] not in UNITS:
            return ""
        total, end = total + Decimal(part[1]) * UNITS[part[2]], part.end()
    return text(int(total)) if end == len(wrong.strip()) and total == int(total) and end else ""
