"""CMF's database outlives its pod.

CMF keeps environments, statements and secrets in a database of its own. Without a volume it is gone
with the pod; SQLite corrupts on network file systems, and one file is little for a cluster that
matters. Another type later is a migration by hand.

Bad:
    # file: clusters/dev/cmf.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: cmf
      namespace: argocd
    spec:
      project: flink
      source:
        repoURL: https://packages.confluent.io/helm
        chart: confluent-manager-for-apache-flink
        targetRevision: 2.4.1
        helm:
          valuesObject:
            persistence:
              create: false  # <- here
      destination:
        server: https://kubernetes.default.svc
        namespace: confluent

Good:
    # file: clusters/dev/cmf.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: cmf
      namespace: argocd
    spec:
      project: flink
      source:
        repoURL: https://packages.confluent.io/helm
        chart: confluent-manager-for-apache-flink
        targetRevision: 2.4.1
        helm:
          valuesObject:
            persistence:
              create: true
      destination:
        server: https://kubernetes.default.svc
        namespace: confluent

Source: Confluent Manager for Apache Flink, "Configure Storage".
"""

import re
from collections.abc import Iterator

from msgspec.structs import replace

from overlaykit.confluent import database, versions
from overlaykit.findings import Problem
from overlaykit.repo.confluents import Chart
from overlaykit.repo.world import Unit, World

LEVEL = "warning"

_CREATE = ("persistence", "create")
_CLASS = ("persistence", "storageClassName")
_ENGINE = ("cmf", "database", "jdbc", "engine")
# Storage that is a network file system, by the names that classes mostly have.
_NETWORK = re.compile(r"(?:^|[^a-z])(?:nfs|efs|azurefile|cifs|smb)(?:[^a-z]|$)", re.IGNORECASE)
_MATTERS = re.compile(r"(?:^|[^a-z])prod(?:uction)?(?:[^a-z]|$)", re.IGNORECASE)


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    for application in world.applications_of.get(unit.folder, ()):
        if application.cluster == unit.cluster:
            for chart in world.confluents.of_application(application):
                if chart.told:
                    yield from _judge(world, chart)
                    yield from _moved(unit, world, chart)


def _moved(unit: Unit, world: World, chart: Chart) -> Iterator[Problem]:
    """Another kind of database: nothing of the old one is in it."""
    was = world.confluents.values_before(unit, chart)
    if was is None or database.engine(was) == (new := database.engine(chart.values)):
        return
    world.lost = world.lost or world.compared is None
    old = database.engine(was) or "SQLite"
    message = f"CMF's database was {old} and is {new or 'SQLite'}: environments and statements"
    path = ("cmf", "database", "type")
    problem = _problem(world, chart, path, f"{message} of before are not in it", "migrate the data")
    yield problem.assuming("that CMF has made its database already")


def _judge(world: World, chart: Chart) -> Iterator[Problem]:
    engine = database.engine(chart.values)
    if engine:
        yield from _too_new(world, chart, engine)
        return
    if chart.value(*_CREATE) is False:
        message = "CMF's database is SQLite without a volume: it is gone with the pod"
        yield _problem(
            world, chart, _CREATE, message, "set persistence.create: true, or a database"
        )
        return
    storage = chart.value(*_CLASS)
    if isinstance(storage, str) and _NETWORK.search(storage):
        message = (
            f"CMF's SQLite lies on '{storage}', a network file system by its name: it locks up"
        )
        yield _problem(
            world, chart, _CLASS, message, "take block storage, or cmf.database.type: jdbc"
        )
    elif _MATTERS.search(chart.application.cluster):
        message = "CMF keeps its database in SQLite, on a cluster that is called production"
        fix = "set cmf.database.type: jdbc before CMF starts for the first time"
        path = ("cmf", "database", "type")
        yield replace(_problem(world, chart, path, message, fix), level="info")


def _too_new(world: World, chart: Chart, engine: str) -> Iterator[Problem]:
    since = versions.DATABASES.get(engine)
    if since and chart.version and versions.is_below(chart.version, since):
        message = (
            f"CMF {chart.release()} knows no {engine}: it is served from {versions.text(since)} on"
        )
        fix = f"take chart {versions.text(since)} or newer"
        yield _problem(world, chart, _ENGINE, message, fix)


def _problem(world: World, chart: Chart, path: tuple[str, ...], message: str, fix: str) -> Problem:
    at = world.confluents.place_or_chart(chart, path)
    return Problem(message, fix, at=at, path=path, object=chart.application.label)
