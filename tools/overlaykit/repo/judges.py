"""The schema judges of a repository: one a Kubernetes minor."""

from pathlib import Path

from overlaykit.render.objects import Object
from overlaykit.schema.judge import Judge, Violation
from overlaykit.schema.store import Store, builtin


class Judges:
    """The schema judges of a repository, one a Kubernetes minor."""

    def __init__(self, folders: list[Path], default: str) -> None:
        self.folders, self.default = folders, default
        self._judges: dict[str, Judge] = {}
        self._told: dict[str, list[Violation] | None] = {}

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
        """What the schema of the object's kind says; None where no schema is known."""
        if obj.digest not in self._told:
            self._told[obj.digest] = self.of(obj).violations(obj.data)
        return self._told[obj.digest]
