"""The path of an Application exists in the repository.

Argo CD answers a missing path with a ComparisonError: nothing is synced, and what was deployed
stays as it is. Only sources of this repository are looked at; a revision other than the
repository's own may hold the path, so there it is a warning.

Bad:
    # file: clusters/dev/flink.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: flink
      namespace: argocd
    spec:
      project: flink
      source:
        repoURL: https://git.example.com/team/gitops.git
        targetRevision: main
        path: apps/flnk  # <- here
      destination:
        server: https://kubernetes.default.svc
    # file: clusters/dev/kafka.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: kafka
      namespace: argocd
    spec:
      project: flink
      source:
        repoURL: https://git.example.com/team/gitops.git
        targetRevision: main
        path: apps/kafka
      destination:
        server: https://kubernetes.default.svc
    # file: apps/kafka/namespace.yaml
    apiVersion: v1
    kind: Namespace
    metadata:
      name: kafka

Good:
    # file: clusters/dev/kafka.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: kafka
      namespace: argocd
    spec:
      project: flink
      source:
        repoURL: https://git.example.com/team/gitops.git
        targetRevision: main
        path: apps/kafka
      destination:
        server: https://kubernetes.default.svc
    # file: apps/kafka/namespace.yaml
    apiVersion: v1
    kind: Namespace
    metadata:
      name: kafka

Source: Argo CD, Application specification, "path".
"""

import difflib
from collections.abc import Iterator

from overlaykit.argocd.applications import TEMPLATED, Source, sources
from overlaykit.findings import Problem
from overlaykit.render.objects import Object
from overlaykit.repo.tree import join
from overlaykit.repo.world import World

LEVEL = "error"


def check_object(obj: Object, world: World) -> Iterator[Problem]:
    for prefix, application in world.made_by(obj):
        for source in sources(application):
            message, fix = _wrong(source, world)
            if message:
                path = (*prefix, *source.at, "path")
                yield Problem(message, fix, path=path).assuming(world.assumption(source))


def _wrong(source: Source, world: World) -> tuple[str, str]:
    """What is wrong with a source's path and the fix; empty texts where nothing is."""
    path = join("", source.path)
    if not path or source.chart or TEMPLATED.search(path) or not world.is_own(source):
        return "", ""
    if world.tree.is_file(path):
        return f"path '{source.path}' is a file; Argo CD wants a folder", "name the folder"
    if not world.tree.is_dir(path):
        close = difflib.get_close_matches(path, world.graph.targets, 1, 0.8)
        hint = f"; did you mean '{close[0]}'?" if close else ""
        return f"path '{source.path}' does not exist in this repository{hint}", (
            "correct the path, or add the folder"
        )
    if path not in world.tree.filled and path not in world.whole_tree.filled:
        return f"path '{source.path}' holds no file, so nothing is deployed", "fill the folder"
    return "", ""
