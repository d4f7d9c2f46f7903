"""What is built here is in Git, too.

A file that git ignores is built on this machine and is in nobody's clone: Argo CD, which renders
what Git has, answers that it does not exist.

Bad:
    # file: .git/HEAD
    ref: refs/heads/main
    # file: .git/config
    [core]
        repositoryformatversion = 0
    # file: .git/objects/info/packs
    # file: .git/refs/heads/.keep
    # file: .gitignore
    secret.yaml
    # file: overlays/dev/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - secret.yaml  # <- here
    # file: overlays/dev/secret.yaml
    apiVersion: v1
    kind: Namespace
    metadata:
      name: dev

Good:
    # file: overlays/dev/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - namespace.yaml
    # file: overlays/dev/namespace.yaml
    apiVersion: v1
    kind: Namespace
    metadata:
      name: dev

Source: gitignore(5); Argo CD renders a checkout of the revision.
"""

from collections.abc import Iterator

from overlaykit.findings import Problem
from overlaykit.repo.world import World

LEVEL = "warning"


def check_repository(world: World) -> Iterator[Problem]:
    if world.tree.tracked is None:
        return
    tracked = set(world.tree.tracked)
    for kustomization in world.graph.kustomizations.values():
        for entry in kustomization.entries:
            path = world.graph.target(kustomization, entry)
            if path is not None and world.tree.is_file(path) and path not in tracked:
                yield Problem(
                    f"'{entry.text}' is ignored by git: it builds here and nowhere else",
                    "take it out of .gitignore, or generate it where Argo CD renders",
                    at=entry.place,
                )
