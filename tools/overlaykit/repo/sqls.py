"""The Flink SQL of a repository: where it stands, who runs it, and what its names mean.

It stands in FlinkStatements, in ConfigMaps (also generated ones), in arguments and variables, and
in files that a Flink job is given by name and that are in its image.
"""

import re
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct, field

from overlaykit import disk
from overlaykit.findings import Edit
from overlaykit.kubernetes.pods import CONFLUENT, mapping, templates
from overlaykit.render.objects import Object
from overlaykit.repo.offsets import spots, start_of
from overlaykit.repo.sql_runners import CMF, Runner, program, runner
from overlaykit.repo.tree import YAML
from overlaykit.source import Path, Place
from overlaykit.sql.queries import Use
from overlaykit.sql.script import CATALOG, DATABASE, Part, Session, session
from overlaykit.sql.statements import Name
from overlaykit.sql.tables import Table
from overlaykit.sql.tokens import is_script

if TYPE_CHECKING:
    from overlaykit.repo.world import Unit, World

# What no other dialect has: it tells SQL for Flink from that of a database.
_FLINK = re.compile(
    r"'connector'\s*=\s*'|CREATE\s+CATALOG\s[^;]*'type'\s*=|STATEMENT\s+SET\b"
    r"|^\s*SET\s+'[a-z][\w-]*\.[\w.-]+'\s*=",
    re.IGNORECASE | re.MULTILINE,
)


def _is_flink(text: str, name: str = "") -> bool:
    """Whether a text is SQL for Flink by itself; `name`: of the file that it will be."""
    # Most texts are none: dashboards, scripts, configuration.
    if "'connector'" not in text and not name.endswith(".sql"):
        return False
    return _FLINK.search(text) is not None and is_script(text)


class Sql(Struct, dict=True):
    """A text of SQL; `doubt` is what its being run at all takes for granted.

    `around`: all texts that share what they make with this one, itself among them.
    """

    text: str
    obj: Object
    path: Path
    runner: Runner
    value_at: Callable[[], Place]
    read: Callable[[str], str]
    catalog: str = CATALOG
    database: str = DATABASE
    doubt: str = ""
    around: list["Sql"] = field(default_factory=list)

    @cached_property
    def session(self) -> Session:
        return session(self.text, self.catalog, self.database)

    @property
    def parts(self) -> list[Part]:
        return self.session.parts

    def at(self, offset: int) -> Place:
        """Where a person wrote the character at an offset."""
        found = self._spots
        if found and offset < len(found):
            return Place(self.value_at().file, *found[offset])
        return self.value_at()

    def edit(self, offset: int, old: str, new: str) -> tuple[Edit, ...]:
        """The edit of a word at an offset; none where the file has another text there."""
        at = self.at(offset)
        if not self._spots:
            return ()
        raw = self.read(at.file)
        start = start_of(raw, at)
        found = raw[start : start + len(old)] == old
        return (Edit(at.file, start, start + len(old), new),) if found else ()

    @cached_property
    def _spots(self) -> list[tuple[int, int]] | None:
        place = self.value_at()
        try:
            raw = self.read(place.file)
        except disk.Unreadable:
            return None
        return spots(raw, place, self.text, place.file.endswith(YAML))

    def table(self, part: Part, use: Use) -> tuple[Table, "Sql"] | None:
        """The table of a use with the text that makes it; None where texts differ about it."""
        full: Name = part.full(use.name)
        homes = [one for one in (self.around or [self]) if full in one.session.tables]
        kinds = {_meaning(one.session.tables[full]) for one in homes}
        if len(kinds) != 1 or not homes[0].session.tables[full].whole:
            return None
        return homes[0].session.tables[full].with_options(use.hints), homes[0]


def _meaning(table: Table) -> tuple[object, ...]:
    options = tuple(sorted((one.key, one.value) for one in table.options.values()))
    return table.key is None, table.whole, options


class Sqls:
    """The SQL of a world, unit by unit."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self._units: dict[int, list[Sql]] = {}
        self._statements: dict[tuple[int, str], Sql] = {}

    def of(self, unit: "Unit") -> list[Sql]:
        """Every text of a unit."""
        if id(unit) not in self._units:
            self._units[id(unit)] = [
                one for obj in unit.objects for one in self._of_object(unit, obj)
            ]
        return self._units[id(unit)]

    def _of_object(self, unit: "Unit", obj: Object) -> Iterator[Sql]:
        if obj.kind == "FlinkStatement" and obj.group == CONFLUENT:
            one = self._statement(unit, obj)
            if one is not None:
                one.around = self._together(unit, obj)
                yield one
        elif obj.kind == "ConfigMap" and not obj.group:
            yield from self._of_map(unit, obj)
        else:
            yield from self._given(unit, obj)
            yield from self._of_variables(unit, obj)

    def _statement(self, unit: "Unit", obj: Object) -> Sql | None:
        text = obj.get("spec", "statement")
        if not isinstance(text, str):
            return None
        key = (id(unit), obj.digest)
        if key not in self._statements:
            found = self._text(unit, obj, ("spec", "statement"), text, Runner(CMF, "", True))
            named = mapping(obj.get("spec", "properties"))
            found.catalog = str(named.get("sql.current-catalog") or CATALOG)
            found.database = str(named.get("sql.current-database") or DATABASE)
            self._statements[key] = found
        return self._statements[key]

    def _together(self, unit: "Unit", obj: Object) -> list[Sql]:
        """The statements of the same environment on the cluster: their tables are in a catalog."""
        wanted = obj.get("spec", "flinkEnvironment")
        near = self.world.together.of(unit).of_kind("FlinkStatement")
        beside = [one for one in near if one.obj.get("spec", "flinkEnvironment") == wanted]
        found = (self._statement(one.unit, one.obj) for one in beside)
        return [one for one in found if one is not None]

    def _text(self, unit: "Unit", obj: Object, path: Path, text: str, by: Runner) -> Sql:
        def value_at() -> Place:
            return unit.locate(obj, path, False)

        return Sql(text, obj, path, by, value_at, self.world.tree.text)

    def _of_map(self, unit: "Unit", obj: Object) -> Iterator[Sql]:
        data = mapping(obj.get("data"))
        texts = {
            str(key): text
            for key, text in data.items()
            if isinstance(text, str) and (str(key).endswith(".sql") or _is_flink(text))
        }
        by = self._runner(unit, obj) if texts else Runner()
        for key, text in texts.items():
            if _is_flink(text, key) or (by.is_flink and is_script(text)):
                yield self._text(unit, obj, ("data", key), text, by)

    def _runner(self, unit: "Unit", obj: Object) -> Runner:
        together = self.world.together
        near = together.of(unit)
        namespace = together.namespace(unit, obj)
        maps = {one.name: one for one in unit.objects if one.kind == "ConfigMap"}
        return runner(near.pods(namespace), maps, obj.name)

    def _given(self, unit: "Unit", obj: Object) -> Iterator[Sql]:
        """What a job has in its arguments: the text itself, or the name of a file that is here."""
        arguments = obj.get("spec", "job", "args")
        for number, argument in enumerate(arguments if isinstance(arguments, list) else ()):
            path: Path = ("spec", "job", "args", number)
            text = str(argument)
            if _is_flink(text):
                yield self._text(unit, obj, path, text, program(obj))
            elif text.endswith(".sql"):
                yield from self._file(unit, obj, path, text.rpartition("/")[2])

    def _of_variables(self, unit: "Unit", obj: Object) -> Iterator[Sql]:
        """Texts in the variables of containers."""
        for template in templates(obj):
            for container in template.containers():
                for number, variable in container.listed("env"):
                    text = str(variable.get("value", ""))
                    if _is_flink(text):
                        path = (*container.at, "env", number, "value")
                        yield self._text(unit, obj, path, text, program(obj))

    def _file(self, unit: "Unit", obj: Object, path: Path, name: str) -> Iterator[Sql]:
        """The one SQL file of a name, unless the job mounts it."""
        found = self._files.get(name, [])
        text = self._read(found[0]) if len(found) == 1 else ""
        if not is_script(text) or self._is_in_map(unit, name):
            return
        by = program(obj)
        doubt = f"that {obj.label} is given this file"
        read = self.world.tree.text
        yield Sql(text, obj, path, by, lambda: Place(found[0]), read, doubt=doubt)

    def _read(self, name: str) -> str:
        try:
            return self.world.tree.text(name)
        except disk.Unreadable:
            return ""

    def _is_in_map(self, unit: "Unit", key: str) -> bool:
        maps = (one for one in unit.objects if one.kind == "ConfigMap")
        return any(key in mapping(one.get("data")) for one in maps)

    @cached_property
    def _files(self) -> dict[str, list[str]]:
        """The SQL files of the repository by their names."""
        found: dict[str, list[str]] = {}
        for name in self.world.whole_tree.files:
            if name.endswith(".sql"):
                found.setdefault(name.rpartition("/")[2], []).append(name)
        return found

    def is_batch(self, unit: "Unit", sql: Sql) -> bool:
        """Whether a text may run in batch mode, where no result ever changes."""
        near = self.world.together.of(unit)
        kinds = ("FlinkStatement", "FlinkComputePool", "FlinkEnvironment", "FlinkDeployment")
        objects = [*unit.objects, *(one.obj for kind in kinds for one in near.of_kind(kind))]
        found = [one for obj in objects for one in self.world.flinks.settings(obj)]
        modes = [one.value for one in found if one.key == "execution.runtime-mode"]
        modes += ["batch"] if "runtime-mode" in sql.runner.words + sql.text else []
        return any(mode.lower() != "streaming" for mode in modes)
