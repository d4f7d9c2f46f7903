"""Charts and foreign repositories are pinned to one version.

A branch, HEAD or a range of versions brings what somebody else pushes, at the moment they push it:
nobody has reviewed the change, clusters differ by the time of their last sync, and going back in
Git goes back nowhere. A tag, a full version or a commit is one content. This repository's own
revision is another matter: its commits are the review.

Bad:
    # file: apps/cert-manager.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: cert-manager
      namespace: argocd
    spec:
      project: platform
      source:
        repoURL: https://charts.jetstack.io
        chart: cert-manager
        targetRevision: 1.*  # <- here
      destination:
        server: https://kubernetes.default.svc
        namespace: cert-manager

Good:
    # file: apps/cert-manager.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: cert-manager
      namespace: argocd
    spec:
      project: platform
      source:
        repoURL: https://charts.jetstack.io
        chart: cert-manager
        targetRevision: v1.18.2
      destination:
        server: https://kubernetes.default.svc
        namespace: cert-manager

Source: Argo CD, "Tracking and deployment strategies"; Kustomize, remote targets.
"""

import re
from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from overlaykit.argocd.applications import GROUP, TEMPLATED, Source, normal_url, sources
from overlaykit.findings import Problem
from overlaykit.render.objects import Object
from overlaykit.repo.build import SHOWN
from overlaykit.repo.kustomization import Entry, Kustomization
from overlaykit.repo.world import World
from overlaykit.source import Path

LEVEL = "warning"

_RANGE = re.compile(r"[*^~<>=|,]|\s|(?:^|\.)[xX](?:\.|$)")
# Names that are branches wherever they are used; release-1.2 may be a tag as well.
_BRANCHES = re.compile(
    r"(?i)^(?:refs/heads/.*|HEAD|main|master|develop|development|dev|trunk|stable|staging|stage|"
    r"prod|production|next|edge|nightly|latest|gh-pages|(?:feature|feat|fix|bugfix|hotfix)/.*)$"
)
_APPLICATION, _TEMPLATE = ("spec",), ("spec", "template", "spec")
# Addresses of a single file that name the revision in their path.
_FILE = re.compile(
    r"raw\.githubusercontent\.com/[^/]+/[^/]+/(?:refs/heads/)?(?P<raw>[^/]+)/"
    r"|github\.com/[^/]+/[^/]+/(?:raw|blob)/(?P<blob>[^/]+)/"
    r"|/-/raw/(?P<lab>[^/]+)/"
    r"|github\.com/[^/]+/[^/]+/releases/(?P<release>latest)/download/"
)


def check_repository(world: World) -> Iterator[Problem]:
    for unit in world.judged:
        for obj in unit.objects if not unit.assuming else ():
            for problem in _of_object(obj, world):
                at = unit.locate(obj, problem.path, False)
                yield replace(problem, at=at, cluster=unit.cluster, object=obj.label)
    for layer in world.graph.kustomizations.values():
        if SHOWN & set(layer.folder.split("/")):
            continue  # nothing here deploys it
        for entry in layer.entries:
            if world.graph.target(layer, entry) is None:
                yield from _remote(entry, world)
        yield from _charts(layer)


def _of_object(obj: Object, world: World) -> Iterator[Problem]:
    if obj.group != GROUP or obj.kind not in ("Application", "ApplicationSet"):
        return
    above: Path = _APPLICATION if obj.kind == "Application" else _TEMPLATE
    for source in sources(Object({"spec": obj.get(*above)})):
        problem = _source(source, world)
        if problem is not None:
            yield replace(problem, path=(*above, *source.at[1:], *problem.path))


def _source(source: Source, world: World) -> Problem | None:
    texts = (source.url, source.path, source.chart, source.revision)
    if not source.url or any(TEMPLATED.search(text) for text in texts):
        return None
    if world.is_own(source) or not _floats(source.revision, bool(source.chart)):
        return None
    what = f"chart {source.chart}" if source.chart else source.url
    return _problem(what, source.revision, bool(source.chart), ("targetRevision",))


def _floats(revision: str, chart: bool) -> bool:
    """Whether a revision is another one tomorrow."""
    if not revision or _RANGE.search(revision):
        return True
    return revision.lower() == "latest" if chart else bool(_BRANCHES.search(revision))


def _problem(what: str, revision: str, chart: bool, path: Path = ()) -> Problem:
    says = f"'{revision}'" if revision else "no revision at all"
    message = f"{what} is followed at {says}: what others publish is deployed without review"
    wanted = "one version of the chart, such as 1.2.3" if chart else "a tag or a commit"
    return Problem(message, f"write {wanted}", path=path)


def _remote(entry: Entry, world: World) -> Iterator[Problem]:
    """A remote base or file of a kustomization."""
    url, _, query = entry.text.partition("?")
    inside = normal_url(url.partition("://")[2] or url)
    if any(inside.startswith(own) for own in world.own_urls) or TEMPLATED.search(entry.text):
        return
    found = _FILE.search(url)
    named = re.search(r"(?:^|&)(?:ref|version)=([^&]*)", query)
    if found:
        revision = next(group for group in found.groups() if group)
    elif url.endswith((".yaml", ".yml", ".json")) or entry.field not in _BUILDS:
        return  # a file somewhere: its address says nothing of versions
    else:
        revision = named[1] if named else ""
    if _floats(revision, revision == "latest"):
        yield replace(_problem(url, revision, False), at=entry.place)


_BUILDS = ("resources", "bases", "components")


def _charts(layer: Kustomization) -> Iterator[Problem]:
    """The charts that Kustomize itself inflates."""
    listed: Any = layer.data.get("helmCharts")
    for number, chart in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(chart, dict) and "://" in str(chart.get("repo")):
            version = str(chart.get("version") or "")
            if _floats(version, True):
                document = layer.document
                at = document.nearest(("helmCharts", number, "version" if version else "name"))
                yield replace(_problem(f"chart {chart.get('name')}", version, True), at=at)
