"""Flink and CMF kinds stand in the API group that serves them.

`flink.confluent.io` and `cmf.confluent.io` do not exist: Confluent for Kubernetes serves the CMF
kinds as platform.confluent.io/v1beta1, the Flink operator its own as flink.apache.org/v1beta1. An
object in another group is refused ("no matches for kind"), a patch in one changes nothing.

Bad:
    # file: overlays/dev/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - environment.yaml
    # file: overlays/dev/environment.yaml
    apiVersion: flink.confluent.io/v1beta1  # <- here
    kind: FlinkEnvironment
    metadata:
      name: default
      namespace: flink
    spec:
      kubernetesNamespace: flink

Good:
    # file: overlays/dev/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - environment.yaml
    # file: overlays/dev/environment.yaml
    apiVersion: platform.confluent.io/v1beta1
    kind: FlinkEnvironment
    metadata:
      name: default
      namespace: flink
    spec:
      kubernetesNamespace: flink

Source: the CRDs of Confluent for Kubernetes 3.x and of the Flink Kubernetes Operator 1.15.
"""

from collections.abc import Iterator

from overlaykit.confluent.kinds import SERVED
from overlaykit.findings import Problem
from overlaykit.repo.flinks import replacing
from overlaykit.repo.kustomization import NAMES
from overlaykit.repo.world import World
from overlaykit.source import Document

LEVEL = "error"


def check_file(document: Document, world: World) -> Iterator[Problem]:
    yield from _problems(document, world)
    if document.file.rpartition("/")[2] in NAMES:
        found = world.graph.kustomizations.get(document.file.rpartition("/")[0])
        for patch in found.patches if found else ():
            for inline in patch.inline:
                yield from _problems(inline, world)


def _problems(document: Document, world: World) -> Iterator[Problem]:
    data = document.data
    if not isinstance(data, dict) or not isinstance(data.get("apiVersion"), str):
        return
    kind, written = str(data.get("kind")), data["apiVersion"]
    wanted = SERVED.get(kind)
    if wanted and written != wanted:
        at = document.place_of(("apiVersion",))
        assert at is not None
        yield Problem(
            f"{kind} is not served as '{written}'; it is {wanted}",
            f"write apiVersion: {wanted}",
            at=at,
            edits=replacing(world, at, written, wanted),
        )
