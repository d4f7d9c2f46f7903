"""Quantities as Kubernetes' Go code writes them: the same amount has one text.

Source: Kubernetes, k8s.io/apimachinery/pkg/api/resource, Quantity, "canonical form".
"""

import re
from fractions import Fraction

_SHAPE = re.compile(r"(\d+(?:\.\d+)?)(m|[kMGTPE]|[KMGTPE]i)?")
_BINARY = ("", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei")
_DECIMAL = ("", "k", "M", "G", "T", "P", "E")


def canonical(text: str) -> str | None:
    """The canonical text of a quantity; None for one of another shape (exponents, signs)."""
    found = _SHAPE.fullmatch(text)
    if not found:
        return None
    number, unit = Fraction(found[1]), found[2] or ""
    if unit.endswith("i"):
        return _scaled(number * 1024 ** _BINARY.index(unit), 1024, _BINARY)
    amount = number / 1000 if unit == "m" else number * 1000 ** _DECIMAL.index(unit)
    return _scaled(amount, 1000, _DECIMAL)


def _scaled(amount: Fraction, base: int, units: tuple[str, ...]) -> str | None:
    """A whole number with the largest unit; thousandths below one, as for cores."""
    if amount.denominator != 1:
        return f"{amount * 1000}m" if base == 1000 and (amount * 1000).denominator == 1 else None
    whole, power = amount.numerator, 0
    while whole and whole % base == 0 and power + 1 < len(units):
        whole, power = whole // base, power + 1
    return f"{whole}{units[power]}"
