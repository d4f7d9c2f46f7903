"""AppProjects in the templates of Helm charts: what is written there in plain text.

A template is no YAML before it is filled in. An AppProject whose template only prints values is
read with each of them as a pattern that may mean anything; one with more (if, range, include) is
not read.
"""

import re
from typing import TYPE_CHECKING

from overlaykit import disk
from overlaykit.argocd.projects import is_project
from overlaykit.render.objects import Object
from overlaykit.repo.clusters import place_name
from overlaykit.source import Document, Path, Place, SyntaxProblem, load

if TYPE_CHECKING:
    from overlaykit.repo.world import Unit, World

_EXPRESSION = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_VALUE = re.compile(r"-?\s*[.$][\w.$]*(?:\s*\|\s*quote)?\s*-?")
_PROJECT = re.compile(r"^kind:\s*AppProject\s*$", re.MULTILINE)


def templated_projects(world: "World") -> list["Unit"]:
    """A unit for each chart of the repository that templates AppProjects; it is not judged."""
    from overlaykit.repo.world import Unit

    found: dict[str, Unit] = {}
    for name in world.tree.files:
        chart, _, below = name.partition("/templates/")
        if not below or chart not in world.tree.charts or not name.endswith((".yaml", ".yml")):
            continue
        for document in _documents(world, name):
            if chart not in found:
                cluster, workload = place_name(chart, world.config.clusters)
                found[chart] = Unit(chart, cluster, workload, lambda *_: Place(""), judged=False)
            _add(found[chart], document)
    return list(found.values())


def _add(unit: "Unit", document: Document) -> None:
    obj = Object(document.data if isinstance(document.data, dict) else {})
    if not is_project(obj):
        return
    if "{" in obj.namespace:
        obj.metadata.pop("namespace")
    before = unit.locate

    def locate(wanted: Object, path: Path, key: bool) -> Place:
        if wanted is not obj:
            return before(wanted, path, key)
        return document.place_of(path, key) or document.nearest(path)

    unit.locate = locate
    unit.objects.append(obj)


def _documents(world: "World", name: str) -> list[Document]:
    try:
        text = world.tree.text(name)
        return load(_readable(text), name) if _PROJECT.search(text) else []
    except (SyntaxProblem, disk.Unreadable):
        return []


def _readable(text: str) -> str:
    """The text with values as patterns and all other documents blank; no line or column moves."""
    parts = re.split(r"^(---.*\n)", text, flags=re.MULTILINE)
    return "".join(part if part.startswith("---") else _document(part) for part in parts)


def _document(text: str) -> str:
    expressions = _EXPRESSION.findall(text)
    if not _PROJECT.search(text) or not all(_VALUE.fullmatch(one) for one in expressions):
        return "\n" * text.count("\n")
    return _EXPRESSION.sub(lambda match: "T{" + "_" * (len(match[0]) - 3) + "}", text)
