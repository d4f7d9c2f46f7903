"""The only place that starts processes: one call, one result, no shell."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from overlaykit.errors import CannotLook


class Missing(CannotLook):
    """The program is not on this machine."""


class TimedOut(CannotLook):
    """The program did not finish in its time."""


@dataclass(frozen=True)
class Result:
    argv: tuple[str, ...]
    code: int
    out: str
    err: str


def run(
    argv: Sequence[str],
    cwd: Path | None = None,
    stdin: str | None = None,
    timeout: float = 60,
    env: Mapping[str, str] | None = None,
) -> Result:
    """Run `argv` to its end; `timeout` in seconds, `env` is added to the environment.

    Output that is not UTF-8 is read with replacement characters: it is shown, never parsed.
    """
    try:
        done = subprocess.run(
            list(argv),
            cwd=cwd,
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=timeout,
            env={**os.environ, **(env or {})},
            check=False,
        )
    except FileNotFoundError as error:
        raise Missing(f"{argv[0]} was not found on this machine") from error
    except PermissionError as error:
        raise Missing(f"{argv[0]} is not executable") from error
    except subprocess.TimeoutExpired as error:
        raise TimedOut(f"{' '.join(argv)} did not finish in {timeout:g} s") from error
    return Result(tuple(argv), done.returncode, done.stdout, done.stderr)
