"""A kustomization uses the fields of today.

Kustomize still reads the older ones, says so at each build, and will stop with the next version of
the API. `kustomize edit fix` moves most of them.

Bad:
    # file: overlays/dev/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    commonLabels:  # <- here
      team: orders
    resources:
    - namespace.yaml
    # file: overlays/dev/namespace.yaml
    apiVersion: v1
    kind: Namespace
    metadata:
      name: dev

Good:
    # file: overlays/dev/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    labels:
    - pairs:
        team: orders
    resources:
    - namespace.yaml
    # file: overlays/dev/namespace.yaml
    apiVersion: v1
    kind: Namespace
    metadata:
      name: dev

Source: Kustomize 5.8.1, api/types, Kustomization.CheckDeprecatedFields.
"""

from collections.abc import Iterator

from overlaykit.findings import Problem
from overlaykit.repo.world import World

LEVEL = "info"
_TODAY = {
    "bases": "resources",
    "commonLabels": "labels",
    "imageTags": "images",
    "patchesStrategicMerge": "patches",
    "patchesJson6902": "patches",
    "vars": "replacements",
}


def check_repository(world: World) -> Iterator[Problem]:
    for _, kustomization in sorted(world.graph.kustomizations.items()):
        for field, today in _TODAY.items():
            if kustomization.data.get(field):
                yield Problem(
                    f"'{field}' is deprecated; today it is '{today}'",
                    f"write '{today}' (kustomize edit fix moves it)",
                    at=kustomization.place(field),
                )
