"""Memory sizes as Flink reads them; tests/engines asks Flink itself."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overlaykit.flink import quantity


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("1g", 2**30),
        ("1024", 1024),
        (" 5 KB ", 5 * 1024),
        ("5 mebibytes", 5 * 2**20),
        ("0m", 0),
        ("007m", 7 * 2**20),
        ("8388607t", 8388607 * 2**40),
    ],
)
def test_sizes(text: str, size: int) -> None:
    assert quantity.parse(text) == size


@pytest.mark.parametrize(
    "text",
    ["1Gi", "1Mi", "1.5g", "", "  ", "-1m", "+1m", "1e3m", "m", "8388608t", "9" * 30, "5 m b"],
)
def test_what_is_no_size(text: str) -> None:
    with pytest.raises(quantity.BadSize):
        quantity.parse(text)


@given(st.integers(0, quantity.LONG))
def test_a_size_is_read_as_it_was_written(size: int) -> None:
    assert quantity.parse(quantity.text(size)) == size


@given(st.text(max_size=12))
def test_any_text_is_a_size_or_is_refused(text: str) -> None:
    with contextlib.suppress(quantity.BadSize):
        assert 0 <= quantity.parse(text) <= quantity.LONG


@given(st.integers(0, 2**50), st.floats(0, 1))
def test_a_part_is_never_more_than_the_whole(size: int, fraction: float) -> None:
    assert 0 <= quantity.times(size, fraction) <= size


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("1Gi", "1g"),
        ("1.5Gi", "1536m"),
        ("512Mi", "512m"),
        ("1.5g", "1536m"),
        ("0.1Gi", ""),
        ("x", ""),
    ],
)
def test_what_was_meant(wrong: str, right: str) -> None:
    assert quantity.meant(wrong) == right


@pytest.mark.parametrize(
    ("size", "text"), [(26843546, "25.6 MB"), (2**30, "1 GB"), (100, "100 bytes"), (0, "0 bytes")]
)
def test_for_people(size: int, text: str) -> None:
    assert quantity.human(size) == text
