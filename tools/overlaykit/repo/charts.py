"""Charts of the repository that Applications install: rendered, or said why not.

Only what Argo CD will do for certain is rendered: every value file is here and nothing is filled
in first. A template that asks the cluster what it can do is judged under that assumption.
"""

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path as DiskPath
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from overlaykit import disk, process
from overlaykit.argocd.applications import TEMPLATED, Application, Source
from overlaykit.render import helm
from overlaykit.render.engine import Render
from overlaykit.render.helm import Installation
from overlaykit.render.objects import Object, objects
from overlaykit.repo.clusters import place_name
from overlaykit.repo.tree import Tree, join
from overlaykit.source import Path, Place, SyntaxProblem, parse

if TYPE_CHECKING:
    from overlaykit.repo.world import Unit, World

# What a chart asks of the cluster that it is installed to.
_ASKS = re.compile(r"\.Capabilities\.APIVersions|\blookup\b")
_PRINTED = re.compile(r"\.Values\.([\w.]+)")
_TEST = re.compile(r"\btest(-success|-failure)?\b")


class NotRendered(Exception):
    """Why a chart of the repository is not rendered."""


class Charts:
    """The charts that were rendered, each installation once."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self._units: dict[Installation, list[Unit]] = {}
        # Chart folder to why it was not rendered; empty for one that was.
        self._outcome: dict[str, str] = {}

    def of(self, application: Application) -> list["Unit"]:
        """What an Application's charts of this repository render."""
        if not self._units:
            return []
        return [unit for one in self.wanted(application) for unit in self._units.get(one, ())]

    def unseen(self, chart: str) -> str:
        """Why a chart of the repository was not rendered; empty for one that was."""
        return self._outcome.get(chart, "a Helm chart that no Application here installs")

    def seen(self, charts: Iterable[str]) -> None:
        """Charts that were rendered as a part of something else."""
        self._outcome.update(dict.fromkeys(charts, ""))

    def wanted(self, application: Application) -> Iterator[Installation]:
        """The charts of this repository that an Application installs, as far as it is known how."""
        for source in application.sources:
            chart = join("", source.path)
            is_own = source.path and not source.chart and self.world.is_own(source)
            if is_own and chart in self.world.tree.charts:
                try:
                    yield installation(application, source, self.world.tree)
                except NotRendered as why:
                    self._outcome.setdefault(chart, str(why))

    def install(self, applications: list[Application]) -> list["Unit"]:
        """A unit for each installation that is new."""
        todo = {one: a for a in applications for one in self.wanted(a)}
        todo = {one: a for one, a in todo.items() if one not in self._units}
        with disk.scratch_folder() as copy:
            # Argo CD sees what is committed; Helm would read whatever lies in the folder.
            self._copy(copy, {one.chart for one in todo})
            renders = list(process.at_once(lambda one: self._render(copy, one, todo[one]), todo))
        pairs = zip(todo.items(), renders, strict=True)
        fresh = {one: list(self._made(a, one, render)) for (one, a), render in pairs}
        self._units |= fresh
        return [unit for units in fresh.values() for unit in units]

    def _copy(self, copy: DiskPath, charts: set[str]) -> None:
        root = self.world.tree.root
        for chart in charts:
            names = _files(self.world.tree, chart)
            disk.write_batch(copy, {name: disk.read_bytes(root / name) for name in names})

    def _render(self, copy: DiskPath, wanted: Installation, application: Application) -> Render:
        program = helm.found()
        if program is None:
            return Render(wanted.chart, error="Helm is not on this machine")
        cluster = self._cluster(application, wanted)
        version = self.world.kubernetes(cluster) or self.world.config.kubernetes or ""
        return helm.template(program, copy, self.world.tree.root, wanted, version)

    def _cluster(self, application: Application, wanted: Installation) -> str:
        named = place_name(wanted.chart, self.world.config.clusters)[0]
        return named or application.cluster

    def _made(
        self, application: Application, wanted: Installation, render: Render
    ) -> Iterator["Unit"]:
        from overlaykit.repo.world import Unit

        if render.error is not None:
            self._outcome.setdefault(wanted.chart, render.error)
            return
        cluster = self._cluster(application, wanted)
        # A chart is a unit for each way to install it.
        folder = join(wanted.chart, f"<{wanted.release} of {application.folder or '.'}>")
        unit = Unit(folder, cluster, application.name, lambda *_: Place(wanted.chart))
        try:
            self._fill(unit, wanted, render.text)
        except SyntaxProblem as problem:
            why = f"what Helm renders is no readable YAML: {problem.what}"
            self._outcome.setdefault(wanted.chart, why)
            return
        self._outcome[wanted.chart] = ""
        yield unit

    def _fill(self, unit: "Unit", wanted: Installation, text: str) -> None:
        tree, below = self.world.tree, f"{wanted.chart}/" if wanted.chart else ""
        unit.files = _files(tree, wanted.chart)
        origins: dict[int, str] = {}
        asks = {name for name in unit.files if _asks(tree, name)}
        for source, document in helm.documents(text):
            origin = below + source.partition("/")[2]
            for obj in objects(parse(document)):
                if not _is_test(obj):
                    kept = replace(obj, kubernetes=self.world.kubernetes(unit.cluster))
                    origins[id(kept)] = origin if tree.is_file(origin) else f"{below}Chart.yaml"
                    unit.objects.append(kept)
        if asks:
            unit.assuming = f"that the cluster offers what {min(asks)} asks for as Helm alone does"
        files = [f"{below}values.yaml", *wanted.value_files]
        inline = _document(wanted.values)

        def locate(obj: Object, path: Path, key: bool) -> Place:
            place, line = _written(tree, origins[id(obj)], path)
            return (None if key else _value(tree, line, files, inline)) or place

        unit.locate = locate


def installation(application: Application, source: Source, tree: Tree) -> Installation:
    """What Argo CD gives to Helm for a source. Raises NotRendered where it is not known here."""
    told = source.helm
    if TEMPLATED.search(json.dumps(told, default=str)) or TEMPLATED.search(application.name):
        raise NotRendered("what it is given is filled in elsewhere")
    if told.get("fileParameters"):
        raise NotRendered("it is given parameters from files")
    release = told.get("releaseName") or application.name
    namespace = told.get("namespace") or application.destination_namespace
    return Installation(
        join("", source.path),
        str(release),
        str(namespace),
        tuple(_value_files(source, tree)),
        _values(told),
        tuple(_flags(told)),
    )


def _value_files(source: Source, tree: Tree) -> Iterator[str]:
    for name in source.value_files:
        if "://" in name or "*" in name:
            raise NotRendered(f"its value file {name} is not one of this repository")
        if name.startswith("$"):
            path = join("", name.partition("/")[2])
        else:
            path = join("", name[1:]) if name.startswith("/") else join(source.path, name)
        if tree.is_file(path):
            yield path
        elif not source.helm.get("ignoreMissingValueFiles"):
            raise NotRendered(f"its value file {name} is not here")


def _values(told: dict[str, Any]) -> str:
    """The values in the Application; `valuesObject` outranks `values` (JSON is YAML too)."""
    inline = told.get("valuesObject")
    if isinstance(inline, dict) and inline:
        return json.dumps(inline)
    return str(told.get("values") or "")


def _flags(told: dict[str, Any]) -> Iterator[str]:
    if told.get("skipCrds"):
        yield "--skip-crds"
    for version in told.get("apiVersions") or ():
        yield from ("--api-versions", str(version))
    for one in told.get("parameters") or ():
        if isinstance(one, dict) and one.get("name"):
            value = str(one.get("value") or "").replace(",", "\\,")
            yield from (
                "--set-string" if one.get("forceString") else "--set",
                f"{one['name']}={value}",
            )


def _files(tree: Tree, chart: str) -> list[str]:
    return [name for name in tree.files if name.startswith(f"{chart}/" if chart else "")]


def _is_test(obj: Object) -> bool:
    """Whether an object is made by `helm test` alone, which Argo CD does not run."""
    return bool(_TEST.fullmatch(str(obj.annotations.get("helm.sh/hook", ""))))


def _asks(tree: Tree, name: str) -> bool:
    if "/templates/" not in f"/{name}":
        return False
    try:
        return _ASKS.search(tree.text(name)) is not None
    except disk.Unreadable:
        return False


def _document(text: str) -> Any:
    """What values in an Application say; nothing where they are no YAML."""
    try:
        return next(iter(parse(text)), None)
    except SyntaxProblem:
        return None


def _written(tree: Tree, name: str, path: Path) -> tuple[Place, str]:
    """The line of a template that writes a field, where one alone does, with its text; else that
    of the nearest field above it, else the first, without."""
    keys = [step for step in path if isinstance(step, str)]
    lines = tree.text(name).splitlines()
    for key in reversed(keys):
        wanted = re.compile(rf"\s*(?:- )?[\"']?{re.escape(key)}[\"']?:")
        hits = [(number, line) for number, line in enumerate(lines, 1) if wanted.match(line)]
        if len(hits) == 1:
            number, line = hits[0]
            place = Place(name, number, line.index(key) + 1)
            return place, line if key == path[-1] else ""
    return Place(name), ""


def _value(tree: Tree, line: str, files: list[str], inline: Any) -> Place | None:
    """Where the value stands that a line prints, if it prints one, and a file has the last word."""
    printed = _PRINTED.findall(line)
    path = tuple(printed[0].split(".")) if len(printed) == 1 else ()
    if not path or Object(inline if isinstance(inline, dict) else {}).get(*path) is not None:
        return None
    for name in reversed(files):
        for document in tree.documents_or_none(name) if tree.is_file(name) else ():
            place = document.place_of(path, False)
            if place is not None:
                return place
    return None
