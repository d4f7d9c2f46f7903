"""Every kind has a schema to judge it by.

Objects of a kind without a schema are rendered but nobody looks at their fields: a typo in them
passes. Said once a kind and cluster; `overlay schemas add` makes a schema from the CRD.

Bad:
    # file: overlays/dev/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - topic.yaml
    # file: overlays/dev/topic.yaml
    apiVersion: platform.confluent.io/v1beta1
    kind: KafkaTopic  # <- here
    metadata:
      name: orders

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

Source: kubeconform, -ignore-missing-schemas.
"""

from collections.abc import Iterator

from overlaykit.checks.kubernetes import unknown_kind
from overlaykit.confluent.kinds import SERVED
from overlaykit.findings import Problem
from overlaykit.render.objects import Object
from overlaykit.repo.world import Unit, World
from overlaykit.source import Place

LEVEL = "info"


def check_repository(world: World) -> Iterator[Problem]:
    told = _told_elsewhere(world)
    # By cluster, so that a run over some of them says what a run over all says of these.
    first: dict[tuple[str, str, str], tuple[Place, Unit, Object]] = {}
    for unit in world.judged:
        for obj in unit.objects:
            kind = (obj.api_version, obj.kind)
            if kind not in told and all(kind) and not world.judges.knows(obj):
                here = (unit.locate(obj, ("kind",), False), unit, obj)
                seen = first.setdefault((*kind, unit.cluster), here)
                first[*kind, unit.cluster] = min(seen, here, key=lambda one: one[0])
    for (api_version, name, cluster), (place, unit, obj) in sorted(
        first.items(), key=lambda item: item[0]
    ):
        yield Problem(
            f"no schema is known for {name} ({api_version}): its objects are not judged by one",
            "make one from its CRD: overlay schemas add CRD.yaml",
            at=place,
            cluster=cluster,
            workload=unit.workload,
            object=obj.label,
        )


def _told_elsewhere(world: World) -> set[tuple[str, str]]:
    """Kinds that confluent/group or kubernetes/unknown-kind speak of."""
    kinds = {(o.api_version, o.kind): o for unit in world.judged for o in unit.objects}
    return {
        kind
        for kind, obj in kinds.items()
        if obj.kind in SERVED or next(unknown_kind.check_object(obj, world), None)
    }
