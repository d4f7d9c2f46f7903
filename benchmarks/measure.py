"""One command measured: its time, and the CPU time and memory of all its processes together."""

import contextlib
import os
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Cost:
    """Seconds, CPU seconds (user and system), MiB that all processes held at once."""

    wall: float
    cpu: float
    memory: float

    def times(self, factor: float) -> "Cost":
        """The cost of so many times the work; memory stays."""
        return Cost(self.wall * factor, self.cpu * factor, self.memory)


def measure(
    argv: Sequence[str], cwd: Path, env: Mapping[str, str], good: Sequence[int] = (0,)
) -> Cost:
    """Run a command to its end. Raises RuntimeError where it fails: its time would mean nothing."""
    started = time.perf_counter()
    with open(cwd.parent / "errors", "w+b") as errors:
        process = subprocess.Popen(
            argv, cwd=cwd, env={**os.environ, **env}, stdout=subprocess.DEVNULL, stderr=errors
        )
        watch = _Memory(process.pid)
        watch.start()
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        watch.stop()
        if process.returncode not in good:
            errors.seek(0)
            raise RuntimeError(
                f"{argv[0]} ends with {process.returncode}: {errors.read()[-2000:]!r}"
            )
    return Cost(wall, used.ru_utime + used.ru_stime, watch.most / 2**20)


class _Memory(threading.Thread):
    """Looks at a process and all below it, every few milliseconds; `most` bytes at once."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid, self.most = pid, 0
        self._over = threading.Event()

    def run(self) -> None:
        while not self._over.wait(0.01):
            self.most = max(self.most, _resident(self.pid))

    def stop(self) -> None:
        self._over.set()
        self.join()


def _resident(pid: int) -> int:
    found = 0
    with contextlib.suppress(OSError):
        found = int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE
        for task in os.listdir(f"/proc/{pid}/task"):
            below = Path(f"/proc/{pid}/task/{task}/children").read_text().split()
            found += sum(_resident(int(child)) for child in below)
    return found
