"""The options of Flink, release by release, with the names that they had before.

The catalogue was read from the classes of each release (tests/engines/catalogue.py). Flink ignores
a key that it does not know without a word, so knowing them all is what finds a typing error.
"""

import difflib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from overlaykit import disk
from overlaykit.flink.versions import Version

_FILE = Path(__file__).resolve().parents[1] / "data" / "flink_options.json"

# Keys below these are read by file systems, reporters, plugins, the operator or the user's own
# code, whose lists are not Flink's.
FAMILIES = (
    *("s3.", "s3a.", "s3p.", "fs.", "oss.", "gs.", "presto.", "flink.hadoop.", "flink.yarn."),
    *("metrics.reporter.", "metrics.scope.variables.", "containerized.", "external-resource."),
    *("kubernetes.operator.", "job.autoscaler.", "security.delegation.token.", "sql-gateway."),
    *(
        "python.",
        "zookeeper.",
        "source.reader.",
        "lineage.",
        "events.reporter.",
        "traces.reporter.",
    ),
    *(
        "security.module.",
        "security.context.",
        "env.",
        "confluent.",
        "sql.",
        "table.catalog-store.",
        "table.sql-catalog.",
    ),
    *("workflow-scheduler.", "failure-enricher.", "state.backend.rocksdb.", "restart-strategy."),
)
# Wrong names that are seen often, and what was meant (source: the catalogue, by what they say).
MEANT = {
    "jobmanager.cpu": "kubernetes.jobmanager.cpu.amount",
    "taskmanager.cpu": "kubernetes.taskmanager.cpu.amount",
    "query.server.port": "queryable-state.proxy.ports",
    "state.checkpoints.timeout": "execution.checkpointing.timeout",
    "state.checkpoints.interval": "execution.checkpointing.interval",
    "state.checkpoints.mode": "execution.checkpointing.mode",
    "state.savepoint.dir": "state.savepoints.dir",
    "state.checkpoint.dir": "state.checkpoints.dir",
    "taskmanager.slots": "taskmanager.numberOfTaskSlots",
}


class Option(Struct, frozen=True):
    """One option of one release; `former`: other names that are read, the first first."""

    key: str
    type: str
    default: str | None = None
    values: tuple[str, ...] = ()
    deprecated: bool = False
    former: tuple[tuple[str, bool], ...] = ()


class Catalogue(Struct, frozen=True):
    """The options of one release by key, and by every name that they are still read under."""

    version: Version
    options: Mapping[str, Option]
    former: Mapping[str, Option] = field(default_factory=dict)

    def find(self, key: str) -> Option | None:
        """The option that a key sets, under whatever name, or as an entry of a map."""
        return self.options.get(key) or self.former.get(key) or self._entry(key)

    def _entry(self, key: str) -> Option | None:
        parts = key.split(".")
        for length in range(len(parts) - 1, 0, -1):
            found = self.options.get(".".join(parts[:length]))
            if found is not None and found.type == "Map":
                return found
        return None

    def knows(self, key: str) -> bool:
        return key.startswith(FAMILIES) or self.find(key) is not None

    def replaced(self, key: str) -> Option | None:
        """The option whose deprecated name a key is; None where it is a name in good standing."""
        found = None if key in self.options else self.former.get(key)
        outdated = found is not None and any(name == key and old for name, old in found.former)
        return found if outdated else None

    def canonical(self, values: Mapping[str, str]) -> dict[str, str]:
        """The values under the names of today, as Flink picks among several names."""
        found = {key: value for key, value in values.items() if key not in self.former}
        for option in self.options.values():
            if option.key not in found:
                for name, _ in option.former:
                    if name in values:
                        found[option.key] = values[name]
                        break
        return found


@cache
def _data() -> dict[str, Any]:
    data: dict[str, Any] = json.loads(disk.read_text(_FILE))
    return data


@cache
def versions() -> tuple[Version, ...]:
    """The releases whose options are known, the oldest first."""
    return tuple(_version(text) for text in _data()["flink"])


def _version(text: str) -> Version:
    major, minor, *_ = text.split(".")
    return int(major), int(minor)


def nearest(version: Version) -> Version:
    """The known release that answers for a version: itself, or the newest before it."""
    before = [known for known in versions() if known <= version]
    return before[-1] if before else versions()[0]


@cache
def catalogue(version: Version) -> Catalogue:
    """The catalogue of a release that is among `versions()`."""
    options: dict[str, Option] = {}
    for key, eras in _data()["options"].items():
        for first, last, kind, default, values, deprecated, former in eras:
            if _version(first) <= version <= _version(last):
                names = tuple((name, old) for name, old in former)
                options[key] = Option(key, kind, default, tuple(values), deprecated, names)
    by_name: dict[str, Option] = {}
    for option in options.values():
        for name, _ in option.former:
            # A former name of several options is told under the one that is not deprecated.
            if name not in by_name or by_name[name].deprecated:
                by_name[name] = option
    return Catalogue(version, options, by_name)


def is_known(key: str, possible: tuple[Version, ...]) -> bool:
    """Whether any of these releases knows a key."""
    return any(catalogue(version).knows(key) for version in possible)


def text(named: tuple[Version, ...]) -> str:
    return " and ".join(f"{major}.{minor}" for major, minor in named)


def former_name(key: str, version: Version) -> str:
    """The name under which a release has an option that another release calls `key`."""
    known = catalogue(version)
    for other in reversed(versions()):
        option = catalogue(other).find(key)
        names = [name for name, _ in option.former] if option else []
        for name in (option.key, *names) if option else ():
            if name != key and name in known.options:
                return name
    return ""


def since(key: str) -> Version | None:
    """The first known release that has a key, under any name; None if none has."""
    return next((v for v in versions() if catalogue(v).find(key)), None)


def until(key: str) -> Version | None:
    """The last known release that has a key, under any name."""
    return next((v for v in reversed(versions()) if catalogue(v).find(key)), None)


@cache
def first_words() -> frozenset[str]:
    """The first words of all keys: what Flink configuration begins with."""
    names = {key for v in versions() for key in (*catalogue(v).options, *catalogue(v).former)}
    return frozenset(name.partition(".")[0] for name in names)


def suggestion(key: str, version: Version) -> str:
    """The key of a release that was most likely meant; empty where none is like it."""
    known = catalogue(nearest(version))
    meant = MEANT.get(key, "")
    found = known.find(meant) if meant else None
    if found is not None:
        return found.key
    close = difflib.get_close_matches(key, known.options, 1, 0.85)
    return close[0] if close else ""


def looks_like_flink(key: str) -> bool:
    """Whether somebody who wrote a key meant Flink: it begins as Flink's do, or almost is one."""
    return key.partition(".")[0] in first_words() or bool(suggestion(key, versions()[-1]))
