"""Who uses the Flink SQL kinds has switched them on.

Confluent for Kubernetes leaves the SQL kinds alone (no status, no error) unless its chart has
enableFlinkSQL, which is off by default and takes effect only with enableCMFDay2Ops. CMF speaks of
SQL to it from 2.3 on, and takes pools with an image for SQL only, for the Flink that the pool
names. The verdict is on the charts of the same cluster.

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

Source: Confluent for Kubernetes 3.3, "Manage Flink SQL statements"; CMF, "Versions and
Interoperability".
"""

from collections.abc import Iterator

from msgspec import Struct

from overlaykit.confluent import versions
from overlaykit.confluent.kinds import SQL, is_cmf
from overlaykit.findings import Problem
from overlaykit.flink.versions import of_spec
from overlaykit.render.objects import Object
from overlaykit.repo.confluents import Chart
from overlaykit.repo.world import Unit, World
from overlaykit.source import Path

LEVEL = "error"

_IMAGE: Path = ("spec", "clusterSpec", "image")
_FLINK: Path = ("spec", "clusterSpec", "flinkVersion")
# Images of Flink without what CMF needs for SQL, by the last part of their names.
_NO_SQL = ("flink", "cp-flink")


class _Flag(Struct, frozen=True):
    """A value of CFK's chart without which the SQL kinds do not work."""

    path: tuple[str, ...]
    default: bool

    @property
    def text(self) -> str:
        return ".".join(self.path)


_FLAGS = (_Flag(("enableFlinkSQL",), False), _Flag(("enableCMFDay2Ops",), True))


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    """One finding a flag: at the first object of a unit that needs it."""
    users = [obj for obj in unit.objects if obj.kind in SQL and is_cmf(obj)]
    charts = world.confluents.cfk(unit) if users else []
    for flag in _FLAGS:
        if charts and not any(_is_on(chart, flag) for chart in charts):
            yield _off(unit, users, flag, charts[0])
    managers = world.confluents.cmf(unit) if users else []
    known = [one.version for one in managers if one.version is not None]
    release = max(known) if known and len(known) == len(managers) else None
    if release and versions.is_below(release, versions.SQL_SINCE):
        yield _too_old(users, managers[0])
        return
    for obj in users:
        if obj.kind == "FlinkComputePool":
            yield from _image(unit, obj, release)
            yield from _flink(unit, obj, release)


def _off(unit: Unit, users: list[Object], flag: _Flag, chart: Chart) -> Problem:
    first, others = users[0], len(users) - 1
    more = f" (and {others} more)" if others else ""
    message = (
        f"{first.kind} '{first.name}'{more} is never processed: "
        f"{flag.text} is off in the chart of Application '{chart.name}'"
    )
    fix = f"set {flag.text}: true in the values of '{chart.name}'"
    return Problem(message, fix, at=unit.locate(first, ("kind",), False), object=first.label)


def _is_on(chart: Chart, flag: _Flag) -> bool:
    """Also where it may be: `values` and `parameters` of an Application are text."""
    for source in chart.application.sources:
        if flag.path[-1] in f"{source.helm.get('values')}{source.helm.get('parameters')}":
            return True
    value = chart.value(*flag.path)
    return flag.default if value is None else value is True


def _too_old(users: list[Object], chart: Chart) -> Problem:
    floor = versions.text(versions.SQL_SINCE)
    message = (
        f"CMF {chart.release()} of Application '{chart.name}' does not serve "
        f"{users[0].kind} '{users[0].name}': SQL is for CMF {floor} and newer"
    )
    path = (*chart.at, "targetRevision")
    at = chart.application.place(path)
    fix = f"take chart {floor} or newer"
    return Problem(message, fix, at=at, path=path, object=chart.application.label)


def _image(unit: Unit, obj: Object, release: versions.Version | None) -> Iterator[Problem]:
    image = obj.get(*_IMAGE)
    found = versions.of_sql_image(image)
    at = unit.locate(obj, _IMAGE, False)
    if found and found[0] == "1.19" and found[1] < versions.IMAGE_FLOOR:
        message = f"'{image}' is too old: CMF takes cp{versions.IMAGE_FLOOR} or newer"
        fix = "write cp-flink-sql:1.19-cp10"
        problem = Problem(message, fix, at=at, path=_IMAGE, object=obj.label)
        yield problem.assuming("" if release else "CMF 2.3 or newer")
    elif isinstance(image, str) and _plain(image) in _NO_SQL:
        message = f"'{image}' is no image for SQL: CMF takes cp-flink-sql only"
        fix = "write confluentinc/cp-flink-sql:1.19-cp10"
        problem = Problem(message, fix, at=at, path=_IMAGE, object=obj.label)
        yield problem.assuming("that it was not built from cp-flink-sql under this name")


def _plain(image: str) -> str:
    """The last part of an image's name, without tag and digest."""
    return image.partition("@")[0].rpartition("/")[2].partition(":")[0]


def _flink(unit: Unit, obj: Object, release: versions.Version | None) -> Iterator[Problem]:
    version, image = obj.get(*_FLINK), versions.of_sql_image(obj.get(*_IMAGE))
    stated = of_spec(version)
    at = unit.locate(obj, _FLINK, False)
    if image and stated and ".".join(map(str, stated[:2])) != image[0]:
        message = f"flinkVersion is {version}, and the image is of Flink {image[0]}"
        fix = f"write v{image[0].replace('.', '_')}, or an image of {version}"
        yield Problem(message, fix, at=at, path=_FLINK, object=obj.label)
    elif stated == (2, 3) and release and versions.is_below(release, versions.FLINK_2_3_SINCE):
        floor = versions.text(versions.FLINK_2_3_SINCE)
        message = f"CMF {versions.text(release)} runs statements on Flink 1.19 only"
        fix = f"take CMF {floor} or newer, or flinkVersion: v1_19"
        yield Problem(message, fix, at=at, path=_FLINK, object=obj.label)
