"""Where Flink's parser wants a name and is given a reserved word."""

from collections.abc import Iterator

from msgspec import Struct

from overlaykit.sql import tables
from overlaykit.sql.queries import insert, sources
from overlaykit.sql.reserved import RESERVED
from overlaykit.sql.statements import Statement
from overlaykit.sql.tokens import Token

# Behind FROM these say that a name is missing, not that one is unquoted.
_CLAUSES = frozenset({"SELECT", "WHERE", "GROUP", "ORDER", "ON", "AS", "WITH", "VALUES", "JOIN"})


class Refusal(Struct, frozen=True):
    """A reserved word, the kind of thing that it should name, and its offset."""

    word: str
    what: str
    start: int


def reserved(statement: Statement) -> Iterator[Refusal]:
    """The reserved words of a statement in places where only a name may stand, each place once."""
    told: set[int] = set()
    for what, token in _names(statement):
        if token.kind == "word" and token.upper in RESERVED and token.start not in told:
            told.add(token.start)
            yield Refusal(token.text, what, token.start)


def _names(statement: Statement) -> Iterator[tuple[str, Token]]:
    tokens = statement.tokens
    if statement.says("SET"):  # the client reads it by itself
        return
    starts = {token.start: token for token in tokens}
    table = tables.table(statement)
    if table is not None:
        yield "name of a table", starts[table.start]
        yield from (("name of a column", one) for one in table.columns)
    found = insert(statement)
    if found is not None:
        yield "name of a table", starts[found.sink.start]
    if found is not None or statement.says("SELECT") or tables.made(statement, "VIEW"):
        read = (starts[use.start] for use in sources(tokens))
        yield from (("name of a table", one) for one in read if one.upper not in _CLAUSES)
    for before, dot, after in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if dot.text == "." and before.is_name and after.is_name:
            yield from (("part of a name", before), ("part of a name", after))
