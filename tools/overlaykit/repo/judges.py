"""The schema judges of a repository: one a Kubernetes minor."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from overlaykit.render.objects import Object
from overlaykit.schema.judge import Declared, Judge, Violation
from overlaykit.schema.store import API_SERVER_GROUPS, Store, builtin


class Judges:
    """The schema judges of a repository, one a Kubernetes minor."""

    def __init__(self, folders: list[Path], default: str) -> None:
        self.folders, self.default = folders, default
        self._judges: dict[str, Judge] = {}
        self._told: dict[str, list[Violation] | None] = {}
        self._declared = Declared(())

    def declare(
        self, crds: list[dict[str, Any]], more: Callable[[str, str], Iterable[dict[str, Any]]]
    ) -> None:
        """Take the CRDs of the repository in: what one of them allows is no violation.

        `more`: those of a group and kind that are looked for when an object breaks the others.
        """
        self._declared = Declared(crds, more)
        self._told.clear()

    def knows(self, obj: Object) -> bool:
        """Whether a schema of an object's kind is at hand."""
        known = self.of(obj).store.find(obj.api_version, obj.kind) is not None
        return known or self._declared.knows(obj.api_version, obj.kind)

    def of(self, obj: Object) -> Judge:
        """The judge for an object: of its cluster's Kubernetes, else of the default one."""
        return self._of_version(obj.kubernetes or self.default)

    def _of_version(self, version: str) -> Judge:
        if version not in self._judges:
            self._judges[version] = Judge(Store(builtin(), self.folders, version))
        return self._judges[version]

    def minor(self, version: str) -> str:
        """The Kubernetes minor whose schemas answer for a version, as `1.34`."""
        return (self._of_version(version).store.minor or "").removeprefix("v")

    def violations(self, obj: Object) -> list[Violation] | None:
        """What every schema of the object's kind says; None where no schema is known."""
        if obj.digest not in self._told:
            shipped = self.of(obj).violations(obj.data)
            if shipped == [] or obj.group in API_SERVER_GROUPS:
                self._told[obj.digest] = shipped
                return shipped
            own = self._declared.violations(obj.data)
            every = own if shipped is None else [shipped, *own]
            self._told[obj.digest] = _common(every) if every else None
        return self._told[obj.digest]


def _common(told: list[list[Violation]]) -> list[Violation]:
    """The violations of the first schema that all others see too."""
    places = [{(one.path, one.kind) for one in violations} for violations in told[1:]]
    return [v for v in told[0] if all((v.path, v.kind) in place for place in places)]
