"""A mapping names each of its keys once.

YAML readers keep one of two equal keys, which one depends on the reader: half of what was written
is lost without a word, or Kustomize refuses the file.

Bad:
    # file: overlays/dev/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - config.yaml
    # file: overlays/dev/config.yaml
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: config
    data:
      mode: batch
      mode: streaming  # <- here

Good:
    # file: overlays/dev/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - config.yaml
    # file: overlays/dev/config.yaml
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: config
    data:
      mode: streaming

Source: YAML 1.2, 3.2.1.3 (keys of a mapping are unique).
"""

from collections.abc import Iterator

from yaml.nodes import ScalarNode

from overlaykit.findings import Problem
from overlaykit.repo.world import World
from overlaykit.source import Document, mappings

LEVEL = "error"


def check_file(document: Document, world: World) -> Iterator[Problem]:
    for mapping in mappings(document.node):
        first: dict[str, int] = {}
        for key, _ in mapping.value:
            if not isinstance(key, ScalarNode) or key.value == "<<":
                continue
            place = document.place(key)
            if key.value in first:
                message = f"'{key.value}' is already set on line {first[key.value]}"
                yield Problem(message, "keep one of the two", at=place)
            first.setdefault(key.value, place.line)
