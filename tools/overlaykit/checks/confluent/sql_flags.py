"""Who uses the Flink SQL kinds has switched them on.

Confluent for Kubernetes leaves the SQL kinds alone (no status, no error) unless its chart has
enableFlinkSQL, which is off by default and takes effect only with enableCMFDay2Ops. A FlinkSecret
besides needs CMF to encrypt its database (encryption.enabled), which is settled at CMF's first
start. The verdict is on charts that the same parent deploys.

Bad:
    # file: clusters/dev/cfk.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: cfk
      namespace: argocd
    spec:
      project: flink
      source:
        repoURL: https://packages.confluent.io/helm
        chart: confluent-for-kubernetes
        targetRevision: 0.1718.10
      destination:
        server: https://kubernetes.default.svc
    # file: clusters/dev/sql.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: sql
      namespace: argocd
    spec:
      project: flink
      source:
        repoURL: https://git.example.com/team/gitops.git
        targetRevision: main
        path: sql
      destination:
        server: https://kubernetes.default.svc
    # file: sql/statement.yaml
    apiVersion: platform.confluent.io/v1beta1
    kind: FlinkStatement  # <- here
    metadata:
      name: totals-v1
      namespace: flink
    spec:
      flinkEnvironment: default
      computePoolName: sql
      statement: INSERT INTO totals SELECT product, SUM(units) FROM orders GROUP BY product;

Good:
    # file: clusters/dev/cfk.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: cfk
      namespace: argocd
    spec:
      project: flink
      source:
        repoURL: https://packages.confluent.io/helm
        chart: confluent-for-kubernetes
        targetRevision: 0.1718.10
        helm:
          valuesObject:
            enableFlinkSQL: true
      destination:
        server: https://kubernetes.default.svc
    # file: clusters/dev/sql.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: sql
      namespace: argocd
    spec:
      project: flink
      source:
        repoURL: https://git.example.com/team/gitops.git
        targetRevision: main
        path: sql
      destination:
        server: https://kubernetes.default.svc
    # file: sql/statement.yaml
    apiVersion: platform.confluent.io/v1beta1
    kind: FlinkStatement
    metadata:
      name: totals-v1
      namespace: flink
    spec:
      flinkEnvironment: default
      computePoolName: sql
      statement: INSERT INTO totals SELECT product, SUM(units) FROM orders GROUP BY product;

Source: Confluent for Kubernetes 3.3, "Manage Flink SQL statements"; CMF, "Encryption".
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from overlaykit.argocd.applications import Application
from overlaykit.findings import Problem
from overlaykit.render.objects import Object
from overlaykit.repo.values import values_of
from overlaykit.repo.world import Unit, World

LEVEL = "error"

_SQL = frozenset(
    {
        "FlinkComputePool",
        "FlinkStatement",
        "FlinkKafkaCatalog",
        "FlinkKafkaDatabase",
        "FlinkSecret",
        "FlinkEnvironmentSecretMapping",
    }
)


@dataclass(frozen=True)
class _Flag:
    """A value of a chart without which some kinds do not work; `default` where it is not set."""

    chart: str
    path: tuple[str, ...]
    default: bool
    kinds: frozenset[str]
    without: str

    @property
    def text(self) -> str:
        return ".".join(self.path)


_FLAGS = (
    _Flag("confluent-for-kubernetes", ("enableFlinkSQL",), False, _SQL, "is never processed"),
    _Flag("confluent-for-kubernetes", ("enableCMFDay2Ops",), True, _SQL, "is never processed"),
    _Flag(
        "confluent-manager-for-apache-flink",
        ("encryption", "enabled"),
        False,
        frozenset({"FlinkSecret"}),
        "is refused by CMF",
    ),
)


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    """One finding a flag: at the first object of a unit that needs it."""
    confluent = [obj for obj in unit.objects if obj.group == "platform.confluent.io"]
    deployers = [a for a in world.applications if unit in world.content(a)] if confluent else []
    for flag in _FLAGS:
        users = [obj for obj in confluent if obj.kind in flag.kinds]
        for application in deployers[:1] if users else ():
            charts = _beside(application, world, flag.chart)
            if charts and not any(_is_on(chart, flag, world) for chart in charts):
                yield _problem(unit, users, flag, charts[0])


def _beside(application: Application, world: World, chart: str) -> list[Application]:
    """The Applications of a chart that the same parent makes for the same cluster."""
    return [
        other
        for other in world.applications
        if _parent(other) == _parent(application)
        and _cluster(other) == _cluster(application)
        and any(source.chart.rpartition("/")[2] == chart for source in other.sources)
    ]


def _parent(application: Application) -> str:
    """The folder that makes it: files without a kustomization are applied folder by folder."""
    folder = application.folder
    return folder.rpartition("/")[0] if folder.endswith((".yaml", ".yml")) else folder


def _cluster(application: Application) -> tuple[object, object]:
    destination = application.obj.get("spec", "destination")
    found = destination if isinstance(destination, dict) else {}
    return found.get("server"), found.get("name")


def _problem(unit: Unit, users: list[Object], flag: _Flag, chart: Application) -> Problem:
    first, others = users[0], len(users) - 1
    more = f" (and {others} more)" if others else ""
    message = (
        f"{first.kind} '{first.name}'{more} {flag.without}: "
        f"{flag.text} is off in the chart of Application '{chart.name}'"
    )
    fix = f"set {flag.text}: true in the values of '{chart.name}'"
    return Problem(message, fix, at=unit.locate(first, ("kind",), False), object=first.label)


def _is_on(application: Application, flag: _Flag, world: World) -> bool:
    """Also where it may be: `values` and `parameters` of an Application are text."""
    for source in application.sources:
        if flag.path[-1] in f"{source.helm.get('values')}{source.helm.get('parameters')}":
            return True
    value: Any = values_of(application, world)
    for step in flag.path:
        value = value.get(step) if isinstance(value, dict) else None
    return flag.default if value is None else value is True
