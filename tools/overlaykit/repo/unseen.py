"""What cannot be looked at from here, and why: counted, never guessed."""

from collections.abc import Iterator

from overlaykit.argocd.applications import Source
from overlaykit.argocd.applicationsets import is_application_set
from overlaykit.render import helm
from overlaykit.repo.graph import Graph
from overlaykit.repo.kustomization import Kustomization
from overlaykit.repo.tree import join
from overlaykit.repo.world import NotSeen, World

_HELM = "HelmChartInflationGenerator"


def unbuildable(graph: Graph, folder: str) -> str:
    """Why a folder cannot be built offline by Kustomize alone; empty where it can."""
    remote = graph.remote(folder)
    if remote:
        place = remote[1].place
        return f"needs the remote base {remote[1].text} ({place.file}:{place.line})"
    for kustomization in graph.closure(folder):
        if kustomization.inflates_helm and not inflatable(graph, folder):
            return f"inflates a Helm chart inside Kustomize ({kustomization.file})"
        kinds = _programs(graph, kustomization) if kustomization.needs_plugins else set()
        if _HELM in kinds:
            return f"inflates a Helm chart inside Kustomize ({kustomization.file})"
        if kinds:
            return f"needs the program of {min(kinds)} ({kustomization.file})"
    return ""


def inflatable(graph: Graph, folder: str) -> bool:
    """Whether a folder inflates charts, all of them committed where Kustomize looks for them.

    Source: Kustomize 5.8.1, HelmChartInflationGenerator, absChartHome.
    """
    wanted = inflated(graph, folder)
    return bool(wanted) and helm.found() is not None and wanted <= graph.tree.charts


def inflated(graph: Graph, folder: str) -> set[str]:
    """The folders of the charts that a folder inflates."""
    layers = (layer for layer in graph.closure(folder) if layer.inflates_helm)
    return {one for layer in layers for one in _chart_folders(layer)}


def _chart_folders(kustomization: Kustomization) -> Iterator[str]:
    """Where Kustomize looks for the charts of a kustomization; no folder for the old form."""
    told = kustomization.data.get("helmGlobals")
    home = (told if isinstance(told, dict) else {}).get("chartHome") or "charts"
    charts: list[dict[str, object]] = kustomization.data.get("helmCharts") or [{}]
    for one in charts:
        name, version = (str(one.get(key) or "") for key in ("name", "version"))
        above = f"{home}/{name}-{version}" if version and one.get("repo") else str(home)
        yield join(kustomization.folder, f"{above}/{name}")


def _programs(graph: Graph, kustomization: Kustomization) -> set[str]:
    """The kinds of a kustomization's plugin configurations that Kustomize has not built in."""
    found = set()
    for entry in kustomization.entries:
        if entry.field not in ("generators", "transformers", "validators"):
            continue
        path = graph.target(kustomization, entry)
        names = list(graph.files(path)) if path and graph.is_build(path) else [path or ""]
        for name in names:
            for document in graph.tree.documents_or_none(name):
                data = document.data if isinstance(document.data, dict) else {}
                if _is_program(data) or data.get("kind") == _HELM:
                    found.add(str(data.get("kind")))
    return found


def _is_program(data: dict[str, object]) -> bool:
    version = str(data.get("apiVersion", ""))
    return version not in ("", "builtin") and not version.startswith("kustomize.config.k8s.io")


def note_unseen(world: World) -> None:
    """Count what Applications deploy that is not here, and charts that nothing renders."""
    seen: dict[tuple[str, str], list[str]] = {}
    for application in world.applications:
        own = [join("", s.path) for s in application.sources if s.path and world.is_own(s)]
        for source in application.sources:
            found = _unseen(world, source)
            if found:
                seen.setdefault(found, []).extend([application.folder, *own])
    for folder in sorted(world.tree.charts):
        if not world.tree.is_template(join(folder, "Chart.yaml")):
            why = world.charts.unseen(folder)
            if why:
                seen.setdefault((f"chart {folder or '.'}", why), []).append(folder)
    for unit in world.judged:
        for obj in unit.objects:
            why = world.expansion(obj).unseen if is_application_set(obj) else ""
            if why:
                key = (obj.label, f"an ApplicationSet is not expanded: {why}")
                seen.setdefault(key, []).append(unit.folder)
    seen.update(_other_kubernetes(world))
    for (what, why), where in seen.items():
        world.not_seen.append(NotSeen(what, why, tuple(dict.fromkeys(where))))


def _other_kubernetes(world: World) -> dict[tuple[str, str], list[str]]:
    """The Kubernetes versions that are declared and judged with the schemas of another one."""
    declared = {cluster.folder: world.kubernetes(cluster.name) for cluster in world.clusters}
    seen: dict[tuple[str, str], list[str]] = {}
    for folder, version in {**declared, "": world.config.kubernetes}.items():
        used = world.judges.minor(version) if version else None
        if used and used != ".".join(version.removeprefix("v").split(".")[:2]):
            why = f"no schemas of it are here; judged as {used}"
            seen.setdefault((f"Kubernetes {version}", why), []).append(folder)
    return seen


def _unseen(world: World, source: Source) -> tuple[str, str] | None:
    if source.chart:
        what = f"chart {source.chart}"
        return what, "a chart that is not on this machine cannot be rendered"
    if not world.is_own(source):
        return f"{source.url} {source.path}".strip(), "another repository"
    return None
