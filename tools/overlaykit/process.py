"""The only place that starts processes, without a shell.

`run` is one call with one result, and `Begun` one whose result is asked for later; `Talk` is a
process that answers line by line. `at_once` keeps all cores busy with several.
"""

import contextlib
import os
import select
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, TypeVar

from msgspec import Struct

from overlaykit import disk
from overlaykit.errors import CannotLook

T = TypeVar("T")
R = TypeVar("R")


class Missing(CannotLook):
    """The program is not on this machine."""


class TimedOut(CannotLook):
    """The program did not finish in its time."""


class Result(Struct, frozen=True):
    argv: tuple[str, ...]
    code: int
    out: str
    err: str


class Begun:
    """A program that runs while other things are done; `result` waits for its end.

    `env` is added to the environment. What it writes goes to a file, so that it waits for nobody.
    Raises Missing.
    """

    def __init__(
        self,
        argv: Sequence[str],
        cwd: Path | None = None,
        stdin: str | None = None,
        env: Mapping[str, str] | None = None,
    ) -> None:
        self._argv = tuple(argv)
        self._out = disk.scratch()
        try:
            with contextlib.closing(disk.scratch(stdin or "")) as given:
                self._process = subprocess.Popen(
                    self._argv,
                    cwd=cwd,
                    stdin=given if stdin is not None else subprocess.DEVNULL,
                    stdout=self._out,
                    stderr=subprocess.PIPE,
                    env={**os.environ, **(env or {})},
                )
        except FileNotFoundError as error:
            raise Missing(f"{argv[0]} was not found on this machine") from error
        except PermissionError as error:
            raise Missing(f"{argv[0]} is not executable") from error

    def result(self, timeout: float = 60) -> Result:
        """Its result, once; `timeout` in seconds from now. Raises TimedOut.

        Output that is not UTF-8 is read with replacement characters: it is shown, never parsed.
        """
        with self._out, self._process:
            try:
                _, err = self._process.communicate(timeout=timeout)
            except subprocess.TimeoutExpired as error:
                name = " ".join(self._argv)
                raise TimedOut(f"{name} did not finish in {timeout:g} s") from error
            finally:
                self._process.kill()
            self._out.seek(0)
            out, told = (part.decode(errors="replace") for part in (self._out.read(), err))
            return Result(self._argv, self._process.returncode, out, told)


def run(
    argv: Sequence[str],
    cwd: Path | None = None,
    stdin: str | None = None,
    timeout: float = 60,
    env: Mapping[str, str] | None = None,
) -> Result:
    """Run `argv` to its end. Raises Missing and TimedOut; see `Begun`."""
    return Begun(argv, cwd, stdin, env).result(timeout)


def at_once(work: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
    """What `work` gives for each item, in their order; as many at a time as there are cores."""
    from concurrent.futures import ThreadPoolExecutor  # slow to read, and seldom needed

    with ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        yield from pool.map(work, items)


class Ended(Exception):
    """A process that was talked to is gone: `code` as of Popen, `err`: the first it wrote."""

    def __init__(self, code: int, err: str) -> None:
        super().__init__(err)
        self.code = code
        self.err = err


class Talk:
    """A process that answers line by line: `send` lines, `receive` lines, `close` it."""

    def __init__(self, argv: Sequence[str], env: Mapping[str, str] | None = None) -> None:
        self._stderr = disk.scratch()
        try:
            self._process = subprocess.Popen(
                list(argv),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._stderr,
                env={**os.environ, **(env or {})},
                bufsize=0,
            )
        except OSError as error:
            self._stderr.close()
            raise Missing(f"{argv[0]} cannot be started: {error.strerror}") from error
        self._buffer = bytearray()
        self._poll = select.poll()
        self._poll.register(self._out.fileno(), select.POLLIN)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def _out(self) -> IO[bytes]:
        assert self._process.stdout is not None
        return self._process.stdout

    def send(self, line: bytes) -> None:
        """Raises Ended."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(line + b"\n")
        except OSError:
            raise self._ended() from None

    def receive(self, timeout: float) -> bytes:
        """The next line; waits `timeout` seconds for more of it. Raises Ended and TimedOut."""
        limit = time.monotonic() + timeout
        scanned = 0
        while (end := self._buffer.find(b"\n", scanned)) < 0:
            scanned = len(self._buffer)
            if not self._poll.poll(max(0.0, limit - time.monotonic()) * 1000):
                raise TimedOut(f"no answer in {timeout:g} s")
            part = os.read(self._out.fileno(), 1 << 20)
            if not part:
                raise self._ended()
            self._buffer += part
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        return line

    def _ended(self) -> Ended:
        code = self._process.wait()
        self._stderr.seek(0)
        return Ended(code, self._stderr.read(4000).decode(errors="replace"))

    def kill(self) -> None:
        """End the process from another thread: whoever receives sees it as Ended."""
        self._process.kill()

    def close(self) -> None:
        """End the process at once; it may have ended already."""
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._stderr):
            if stream is not None:
                stream.close()
