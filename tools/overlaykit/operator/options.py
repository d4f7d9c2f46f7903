"""The options of the operator and of its autoscaler, release by release.

Written by tests/engines/operator_catalogue.py from the classes that declare them.
"""

import difflib
import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from msgspec import Struct

from overlaykit import disk
from overlaykit.operator.versions import Release

_FILE = Path(__file__).resolve().parents[1] / "data" / "operator_options.json"
OPERATOR, AUTOSCALER = "kubernetes.operator.", "job.autoscaler."
_OLD_AUTOSCALER = OPERATOR + AUTOSCALER
# Below these anything may stand: Flink options with their reporters, and names of the user's.
_OPEN = tuple(
    OPERATOR + name
    for name in (
        "default-configuration.",
        "metrics.reporter",
        "metrics.scope",
        "plugins.listeners.",
        "dynamic.",
        "bluegreen.",
    )
)
# Names that look like options and never were any: what was meant.
_NEVER = {
    "parallelism.min": "vertex.min-parallelism",
    "parallelism.max": "vertex.max-parallelism",
    "min-parallelism": "vertex.min-parallelism",
    "max-parallelism": "vertex.max-parallelism",
    "vertex.parallelism.min": "vertex.min-parallelism",
    "vertex.parallelism.max": "vertex.max-parallelism",
    "scale-down.grace-period": "scale-down.interval",
    "targetutilization": "utilization.target",
    "target.utilization": "utilization.target",
}
# Of these nobody can tell what was meant but the one who wrote them.
_GUESSED = frozenset({"scale-down.grace-period"})


class Option(Struct, frozen=True):
    """An option: the name of its type, other names that are read, the first and last release."""

    key: str
    kind: str
    others: tuple[str, ...]
    since: int
    until: int

    def is_in(self, release: Release) -> bool:
        return self.since <= release.minor <= self.until


@cache
def _options() -> Mapping[str, Option]:
    rows = json.loads(disk.read_text(_FILE))["options"]
    return {key: Option(key, row[0], tuple(row[1]), row[2], row[3]) for key, row in rows.items()}


def catalogue(release: Release) -> dict[str, Option]:
    """Every name that a release reads, and the option that it stands for."""
    found: dict[str, Option] = {}
    for option in _options().values():
        if option.is_in(release):
            found |= {name: option for name in option.others if name not in _options()}
            found[option.key] = option
    return found


def is_open(key: str) -> bool:
    """Whether anything may stand below a prefix of a key."""
    return key.startswith(_OPEN) or "<" in key


def is_autoscaler(key: str) -> bool:
    return key.startswith((AUTOSCALER, _OLD_AUTOSCALER))


def is_ours(key: str) -> bool:
    """Whether a key looks like one of the operator's or the autoscaler's."""
    return key.startswith((OPERATOR, AUTOSCALER))


def knows(key: str, release: Release) -> bool:
    """Whether a release reads a key."""
    if is_open(key):
        return True
    found = catalogue(release)
    return key in found or any(_is_below(key, name) for name in found if "<" in name)


def _is_below(key: str, pattern: str) -> bool:
    return re.fullmatch(re.sub(r"<[^>]*>", "[^.]+", pattern.replace(".", r"\.")), key) is not None


def meant(key: str, release: Release) -> str:
    """The option that a wrong key probably means; empty where none is close."""
    known = catalogue(release)
    if is_autoscaler(key):
        name = key.removeprefix(OPERATOR).removeprefix(AUTOSCALER)
        wanted = _NEVER.get(name.lower())
        if wanted:
            return AUTOSCALER + wanted
        names = [one for one in known if one.startswith(AUTOSCALER)]
        return next(iter(difflib.get_close_matches(AUTOSCALER + name, names, 1, 0.75)), "")
    return next(iter(difflib.get_close_matches(key, known, 1, 0.8)), "")


def renamed(key: str) -> str:
    """The option that a key of the autoscaler surely means; empty where that is a guess."""
    name = key.removeprefix(OPERATOR).removeprefix(AUTOSCALER).lower()
    return AUTOSCALER + _NEVER[name] if name in _NEVER and name not in _GUESSED else ""


def since(key: str) -> int | None:
    """The release that first read a key; None if none does."""
    found = [one.since for one in _options().values() if key in (one.key, *one.others)]
    return min(found, default=None)
