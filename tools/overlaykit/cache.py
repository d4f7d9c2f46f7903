"""What earlier runs found out, kept for later ones: outside the repository, bounded, disposable.

An entry is JSON below a digest of itself: one that was cut short or damaged is no entry. Entries
are replaced whole, so runs at the same time see one or the other.
"""

import hashlib
import json
import os
from functools import cache
from pathlib import Path
from typing import Any

from msgspec import Struct

from overlaykit import disk
from overlaykit.errors import CannotLook

LIMIT = 256 * 1024**2
# What decides a verdict besides the files that are judged.
_CODE = Path(__file__).parent


def folder() -> Path:
    """$XDG_CACHE_HOME/overlaykit, by default below ~/.cache."""
    above = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(above).expanduser() / "overlaykit"


class Info(Struct, frozen=True):
    folder: Path
    entries: int
    size: int


def info() -> Info:
    found = disk.sizes(folder())
    return Info(folder(), len(found), sum(size for _, size in found.values()))


def clear() -> Info:
    """Remove every entry; what was there."""
    before = info()
    disk.remove(folder())
    return before


def load(root: Path, name: str) -> Any:
    """What was stored under a name for a repository; None where nothing sound is there."""
    path = _path(root, name)
    try:
        digest, _, text = disk.read_text(path, LIMIT).partition("\n")
        if hashlib.sha256(text.encode()).hexdigest() != digest:
            disk.remove(path)
            return None
        disk.touch(path)
        return json.loads(text)
    except (CannotLook, ValueError):
        return None


def store(root: Path, name: str, data: Any) -> None:
    """Keep JSON data under a name; a cache that cannot be written is no reason to fail."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    digest = hashlib.sha256(text.encode()).hexdigest()
    try:
        disk.write_file(_path(root, name), f"{digest}\n{text}")
        _bound()
    except CannotLook:
        return


def _path(root: Path, name: str) -> Path:
    whose = hashlib.sha256(str(root.resolve()).encode()).hexdigest()[:16]
    return folder() / whose / f"{name}.json"


def _bound() -> None:
    """Remove the entries that were used longest ago, down to the limit."""
    found = disk.sizes(folder())
    total = sum(size for _, size in found.values())
    for path, (_, size) in sorted(found.items(), key=lambda item: item[1][0]):
        if total <= LIMIT:
            return
        disk.remove(path)
        total -= size


@cache
def code() -> str:
    """A digest of the tool itself: its modules, its schemas, the programs that render."""
    from overlaykit.render import engines, helm
    from overlaykit.schema.store import builtin

    programs = [engines.WORKER, *filter(None, [helm.found()])]
    stamps = [*disk.stamps(_CODE), *disk.stamps(builtin())]
    stamps += [f"{program} {disk.stamp(program)}" for program in programs]
    return hashlib.sha256("\0".join(stamps).encode()).hexdigest()
