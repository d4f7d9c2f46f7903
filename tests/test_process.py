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


def test_a_program_that_was_begun_waits_for_nobody() -> None:
    """It writes more than a pipe holds before anybody asks, and ends."""
    begun = process.Begun(["sh", "-c", "yes | head -c 1000000; exit 4"])
    done = begun.result()
    assert (done.code, len(done.out)) == (4, 1_000_000)


def test_a_program_that_was_begun_is_ended_when_it_takes_too_long() -> None:
    begun = process.Begun(["sleep", "5"])
    with pytest.raises(process.TimedOut, match=r"did not finish in 0\.1 s"):
        begun.result(timeout=0.1)


def test_several_at_once_keep_their_order() -> None:
    assert list(process.at_once(lambda number: number * 2, range(20))) == list(range(0, 40, 2))
