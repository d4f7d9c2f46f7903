"""The Argo CDs of a repository: what one root brings, and which AppProject an Application means.

A repository may hold the roots of many clusters, each with an Argo CD of its own. A root is a file
or folder that no Application of the repository deploys; what its Applications deploy, and theirs,
belongs to the same Argo CD as long as they stay in the cluster it runs in.
"""

import re
from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct, field

from overlaykit import disk
from overlaykit.argocd.applications import Application
from overlaykit.argocd.projects import Project, is_project
from overlaykit.render.objects import Object
from overlaykit.repo.templated import Templated
from overlaykit.repo.tree import YAML, Tree, join
from overlaykit.source import Path, Place

if TYPE_CHECKING:
    from overlaykit.repo.world import Unit, World


class Placed(Struct):
    """An AppProject and the unit it stands in."""

    obj: Object
    unit: "Unit"

    def place(self, path: Path, key: bool = False) -> Place:
        return self.unit.locate(self.obj, path, key)


class Answer(Struct, frozen=True):
    """The AppProject that an Application means; `assuming`: what that takes for granted.

    `filled`: a templated one with the values of its chart, where `project` leaves them open.
    """

    project: Project
    placed: Placed
    assuming: str = ""
    filled: Project | None = None


class ArgoCD(Struct):
    """What one root brings: its units (each once) and their Applications and AppProjects."""

    root: str
    units: list["Unit"] = field(default_factory=list)
    applications: list[Application] = field(default_factory=list)
    projects: dict[str, list[Placed]] = field(default_factory=dict)


class ArgoCDs:
    """Every Argo CD of a world."""

    def __init__(self, world: "World") -> None:
        self.world = world
        templated = Templated(world)
        unseen = [unit for unit in templated.units if world.charts.unseen(unit.folder)]
        self._templated, self._defaults = unseen, templated.defaults

    @cached_property
    def content(self) -> dict[int, list["Unit"]]:
        """Application (by id) to the units it deploys, those of a chart's templates included."""
        return {id(one): self._content(one) for one in self.world.applications}

    def _content(self, application: Application) -> list["Unit"]:
        found = list(self.world.content(application))
        for source in application.sources:
            if source.path and not source.chart and self.world.is_own(source):
                found += [u for u in self._templated if u.folder == join("", source.path)]
        return found

    @cached_property
    def all(self) -> list[ArgoCD]:
        """The Argo CDs, by root."""
        deployed = {
            id(unit)
            for one in self.world.applications
            if one.destination.is_local
            for unit in self.content[id(one)]
            if unit.folder != one.folder
        }
        units = [*self.world.judged, *self._templated]
        roots = [unit for unit in units if id(unit) not in deployed]
        found = [self._of_root(unit) for unit in roots]
        seen = {id(unit) for one in found for unit in one.units}
        for unit in units:  # Applications that deploy each other in a ring
            if id(unit) not in seen:
                found.append(self._of_root(unit))
                seen.update(id(one) for one in found[-1].units)
        return found

    def _of_root(self, root: "Unit") -> ArgoCD:
        found, seen, todo = ArgoCD(root.folder), {id(root)}, [root]
        while todo:
            unit = todo.pop(0)
            found.units.append(unit)
            for obj in unit.objects:
                if is_project(obj):
                    found.projects.setdefault(obj.name, []).append(Placed(obj, unit))
            for application in self._applications_of(unit):
                found.applications.append(application)
                for child in self._children(application):
                    if id(child) not in seen:
                        seen.add(id(child))
                        todo.append(child)
        return found

    def _children(self, application: Application) -> list["Unit"]:
        """What an Application deploys into the cluster of its own Argo CD."""
        return self.content[id(application)] if application.destination.is_local else []

    def _applications_of(self, unit: "Unit") -> list[Application]:
        return self._by_unit.get(unit.folder, []) if unit.judged else []

    @cached_property
    def _by_unit(self) -> dict[str, list[Application]]:
        return self.world.applications_of

    @cached_property
    def _of_application(self) -> dict[int, list[ArgoCD]]:
        found: dict[int, list[ArgoCD]] = {}
        for one in self.all:
            for application in one.applications:
                found.setdefault(id(application), []).append(one)
        return found

    def homes(self, application: Application) -> set[str]:
        """The roots of the Argo CDs that an Application belongs to."""
        return {one.root for one in self._of_application.get(id(application), ())}

    @cached_property
    def _projects(self) -> dict[str, list[Placed]]:
        """Every AppProject of the repository, by name."""
        found: dict[str, list[Placed]] = {}
        for unit in (*self.world.judged, *self._templated):
            for obj in unit.objects:
                if is_project(obj):
                    found.setdefault(obj.name, []).append(Placed(obj, unit))
        return found

    def projects_of(self, application: Application) -> list[Answer]:
        """The AppProjects that an Application may mean; none where they are not to be seen.

        Those that come from its own root; else those of its name that no other cluster's are.
        """
        name = application.project
        homes = self._of_application.get(id(application), ())
        own = [placed for one in homes for placed in one.projects.get(name, ())]
        own = [placed for placed in own if _same_namespace(placed, application)]
        if own:
            return [self._answer(placed, "") for placed in _unique(own)]
        found = [p for p in self._projects.get(name, ()) if _same_namespace(p, application)]
        near = [p for p in found if p.unit.cluster in ("", application.cluster)]
        near = [p for p in near if not p.unit.assuming or application.folder == p.unit.folder]
        sure = len(near) == len(found) == 1 or all(p.unit.cluster for p in near)
        text = "" if sure else f"that its project is the '{name}' of this repository"
        return [self._answer(placed, text) for placed in near]

    def _answer(self, placed: Placed, assuming: str) -> Answer:
        filled = self._defaults.get(id(placed.obj))
        project = Project(placed.obj, lambda: self._shared)
        wide = Project(filled, lambda: self._shared) if filled else None
        return Answer(project, placed, assuming, wide)

    @cached_property
    def _shared(self) -> list[Object]:
        """The global projects: Argo CD merges them into those that its argocd-cm selects.

        Source: Argo CD, "Configuring Global Projects". Which projects are selected is not looked
        at, and argocd-cm may be written in many ways: any file that names one counts.
        """
        names = set(self._projects)
        texts = (_text(self.world.tree, name) for name in self.world.tree.files)
        wanted = {one for text in texts for one in _PROJECT_NAME.findall(text)} & names
        return [placed.obj for name in sorted(wanted) for placed in self._projects[name]]


_PROJECT_NAME = re.compile(r"^[\s\"'-]*projectName[\"']?:\s*[\"']?([\w.-]+)", re.MULTILINE)


def _text(tree: Tree, name: str) -> str:
    if not name.endswith(("globalProjects", *YAML)):
        return ""
    try:
        return tree.text(name)
    except disk.Unreadable:
        return ""


def _same_namespace(placed: Placed, application: Application) -> bool:
    """Whether both may lie in one Argo CD: where both name a namespace, it is the same one."""
    one, other = placed.obj.namespace, application.obj.namespace
    return not one or not other or one == other


def _unique(found: Iterable[Placed]) -> list[Placed]:
    return list({id(placed.obj): placed for placed in found}.values())
