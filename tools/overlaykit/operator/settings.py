"""Flink options as the operator sees them: flat, over its own defaults, read with its classes.

Source: the operator's classes ConfigObjectNode, FlinkConfigManager and DefaultValidator; Flink's
classes Configuration, ConfigurationUtils and HighAvailabilityMode.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from overlaykit.flink.configuration import leaves
from overlaykit.operator.versions import Flink, Release, flink_text, flink_version

# Defaults for a namespace or a Flink version stand below this.
FOR_SOME = "kubernetes.operator.default-configuration."
_SINCE = re.compile(re.escape(FOR_SOME) + r"flink-version\.v([0-9]+)_([0-9]+)\+\..*")
# What Java's Character.isWhitespace takes for blank.
_BLANK = " \t\n\r\x0b\x0c\x1c\x1d\x1e\x1f"


class Unreadable(ValueError):
    """A value that Flink cannot read as the type of its option; the operator fails on it."""

    def __init__(self, key: str, value: str) -> None:
        super().__init__(f"Could not parse value '{value}' for key '{key}'.")
        self.key = key


class Option(Struct, frozen=True):
    """An option: its key, and the other names under which it is read, the first first."""

    key: str
    others: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return (self.key, *self.others)


def own(name: str, *others: str) -> Option:
    """An option of the operator."""
    prefix = "kubernetes.operator."
    return Option(prefix + name, tuple(prefix + other for other in others))


CHECKPOINTS = Option(
    "execution.checkpointing.dir", ("state.checkpoints.dir", "state.backend.fs.checkpointdir")
)
SAVEPOINTS = Option(
    "execution.checkpointing.savepoint-dir",
    ("state.savepoints.dir", "savepoints.state.backend.fs.dir"),
)
HIGH_AVAILABILITY = Option("high-availability.type", ("high-availability", "recovery.mode"))
ROLLBACK = own("deployment.rollback.enabled")
HEALTH_CHECK = own("cluster.health-check.enabled")
RECOVERY = own("jm-deployment-recovery.enabled", "reconciler.jm-deployment-recovery.enabled")
PERIODIC_SAVEPOINTS = own("periodic.savepoint.interval")
MAX_AGE = own("job.upgrade.last-state.max.allowed.checkpoint.age")
JAR_SCHEMES = own("user.artifacts.allowed-schemes")
JAR_HOSTS = own("user.artifacts.disallow-restricted-hosts")
RECONCILE_INTERVAL = own("reconcile.interval", "reconciler.reschedule.interval")
FALLBACK = own("job.upgrade.last-state-fallback.enabled")
MERGE_BY_NAME = own("pod-template.merge-arrays-by-name")


def checkpoints(release: Release) -> Option:
    """The checkpoint directory, as the Flink classes of a release know it."""
    return CHECKPOINTS if release.library >= (1, 20) else Option(*_shift(CHECKPOINTS))


def savepoints(release: Release) -> Option:
    """The savepoint directory, likewise."""
    return SAVEPOINTS if release.library >= (1, 20) else Option(*_shift(SAVEPOINTS))


def _shift(option: Option) -> tuple[str, tuple[str, ...]]:
    first, *rest = option.others
    return first, tuple(rest)


def text_of(value: Any) -> str:
    """A scalar as Jackson writes it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return java_text(value) if isinstance(value, float) else str(value)


def flatten(value: Any) -> dict[str, str]:
    """flinkConfiguration as flat keys, each value as Jackson writes it."""
    found = {}
    for name, item, _ in leaves(value):
        # An empty list never reaches the loop that would set the key.
        if not isinstance(item, list):
            found[name] = text_of(item)
        elif item:
            found[name] = ";".join(_item(one) for one in item)
    return found


def _item(value: Any) -> str:
    return "" if isinstance(value, dict | list) else text_of(value)


def defaults(
    configured: Mapping[str, str], namespace: str, flink: Flink | None, release: Release
) -> dict[str, str]:
    """What the operator's own configuration means for a namespace and a Flink version."""
    found = dict(configured)
    for prefix in prefixes(configured, namespace, flink, release):
        for key, value in configured.items():
            if key.startswith(prefix):
                found[key.removeprefix(prefix)] = value
    return found


def prefixes(
    configured: Iterable[str], namespace: str, flink: Flink | None, release: Release
) -> list[str]:
    """Before which keys of the operator's configuration there are defaults for a namespace and a
    Flink version, the weakest first."""
    found = [f"{FOR_SOME}namespace.{namespace}."] if namespace else []
    if flink is not None:
        since = sorted(_since(configured, flink)) if release.reads_since else []
        found += [f"{FOR_SOME}flink-version.{flink_text(version)}+." for version in since]
        found.append(f"{FOR_SOME}flink-version.{flink_text(flink)}.")
    return found


def _since(configured: Iterable[str], flink: Flink) -> set[Flink]:
    """The versions from which on some defaults hold, of those that this Flink has reached."""
    found = (_SINCE.fullmatch(key) for key in configured)
    versions = (flink_version(f"v{int(one[1])}_{int(one[2])}") for one in found if one)
    return {version for version in versions if version and version <= flink}


class Settings(Struct, frozen=True):
    """Flat options, read as Flink reads them."""

    values: Mapping[str, str]

    def name(self, option: Option) -> str:
        """The key under which an option is set; empty where it is not."""
        return next((name for name in option.names if name in self.values), "")

    def text(self, option: Option) -> str | None:
        name = self.name(option)
        return self.values[name] if name else None

    def is_blank(self, option: Option) -> bool:
        """Whether an option is not set, or only to blanks."""
        return not (self.text(option) or "").strip(_BLANK)

    def flag(self, option: Option, default: bool) -> bool:
        """A boolean. Raises Unreadable."""
        text = self.text(option)
        if text is None:
            return default
        if text.upper() not in ("TRUE", "FALSE"):
            raise Unreadable(self.name(option), text)
        return text.upper() == "TRUE"

    def number(self, option: Option, default: float | None = None) -> float | None:
        """A number with a fraction. Raises Unreadable."""
        text = self.text(option)
        if text is None:
            return default
        try:
            return java_double(text)
        except ValueError:
            raise Unreadable(self.name(option), text) from None

    @property
    def is_highly_available(self) -> bool:
        """Whether Flink takes high availability for on: anything but NONE is, misspelt or not."""
        text = self.text(HIGH_AVAILABILITY)
        return text is not None and text.lower() != "none"


_DOUBLE = re.compile(
    r"[-+]?(?:NaN|Infinity|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?[fFdD]?)"
)


def java_double(text: str) -> float:
    """A number as Java's Double.parseDouble reads it (but for hexadecimal ones).

    Raises ValueError.
    """
    trimmed = text.strip("".join(map(chr, range(33))))
    if not _DOUBLE.fullmatch(trimmed):
        raise ValueError(text)
    if "NaN" not in trimmed and "Infinity" not in trimmed:
        trimmed = trimmed.rstrip("fFdD")
    return float(trimmed)


def java_text(value: float) -> str:
    """A number as Java's Double.toString writes it."""
    if value != value:
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        text = f"{value!r}"
        return text if "e" not in text else f"{value:f}"
    mantissa, _, exponent = f"{value!r}".partition("e")
    if not exponent:
        mantissa, _, exponent = _scientific(value).partition("e")
    mantissa = mantissa if "." in mantissa else f"{mantissa}.0"
    return f"{mantissa}E{int(exponent)}"


def _scientific(value: float) -> str:
    digits = re.sub(r"[-.]|\.0$", "", f"{value!r}").strip("0")
    return f"{value:.{max(len(digits) - 1, 0)}e}"
