"""What a FlinkStatement does, as far as its first words tell."""

import re

_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
_WRITES = re.compile(
    r"\s*(?:INSERT\s+(?:INTO|OVERWRITE)|EXECUTE\s+(?:STATEMENT\s+SET|INSERT)|BEGIN\s+STATEMENT\s+SET"
    r"|STATEMENT\s+SET|(?:CREATE|REPLACE|CREATE\s+OR\s+REPLACE)\s+TABLE\s.*\bAS\s+SELECT)\b",
    re.IGNORECASE | re.DOTALL,
)


def runs_on(statement: str) -> bool:
    """Whether a statement becomes a job that writes."""
    return _WRITES.match(_COMMENT.sub(" ", statement)) is not None
