"""manifest-generate-paths names everything that the Application is made from.

With this annotation Argo CD renders again only when a commit touches one of its paths. A base,
component, value file or fact that the overlay reads from elsewhere can change, and the Application
keeps its old manifests and stays Synced. Paths that begin with `/` count from the root of the
repository; others from the path of each source.

Bad:
    # file: clusters/dev/orders.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: orders
      namespace: argocd
      annotations:
        argocd.argoproj.io/manifest-generate-paths: /overlays/dev/orders  # <- here
    spec:
      project: flink
      source:
        repoURL: https://git.example.com/team/gitops.git
        targetRevision: main
        path: overlays/dev/orders
      destination:
        server: https://kubernetes.default.svc
        namespace: flink
    # file: overlays/dev/orders/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - ../../../workloads/orders
    # file: workloads/orders/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - config.yaml
    # file: workloads/orders/config.yaml
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: orders

Good:
    # file: clusters/dev/orders.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: orders
      namespace: argocd
      annotations:
        argocd.argoproj.io/manifest-generate-paths: .;/workloads/orders
    spec:
      project: flink
      source:
        repoURL: https://git.example.com/team/gitops.git
        targetRevision: main
        path: overlays/dev/orders
      destination:
        server: https://kubernetes.default.svc
        namespace: flink
    # file: overlays/dev/orders/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - ../../../workloads/orders
    # file: workloads/orders/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - config.yaml
    # file: workloads/orders/config.yaml
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: orders

Source: Argo CD, "High availability", Manifest Paths Annotation; util/app/path/path.go.
"""

import posixpath
from collections.abc import Iterator

from overlaykit.argocd.applications import TEMPLATED, Application
from overlaykit.argocd.refresh import ANNOTATION, Refresh, refreshes
from overlaykit.findings import Problem
from overlaykit.repo.tree import join
from overlaykit.repo.world import World, value_files
from overlaykit.source import Path

LEVEL = "warning"
_AT: Path = ("metadata", "annotations", ANNOTATION)


def check_repository(world: World) -> Iterator[Problem]:
    known: dict[str, tuple[str, ...]] = {}
    for application in world.applications:
        text = str(application.obj.annotations.get(ANNOTATION) or "")
        entries = [] if TEMPLATED.search(text) else refreshes(application)
        if entries:
            yield from _not_there(application, entries, world)
            yield from _not_covered(application, entries, known, world)


def _not_there(application: Application, entries: list[Refresh], world: World) -> Iterator[Problem]:
    if not any(world.is_own(source) for source in application.sources):
        return
    for entry in entries:
        there = world.tree.is_file(entry.path) or world.tree.is_dir(entry.path)
        # A relative entry is joined to each source: one of the results is enough.
        if entry.text.startswith("/") and entry.path and not entry.is_glob and not there:
            message = f"'{entry.text}' is not in this repository"
            fix = f"write the path that {application.name} reads, or remove it"
            yield _problem(application, message, fix).assuming(world.assumption_on(application))


def _not_covered(
    application: Application,
    entries: list[Refresh],
    known: dict[str, tuple[str, ...]],
    world: World,
) -> Iterator[Problem]:
    missed = {
        posixpath.dirname(name)
        for name in _reads(application, known, world)
        if not any(entry.covers(name) for entry in entries)
    }
    folders = sorted(one for one in missed if not any(_below(one, other) for other in missed))
    if not folders:
        return
    more = f" and {len(folders) - 1} more" if len(folders) > 1 else ""
    wanted = ";".join(f"/{folder}" for folder in folders[:3])
    message = (
        f"{application.title} reads {folders[0] or 'the root of the repository'}{more}, and a "
        "change there does not render it again"
    )
    yield _problem(application, message, f"add ;{wanted}")


def _below(folder: str, other: str) -> bool:
    return folder != other and (not other or folder.startswith(f"{other}/"))


def _reads(
    application: Application, known: dict[str, tuple[str, ...]], world: World
) -> Iterator[str]:
    """Every file of this repository that the Application is rendered from."""
    yield from (name for name in value_files(application) if world.tree.is_file(name))
    for source in application.sources:
        path = join("", source.path)
        if not source.path or source.chart or not world.is_own(source):
            continue
        if not world.graph.is_build(path):
            for unit in world.units_of.get(path, ()):
                yield from unit.files
        for kustomization in world.graph.closure(path):
            folder = kustomization.folder
            if folder not in known:
                known[folder] = tuple(world.graph.own_files(kustomization))
            yield from known[folder]


def _problem(application: Application, message: str, fix: str) -> Problem:
    return Problem(
        message,
        fix,
        at=application.place(_AT),
        path=_AT,
        cluster=application.cluster,
        object=application.label,
    )
