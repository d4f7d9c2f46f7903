"""Memory sizes exactly as Flink reads and writes them (source: Flink, class MemorySize).

A size is an integer and a unit, b, k, m, g or t, each also with its longer names, in any case and
after any blanks; without a unit it is bytes. Kubernetes' `Mi` and `Gi`, fractions, signs and empty
texts are no sizes. Units are powers of 1024. No release from 1.17 to 2.3 reads them differently.
"""

import re
from decimal import Decimal

_NAMES = (
    ("b", "bytes"),
    ("k", "kb", "kibibytes"),
    ("m", "mb", "mebibytes"),
    ("g", "gb", "gibibytes"),
    ("t", "tb", "tebibytes"),
)
UNITS: dict[str, int] = {name: 1024**power for power, names in enumerate(_NAMES) for name in names}
LONG = 2**63 - 1
# What Java's String.trim() takes away: more than blanks, and less than Python's strip().
BLANK = "".join(map(chr, range(33)))
_SHAPE = re.compile(r"([0-9]*)(.*)", re.DOTALL)
_KUBERNETES = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*([KMGT])i?[bB]?", re.IGNORECASE)


class BadSize(ValueError):
    """A text that Flink does not take for a memory size."""


def split(text: str) -> tuple[str, str]:
    """The digits at the start of a text and the rest in lower case, as Flink cuts them."""
    found = _SHAPE.fullmatch(text.strip(BLANK))
    assert found is not None
    return found[1], found[2].strip(BLANK).lower()


def parse(text: str) -> int:
    """The bytes of a memory size. Raises BadSize."""
    digits, unit = split(text)
    if not text.strip(BLANK):
        raise BadSize("the text is empty")
    if not digits:
        raise BadSize("it does not start with a digit")
    if int(digits) > LONG:
        raise BadSize("the number is too large")
    if unit and unit not in UNITS:
        raise BadSize(f"'{unit}' is no unit of Flink (b, k, m, g, t)")
    size = int(digits) * UNITS.get(unit, 1)
    if size > LONG:
        raise BadSize("the size is too large")
    return size


def times(size: int, fraction: float) -> int:
    """A part of a size, cut down to whole bytes."""
    return int(Decimal(size) * Decimal(repr(fraction)))


def text(size: int) -> str:
    """A size in the largest unit that it is a whole number of: 1728m."""
    for power in range(len(_NAMES) - 1, 0, -1):
        if size and size % 1024**power == 0:
            return f"{size // 1024**power}{_NAMES[power][0]}"
    return f"{size}b"


def human(size: int) -> str:
    """A size for people, as Flink says it: 25.6 MB."""
    for power, name in ((3, "GB"), (2, "MB"), (1, "KB")):
        if abs(size) >= 1024**power:
            return f"{size / 1024**power:.2f}".rstrip("0").rstrip(".") + f" {name}"
    return f"{size} bytes"


def meant(wrong: str) -> str:
    """What somebody meant who wrote a size as Kubernetes does, or with a fraction: 1.5Gi, 1536m.

    Empty where it cannot be told.
    """
    found = _KUBERNETES.fullmatch(wrong.strip())
    if not found:
        return ""
    size = Decimal(found[1]) * UNITS[found[2].lower()]
    return text(int(size)) if size == int(size) else ""
