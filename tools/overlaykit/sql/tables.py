"""What statements make and set: tables with their keys and options, catalogs, settings."""

from collections.abc import Iterator

from msgspec import Struct, field
from msgspec.structs import replace

from overlaykit.sql.statements import Cursor, Name, Option, Options, Statement
from overlaykit.sql.tokens import Token


class Table(Struct, frozen=True):
    """A table as CREATE TABLE says it; `key` is the offset of its PRIMARY KEY, if it has one.

    `temporary` tables may stand in a catalog that nobody made. `whole` is false where some of it
    comes from elsewhere (another table, a query), or another statement changes it.
    """

    name: Name
    start: int
    columns: tuple[Token, ...] = ()
    key: int | None = None
    options: Options = field(default_factory=dict)
    temporary: bool = False
    like: Name = ()
    whole: bool = True

    def option(self, key: str) -> str:
        """The value of an option, empty where it is not set."""
        return self.options[key].value if key in self.options else ""

    def with_options(self, more: Options) -> "Table":
        """The table as a hint changes it."""
        return replace(self, options=self.options | more) if more else self

    def after(self, base: "Table | None") -> "Table":
        """A table that is LIKE another one, with what it takes from there."""
        if not self.like or base is None or not base.whole or not self.whole:
            return replace(self, whole=not self.like and self.whole)
        key = base.key if self.key is None else self.key
        return replace(self, options=base.options | self.options, key=key)


def table(statement: Statement) -> Table | None:
    """The table that a statement makes."""
    cursor, temporary = _created(statement)
    if not cursor.skip("TABLE"):
        return None
    cursor.skip("IF", "NOT", "EXISTS")
    found = cursor.name()
    if found is None:
        return None
    columns, key = _schema(cursor.group())
    made = Table(found[0], found[1].start, columns, key, {}, temporary)
    return _clauses(cursor, made)


def _clauses(cursor: Cursor, made: Table) -> Table:
    """WITH, LIKE and AS behind the columns; the others say nothing of options or keys."""
    while (token := cursor.peek()) is not None:
        if cursor.skip("WITH"):
            made = replace(made, options=cursor.options())
        elif cursor.skip("LIKE"):
            base = cursor.name()
            plain = cursor.peek() is None
            made = replace(made, like=base[0] if base else (), whole=plain and base is not None)
            break
        elif token.upper == "AS":
            made = replace(made, whole=False)
            break
        elif cursor.next_is("("):
            cursor.group()
        else:
            cursor.at += 1
    return made


def _schema(tokens: list[Token]) -> tuple[tuple[Token, ...], int | None]:
    """The names of the columns, and where the primary key is declared."""
    columns: list[Token] = []
    key: int | None = None
    for part in _parts(tokens):
        for number, one in enumerate(part[:-1]):
            if one.upper == "PRIMARY" and part[number + 1].upper == "KEY":
                key = one.start
        if _is_column(part):
            columns.append(part[0])
    return tuple(columns), key


def _is_column(part: list[Token]) -> bool:
    """A name with a type; WATERMARK FOR, PRIMARY KEY and CONSTRAINT name begin other parts."""
    if len(part) < 2 or not (part[0].is_name and part[1].is_name):
        return False
    first, second = part[0].upper, part[1].upper
    return second not in ("FOR", "KEY") and first != "CONSTRAINT"


def _parts(tokens: list[Token]) -> Iterator[list[Token]]:
    """What commas divide, not those inside of brackets of any kind."""
    current: list[Token] = []
    depth = 0
    for token in tokens:
        depth += {"(": 1, "<": 1, ")": -1, ">": -1}.get(token.text, 0)
        if token.text == "," and depth <= 0:
            yield current
            current = []
        else:
            current.append(token)
    if current:
        yield current


def _created(statement: Statement) -> tuple[Cursor, bool]:
    """A cursor behind CREATE, and whether what is made is temporary."""
    cursor = Cursor(statement.tokens)
    if not cursor.skip("CREATE"):
        return Cursor(()), False
    cursor.skip("OR", "REPLACE")
    return cursor, cursor.skip("TEMPORARY") and (cursor.skip("SYSTEM") or True)


def catalog(statement: Statement) -> str:
    """The catalog that a statement makes, empty for none."""
    cursor, _ = _created(statement)
    if not cursor.skip("CATALOG"):
        return ""
    cursor.skip("IF", "NOT", "EXISTS")
    found = cursor.name()
    return found[0][0] if found else ""


def altered(statement: Statement) -> Name:
    """The table that a statement changes, empty for none."""
    cursor = Cursor(statement.tokens)
    if not cursor.skip("ALTER", "TABLE"):
        return ()
    cursor.skip("IF", "EXISTS")
    found = cursor.name()
    return found[0] if found else ()


def made(statement: Statement, kind: str) -> tuple[Name, Token, bool] | None:
    """The name of a VIEW, DATABASE or the like that a statement makes; whether it is temporary."""
    cursor, temporary = _created(statement)
    if not cursor.skip(kind):
        return None
    cursor.skip("IF", "NOT", "EXISTS")
    found = cursor.name()
    return (*found, temporary) if found else None


def listed(statement: Statement) -> Iterator[Option]:
    """Every option that a statement writes: WITH, the OPTIONS of hints, and SET."""
    one = setting(statement)
    if one is not None:
        yield one
    for number, token in enumerate(statement.tokens):
        if token.upper == "WITH":
            yield from Cursor(statement.tokens, number + 1).options().values()
        elif token.kind == "hint":
            yield from Cursor(statement.tokens, number).hints().values()


def setting(statement: Statement) -> Option | None:
    """What `SET key = value` sets; both may stand without quotes."""
    if not statement.says("SET") or len(statement.tokens) < 4:
        return None
    rest = statement.tokens[1:]
    equals = next((n for n, one in enumerate(rest) if one.text == "="), 0)
    key, value = rest[:equals], rest[equals + 1 :]
    if not key or not value:
        return None
    return Option(_joined(key), _joined(value), key[0].start, value[0].start)


def _joined(tokens: tuple[Token, ...]) -> str:
    return "".join(one.value for one in tokens)
