"""Amounts with units: memory, durations and CPU, read in anybody's notation and written in one.

Memory: Flink's `4096m` and `4g` (powers of 1024; source: Flink, MemorySize) and Kubernetes' `4Gi`
(source: apimachinery, resource.Quantity). What the two read differently is refused: `4G` and
`4M` are powers of 1000 to Kubernetes and of 1024 to Flink, `4GB` is nothing to Kubernetes.
"""

import re
from fractions import Fraction

_BINARY = {"": 0, "b": 0, "k": 1, "m": 2, "g": 3, "t": 4, "Ki": 1, "Mi": 2, "Gi": 3, "Ti": 4}
_AMOUNT = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*([A-Za-zµ]*)")
# Milliseconds. Source: Flink, TimeUtils: m and min are minutes.
_TIME = {"ms": 1, "s": 1000, "min": 60_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}


class BadAmount(ValueError):
    """The text is no such amount: the message says what would be."""


def memory(text: str) -> int:
    """Bytes."""
    number, unit = _split(text, "a memory size", "4g, 4Gi or 4096m")
    if unit not in _BINARY:
        raise BadAmount(_other_memory(text, number, unit))
    size = number * 1024 ** _BINARY[unit]
    if (number.denominator > 1 and not unit.endswith("i")) or size.denominator > 1:
        raise BadAmount(f"'{text}' is no whole number of its unit: write 1536m for 1.5 GiB")
    return int(size)


def _other_memory(text: str, number: Fraction, unit: str) -> str:
    letter = unit[:1].lower()
    if letter not in "kmgt":
        return f"'{text}' has the unit '{unit}'; units are k, m, g, t and Ki, Mi, Gi, Ti"
    close = f"{_plain(number)}{letter}"
    if unit in ("K", "M", "G", "T"):
        why = "is 1000-fold to Kubernetes and 1024-fold to Flink"
    else:
        why = "is no unit of Kubernetes"
    return f"'{text}': {unit} {why}; did you mean {close} ({close[:-1]}{letter.upper()}i)?"


def duration(text: str) -> int:
    """Milliseconds."""
    number, unit = _split(text, "a duration", "60s, 5min or 1h")
    if unit not in _TIME:
        say = "a number without a unit" if not unit else f"'{unit}'"
        raise BadAmount(f"'{text}': {say} is no unit of time; units are ms, s, min, h, d")
    if number.denominator > 1:
        raise BadAmount(f"'{text}' is no whole number of its unit: write 90s for 1.5min")
    return int(number) * _TIME[unit]


def cpu(text: str) -> int:
    """Thousandths of a core."""
    number, unit = _split(text, "an amount of CPU", "2, 0.5 or 500m")
    if unit not in ("", "m"):
        raise BadAmount(f"'{text}': '{unit}' is no unit of CPU; write cores (0.5) or 500m")
    amount = number if unit else number * 1000
    if amount.denominator > 1:
        raise BadAmount(f"'{text}' is finer than a thousandth of a core")
    return int(amount)


def _split(text: str, what: str, examples: str) -> tuple[Fraction, str]:
    found = _AMOUNT.fullmatch(text.strip())
    if found is None:
        raise BadAmount(f"'{text}' is not {what}; write it as {examples}")
    return Fraction(found[1]), found[2]


def flink_memory(size: int) -> str:
    """As Flink reads it, in the unit of the defaults: 4096m."""
    for unit, power in (("m", 2), ("k", 1)):
        if size % 1024**power == 0:
            return f"{size // 1024**power}{unit}"
    return f"{size}b"


def kubernetes_memory(size: int) -> str:
    """As a Kubernetes quantity: 4Gi."""
    for unit, power in (("Ti", 4), ("Gi", 3), ("Mi", 2), ("Ki", 1)):
        if size and size % 1024**power == 0:
            return f"{size // 1024**power}{unit}"
    return str(size)


def flink_duration(milliseconds: int) -> str:
    """As Flink reads it: 60s, 5min, 1h."""
    return _longest(milliseconds, (("d", 86_400_000), ("h", 3_600_000), ("min", 60_000)))


def kubernetes_duration(milliseconds: int) -> str:
    """As Go and Prometheus read it: 60s, 5m, 1h."""
    return _longest(milliseconds, (("h", 3_600_000), ("m", 60_000)))


def _longest(milliseconds: int, units: tuple[tuple[str, int], ...]) -> str:
    for unit, length in units:
        if milliseconds > length and milliseconds % length == 0:
            return f"{milliseconds // length}{unit}"
    if milliseconds % 1000 == 0:
        return f"{milliseconds // 1000}s"
    return f"{milliseconds}ms"


def flink_cpu(milli: int) -> str:
    """As Flink reads it, a fraction: 2.0."""
    return str(milli / 1000)


def kubernetes_cpu(milli: int) -> str:
    """As a Kubernetes quantity: 2, 500m."""
    return f"{milli}m" if milli % 1000 else str(milli // 1000)


def _plain(number: Fraction) -> str:
    return str(number.numerator) if number.denominator == 1 else str(float(number))
