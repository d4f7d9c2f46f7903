"""Releases of the operator: which Flink versions each knows, and with which Flink it reads options.

Source: the operator's class FlinkVersion and its pom.xml at the tags release-1.10.0 to 1.15.0, and
its main branch (1.16).
"""

import re
from typing import Any

from msgspec import Struct

_TOP = {10: (1, 20), 11: (2, 0), 12: (2, 0), 13: (2, 2), 14: (2, 2), 15: (2, 4), 16: (2, 4)}
_FLINK = [(1, minor) for minor in range(13, 21)] + [(2, minor) for minor in range(5)]
OLDEST, NEWEST = min(_TOP), max(_TOP)
DEFAULT = 15
SUPPORTED = (1, 15)
# Deprecated by the operator of the second number; 1.17 and 1.18 since 1.13.
_DEPRECATED = {(1, 15): 10, (1, 16): 11, (1, 17): 13, (1, 18): 13}

Flink = tuple[int, int]


class Release(Struct, frozen=True, order=True):
    """A release of the operator, 1.minor; `main` is the one to come."""

    minor: int = DEFAULT

    @property
    def text(self) -> str:
        return f"1.{self.minor}"

    @property
    def flinks(self) -> list[Flink]:
        """The Flink versions that its API knows by name."""
        return [version for version in _FLINK if version <= _TOP[self.minor]]

    @property
    def supported(self) -> list[Flink]:
        """The Flink versions that it takes."""
        return [version for version in self.flinks if version >= SUPPORTED]

    @property
    def library(self) -> Flink:
        """The Flink whose classes it reads options with."""
        return (1, 19) if self.minor < 11 else (1, 20)

    @property
    def reads_since(self) -> bool:
        """Whether defaults may be for a Flink version and those after it: v1_18+."""
        return self.minor >= 11

    @property
    def nests(self) -> bool:
        """Whether flinkConfiguration may be nested YAML."""
        return self.minor >= 13

    @property
    def checks_jars(self) -> bool:
        """Whether it judges the address of a session job's jar."""
        return self.minor >= 15

    @property
    def is_main(self) -> bool:
        return self.minor >= 16

    def deprecates(self, flink: Flink) -> bool:
        return self.minor >= _DEPRECATED.get(flink, NEWEST + 1)


def release(text: str) -> Release | None:
    """The release that a version names; None if empty or no version that is known here.

    Confluent's chart counts 1.150.3 for 1.15.
    """
    if text == "main":
        return Release(NEWEST)
    found = re.fullmatch(r"v?1\.(\d{2})(?:0(?=\.))?(?:\..*|-.*)?", text)
    minor = int(found[1]) if found else 0
    return Release(minor) if minor in _TOP else None


def flink_version(value: Any) -> Flink | None:
    """(1, 20) of v1_20; None of anything else."""
    found = re.fullmatch(r"v([0-9]+)_([0-9]+)", value) if isinstance(value, str) else None
    return (int(found[1]), int(found[2])) if found else None


def flink_text(version: Flink) -> str:
    return f"v{version[0]}_{version[1]}"
