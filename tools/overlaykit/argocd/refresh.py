"""The annotation manifest-generate-paths: which commits an Application looks at.

Source: Argo CD, util/app/path/path.go; "Webhook and Manifest Paths Annotation".
"""

import posixpath
import re
from collections.abc import Iterable

from msgspec import Struct

from overlaykit.argocd.applications import Application

ANNOTATION = "argocd.argoproj.io/manifest-generate-paths"


class Refresh(Struct, frozen=True):
    """One entry: as it is written, and as a path from the root of the repository."""

    text: str
    path: str

    @property
    def is_glob(self) -> bool:
        return bool(re.search(r"[*?\[]", self.path))

    def covers(self, name: str) -> bool:
        """Whether a change of a file counts: it is the path, below it, or matches it."""
        if not self.path or name == self.path or name.startswith(f"{self.path}/"):
            return True
        return self.is_glob and _pattern(self.path).fullmatch(name) is not None


def _pattern(path: str) -> re.Pattern[str]:
    """Go's filepath.Match without character classes, which are taken to match anything."""
    parts = re.split(r"(\*|\?|\[.*?\])", path)
    meant = {"*": "[^/]*", "?": "[^/]"}
    return re.compile(
        "".join(meant.get(part, "[^/]" if part[:1] == "[" else re.escape(part)) for part in parts)
    )


def refreshes(application: Application) -> list[Refresh]:
    """The entries of an Application; a relative one is joined to the path of each source."""
    text = application.obj.annotations.get(ANNOTATION)
    found: dict[str, Refresh] = {}
    for entry in _entries(text if isinstance(text, str) else ""):
        paths = [entry[1:]] if entry.startswith("/") else _relative(entry, application)
        for path in paths:
            normal = posixpath.normpath(path) if path else ""
            normal = "" if normal == "." else normal
            found[normal] = Refresh(entry, normal)
    return list(found.values())


def _entries(text: str) -> Iterable[str]:
    return filter(None, (entry.strip() for entry in text.split(";")))


def _relative(entry: str, application: Application) -> list[str]:
    return [posixpath.join(source.path, entry) for source in application.sources]
