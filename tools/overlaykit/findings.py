"""Findings as values: what a check says, where, how bad, and the way out."""

import hashlib
from collections import Counter
from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from overlaykit.source import Path, Place

LEVELS = ("error", "warning", "info")
# These yield to a more telling check at the same line; None: to any check.
GENERAL: dict[str, tuple[str, ...] | None] = {
    "schema/invalid": None,
    "security/plaintext": ("flink/secret",),
    "operator/rejected": ("flink/mem-unit", "flink/mem-jm", "flink/mem-tm", "flink/duration"),
    "kustomize/build": ("yaml/duplicate-key", "yaml/scalar"),
    "kubernetes/dangling-ref": ("kustomize/prefix-refs",),
    "confluent/ref": ("kustomize/prefix-refs",),
    "repo/url-mix": ("argocd/root-facts",),
}


class Edit(Struct, frozen=True):
    """Replace the text between two offsets (characters from 0) of a file."""

    file: str
    start: int
    end: int
    text: str


class Problem(Struct, frozen=True):
    """What a check found: at a known place, or at a field of the object it was given."""

    message: str
    fix: str
    at: Place | None = None
    path: Path = ()
    key: bool = False
    level: str | None = None
    edits: tuple[Edit, ...] = ()
    cluster: str = ""
    workload: str = ""
    object: str = ""

    def assuming(self, assumption: str) -> "Problem":
        """This problem as a warning that names what it takes for granted; as it is for no text."""
        if not assumption:
            return self
        return replace(self, message=f"{self.message} (assuming {assumption})", level="warning")


class Finding(Struct, frozen=True):
    """A problem with its check, level and place; the JSON of `validate` holds these fields."""

    check: str
    level: str
    file: str
    line: int
    column: int
    message: str
    fix: str
    clusters: tuple[str, ...] = ()
    workload: str = ""
    object: str = ""
    field: str = ""
    edits: tuple[Edit, ...] = ()

    @property
    def fingerprint(self) -> str:
        """The same while the defect is the same, however far its line moves."""
        parts = (self.check, self.file, self.object, self.field, self.message)
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]

    @property
    def order(self) -> tuple[str | int, ...]:
        return (
            self.file,
            self.line,
            self.column,
            LEVELS.index(self.level),
            self.check,
            self.message,
        )


def identified(findings: Iterable[Finding]) -> list[tuple[str, int, Finding]]:
    """Each finding with its fingerprint and, of those that share one, its number from 1."""
    seen: Counter[str] = Counter()
    told = []
    for finding in findings:
        name = finding.fingerprint
        seen[name] += 1
        told.append((name, seen[name], finding))
    return told


def settle(found: Iterable[Finding]) -> list[Finding]:
    """One finding a defect: the same place and words on many clusters is one, sorted."""
    first: dict[tuple[str | int, ...], Finding] = {}
    clusters: dict[tuple[str | int, ...], set[str]] = {}
    for finding in found:
        key = (finding.check, finding.file, finding.line, finding.column, finding.message)
        first.setdefault(key, finding)
        clusters.setdefault(key, set()).update(finding.clusters)
    merged = [replace(one, clusters=tuple(sorted(clusters[key]))) for key, one in first.items()]
    return sorted(_specific(merged), key=lambda finding: finding.order)


def _specific(findings: Iterable[Finding]) -> list[Finding]:
    """Without the general findings at lines where a telling one stands."""
    found = list(findings)
    told: dict[tuple[str, int], set[str]] = {}
    for finding in found:
        if finding.level != "info":
            told.setdefault((finding.file, finding.line), set()).add(finding.check)
    return [
        f for f in found if not _outdone(f, told[f.file, f.line] if f.level != "info" else set())
    ]


def _outdone(finding: Finding, beside: set[str]) -> bool:
    if finding.check not in GENERAL:
        return False
    better = GENERAL[finding.check]
    others = beside - set(GENERAL)
    return bool(others if better is None else others & set(better))
