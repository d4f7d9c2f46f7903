"""A progress line on a terminal's standard error; nothing anywhere else."""

import sys
from collections.abc import Callable

WIDTH = 24


def progress(what: str) -> Callable[[int, int], None]:
    """A function of (done, all) that redraws one line and wipes it when all is done."""
    if not sys.stderr.isatty():
        return lambda done, total: None

    def draw(done: int, total: int) -> None:
        filled = WIDTH * done // max(total, 1)
        bar = "#" * filled + "-" * (WIDTH - filled)
        line = f"\r{what} [{bar}] {done}/{total}"
        sys.stderr.write("\r\033[K" if done >= total else line)
        sys.stderr.flush()

    return draw
