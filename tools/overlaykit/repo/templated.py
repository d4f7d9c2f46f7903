"""AppProjects in the templates of Helm charts: what is written there in plain text.

A template is no YAML before it is filled in. An AppProject whose template only prints values is
read with each of them as a pattern that may mean anything; one with more (if, range, include) is
not read. What the chart's own values.yaml makes of it is kept beside: those values may be replaced
where the chart is installed.
"""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from overlaykit import disk
from overlaykit.argocd.projects import is_project
from overlaykit.render.objects import Object, object_of
from overlaykit.repo.clusters import place_name
from overlaykit.repo.tree import join
from overlaykit.source import Document, Path, Place, SyntaxProblem, load

if TYPE_CHECKING:
    from overlaykit.repo.world import Unit, World

_EXPRESSION = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_VALUE = re.compile(r"-?\s*[.$][\w.$]*(?:\s*\|\s*quote)?\s*-?")
_PROJECT = re.compile(r"^kind:\s*AppProject\s*$", re.MULTILINE)


class Templated:
    """The AppProjects in charts: `units`, one a chart, which are not judged.

    `defaults`: each object (by id) as the chart's own values fill it in.
    """

    def __init__(self, world: "World") -> None:
        self.defaults: dict[int, Object] = {}
        self.units = _units(world, self.defaults)


def _units(world: "World", defaults: dict[int, Object]) -> list["Unit"]:
    from overlaykit.repo.world import Unit

    found: dict[str, Unit] = {}
    for name in world.tree.files:
        chart, _, below = name.partition("/templates/")
        if not below or chart not in world.tree.charts or not name.endswith((".yaml", ".yml")):
            continue
        unknown = _projects(world, name, lambda _: "")
        filled = _projects(world, name, _defaults(world, chart)) if unknown else []
        for number, (obj, document) in enumerate(unknown):
            if chart not in found:
                cluster, workload = place_name(chart, world.config.clusters)
                found[chart] = Unit(chart, cluster, workload, lambda *_: Place(""), judged=False)
            _add(found[chart], obj, document)
            if len(filled) == len(unknown):
                defaults[id(obj)] = filled[number][0]
    return list(found.values())


def _defaults(world: "World", chart: str) -> Callable[[str], str]:
    """What the chart's values.yaml gives for an expression; empty where it says nothing."""
    documents = world.tree.documents_or_none(join(chart, "values.yaml"))
    values = Object({"Values": documents[0].data if documents else {}})

    def value(expression: str) -> str:
        path = expression.strip("- ").partition("|")[0].strip()
        found = values.get(*path.lstrip(".").split(".")) if path.startswith(".Values.") else None
        return found if isinstance(found, str) else ""

    return value


def _add(unit: "Unit", obj: Object, document: Document) -> None:
    before = unit.locate

    def locate(wanted: Object, path: Path, key: bool) -> Place:
        if wanted is not obj:
            return before(wanted, path, key)
        return document.place_of(path, key) or document.nearest(path)

    unit.locate = locate
    unit.objects.append(obj)


def _projects(
    world: "World", name: str, value: Callable[[str], str]
) -> list[tuple[Object, Document]]:
    """The AppProjects of a template, its expressions replaced by their values or by patterns."""
    try:
        text = world.tree.text(name)
        documents = load(_readable(text, value), name) if _PROJECT.search(text) else []
    except (SyntaxProblem, disk.Unreadable):
        return []
    found = [(object_of(d), d) for d in documents]
    for obj, _ in found:
        if "{" in obj.namespace:
            obj.metadata.pop("namespace")
    return [(obj, document) for obj, document in found if is_project(obj)]


def _readable(text: str, value: Callable[[str], str]) -> str:
    """The text without its templates and other documents; patterns move no line or column."""
    parts = re.split(r"^(---.*\n)", text, flags=re.MULTILINE)
    return "".join(part if part.startswith("---") else _document(part, value) for part in parts)


def _document(text: str, value: Callable[[str], str]) -> str:
    expressions = _EXPRESSION.findall(text)
    if not _PROJECT.search(text) or not all(_VALUE.fullmatch(one) for one in expressions):
        return "\n" * text.count("\n")

    def replaced(match: re.Match[str]) -> str:
        return value(match[1]) or "T{" + "_" * (len(match[0]) - 3) + "}"

    return _EXPRESSION.sub(replaced, text)
