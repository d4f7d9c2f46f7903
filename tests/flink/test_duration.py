"""Durations as Flink reads them; tests/engines asks Flink itself."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overlaykit.flink import duration

OLD, NEW = (1, 20), (2, 1)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("30000", 30), ("5 MIN", 300), ("1m", 60), (" 10 s ", 10), ("1 Day", 86400), ("3 secs", 3)],
)
def test_durations(text: str, seconds: int) -> None:
    assert duration.parse(text, OLD) == duration.parse(text, NEW) == seconds * 10**9


@pytest.mark.parametrize("text", ["1h30m", "", " ", "-5s", "1.5s", "2 weeks", "5 K", "PT", "abc"])
def test_what_is_no_duration(text: str) -> None:
    for version in (OLD, NEW):
        with pytest.raises(duration.BadDuration):
            duration.parse(text, version)


@pytest.mark.parametrize(("text", "seconds"), [("PT1M", 60), ("p1dt2h", 93600), ("PT1.5S", 1.5)])
def test_iso_only_from_2_1(text: str, seconds: float) -> None:
    assert duration.parse(text, NEW) == seconds * 10**9
    for version in (OLD, (2, 0)):
        with pytest.raises(duration.BadDuration, match=r"2\.1"):
            duration.parse(text, version)


def test_numbers_beyond_64_bits_only_from_2_0() -> None:
    assert duration.parse("9223372036854775808", (2, 0)) == 2**63 * 10**6
    with pytest.raises(duration.BadDuration):
        duration.parse("9223372036854775808", OLD)


@given(st.integers(0, 2**63 - 1))
def test_a_duration_is_read_as_it_was_written(nanos: int) -> None:
    assert duration.parse(duration.text(nanos), OLD) == nanos


@given(st.text(max_size=12))
def test_any_text_is_a_duration_or_is_refused(text: str) -> None:
    for version in (OLD, NEW):
        with contextlib.suppress(duration.BadDuration):
            assert duration.parse(text, version) >= 0


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("1h30m", "90 min"),
        ("1.5h", "90 min"),
        ("PT1M", "1 min"),
        ("1 h 30 min", "90 min"),
        ("x", ""),
    ],
)
def test_what_was_meant(wrong: str, right: str) -> None:
    assert duration.meant(wrong) == right
