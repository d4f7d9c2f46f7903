"""No placeholder of a base is left in a render.

A base writes CLUSTER or STATE where a cluster's facts belong; the cluster-facts component replaces
them. One that is left means that the object has no overlaykit.io/facts label, that the component
is not listed last, or that the fact is missing. It would be applied as it stands.

Bad:
    # file: overlays/dev/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - facts
    - config.yaml
    # file: overlays/dev/config.yaml
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: paths
    data:
      archive: s3://CLUSTER/archive  # <- here
    # file: overlays/dev/facts/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - cluster.yaml
    # file: overlays/dev/facts/cluster.yaml
    apiVersion: overlaykit.io/v1alpha1
    kind: Cluster
    metadata:
      name: dev
      annotations:
        config.kubernetes.io/local-config: "true"

Good:
    # file: overlays/dev/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - facts
    - config.yaml
    # file: overlays/dev/config.yaml
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: paths
    data:
      archive: s3://dev-state/archive
    # file: overlays/dev/facts/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - cluster.yaml
    # file: overlays/dev/facts/cluster.yaml
    apiVersion: overlaykit.io/v1alpha1
    kind: Cluster
    metadata:
      name: dev
      annotations:
        config.kubernetes.io/local-config: "true"

Source: docs/adr, facts and replacements.
"""

import re
from collections.abc import Iterator

from overlaykit.findings import Problem
from overlaykit.render.objects import Object, strings
from overlaykit.repo.world import Unit, World

LEVEL = "error"

# A whole path segment or a whole value; never a word inside a sentence or a script.
_PLACEHOLDER = re.compile(r"(?:^|[/=,;])(CLUSTER|STATE)(?:$|[/,;])")


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    """Only where clusters have facts: elsewhere the words mean something else."""
    if world.cluster(unit.cluster) is None or not world.graph.is_build(unit.folder):
        return
    for obj in unit.objects:
        yield from _problems(unit, obj)


def _problems(unit: Unit, obj: Object) -> Iterator[Problem]:
    text = repr(obj.data)
    if "CLUSTER" not in text and "STATE" not in text:
        return  # most objects: no need to walk them
    for path, text in strings(obj.data):
        found = _PLACEHOLDER.search(text) if "\n" not in text else None
        if found:
            yield Problem(
                f"the placeholder {found[1]} is left in '{text}'",
                "label the object for overlaykit.io/facts, list the cluster-facts component last, "
                "or write the value",
                at=unit.locate(obj, path, False),
                object=obj.label,
                path=path,
            )
