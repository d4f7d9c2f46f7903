"""A text of statements as one session runs it: which names stand for what at each of them."""

from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache

from msgspec import Struct, field
from msgspec.structs import replace

from overlaykit.sql import tables
from overlaykit.sql.queries import Insert, Use, insert, sources
from overlaykit.sql.statements import Cursor, Name, Options, Statement, split
from overlaykit.sql.tables import Table

CATALOG, DATABASE = "default_catalog", "default_database"


class Part(Struct, frozen=True):
    """A statement with the catalog and database that it runs in."""

    statement: Statement
    catalog: str = CATALOG
    database: str = DATABASE

    def full(self, name: Name) -> Name:
        """A name with its catalog and database."""
        return (*(self.catalog, self.database)[: max(0, 3 - len(name))], *name)


class Reference(Struct, frozen=True):
    """A catalog that a statement names, at an offset."""

    catalog: str
    start: int


class Session(Struct, dict=True):
    """The statements of a session in their order.

    Tables of one text, or of several that share what they make.
    """

    parts: list[Part]
    tables: dict[Name, Table] = field(default_factory=dict)
    views: set[Name] = field(default_factory=set)

    def __post_init__(self) -> None:
        for part in self.parts:
            self._learn(part)

    def _learn(self, part: Part) -> None:
        found = tables.table(part.statement)
        if found is not None:
            base = self.tables.get(part.full(found.like)) if found.like else None
            name, again = part.full(found.name), part.full(found.name) in self.tables
            self.tables[name] = replace(found, whole=False) if again else found.after(base)
        altered = tables.altered(part.statement)
        if altered and part.full(altered) in self.tables:
            name = part.full(altered)
            self.tables[name] = replace(self.tables[name], whole=False)
        view = tables.made(part.statement, "VIEW")
        if view is not None:
            self.views.add(part.full(view[0]))

    def table(self, part: Part, use: Use) -> Table | None:
        """The table of a use, if it is known in whole, with what a hint changes."""
        found = self.tables.get(part.full(use.name))
        return found.with_options(use.hints) if found is not None and found.whole else None

    def is_view(self, part: Part, use: Use) -> bool:
        return part.full(use.name) in self.views

    @cached_property
    def inserts(self) -> list[tuple[Part, Insert]]:
        pairs = ((part, insert(part.statement)) for part in self.parts)
        return [(part, found) for part, found in pairs if found is not None]

    @cached_property
    def sinks(self) -> list[tuple[Part, Use]]:
        return [(part, found.sink) for part, found in self.inserts]

    @cached_property
    def reads(self) -> list[tuple[Part, Use]]:
        """Every table that an INSERT reads; what views read counts where one reads the view."""
        return list(self._reads())

    def _reads(self) -> Iterator[tuple[Part, Use]]:
        for part, found in self.inserts:
            yield from ((part, use) for use in found.sources)
        used = {part.full(use.name) for part, found in self.inserts for use in found.sources}
        for part in self.parts:
            view = tables.made(part.statement, "VIEW")
            if view is not None and part.full(view[0]) in used:
                yield from ((part, use) for use in sources(part.statement.tokens))

    def unknown_catalogs(self, known: Iterable[str]) -> Iterator[Reference]:
        """The catalogs that are named before a statement has made them, each once."""
        seen = {CATALOG, *known}
        temporary = {part.full(name) for part, name in self._temporary()}
        for part in self.parts:
            seen.add(tables.catalog(part.statement) or CATALOG)
            for one in _catalogs(part, temporary):
                if one.catalog not in seen:
                    seen.add(one.catalog)
                    yield one

    def _temporary(self) -> Iterator[tuple[Part, Name]]:
        for part in self.parts:
            table = tables.table(part.statement)
            view = tables.made(part.statement, "VIEW")
            if table is not None and table.temporary:
                yield part, table.name
            elif view is not None and view[2]:
                yield part, view[0]


@lru_cache(maxsize=4096)
def session(text: str, catalog: str = CATALOG, database: str = DATABASE) -> Session:
    """The session of a text; many clusters have the same, and nobody changes it."""
    return Session(read(text, catalog, database))


def read(text: str, catalog: str = CATALOG, database: str = DATABASE) -> list[Part]:
    """The statements of a text, each with the catalog that USE has chosen before it."""
    found = []
    for statement in split(text):
        if not statement.tokens:
            continue
        found.append(Part(statement, catalog, database))
        catalog, database = _used(statement, catalog, database)
    return found


def _used(statement: Statement, catalog: str, database: str) -> tuple[str, str]:
    cursor = Cursor(statement.tokens)
    if cursor.skip("USE", "CATALOG"):
        name = cursor.name()
        return (name[0][0], "") if name else (catalog, database)
    if cursor.skip("USE") and not cursor.next_is("MODULES"):
        found = cursor.name()
        if found is not None:
            return (found[0][0] if len(found[0]) > 1 else catalog), found[0][-1]
    return catalog, database


def _catalogs(part: Part, temporary: set[Name]) -> Iterator[Reference]:
    statement = part.statement
    cursor = Cursor(statement.tokens)
    if cursor.skip("USE", "CATALOG") or (cursor.skip("USE") and not cursor.next_is("MODULES")):
        name = cursor.name()
        if name and (len(name[0]) > 1 or statement.says("USE", "CATALOG")):
            yield Reference(name[0][0], name[1].start)
    database = tables.made(statement, "DATABASE")
    if database is not None and len(database[0]) > 1:
        yield Reference(database[0][0], database[1].start)
    for named, start in _names(statement):
        if len(named) > 2 and named not in temporary:
            yield Reference(named[0], start)


def _names(statement: Statement) -> Iterator[tuple[Name, int]]:
    """The tables and views that a statement makes (to stay), reads or writes."""
    table, view = tables.table(statement), tables.made(statement, "VIEW")
    if table is not None:
        yield table.name, table.start
    if view is not None:
        yield view[0], view[1].start
    found = insert(statement)
    if found is not None:
        yield found.sink.name, found.sink.start
    if found is not None or view is not None or statement.says("SELECT"):
        tokens = statement.tokens if found is None else found.query
        yield from ((use.name, use.start) for use in sources(tokens))


def settings(parts: Iterable[Part]) -> Options:
    """What SET sets in a session."""
    found = (tables.setting(part.statement) for part in parts)
    return {one.key: one for one in found if one is not None}
