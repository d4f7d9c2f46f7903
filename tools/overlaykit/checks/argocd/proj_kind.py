"""An AppProject permits every kind that its Applications render.

One object of a kind that is not permitted stops the whole Application: "resource … is not
permitted in project …", again at every retry. A kind of the cluster (ClusterRole, Namespace) counts
only in clusterResourceWhitelist, and without that list none is permitted; a kind that lives in a
namespace counts only in namespaceResourceWhitelist, and without that list all are. A blacklist
outranks both. The finding stands at the list that lacks the kind; where the project permits nothing
of that sort, at the object.

Bad:
    # file: clusters/dev/flink.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: flink
      namespace: argocd
    spec:
      project: flink
      source:
        repoURL: https://git.example.com/team/gitops.git
        targetRevision: main
        path: flink
      destination:
        server: https://kubernetes.default.svc
        namespace: flink
    ---
    apiVersion: argoproj.io/v1alpha1
    kind: AppProject
    metadata:
      name: flink
      namespace: argocd
    spec:
      sourceRepos:
      - https://git.example.com/team/gitops.git
      destinations:
      - server: https://kubernetes.default.svc
        namespace: flink
      namespaceResourceWhitelist:  # <- here
      - group: ""
        kind: ConfigMap
    # file: flink/account.yaml
    apiVersion: v1
    kind: ServiceAccount
    metadata:
      name: flink
    # file: flink/role.yaml
    apiVersion: rbac.authorization.k8s.io/v1
    kind: ClusterRole  # <- here
    metadata:
      name: flink

Good:
    # file: clusters/dev/flink.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: flink
      namespace: argocd
    spec:
      project: flink
      source:
        repoURL: https://git.example.com/team/gitops.git
        targetRevision: main
        path: flink
      destination:
        server: https://kubernetes.default.svc
        namespace: flink
    ---
    apiVersion: argoproj.io/v1alpha1
    kind: AppProject
    metadata:
      name: flink
      namespace: argocd
    spec:
      sourceRepos:
      - https://git.example.com/team/gitops.git
      destinations:
      - server: https://kubernetes.default.svc
        namespace: flink
      clusterResourceWhitelist:
      - group: rbac.authorization.k8s.io
        kind: ClusterRole
        name: flink*
      namespaceResourceWhitelist:
      - group: ""
        kind: ServiceAccount
    # file: flink/account.yaml
    apiVersion: v1
    kind: ServiceAccount
    metadata:
      name: flink
    # file: flink/role.yaml
    apiVersion: rbac.authorization.k8s.io/v1
    kind: ClusterRole
    metadata:
      name: flink

Source: Argo CD, "Projects"; pkg/apis/application/v1alpha1/app_project_types.go.
"""

import difflib
from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from overlaykit.argocd.applications import Application
from overlaykit.argocd.projects import Project, Refusal
from overlaykit.findings import Problem
from overlaykit.kubernetes.scope import namespaced
from overlaykit.render.objects import Object
from overlaykit.repo.argocds import Answer
from overlaykit.repo.world import Unit, World
from overlaykit.source import Path, Place

LEVEL = "error"
_Seen = dict[tuple[int, str, str, str], Refusal | None]


class _Case(Struct, frozen=True):
    """An object that its Application's project does not permit."""

    application: Application
    unit: Unit
    obj: Object
    answer: Answer
    refusal: Refusal

    @property
    def kind(self) -> str:
        return f"{self.obj.kind} ({self.obj.group})" if self.obj.group else self.obj.kind

    @property
    def listed(self) -> bool:
        """Whether the project has entries in the list that refuses: then that list is to mend."""
        return bool(self.answer.project.items(self.refusal.list)) and self.refusal.entry is None


def check_repository(world: World) -> Iterator[Problem]:
    refused: dict[tuple[Place, str], list[_Case]] = {}
    objects: dict[tuple[Place, str], list[_Case]] = {}
    seen: _Seen = {}
    for application in world.applications:
        for case in _refused(application, seen, world):
            if case.listed:
                at, _ = _in_list(case)
                refused.setdefault((at, case.kind), []).append(case)
            else:
                at = case.unit.locate(case.obj, ("kind",), False)
                objects.setdefault((at, case.refusal.list), []).append(case)
    for (at, _), cases in refused.items():
        yield from _at_list(at, cases, world)
    for (at, _), cases in objects.items():
        yield from _at_object(at, cases, world)


def _refused(application: Application, seen: _Seen, world: World) -> Iterator[_Case]:
    units = world.content(application)
    answers = world.argocds.projects_of(application) if units else []
    for unit in units if answers else ():
        for obj in unit.objects:
            found = []
            for answer in answers:
                key = (id(answer.placed.obj), obj.group, obj.kind, obj.name)
                if key not in seen:
                    seen[key] = _refusal(answer.project, obj, world)
                found.append(seen[key])
            # Where one of several projects may be meant, all have to refuse.
            if found[0] and all(found):
                yield _Case(application, unit, obj, answers[0], found[0])


def _refusal(project: Project, obj: Object, world: World) -> Refusal | None:
    """Why an object is not permitted; of a kind that may be of either sort, both must refuse."""
    scope = namespaced(obj.group, obj.kind, world.scopes)
    sorts = (True, False) if scope is None else (scope,)
    found = [project.kind_refusal(obj.group, obj.kind, obj.name, sort) for sort in sorts]
    return found[0] if obj.kind and all(found) else None


def _in_list(case: _Case) -> tuple[Place, str]:
    """Where to mend a list: at an entry that is nearly the kind, else at the list; and a hint."""
    own = case.answer.project.obj.get("spec", case.refusal.list)
    path: Path = ("spec", case.refusal.list)
    for number, item in enumerate(own if isinstance(own, list) else ()):
        kind, group = (str(item.get(k) or "") for k in ("kind", "group"))
        if kind == case.obj.kind and not case.obj.metadata.get("generateName"):
            if item.get("name"):
                hint = f"; its entry is for names like '{item['name']}'"
                return case.answer.placed.place((*path, number, "name")), hint
            hint = f"; its entry for {kind} names the group '{group}'"
            return case.answer.placed.place((*path, number, "group")), hint
        close = difflib.get_close_matches(kind, [case.obj.kind], 1, 0.8)
        if close and group == case.obj.group and not _is_kind_of(case, kind, group):
            hint = f"; its entry '{kind}' is not that kind"
            return case.answer.placed.place((*path, number, "kind")), hint
    return case.answer.placed.place(path, key=True), _other_list(case)


def _is_kind_of(case: _Case, kind: str, group: str) -> bool:
    """Whether an entry means another kind that some object here really has (Role, RoleBinding)."""
    known = {"Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"}
    return kind in known or any(o.kind == kind and o.group == group for o in case.unit.objects)


def _other_list(case: _Case) -> str:
    other = {
        "clusterResourceWhitelist": "namespaceResourceWhitelist",
        "namespaceResourceWhitelist": "clusterResourceWhitelist",
    }[case.refusal.list]
    sort = "the cluster" if other.startswith("namespace") else "a namespace"
    for item in case.answer.project.items(other):
        if isinstance(item, dict) and item.get("kind") == case.obj.kind:
            return f"; it stands in {other}, which says nothing of a kind of {sort}"
    return ""


def _at_list(at: Place, cases: list[_Case], world: World) -> Iterator[Problem]:
    cases = sorted(cases, key=lambda case: (case.application.name, case.obj.label))
    first = cases[0]
    _, hint = _in_list(first)
    message = (
        f"project '{first.answer.project.name}' does not permit {first.kind}, which "
        f"{_who(cases)} ({first.obj.label}){hint}"
    )
    group = first.obj.group or '""'
    fix = f"add group: {group}, kind: {first.obj.kind} to {first.refusal.list}"
    path: Path = ("spec", first.refusal.list)
    label = first.answer.project.obj.label
    yield from _each_cluster(Problem(message, fix, at=at, path=path, object=label), cases, world)


def _at_object(at: Place, cases: list[_Case], world: World) -> Iterator[Problem]:
    cases = sorted(cases, key=lambda case: case.application.name)
    first = cases[0]
    project, name = first.answer.project, first.refusal.list
    place = first.answer.placed.place(("spec", name), key=True)
    sort = "of the cluster" if name.startswith("cluster") else "that lives in a namespace"
    why, fix = f"permits no kind {sort}", f"take it out, or add it to {name} of the project"
    if first.refusal.entry is not None:
        why, fix = f"forbids it in {name}", "take it out, or out of the list"
    message = (
        f"{_who(cases)} {first.kind} '{first.obj.name}'; project '{project.name}' "
        f"({place.file}:{place.line}) {why}"
    )
    problem = Problem(message, fix, at=at, path=("kind",), object=first.obj.label)
    workload = first.unit.workload
    yield from _each_cluster(replace(problem, workload=workload), cases, world)


def _who(cases: list[_Case]) -> str:
    """Who renders it: the first Application, and how many more."""
    names = sorted({case.application.title for case in cases})
    return f"{names[0]} and {len(names) - 1} more render" if names[1:] else f"{names[0]} renders"


def _each_cluster(problem: Problem, cases: list[_Case], world: World) -> Iterator[Problem]:
    for cluster in sorted({case.application.cluster for case in cases}):
        doubts = [_assumption(c, world) for c in cases if c.application.cluster == cluster]
        yield replace(problem, cluster=cluster).assuming(doubts[0] if all(doubts) else "")


def _assumption(case: _Case, world: World) -> str:
    own = world.assumption_on(case.application)
    return case.answer.assuming or own or case.unit.assuming or case.answer.placed.unit.assuming
