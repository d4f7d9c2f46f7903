"""A run of `validate` as it was asked for: fixed first, judged, compared with a baseline."""

import re
from collections.abc import Callable
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from overlaykit import baseline, disk, fix
from overlaykit.errors import UsageError
from overlaykit.findings import Finding
from overlaykit.remember import validate_remembered
from overlaykit.repo.built import Progress
from overlaykit.repo.git import Git
from overlaykit.repo.root import below_checkout
from overlaykit.repo.scope import Scope
from overlaykit.validate import Result, validate, validate_change, validate_shard

Say = Callable[[str], None]
# Fixes that bring others to light: a group, then the fields of its kind, then their values.
_ROUNDS = 5
_SHARD = re.compile(r"(\d{1,5})/(\d{1,5})")


class Request(Struct, frozen=True):
    """What was asked for, as the command line has it; `git` is of the repository."""

    git: Git
    targets: list[str]
    changed: str | None = None
    shard: str | None = None
    remembers: bool = True
    fixes: bool = False
    fail_on: str = "error"
    baseline: Path | None = None
    accepts: bool = False

    @property
    def root(self) -> Path:
        return self.git.root

    @property
    def is_whole(self) -> bool:
        return not self.targets and self.changed is None and self.shard is None


def carry_out(request: Request, progress: Progress, say: Say) -> Result:
    """Judge what was asked for; what is no result is said. Raises UsageError."""
    _check(request)
    result = _judge(request, progress)
    if request.fixes:
        result = _fixed(request, result, progress, say)
        _say_unfixed(result.findings, say)
    if request.baseline is not None:
        _compare(request, request.baseline, result, say)
    result.fail_on = request.fail_on
    result.above = below_checkout(request.root)
    return result


def _fixed(request: Request, result: Result, progress: Progress, say: Say) -> Result:
    """What is left after the fixes: one may bring another to light, so they are tried again."""
    done: set[str] = set()
    for _ in range(_ROUNDS):
        names = fix.apply(request.root, result.findings)
        done |= set(names)
        result = _judge(replace(request, git=Git(request.root)), progress)
        if not names or not any(finding.edits for finding in result.findings):
            break
    for name in sorted(done):
        say(f"fixed {name}")
    return result


def _check(request: Request) -> None:
    """Refuse what does not go together."""
    changed = request.changed or ""
    if request.fixes and (".." in changed or changed == "INDEX"):
        raise UsageError("--fix works on the working tree: give --changed one REF, or none")
    if request.shard is not None and request.changed is not None:
        raise UsageError("--shard is a part of a full run: leave out --changed")
    if request.accepts and request.baseline is None:
        raise UsageError("--accept writes a baseline: say where with --baseline FILE")
    if request.accepts and not request.is_whole:
        raise UsageError("--accept takes a full run: leave out targets, --changed and --shard")


def _judge(request: Request, progress: Progress) -> Result:
    if request.changed is not None:
        return validate_change(request.git, request.changed, request.targets, progress)
    if request.shard is not None:
        return validate_shard(request.git, *_part(request.shard), request.targets, progress)
    # Fixes are not remembered: they are worked out from the files as they are.
    if request.remembers and not request.fixes:
        return validate_remembered(request.git, request.targets, progress)
    return validate(request.root, request.targets, progress, Scope(git=request.git))


def _part(shard: str) -> tuple[int, int]:
    """(I, N) of "I/N", counted from 1."""
    found = _SHARD.fullmatch(shard)
    number, count = (int(found[1]), int(found[2])) if found else (0, 0)
    if not 1 <= number <= count:
        raise UsageError(f"--shard {shard} is no part: write I/N, from 1/N to N/N")
    return number, count


def _say_unfixed(left: list[Finding], say: Say) -> None:
    """Which findings `--fix` left, and why."""
    for finding in left:
        where = f"{finding.file}:{finding.line}:{finding.column}: {finding.check}"
        if finding.edits:
            say(f"not fixed: {where}: its edit met another one; run --fix again")
        else:
            say(f"not fixed: {where}: no fix of it is safe without a person")


def _compare(request: Request, path: Path, result: Result, say: Say) -> None:
    """Leave out what the baseline accepts; with --accept, write it first."""
    if request.accepts:
        accepted = baseline.entries(result.findings)
        disk.write_file(path, baseline.text(accepted))
        say(f"wrote {path}: {len(accepted)} accepted")
    else:
        accepted = baseline.read(path)
    before = len(result.findings)
    result.findings, stale = baseline.part(result.findings, accepted)
    result.suppressed += before - len(result.findings)
    for entry in stale if request.is_whole else ():
        say(f"{path}: stale: {entry.check} in {entry.file} is gone ({entry.message})")
    if stale and request.is_whole:
        say("  fix: --accept writes the baseline anew")
