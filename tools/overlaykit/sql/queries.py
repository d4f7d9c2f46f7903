"""What an INSERT reads and writes, and whether its rows change after they were written."""

from collections.abc import Callable, Iterator
from itertools import pairwise

from msgspec import Struct, field

from overlaykit.sql.statements import Cursor, Name, Options, Statement
from overlaykit.sql.tokens import Token

# Functions that take all rows to one, and so change their result with every row.
_TOTALS = frozenset({"COUNT", "SUM", "MIN", "MAX", "AVG"})
# With one of these the planner may turn changes into inserts, or drop the query.
_UNTOLD = frozenset({"TUMBLE", "HOP", "SESSION", "CUMULATE", "OVER", "ROW_NUMBER", "RANK"})
_UNTOLD |= {"WINDOW_START", "WINDOW_END", "WINDOW_TIME", "MATCH_RECOGNIZE", "SYSTEM_TIME"}
_UNTOLD |= {"LATERAL", "FALSE", "LIMIT", "FETCH"}
_BEFORE_TABLES = ("FROM", "JOIN")


class Use(Struct, frozen=True):
    """A table that is named as a source or a sink, with the options of a hint there."""

    name: Name
    start: int
    hints: Options = field(default_factory=dict)


class Insert(Struct, frozen=True):
    sink: Use
    sources: tuple[Use, ...]
    query: tuple[Token, ...]


def insert(statement: Statement) -> Insert | None:
    """The INSERT that a statement is."""
    cursor = Cursor(statement.tokens)
    cursor.skip("EXPLAIN")
    cursor.skip("EXECUTE")
    if not (cursor.skip("INSERT", "INTO") or cursor.skip("INSERT", "OVERWRITE")):
        return None
    found = cursor.name()
    if found is None:
        return None
    sink = Use(found[0], found[1].start, cursor.hints())
    if cursor.skip("PARTITION"):
        cursor.group()
    if cursor.next_is("(") and not _begins_query(cursor.peek(1)):
        cursor.group()
    query = statement.tokens[cursor.at :]
    return Insert(sink, tuple(sources(query)), query)


def _begins_query(token: Token | None) -> bool:
    return token is not None and token.upper in ("SELECT", "WITH", "VALUES", "(")


def sources(tokens: tuple[Token, ...]) -> Iterator[Use]:
    """The tables that a query reads; names that WITH makes are among them."""
    cursor = Cursor(tokens)
    queries = [True]
    before = ""
    while (token := cursor.peek()) is not None:
        cursor.at += 1
        if token.text == "(":
            queries.append(_begins_query(cursor.peek()))
        elif token.text == ")" and len(queries) > 1:
            queries.pop()
        elif token.upper in _BEFORE_TABLES and queries[-1] and before != "DISTINCT":
            yield from _listed(cursor)
        elif token.upper == "TABLE" and token.kind == "word":
            yield from _one(cursor)
        before = token.upper


def _listed(cursor: Cursor) -> Iterator[Use]:
    """Tables with commas between, each perhaps with another name."""
    while True:
        yield from _one(cursor)
        cursor.skip("AS")
        follows = cursor.peek(1)
        if (one := cursor.peek()) and one.is_name and follows and follows.text == ",":
            cursor.at += 1
        if not cursor.skip(","):
            return


def _one(cursor: Cursor) -> Iterator[Use]:
    at = cursor.at
    found = cursor.name()
    if found is None or cursor.next_is("(") or found[1].upper in ("LATERAL", "UNNEST", "TABLE"):
        cursor.at = at
        return
    yield Use(found[0], found[1].start, cursor.hints())


def is_simple(query: tuple[Token, ...]) -> bool:
    """One SELECT of tables, with nothing that could make inserts of changes."""
    words = [one.upper for one in query if one.kind == "word"]
    return words.count("SELECT") == 1 and not _UNTOLD & set(words)


def changes(query: tuple[Token, ...], is_changing: Callable[[], str]) -> str:
    """Why the rows of a query change after they came out; empty where they do not or may not.

    `is_changing` names a source that itself gives changes, empty if there is none.
    """
    if not is_simple(query):
        return ""
    words = [one.upper for one in query]
    pairs = list(pairwise(words))
    if ("GROUP", "BY") in pairs:
        return "GROUP BY without a window"
    if ("SELECT", "DISTINCT") in pairs:
        return "SELECT DISTINCT"
    for number, (word, after) in enumerate(pairs):
        if word in _TOTALS and after == "(" and query[number].kind == "word":
            return f"{word} over all rows"
    source = is_changing()
    return f"the changes of '{source}'" if source else ""
