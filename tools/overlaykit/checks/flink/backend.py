"""The state backend is one that the running Flink has.

hashmap and rocksdb are in every version, forst from 2.0 on, and a factory may be named by its
class. Up to 1.20 jobmanager and filesystem still mean hashmap; from 2.0 on a job with them fails
when it starts, as it does with any other name.

Bad:
    # file: overlays/dev/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - orders.yaml
    # file: overlays/dev/orders.yaml
    apiVersion: flink.apache.org/v1beta1
    kind: FlinkDeployment
    metadata:
      name: orders
      namespace: flink
    spec:
      image: flink:2.0.2
      flinkVersion: v2_0
      serviceAccount: flink
      flinkConfiguration:
        state.backend.type: filesystem  # <- here
      jobManager:
        resource:
          memory: 1600m
          cpu: 1
      taskManager:
        resource:
          memory: 1728m
          cpu: 1

Good:
    # file: overlays/dev/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - orders.yaml
    # file: overlays/dev/orders.yaml
    apiVersion: flink.apache.org/v1beta1
    kind: FlinkDeployment
    metadata:
      name: orders
      namespace: flink
    spec:
      image: flink:2.0.2
      flinkVersion: v2_0
      serviceAccount: flink
      flinkConfiguration:
        state.backend.type: hashmap
      jobManager:
        resource:
          memory: 1600m
          cpu: 1
      taskManager:
        resource:
          memory: 1728m
          cpu: 1

Source: Flink, class StateBackendLoader.
"""

from collections.abc import Iterator

from overlaykit.findings import Problem
from overlaykit.flink.versions import Version
from overlaykit.repo.flinks import is_filled_in, place
from overlaykit.repo.world import Unit, World

LEVEL = "error"
_KEYS = ("state.backend.type", "state.backend")
_ALWAYS = frozenset({"hashmap", "rocksdb"})
_FORMER = frozenset({"jobmanager", "filesystem"})


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    for config in world.flinks.configs(unit):
        for setting in config.settings:
            name = setting.value.strip().lower()
            if setting.key not in _KEYS or "." in name or is_filled_in(name):
                continue
            if any(name in known(version) for version in config.possible):
                continue
            wanted = sorted(known(config.possible[-1]) - _FORMER)
            yield Problem(
                f"'{setting.value}' is no state backend: {', '.join(wanted)}",
                "write hashmap"
                if name in _FORMER | {"memory", "fs"}
                else "write rocksdb or hashmap",
                at=place(world, config, setting),
                path=setting.path,
                object=config.label,
            ).assuming(config.doubt)


def known(version: Version) -> frozenset[str]:
    return _ALWAYS | ({"forst"} if version >= (2, 0) else _FORMER)
