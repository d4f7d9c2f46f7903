"""Silence by name: `# overlay: allow <check>, <reason>` on or above a line, or at a file's head."""

import re
from collections.abc import Iterable, Iterator

from msgspec import Struct

from overlaykit import disk
from overlaykit.findings import Finding
from overlaykit.repo.tree import Tree
from overlaykit.source import Place

_ALLOW = re.compile(r"#\s*overlay:\s*allow\s+(?P<check>[\w/-]+)(?:\s*,\s*(?P<reason>[^\s#].*))?")
# YAML's and SQL's; `---` ends no head.
_COMMENT = ("#", "--")


class Allow(Struct, frozen=True):
    """A silencing comment: `lines` are those it covers, None for the whole file."""

    check: str
    reason: str
    place: Place
    lines: frozenset[int] | None

    def covers(self, finding: Finding) -> bool:
        """Whether it silences a finding; without a reason it silences nothing."""
        here = finding.file == self.place.file and finding.check == self.check
        return here and bool(self.reason) and (self.lines is None or finding.line in self.lines)


def allows(tree: Tree, names: Iterable[str]) -> list[Allow]:
    """The silencing comments of files, in order."""
    found: list[Allow] = []
    for name in sorted(set(names)):
        try:
            found.extend(_allows(name, tree.text(name)))
        except disk.Unreadable:
            continue
    return found


def _allows(name: str, text: str) -> Iterator[Allow]:
    if "overlay:" not in text:
        return
    head = True
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        found = _ALLOW.search(line)
        if found:
            alone = stripped.startswith(_COMMENT)
            lines = frozenset({number, number + 1} if alone else {number})
            place = Place(name, number, found.start() + 1)
            yield Allow(found["check"], found["reason"] or "", place, None if head else lines)
        head = head and (not stripped or stripped.startswith(_COMMENT))


def silenced(finding: Finding, comments: Iterable[Allow]) -> bool:
    return any(comment.covers(finding) for comment in comments)
