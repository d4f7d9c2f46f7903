"""Kustomize builds every overlay.

Argo CD renders with Kustomize; where it refuses, the Application stays in ComparisonError and
nothing of it is synced. The message is Kustomize's own, at the line that has to change.

Bad:
    # file: overlays/dev/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - namespace.yaml
    - service.yaml  # <- here
    # file: overlays/dev/namespace.yaml
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

Source: Kustomize 5.8.1; Argo CD, "Kustomize" in the user guide.
"""

from collections.abc import Iterator

from overlaykit.findings import Problem
from overlaykit.repo.world import Unit, World

LEVEL = "error"


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    if unit.broken is not None:
        problem = Problem(unit.broken.message, unit.broken.fix, at=unit.broken.place)
        yield problem.assuming(unit.broken.assuming)
