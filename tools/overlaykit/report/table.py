"""Tables of what is in a repository: rows as plain values, and their text."""

from collections.abc import Callable
from pathlib import Path

from overlaykit import checks as registry
from overlaykit.argocd.applications import Application
from overlaykit.params import units
from overlaykit.repo import resources
from overlaykit.repo.build import build_world, open_world
from overlaykit.repo.resources import Demand
from overlaykit.repo.tree import join
from overlaykit.repo.values import values_of
from overlaykit.repo.workloads import workloads
from overlaykit.repo.world import World

Row = dict[str, object]


def checks() -> list[Row]:
    return [{"check": c.id, "level": c.level, "law": c.law} for c in registry.load_all().values()]


def of_repository(root: Path, what: str, progress: Callable[[int, int], None]) -> list[Row]:
    """The rows of `clusters`, `workloads` or `apps`; only the last renders anything."""
    world = open_world(root, registry.ids())
    if what == "clusters":
        return _clusters(world)
    if what == "workloads":
        return _workloads(world)
    build_world(world, progress)
    return [_app(world, application) for application in _sorted(world.applications)]


def _sorted(applications: list[Application]) -> list[Application]:
    unique = {(a.cluster, a.name, a.folder): a for a in applications}
    return [unique[key] for key in sorted(unique)]


def _runs(world: World, cluster: str) -> list[str]:
    known = workloads(world.tree)
    there = world.graph.kustomizations
    return [name for name in known if f"overlays/{cluster}/{name}" in there]


def _clusters(world: World) -> list[Row]:
    return [
        {
            "cluster": cluster.name,
            "kubernetes": cluster.fact("kubernetes", "version"),
            "argocd": cluster.fact("argocd", "version"),
            "repository": cluster.fact("repository", "url"),
            "workloads": _runs(world, cluster.name),
        }
        for cluster in world.clusters
    ]


def _workloads(world: World) -> list[Row]:
    rows: list[Row] = []
    for name, workload in workloads(world.tree).items():
        chart = f"{workload.chart} {workload.chart_version}" if workload.chart else ""
        on = [c.name for c in world.clusters if name in _runs(world, c.name)]
        row: Row = {"workload": name, "wave": workload.wave, "chart": chart, "clusters": on}
        rows.append({**row, "description": workload.description})
    return rows


def _app(world: World, application: Application) -> Row:
    sources = [s.chart or s.path for s in application.sources if s.chart or s.path]
    return {
        "cluster": application.cluster,
        "application": application.name,
        "wave": application.wave,
        "project": application.obj.get("spec", "project"),
        "namespace": application.destination_namespace,
        "sources": sources,
    }


def of_resources(root: Path, progress: Callable[[int, int], None]) -> list[Row]:
    """What each Application's pods ask for, with a sum a cluster: CPU in cores, else bytes."""
    world = open_world(root, registry.ids())
    build_world(world, progress)
    asked: dict[str, list[tuple[str, Demand]]] = {}
    for application in _sorted(world.applications):
        demand = _demand(world, application)
        if demand != Demand():
            asked.setdefault(application.cluster, []).append((application.name, demand))
    rows = []
    for cluster, demands in asked.items():
        rows += [_asked(cluster, name, demand) for name, demand in demands]
        rows.append(_asked(cluster, "(all)", resources.total(demand for _, demand in demands)))
    return rows


def _demand(world: World, application: Application) -> Demand:
    folders = {unit.folder: unit for unit in world.units}
    paths = {join("", s.path) for s in application.sources if s.path and world.is_own(s)}
    found = [obj for path in sorted(paths & set(folders)) for obj in folders[path].objects]
    demand = resources.of_objects(found)
    if any(source.chart for source in application.sources):
        charted = resources.of_values(values_of(application, world))
        # A chart has a pod at least; where no value states its needs, its own defaults do.
        demand += charted if charted.cpu or charted.memory else charted + Demand(open=1)
    return demand


def _asked(cluster: str, workload: str, demand: Demand) -> Row:
    return {
        "cluster": cluster,
        "workload": workload,
        "cpu": demand.cpu / 1000,
        "memory": demand.memory,
        "storage": demand.storage,
        "pods_not_stated": demand.open,
    }


def readable(row: Row) -> Row:
    """The amounts of a row of resources as people write them: 1.5, 3Gi; `+ ?` where more is
    asked than is stated."""
    more = " + ?" if row["pods_not_stated"] else ""
    cpu = f"{row['cpu']:g}" if row["cpu"] else "-"
    amounts: Row = {"cpu": f"{cpu}{more}", "memory": f"{_gibi(row['memory'])}{more}"}
    kept = {key: row[key] for key in ("cluster", "workload")}
    return kept | amounts | {"storage": _gibi(row["storage"])}


def _gibi(size: object) -> str:
    if not isinstance(size, int) or size == 0:
        return "-"
    exact = units.kubernetes_memory(size)
    return exact if exact.endswith("Gi") else f"{size / 1024**3:.1f}Gi"


def text(rows: list[Row]) -> str:
    """Rows as aligned columns under their headings; lists joined by commas."""
    if not rows:
        return "none\n"
    names = list(rows[0])
    cells = [[_cell(row[name]) for name in names] for row in rows]
    table = [[name.upper() for name in names], *cells]
    widths = [max(len(line[n]) for line in table) for n in range(len(names))]
    lines = ["  ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)) for line in table]
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _cell(value: object) -> str:
    if value is None:
        return "-"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
