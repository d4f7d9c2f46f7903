"""Processes: a result, or the reason why there is none."""

import pytest

from overlaykit import process


def test_a_result_has_code_and_both_streams() -> None:
    done = process.run(["sh", "-c", "cat; echo bad >&2; exit 3"], stdin="in")
    assert (done.code, done.out, done.err) == (3, "in", "bad\n")


def test_a_missing_program_is_named() -> None:
    with pytest.raises(process.Missing, match="no-such-program was not found"):
        process.run(["no-such-program"])


def test_a_slow_program_is_ended() -> None:
    with pytest.raises(process.TimedOut, match=r"did not finish in 0\.1 s"):
        process.run(["sleep", "5"], timeout=0.1)
