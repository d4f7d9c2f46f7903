"""All Applications that deploy this repository name it by one URL.

An Application whose repoURL is another copy (the fork that it was made from, a repository that has
moved) deploys that copy: changes here never arrive, though everything looks Synced. A source counts
when all that its URL is used for, folders and value files, stands in this repository, too.

Bad:
    # file: apps/environments.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: environments
      namespace: argocd
    spec:
      project: flink
      source:
        repoURL: https://git.example.com/platform/gitops.git
        targetRevision: main
        path: workloads/environments
      destination:
        server: https://kubernetes.default.svc
    ---
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: namespaces
      namespace: argocd
    spec:
      project: flink
      source:
        repoURL: https://git.example.com/platform/gitops.git
        targetRevision: main
        path: workloads/namespaces
      destination:
        server: https://kubernetes.default.svc
    ---
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: jobs
      namespace: argocd
    spec:
      project: flink
      source:
        repoURL: https://git.example.com/somebody/gitops-fork.git  # <- here
        targetRevision: main
        path: workloads/jobs
      destination:
        server: https://kubernetes.default.svc
    # file: workloads/environments/namespace.yaml
    apiVersion: v1
    kind: Namespace
    metadata:
      name: environments
    # file: workloads/namespaces/namespace.yaml
    apiVersion: v1
    kind: Namespace
    metadata:
      name: flink
    # file: workloads/jobs/namespace.yaml
    apiVersion: v1
    kind: Namespace
    metadata:
      name: jobs

Good:
    # file: apps/environments.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: environments
      namespace: argocd
    spec:
      project: flink
      source:
        repoURL: https://git.example.com/platform/gitops.git
        targetRevision: main
        path: workloads/environments
      destination:
        server: https://kubernetes.default.svc
    ---
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: jobs
      namespace: argocd
    spec:
      project: flink
      source:
        repoURL: git@git.example.com:platform/gitops.git
        targetRevision: main
        path: workloads/jobs
      destination:
        server: https://kubernetes.default.svc
    # file: workloads/environments/namespace.yaml
    apiVersion: v1
    kind: Namespace
    metadata:
      name: environments
    # file: workloads/jobs/namespace.yaml
    apiVersion: v1
    kind: Namespace
    metadata:
      name: jobs

Source: Argo CD, "Application specification".
"""

from collections.abc import Iterator

from msgspec import Struct

from overlaykit.argocd.applications import TEMPLATED, Application, Source, normal_url
from overlaykit.findings import Problem
from overlaykit.repo.tree import join
from overlaykit.repo.world import World

LEVEL = "warning"


class _Use(Struct, frozen=True):
    application: Application
    source: Source
    what: str
    here: bool


def check_repository(world: World) -> Iterator[Problem]:
    uses: dict[str, list[_Use]] = {}
    for application in world.applications:
        for source in application.sources:
            names = list(_names(source, application))
            if names:
                here = all(_is_here(world, name) for name in names)
                use = _Use(application, source, names[0], here)
                uses.setdefault(normal_url(source.url), []).append(use)
    main = _main(world, uses)
    for url, some in uses.items():
        if main and url != main and all(use.here for use in some):
            yield from (_problem(use, uses[main]) for use in some)


def _names(source: Source, application: Application) -> Iterator[str]:
    """What a source of Git is used for: its folder, or the value files that its ref gives."""
    if source.chart or TEMPLATED.search(source.url + source.path):
        return
    if source.path:
        yield join("", source.path)
    elif source.ref:
        names = (name for other in application.sources for name in other.value_files)
        prefix = f"${source.ref}/"
        yield from (n.removeprefix(prefix) for n in names if n.startswith(prefix))


def _is_here(world: World, name: str) -> bool:
    return world.tree.is_dir(name) or world.tree.is_file(name)


def _main(world: World, uses: dict[str, list[_Use]]) -> str:
    """The URL that most paths of this repository are deployed from; none where two are even."""
    declared = {normal_url(c.fact("repository", "url")) for c in world.clusters}
    found = [url for url in uses if url in declared]
    if found:
        return found[0] if len(found) == 1 else ""
    counts = sorted(((sum(use.here for use in some), url) for url, some in uses.items()))
    if not counts or (len(counts) > 1 and counts[-1][0] == counts[-2][0]):
        return ""
    return counts[-1][1]


def _problem(use: _Use, others: list[_Use]) -> Problem:
    application, source = use.application, use.source
    url = others[0].source.url
    path = (*source.at, "repoURL")
    message = (
        f"'{source.url}' is another repository than '{url}', which {len(others)} other "
        f"{'sources deploy' if len(others) > 1 else 'source deploys'}; '{use.what}' is here, too"
    )
    return Problem(
        message,
        f"write {url}, or remove the folder if the other repository owns it",
        at=application.locate(application.obj, path, False),
        path=path,
        object=application.obj.label,
        cluster=application.cluster,
    )
