"""The canonical form of quantities."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overlaykit.kubernetes.quantities import canonical

UNITS = {"": Fraction(1), "m": Fraction(1, 1000)}
UNITS |= {unit: Fraction(1000**power) for power, unit in enumerate("kMGTPE", 1)}
UNITS |= {f"{unit}i": Fraction(1024**power) for power, unit in enumerate("KMGTPE", 1)}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        *(("1000m", "1"), ("1500m", "1500m"), ("0.5", "500m"), ("1", "1"), ("2000m", "2")),
        *(("1024Mi", "1Gi"), ("1536Mi", "1536Mi"), ("1.5Gi", "1536Mi"), ("1000Mi", "1000Mi")),
        *(("1000M", "1G"), ("0", "0"), ("1e3", None), ("4g", None), ("", None)),
    ],
)
def test_as_kubernetes_writes_it(text: str, wanted: str | None) -> None:
    assert canonical(text) == wanted


@given(st.integers(0, 10**6), st.sampled_from(sorted(UNITS)))
def test_it_is_the_same_amount_and_stays_so(number: int, unit: str) -> None:
    told = canonical(f"{number}{unit}")
    assert told is not None
    digits = told.rstrip("mkKMGTPEi")
    assert int(digits) * UNITS[told.removeprefix(digits)] == number * UNITS[unit]
    assert canonical(told) == told
