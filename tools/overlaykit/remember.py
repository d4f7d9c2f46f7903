"""`validate` that remembers: the same files, asked the same way, get the same answer at once.

An answer is kept under a digest of everything that it was worked out from: every listed file, the
tool with its schemas and engine, the targets. Paths that are not listed and were looked at all the
same (a file that git ignores, a base outside the repository, one that is missing) are compared one
by one. The files are read again each time: dates can lie.
"""

import hashlib
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from overlaykit import cache, disk
from overlaykit.findings import Edit, Finding
from overlaykit.repo.build import Progress
from overlaykit.repo.tree import Tree, remotes
from overlaykit.repo.world import NotSeen
from overlaykit.validate import Result, validate


def validate_remembered(root: Path, targets: list[str], progress: Progress) -> Result:
    """What `validate` says, from memory where nothing has changed."""
    started = time.perf_counter()
    key = _key(root, targets)
    stored = cache.load(root, f"result-{key}")
    if stored is not None and _holds(root, stored):
        result = _result(stored)
        result.seconds = time.perf_counter() - started
        return result
    result = validate(root, targets, progress)
    # Somebody may have saved a file meanwhile; then nobody can say what was read.
    if not result.lost and _key(root, targets) == key:
        cache.store(root, f"result-{key}", _data(result))
    return result


def _key(root: Path, targets: list[str]) -> str:
    tree = Tree(root)
    whole = hashlib.sha256(cache.code().encode())
    for text in (*targets, "", *remotes(root), "", *(tree.tracked or ("untracked",))):
        whole.update(f"{text}\0".encode(errors="surrogateescape"))
    whole.update(disk.digest(root, tree.files).encode())
    return whole.hexdigest()[:32]


def _holds(root: Path, stored: dict[str, Any]) -> bool:
    return all(disk.state(root, name) == state for name, state in stored["beyond"].items())


def _data(result: Result) -> dict[str, Any]:
    return asdict(result)


def _result(stored: dict[str, Any]) -> Result:
    findings = [_finding(one) for one in stored["findings"]]
    not_seen = [NotSeen(**one) for one in stored["not_seen"]]
    return Result(**{**stored, "findings": findings, "not_seen": not_seen})


def _finding(stored: dict[str, Any]) -> Finding:
    edits = tuple(Edit(**edit) for edit in stored["edits"])
    return Finding(**{**stored, "clusters": tuple(stored["clusters"]), "edits": edits})
