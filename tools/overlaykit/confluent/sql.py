"""What a FlinkStatement does, as far as its first words tell."""

from overlaykit.sql.statements import Statement, split

_WRITES = (("INSERT", "INTO"), ("INSERT", "OVERWRITE"), ("EXECUTE", "INSERT"))


def runs_on(statement: str) -> bool:
    """Whether a statement becomes a job that writes."""
    return any(map(_writes, split(statement)))


def ends(statement: str) -> bool:
    """Whether all that a statement writes are rows that stand in it."""
    return all(_has_rows(one) for one in split(statement) if _writes(one))


def _writes(statement: Statement) -> bool:
    return any(statement.says(*words) for words in _WRITES)


def _has_rows(statement: Statement) -> bool:
    """VALUES come before anything that reads; a query may use them, too."""
    words = [token.upper for token in statement.tokens if token.kind == "word"]
    found = next((word for word in words if word in ("VALUES", "SELECT", "TABLE", "WITH")), "")
    return found == "VALUES"
