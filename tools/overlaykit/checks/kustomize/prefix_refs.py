"""A name or namespace that a kustomization changes is changed in every reference to it.

Kustomize knows where Kubernetes' own kinds refer to others and rewrites the names there. It does
not know the references of custom resources: with namePrefix, nameSuffix or namespace they keep the
old name, which nobody bears any more. Replacements, or a nameReference configuration, carry the
new one there.

Bad:
    # file: overlays/dev/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    namePrefix: dev-
    resources:
    - flink.yaml
    # file: overlays/dev/flink.yaml
    apiVersion: platform.confluent.io/v1beta1
    kind: FlinkEnvironment
    metadata:
      name: shop
      namespace: flink
    spec:
      kubernetesNamespace: flink
    ---
    apiVersion: platform.confluent.io/v1beta1
    kind: FlinkStatement
    metadata:
      name: orders
      namespace: flink
    spec:
      flinkEnvironment: shop  # <- here
      computePoolName: pool
      statement: SELECT 1

Good:
    # file: overlays/dev/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    namePrefix: dev-
    resources:
    - flink.yaml
    configurations:
    - references.yaml
    # file: overlays/dev/references.yaml
    nameReference:
    - kind: FlinkEnvironment
      fieldSpecs:
      - kind: FlinkStatement
        path: spec/flinkEnvironment
    # file: overlays/dev/flink.yaml
    apiVersion: platform.confluent.io/v1beta1
    kind: FlinkEnvironment
    metadata:
      name: shop
      namespace: flink
    spec:
      kubernetesNamespace: flink
    ---
    apiVersion: platform.confluent.io/v1beta1
    kind: FlinkStatement
    metadata:
      name: orders
      namespace: flink
    spec:
      flinkEnvironment: shop
      computePoolName: pool
      statement: SELECT 1

Source: Kustomize, namePrefix, namespace and its nameReference configuration.
"""

from collections.abc import Iterator

from overlaykit.findings import Problem
from overlaykit.render.objects import Object, dotted, strings
from overlaykit.repo.world import Unit, World
from overlaykit.source import Path

LEVEL = "error"

_RENAMES = (
    *("namePrefix", "nameSuffix", "namespace"),
    *("configMapGenerator", "secretGenerator"),  # whose names end in a hash
)
_GROUPS = ("platform.confluent.io", "flink.apache.org")
# Fields of the Flink kinds that name an object of a kind, by the end of their path
# (source: the CRDs of Confluent for Kubernetes and of Flink's operator).
_NAMES: dict[Path, str] = {
    ("spec", "flinkEnvironment"): "FlinkEnvironment",
    ("spec", "cmfRestClassRef", "name"): "CMFRestClass",
    ("spec", "computePoolName"): "FlinkComputePool",
    ("spec", "catalogRef", "name"): "FlinkKafkaCatalog",
    ("spec", "connectionSecretRef", "name"): "FlinkSecret",
    ("connectionConfig", "connectionSecretId"): "FlinkSecret",
    ("spec", "deploymentName"): "FlinkDeployment",
    ("spec", "serviceAccount"): "ServiceAccount",
    ("spec", "secretRef"): "Secret",
    ("secretRef", "name"): "Secret",
    ("secretKeyRef", "name"): "Secret",
    ("secret", "secretName"): "Secret",
    ("configMapKeyRef", "name"): "ConfigMap",
    ("configMapRef", "name"): "ConfigMap",
    ("configMap", "name"): "ConfigMap",
    ("persistentVolumeClaim", "claimName"): "PersistentVolumeClaim",
}
_NAMESPACES: tuple[Path, ...] = (
    ("spec", "kubernetesNamespace"),
    ("spec", "cmfRestClassRef", "namespace"),
)


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    if unit.chain is None:
        return
    layers = world.graph.closure(unit.folder)
    if any(layer.data.get(key) for layer in layers for key in _RENAMES):
        for obj in unit.objects:
            if obj.group in _GROUPS:
                yield from _names(unit, world, obj)
                yield from _namespaces(unit, world, obj)


def _names(unit: Unit, world: World, obj: Object) -> Iterator[Problem]:
    for path, name in strings(obj.get("spec"), ("spec",)):
        kind = _NAMES.get(path) or _NAMES.get(path[-2:])
        found = _renamed(unit, kind, name) if kind else None
        if found is not None and kind and not _is_elsewhere(world, unit, kind, name):
            message = (
                f"{dotted(path)} is '{name}', and {kind} '{name}' is rendered as '{found.name}': "
                "Kustomize does not rewrite this field"
            )
            fix = f"carry metadata.name of {kind} here with a replacement, or write '{found.name}'"
            yield Problem(
                message, fix, at=unit.locate(obj, path, False), path=path, object=obj.label
            )


def _renamed(unit: Unit, kind: str, name: str) -> Object | None:
    """The object that was called `name` in its file, where nobody is called so any more."""
    there = [one for one in unit.objects if one.kind == kind]
    if any(one.name == name for one in there):
        return None
    assert unit.chain is not None
    for one in there:
        read = unit.chain.read(one)
        if read is not None and read.object.name == name:
            return one
    return None


def _is_elsewhere(world: World, unit: Unit, kind: str, name: str) -> bool:
    """Whether another overlay of the cluster, or somebody declared, has an object so called."""
    declared = (one.split("/") for one in world.config.external)
    if any(one[0] == kind and one[-1] == name for one in declared):
        return True
    others = (other for other in world.judged if other.cluster == unit.cluster)
    return any(one.kind == kind and one.name == name for other in others for one in other.objects)


def _namespaces(unit: Unit, world: World, obj: Object) -> Iterator[Problem]:
    for path in _NAMESPACES:
        name = obj.get(*path)
        if not isinstance(name, str) or _is_lived_in(world, unit, name):
            continue
        moved = _moved(unit, name)
        if moved is not None:
            now = moved.name if moved.kind == "Namespace" else moved.namespace
            message = (
                f"{dotted(path)} is '{name}', and what was in that namespace ({moved.kind} "
                f"'{moved.name}') is rendered in '{now}': Kustomize does not rewrite this field"
            )
            fix = f"write '{now}', or carry it here with a replacement"
            yield Problem(
                message, fix, at=unit.locate(obj, path, False), path=path, object=obj.label
            )


def _is_lived_in(world: World, unit: Unit, namespace: str) -> bool:
    """Whether something of the same cluster is in a namespace, or is that namespace."""
    others = (
        one for other in world.judged if other.cluster == unit.cluster for one in other.objects
    )
    return any(
        one.namespace == namespace or (one.kind == "Namespace" and one.name == namespace)
        for one in others
    )


def _moved(unit: Unit, namespace: str) -> Object | None:
    """A ServiceAccount or Namespace whose file says this namespace, and that is elsewhere now."""
    assert unit.chain is not None
    for one in unit.objects:
        read = unit.chain.read(one)
        if read is None or one.kind not in ("ServiceAccount", "Namespace", "CMFRestClass"):
            continue
        was = read.object.name if one.kind == "Namespace" else read.object.namespace
        if was == namespace:
            return one
    return None
