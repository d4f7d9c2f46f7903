"""Memory and storage of `resource`, which the operator reads as Flink's sizes or Kubernetes' ones.

What Flink does not take is read as a quantity and handed back to Flink as the number that it makes:
1Gi is 1073741824, but 1.5Gi is 1610612736.0, which Flink refuses.
Source: the operator's class FlinkConfigBuilder; fabric8's Quantity; Flink's MemorySize.
"""

import re
from decimal import Context, Decimal, InvalidOperation

from overlaykit.flink import quantity

_UNITS = (
    "(b | bytes) / (k | kb | kibibytes) / (m | mb | mebibytes) / (g | gb | gibibytes) / "
    "(t | tb | tebibytes)"
)
# Java works out powers to this many digits (MathContext.DECIMAL64), and the rest exactly.
_POWERS, _EXACT = Context(prec=16), Context(prec=200)
_BINARY = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}
_DECIMAL = {
    "n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18,
}  # fmt: skip


class BadQuantity(ValueError):
    """A text that is no quantity; the words are those of the library."""


def amount(text: str) -> Decimal:
    """What a quantity comes to. Raises BadQuantity."""
    if not text:
        raise BadQuantity("Invalid quantity string format passed.")
    number, unit = _apart(text)
    if number.startswith("."):
        number = f"0{number}"
    return _EXACT.multiply(_decimal(number), _multiple(unit))


def _apart(text: str) -> tuple[str, str]:
    found = re.search(r"[EGKMPTeikmnu]", text)
    at = found.start() if found else len(text)
    number, unit = text[:at], text[at:]
    if re.search(r"[0-9]", unit) and unit[-1].isalpha():
        raise BadQuantity("Invalid quantity string format passed")
    if not number and not unit:
        raise BadQuantity("Invalid quantity value passed to parse")
    return number, unit


def _decimal(number: str) -> Decimal:
    if not re.fullmatch(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)", number):
        wrong = re.search(r"(?<!^)[-+]|[^-+0-9.]", number)
        raise BadQuantity(
            f"Character {wrong[0]} is neither a decimal digit number, decimal point, nor "
            '"e" notation exponential mark.'
            if wrong
            else f"'{number}' is no number"
        )
    return Decimal(number)


def _multiple(unit: str) -> Decimal:
    if re.search(r"[0-9]", unit) and len(unit) > 1:
        if not re.fullmatch(r"[-+]?[0-9]+", unit[1:]):
            raise BadQuantity(f'For input string: "{unit[1:]}"')
        return _power(10, int(unit[1:]))
    if unit in _BINARY:
        return _power(2, _BINARY[unit])
    if unit not in _DECIMAL:
        raise BadQuantity("Invalid quantity format passed to parse")
    return _power(10, _DECIMAL[unit])


def _power(base: int, exponent: int) -> Decimal:
    try:
        return _POWERS.power(Decimal(base), Decimal(exponent))
    except (InvalidOperation, OverflowError):
        raise BadQuantity("Invalid operation") from None


def memory(text: str) -> int:
    """The bytes of `resource.memory`. Raises BadQuantity, with Flink's words where they are its."""
    try:
        return quantity.parse(text)
    except quantity.BadSize:
        return flink_size(str(amount(_as_quantity(text))))


def _as_quantity(text: str) -> str:
    found = re.sub(r"\s", "", text.strip(quantity.BLANK)).upper()
    found = found.removesuffix("B")
    return f"{found[:-1]}i" if found.endswith("I") else found


def flink_size(text: str) -> int:
    """The bytes of a size as Flink alone reads it. Raises BadQuantity with its words."""
    try:
        return quantity.parse(text)
    except quantity.BadSize:
        raise BadQuantity(_words(text)) from None


def _words(text: str) -> str:
    digits, unit = quantity.split(text)
    if not text.strip(quantity.BLANK):
        return "argument is an empty- or whitespace-only string"
    if not digits:
        return "text does not start with a number"
    if int(digits) > quantity.LONG:
        return f"The value '{digits}' cannot be re represented as 64bit number (numeric overflow)."
    if unit and unit not in quantity.UNITS:
        return f"Memory size unit '{unit}' does not match any of the recognized units: {_UNITS}"
    return (
        f"The value '{text}' cannot be re represented as 64bit number of bytes (numeric overflow)."
    )


def storage_refusal(text: str) -> str:
    """Why a text is no amount of storage; empty where it is one."""
    try:
        amount(text)
    except BadQuantity as problem:
        return str(problem)
    return ""


def memory_refusal(text: str) -> str:
    """Why a text is no memory; empty where it is one."""
    try:
        memory(text)
    except BadQuantity as problem:
        return str(problem)
    return ""
