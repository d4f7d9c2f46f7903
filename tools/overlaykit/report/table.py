"""Tables of what is in a repository: rows as plain values, and their text."""

from collections.abc import Callable
from pathlib import Path

from overlaykit import checks as registry
from overlaykit.argocd.applications import Application
from overlaykit.repo.build import build_world, open_world
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
