"""The bootstrap of a cluster says what the cluster's facts say.

root.yaml is applied by hand and rendered by nobody, so it repeats the repository, revision, server
and namespace of the facts. Where they part, the root Application syncs another repository, branch
or cluster than everything below it. `overlay validate --fix` writes the facts into it.

Bad:
    # file: overlays/dev/facts/cluster.yaml
    apiVersion: overlaykit.io/v1alpha1
    kind: Cluster
    metadata:
      name: dev
      annotations:
        config.kubernetes.io/local-config: "true"
    spec:
      repository:
        url: https://git.example.com/team/gitops.git
        revision: main
      server: https://kubernetes.default.svc
      argocd:
        namespace: argocd
    # file: overlays/dev/root.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: AppProject
    metadata:
      name: flink-bootstrap
      namespace: argocd
    spec:
      sourceRepos:
      - https://git.example.com/team/gitops.git
      destinations:
      - server: https://kubernetes.default.svc
        namespace: argocd
    ---
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: flink-root
      namespace: argocd
      annotations:
        argocd.argoproj.io/manifest-generate-paths: /overlays/dev;/apps
    spec:
      project: flink-bootstrap
      sources:
      - repoURL: https://git.example.com/team/gitops.git
        targetRevision: develop  # <- here
        path: overlays/dev
      destination:
        server: https://kubernetes.default.svc
        namespace: argocd

Good:
    # file: overlays/dev/facts/cluster.yaml
    apiVersion: overlaykit.io/v1alpha1
    kind: Cluster
    metadata:
      name: dev
      annotations:
        config.kubernetes.io/local-config: "true"
    spec:
      repository:
        url: https://git.example.com/team/gitops.git
        revision: main
      server: https://kubernetes.default.svc
      argocd:
        namespace: argocd
    # file: overlays/dev/root.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: AppProject
    metadata:
      name: flink-bootstrap
      namespace: argocd
    spec:
      sourceRepos:
      - https://git.example.com/team/gitops.git
      destinations:
      - server: https://kubernetes.default.svc
        namespace: argocd
    ---
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: flink-root
      namespace: argocd
      annotations:
        argocd.argoproj.io/manifest-generate-paths: /overlays/dev;/apps
    spec:
      project: flink-bootstrap
      sources:
      - repoURL: https://git.example.com/team/gitops.git
        targetRevision: main
        path: overlays/dev
      destination:
        server: https://kubernetes.default.svc
        namespace: argocd

Source: docs/adr, bootstrap and argocd-cm.
"""

from collections.abc import Iterator
from functools import cache

from yaml.nodes import ScalarNode

from overlaykit.emit import scalar
from overlaykit.findings import Edit, Problem
from overlaykit.render.objects import Object, dotted, object_of
from overlaykit.repo.clusters import Cluster
from overlaykit.repo.world import World
from overlaykit.scaffold.facts import flat
from overlaykit.scaffold.overlay import root_text
from overlaykit.source import Document, Path, load, scalars

LEVEL = "error"
_FACTS = ("argocd.namespace", "repository.url", "repository.revision", "server")


def check_repository(world: World) -> Iterator[Problem]:
    for cluster in world.clusters:
        facts = flat(cluster.facts)
        if any(key not in facts for key in _FACTS):
            continue  # the schema says what is missing
        name = f"{cluster.folder}/root.yaml"
        if not world.tree.is_file(name):
            yield Problem(
                f"cluster {cluster.name} has no root.yaml: nothing can bootstrap it",
                f"run overlay new {cluster.name}",
                at=cluster.document.place(),
                cluster=cluster.name,
            )
            continue
        yield from _differences(world.tree.documents_or_none(name), cluster, facts)


def _differences(
    documents: list[Document], cluster: Cluster, facts: dict[str, str]
) -> Iterator[Problem]:
    actual = {object_of(document).kind_and_name: document for document in documents}
    for wanted in _expected(cluster.name, facts):
        document = actual.get(object_of(wanted).kind_and_name)
        if document is None:
            kind, name = object_of(wanted).kind_and_name
            if documents:
                message = f"root.yaml has no {kind} '{name}'"
                fix = f"delete it and run overlay new {cluster.name}"
                yield Problem(message, fix, at=documents[0].place(), cluster=cluster.name)
            continue
        for path in _derived(wanted, cluster.name, facts):
            problem = _difference(document, wanted, path, cluster)
            if problem:
                yield problem


def _expected(name: str, facts: dict[str, str]) -> list[Document]:
    return load(root_text(name, facts), "root.yaml")


@cache
def _dummies() -> list[Document]:
    return _expected("x", dict.fromkeys(_FACTS, "x"))


def _derived(wanted: Document, name: str, facts: dict[str, str]) -> Iterator[Path]:
    """The fields that the facts decide: those that other facts would make different."""
    dummy = next(
        d for d in _dummies() if object_of(d).kind_and_name == object_of(wanted).kind_and_name
    )
    for path, node in scalars(wanted.node):
        found = dummy.find(path)
        if found is None or getattr(found[1], "value", None) != node.value:
            yield path


def _difference(
    document: Document, wanted: Document, path: Path, cluster: Cluster
) -> Problem | None:
    expected = Object(wanted.data).get(*path)
    found = document.find(path)
    at = document.place_of(path) or document.nearest(path)
    if found is None:
        message = f"{dotted(path)} is missing; the facts say '{expected}'"
        return Problem(message, f"write {expected}", at=at, path=path, cluster=cluster.name)
    node = found[1]
    if not isinstance(node, ScalarNode) or node.value == expected:
        return None
    start, end = node.start_mark.index, node.end_mark.index
    edit = Edit(document.file, start, end, scalar(str(expected)))
    message = f"{dotted(path)} is '{node.value}'; the facts of {cluster.name} say '{expected}'"
    return Problem(
        message,
        f"write {expected} (overlay validate --fix does)",
        at=at,
        path=path,
        edits=(edit,),
        cluster=cluster.name,
    )
