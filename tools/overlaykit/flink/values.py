"""Whether Flink can read a text as the value of an option (source: Flink, ConfigurationUtils)."""

import re
from collections.abc import Callable

from overlaykit.flink import duration, quantity
from overlaykit.flink.options import Option
from overlaykit.flink.versions import Version

_INTEGER = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(
    r"[-+]?(?:NaN|Infinity|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?[fFdD]?)"
)
_BITS = {"Integer": 31, "Long": 63}


def refusal(option: Option, text: str, version: Version) -> str:
    """Why Flink refuses a value; empty if it takes it."""
    if option.type == "MemorySize":
        return _said(lambda: quantity.parse(text), quantity.BadSize)
    if option.type == "Duration":
        return _said(lambda: duration.parse(text, version), duration.BadDuration)
    if option.type in _BITS:
        return _integer(text, _BITS[option.type])
    if option.type in ("Double", "Float"):
        return _said(lambda: number(text), ValueError)
    if option.type == "Boolean":
        return "" if text.upper() in ("TRUE", "FALSE") else "it is neither true nor false"
    if option.type == "Enum":
        known = {value.upper() for value in option.values}
        return "" if text.upper() in known else f"it is none of {', '.join(option.values)}"
    return ""


def number(text: str) -> float:
    """A number as Java reads it (hexadecimal ones are left out). Raises ValueError."""
    plain = text.strip(quantity.BLANK)
    if not _FLOAT.fullmatch(plain):
        raise ValueError("it is no number")
    return float(plain if plain[-1] in "Ny" else plain.rstrip("fFdD"))


def _integer(text: str, bits: int) -> str:
    if not _INTEGER.fullmatch(text):
        return "it is no integer"
    return "" if -(2**bits) <= int(text) < 2**bits else "it is too large"


def _said(read: Callable[[], float], error: type[ValueError]) -> str:
    try:
        read()
    except error as found:
        return str(found)
    return ""
