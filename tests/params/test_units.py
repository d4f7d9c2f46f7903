"""Amounts: read in any notation, written in one, refused where two readers disagree."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overlaykit.params import units
from overlaykit.params.units import BadAmount

GIB = 1024**3
MEMORY = [
    *[(text, 4 * GIB) for text in ("4g", "4Gi", "4096m", "4 g", "4096Mi", "4194304k")],
    ("1536m", 1536 * 1024**2),
    ("1.5Gi", 1536 * 1024**2),
    ("0", 0),
    ("1024", 1024),
    ("7b", 7),
]


@pytest.mark.parametrize(("text", "size"), MEMORY)
def test_memory(text: str, size: int) -> None:
    assert units.memory(text) == size


REFUSED_MEMORY = [
    ("4GB", "did you mean 4g (4Gi)?"),
    ("4gb", "did you mean 4g (4Gi)?"),
    ("4G", "is 1000-fold to Kubernetes"),
    ("512M", "did you mean 512m (512Mi)?"),
    ("4x", "units are k, m, g, t and Ki, Mi, Gi, Ti"),
    ("1.5g", "write 1536m"),
    ("-1g", "is not a memory size"),
    ("", "write it as 4g, 4Gi or 4096m"),
    ("four", "is not a memory size"),
]


@pytest.mark.parametrize(("text", "message"), REFUSED_MEMORY)
def test_memory_that_makes_no_sense(text: str, message: str) -> None:
    with pytest.raises(BadAmount) as caught:
        units.memory(text)
    assert message in str(caught.value)


DURATIONS = [("60s", 60_000), ("1min", 60_000), ("1m", 60_000), ("2h", 7_200_000), ("5ms", 5), ("1 d", 86_400_000)]  # fmt: skip


@pytest.mark.parametrize(("text", "milliseconds"), DURATIONS)
def test_duration(text: str, milliseconds: int) -> None:
    assert units.duration(text) == milliseconds


@pytest.mark.parametrize("text", ["60", "1.5min", "1h30m", "PT1M", "", "5 weeks"])
def test_duration_that_makes_no_sense(text: str) -> None:
    with pytest.raises(BadAmount):
        units.duration(text)


@pytest.mark.parametrize(
    ("text", "milli"), [("2", 2000), ("0.5", 500), ("500m", 500), ("2.0", 2000)]
)
def test_cpu(text: str, milli: int) -> None:
    assert units.cpu(text) == milli


@pytest.mark.parametrize("text", ["", "two", "1g", "0.0001", "-1", "0.5m"])
def test_cpu_that_makes_no_sense(text: str) -> None:
    with pytest.raises(BadAmount):
        units.cpu(text)


WRITTEN = [
    (units.flink_memory, 4 * GIB, "4096m"),
    (units.flink_memory, 1536, "1536b"),
    (units.kubernetes_memory, 4 * GIB, "4Gi"),
    (units.kubernetes_memory, 1536 * 1024**2, "1536Mi"),
    (units.kubernetes_memory, 1000, "1000"),
    (units.flink_duration, 60_000, "60s"),
    (units.flink_duration, 300_000, "5min"),
    (units.kubernetes_duration, 300_000, "5m"),
    (units.flink_duration, 1500, "1500ms"),
    (units.flink_cpu, 2000, "2.0"),
    (units.flink_cpu, 500, "0.5"),
    (units.kubernetes_cpu, 2000, "2"),
    (units.kubernetes_cpu, 250, "250m"),
]


@pytest.mark.parametrize(("write", "amount", "text"), WRITTEN)
def test_written(write: object, amount: int, text: str) -> None:
    assert callable(write) and write(amount) == text


@given(st.integers(0, 10**15))
def test_what_is_written_reads_back(amount: int) -> None:
    assert units.memory(units.flink_memory(amount)) == amount
    assert units.memory(units.kubernetes_memory(amount)) == amount
    assert units.duration(units.flink_duration(amount)) == amount
    assert units.duration(units.kubernetes_duration(amount)) == amount
    assert units.cpu(units.kubernetes_cpu(amount)) == amount
