"""One resource as the operator judges it: what is written, over what it is told besides."""

import json
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from msgspec import Struct, field

from overlaykit.kubernetes.pods import mapping
from overlaykit.operator import shape
from overlaykit.operator.settings import Settings, defaults, flatten
from overlaykit.operator.versions import Flink, Release, flink_text, flink_version
from overlaykit.source import Path

MODES = ("savepoint", "last-state", "stateless")
KINDS = ("native", "standalone")


class Rejection(Struct, frozen=True):
    """Why a resource is refused: the rule, the operator's own words, and the field at fault.

    `key` is the Flink option at fault, if it is one. `fails` marks what the validator itself stops
    at: it never gets to the rules after that.
    """

    rule: str
    message: str
    path: Path
    key: str = ""
    fails: bool = False


class Broken(ValueError):
    """A status whose last specification cannot be read."""


class Request(Struct, frozen=True, dict=True):
    """A resource with the operator's configuration and, for a session job, its cluster.

    `found` says whether the job of a snapshot is there; None where nobody knows.
    """

    document: Mapping[str, Any]
    release: Release = field(default_factory=Release)
    configured: Mapping[str, str] = field(default_factory=dict)
    session: Mapping[str, Any] | None = None
    found: bool | None = None

    @cached_property
    def metadata(self) -> dict[str, Any]:
        return mapping(self.document.get("metadata"))

    @cached_property
    def spec(self) -> dict[str, Any]:
        return mapping(self.document.get("spec"))

    @cached_property
    def job(self) -> dict[str, Any] | None:
        found = self.spec.get("job")
        return found if isinstance(found, dict) else None

    @cached_property
    def name(self) -> str:
        return str(self.metadata.get("name", ""))

    @cached_property
    def namespace(self) -> str:
        return str(self.metadata.get("namespace") or "")

    @cached_property
    def flink(self) -> Flink | None:
        spec = self.spec if self.session is None else mapping(self.session.get("spec"))
        return flink_of(spec, self.release)

    @cached_property
    def settings(self) -> Settings:
        """The options that hold: the operator's, the session cluster's, the resource's own."""
        found = defaults(self.configured, self.namespace, self.flink, self.release)
        if self.session is not None:
            found |= flatten(mapping(self.session.get("spec")).get("flinkConfiguration"))
        return Settings(found | flatten(self.spec.get("flinkConfiguration")))

    @cached_property
    def upgrade_mode(self) -> str | None:
        """`stateless` where it is left out; None where it is set to null."""
        return upgrade_mode(self.job or {})

    @cached_property
    def last(self) -> dict[str, Any] | None:
        """The specification that was reconciled last. Raises Broken."""
        return last_spec(self.document)

    def at(self, key: str) -> Path:
        """Where an option is set; the whole configuration where it is a default."""
        base: Path = ("spec", "flinkConfiguration")
        return config_path(self.spec.get("flinkConfiguration"), key, base) or base


def flink_of(spec: Mapping[str, Any], release: Release) -> Flink | None:
    """The Flink version of a specification."""
    value = spec.get("flinkVersion")
    names = tuple(map(flink_text, release.flinks))
    if value is None or list(shape.choice(*names)(value, ())):
        return None
    return flink_version(shape.name_of(value, names))


def upgrade_mode(job: Mapping[str, Any]) -> str | None:
    value = job.get("upgradeMode", "stateless")
    return None if list(shape.choice(*MODES)(value, ())) else shape.name_of(value, MODES)


def mode_of(spec: Mapping[str, Any]) -> str:
    """native or standalone."""
    return shape.name_of(spec.get("mode"), KINDS) or "native"


def last_spec(document: Mapping[str, Any]) -> dict[str, Any] | None:
    """The specification that a status says was reconciled last. Raises Broken."""
    status = mapping(document.get("status"))
    text = mapping(status.get("reconciliationStatus")).get("lastReconciledSpec")
    if text is None:
        return None
    try:
        found = json.loads(str(text))
    except ValueError as problem:
        raise Broken("Could not deserialize spec, this indicates a bug...") from problem
    if not isinstance(found, dict):
        raise Broken("Could not deserialize spec, this indicates a bug...")
    return mapping(found.get("spec")) if found.get("resource_metadata") is not None else found


def config_path(value: Any, key: str, at: Path) -> Path | None:
    """Where a flat key stands in a configuration, which may be nested."""
    if not isinstance(value, dict):
        return None
    for name, item in value.items():
        if str(name) == key:
            return (*at, str(name))
        if isinstance(item, dict) and key.startswith(f"{name}."):
            found = config_path(item, key.removeprefix(f"{name}."), (*at, str(name)))
            if found:
                return found
    return None
