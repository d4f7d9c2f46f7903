"""`validate` that remembers: the same files, asked the same way, get the same answer at once.

An answer is kept under a digest of everything that it was worked out from: every listed file, the
tool with its schemas and engine, the targets. Paths that are not listed and were looked at all the
same (a file that git ignores, a base outside the repository, one that is missing) are compared one
by one. The files are read again each time: dates can lie.
"""

import hashlib
import time
from pathlib import Path
from typing import Any

from msgspec import convert, to_builtins

from overlaykit import cache, disk
from overlaykit.repo.built import Progress
from overlaykit.repo.git import Git
from overlaykit.repo.scope import Scope
from overlaykit.repo.tree import Tree
from overlaykit.validate import Result, validate


def validate_remembered(git: Git, targets: list[str], progress: Progress) -> Result:
    """What `validate` says, from memory where nothing has changed."""
    started = time.perf_counter()
    root = git.root
    key = _key(git, targets)
    stored = cache.load(root, f"result-{key}")
    if stored is not None and _holds(root, stored):
        result = convert(stored, Result)
        result.seconds = time.perf_counter() - started
        return result
    result = validate(root, targets, progress, Scope(git=git))
    # Somebody may have saved a file meanwhile; then nobody can say what was read.
    if not result.lost and _key(Git(root), targets) == key:
        cache.store(root, f"result-{key}", to_builtins(result))
    return result


def _key(git: Git, targets: list[str]) -> str:
    tree = Tree(git.root, git=git)
    whole = hashlib.sha256(cache.code().encode())
    for text in (*targets, "", *git.remotes, "", *(tree.tracked or ("untracked",))):
        whole.update(f"{text}\0".encode(errors="surrogateescape"))
    whole.update(disk.digest(git.root, tree.files).encode())
    return whole.hexdigest()[:32]


def _holds(root: Path, stored: dict[str, Any]) -> bool:
    return all(disk.state(root, name) == state for name, state in stored["beyond"].items())
