"""What a FlinkStatement does, as far as its first words tell."""

import re

_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
_WRITES = re.compile(
    r"\s*(?:INSERT\s+(?:INTO|OVERWRITE)|EXECUTE\s+(?:STATEMENT\s+SET|INSERT)"
    r"|BEGIN\s+STATEMENT\s+SET)\b",
    re.IGNORECASE,
)
_VALUES = re.compile(r"\s*INSERT\s+(?:INTO|OVERWRITE)\s+[^'()]*(?:\([^'()]*\)\s*)?VALUES\b", re.I)


def runs_on(statement: str) -> bool:
    """Whether a statement becomes a job that writes."""
    return _WRITES.match(_plain(statement)) is not None


def ends(statement: str) -> bool:
    """Whether a statement that writes has its rows in itself, and comes to an end."""
    return _VALUES.match(_plain(statement)) is not None


def _plain(statement: str) -> str:
    return _COMMENT.sub(" ", statement)
