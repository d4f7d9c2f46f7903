"""An AppProject permits the repositories and destinations of its Applications.

Argo CD refuses the whole Application (InvalidSpecError) where one of its sources, the `$values`
repository and charts included, is not in sourceRepos, or its cluster and namespace are in no entry
of destinations; an entry that begins with `!` denies. An object in another namespace than the
Application's needs that one in destinations too. Where several Applications lack the same entry,
the finding stands at the project's list; where neither source nor destination is permitted, at the
name of the project.

Bad:
    # file: clusters/dev/cmf.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: AppProject
    metadata:
      name: operators
      namespace: argocd
    spec:
      sourceRepos:
      - https://git.example.com/team/*
      destinations:
      - server: https://kubernetes.default.svc
        namespace: confluent
    ---
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: cmf
      namespace: argocd
    spec:
      project: operators
      source:
        repoURL: https://packages.confluent.io/helm  # <- here
        chart: confluent-manager-for-apache-flink
        targetRevision: 2.4.1
      destination:
        server: https://kubernetes.default.svc
        namespace: confluent
    ---
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: values
      namespace: argocd
    spec:
      project: operators
      source:
        repoURL: https://git.example.com/team/gitops.git
        targetRevision: main
        path: values
      destination:
        server: https://kubernetes.default.svc
        namespace: confluence  # <- here
    # file: values/config.yaml
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: values

Good:
    # file: clusters/dev/cmf.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: AppProject
    metadata:
      name: operators
      namespace: argocd
    spec:
      sourceRepos:
      - https://git.example.com/team/*
      - https://packages.confluent.io/helm
      destinations:
      - server: https://kubernetes.default.svc
        namespace: confluent
    ---
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: cmf
      namespace: argocd
    spec:
      project: operators
      source:
        repoURL: https://packages.confluent.io/helm
        chart: confluent-manager-for-apache-flink
        targetRevision: 2.4.1
      destination:
        server: https://kubernetes.default.svc
        namespace: confluent

Source: Argo CD, "Projects"; util/argo/argo.go, ValidatePermissions; controller/sync.go.
"""

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from overlaykit.argocd.applications import TEMPLATED, Application
from overlaykit.findings import Problem
from overlaykit.kubernetes.scope import namespaced
from overlaykit.repo.argocds import Answer
from overlaykit.repo.world import World
from overlaykit.source import Path, Place

LEVEL = "error"


class _Case(Struct, frozen=True):
    """What an Application wants and its project does not permit: where it says so."""

    application: Application
    answer: Answer
    list: str
    what: str
    entry: str
    at: Place
    path: Path
    label: str
    assuming: str = ""


def check_repository(world: World) -> Iterator[Problem]:
    found: dict[tuple[Place, str], list[_Case]] = {}
    for application in world.applications:
        for case in _cases(application, world):
            place = case.answer.placed.place(("spec", case.list), key=True)
            found.setdefault((place, case.what), []).append(case)
    for (place, _), cases in found.items():
        names = sorted({case.application.title for case in cases})
        if len(names) > 1:
            yield from _at_list(place, names, cases)
        else:
            for case in cases:
                yield _at_application(place, case)


def _cases(application: Application, world: World) -> Iterator[_Case]:
    if application.obj.get("spec", "sourceHydrator") or TEMPLATED.search(application.project):
        return
    answers = world.argocds.projects_of(application)
    if not answers:
        return
    repositories = list(_repositories(application, answers, world))
    destinations = list(_destinations(application, answers))
    if repositories and destinations:
        yield _wrong_project(application, repositories[0], destinations[0])
        return
    yield from (*repositories, *destinations)
    if not destinations:
        yield from _namespaces(application, answers, world)


def _wrong_project(application: Application, one: _Case, other: _Case) -> _Case:
    """Neither where it comes from nor where it goes to is permitted: it is the wrong project."""
    path: Path = ("spec", "project")
    what = f"{one.what} and {other.what}"
    entry = f"{one.entry} to {one.list} and {other.entry}"
    return replace(other, what=what, entry=entry, at=application.place(path), path=path)


def _repositories(application: Application, answers: list[Answer], world: World) -> Iterator[_Case]:
    for source in application.sources:
        url = source.url
        if not url or TEMPLATED.search(url):
            continue
        doubt = ""
        if any(one.project.permits_repository(url) for one in answers):
            # A templated entry may mean it. This repository is what such entries are mostly for.
            if world.is_own(source) or any(_permits_filled(one, url) for one in answers):
                continue
            doubt = "that the chart of the project is installed with its own values"
        path = (*source.at, "repoURL")
        what = f"the repository '{url}'"
        at, label = application.place(path), application.label
        yield _Case(application, answers[0], "sourceRepos", what, url, at, path, label, doubt)


def _permits_filled(answer: Answer, url: str) -> bool:
    return answer.filled is None or answer.filled.permits_repository(url)


def _destinations(application: Application, answers: list[Answer]) -> Iterator[_Case]:
    wanted = application.destination
    if not (wanted.server or wanted.name) or TEMPLATED.search(f"{wanted}"):
        return
    if any(one.project.permits_destination(wanted) for one in answers):
        return
    cluster = wanted.server or wanted.name
    elsewhere = (item.get("namespace") for item in _entries(answers[0]))
    other = any(
        answers[0].project.permits_destination(replace(wanted, namespace=str(one or "")))
        for one in elsewhere
    )
    field = "namespace" if other else "server" if wanted.server else "name"
    path: Path = ("spec", "destination", field)
    what = f"the namespace '{wanted.namespace}' of {cluster}"
    entry = f"{'server' if wanted.server else 'name'}: {cluster}, namespace: {wanted.namespace}"
    at, label = application.place(path), application.label
    yield _Case(application, answers[0], "destinations", what, entry, at, path, label)


def _entries(answer: Answer) -> list[dict[str, object]]:
    return [item for item in answer.project.items("destinations") if isinstance(item, dict)]


def _namespaces(application: Application, answers: list[Answer], world: World) -> Iterator[_Case]:
    """Objects of another namespace than the destination's: one case a namespace."""
    wanted, seen = application.destination, set()
    if not (wanted.server or wanted.name) or TEMPLATED.search(f"{wanted}"):
        return
    for unit in world.content(application):
        for obj in unit.objects:
            name = obj.namespace
            if not name or name == wanted.namespace or name in seen:
                continue
            if not namespaced(obj.group, obj.kind, world.scopes):
                continue
            seen.add(name)
            landing = replace(wanted, namespace=name)
            if any(one.project.permits_destination(landing) for one in answers):
                continue
            path: Path = ("metadata", "namespace")
            cluster = wanted.server or wanted.name
            what = f"the namespace '{name}' of {cluster}"
            entry = f"{'server' if wanted.server else 'name'}: {cluster}, namespace: {name}"
            at = unit.locate(obj, path, False)
            sure = world.assumption_on(application) or unit.assuming
            case = _Case(application, answers[0], "destinations", what, entry, at, path, obj.label)
            yield replace(case, assuming=sure)


def _at_list(place: Place, names: list[str], cases: list[_Case]) -> Iterator[Problem]:
    first = cases[0]
    project = first.answer.project
    message = (
        f"project '{project.name}' does not permit {first.what}, which {names[0]} and "
        f"{len(names) - 1} more need"
    )
    fix = f"add {first.entry} to {first.list}"
    for cluster in sorted({case.application.cluster for case in cases}):
        mine = [case for case in cases if case.application.cluster == cluster]
        problem = Problem(
            message,
            fix,
            at=place,
            path=("spec", first.list),
            cluster=cluster,
            object=project.obj.label,
        )
        doubts = [_doubt(case) for case in mine]
        yield problem.assuming(doubts[0] if all(doubts) else "")


def _at_application(place: Place, case: _Case) -> Problem:
    project = case.answer.project.name
    subject = case.application.title
    if case.label != case.application.label:
        subject = f"{case.label} of {subject}"
    message = (
        f"{subject} needs {case.what}; its project '{project}' ({place.file}:{place.line}) "
        "does not permit that"
    )
    fix = f"add {case.entry} to {case.list} of the project, or correct it here"
    if case.path == ("spec", "project"):
        fix = f"write the name of its project, or add {case.entry} to {case.list}"
    cluster = case.application.cluster
    problem = Problem(message, fix, at=case.at, path=case.path, cluster=cluster, object=case.label)
    return problem.assuming(_doubt(case))


def _doubt(case: _Case) -> str:
    own = case.application.assuming or case.assuming
    return case.answer.assuming or own or case.answer.placed.unit.assuming
