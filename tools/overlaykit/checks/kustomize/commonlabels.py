"""Common labels stay out of selectors of pods that an operator makes.

`commonLabels`, and `labels` with includeSelectors, add a label to selectors too: of Services,
NetworkPolicies and PodDisruptionBudgets. Kustomize gives the label to the pods of Deployments, but
not to those that an operator makes of a Flink resource: the selector then matches no pod, and
metrics, the web UI or the policy are gone without a word.

Bad:
    # file: overlays/dev/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - flink.yaml
    commonLabels:
      team: streaming  # <- here
    # file: overlays/dev/flink.yaml
    apiVersion: flink.apache.org/v1beta1
    kind: FlinkDeployment
    metadata:
      name: orders
    ---
    apiVersion: v1
    kind: Service
    metadata:
      name: flink-metrics
    spec:
      selector:
        type: flink-native-kubernetes
      ports:
      - name: metrics
        port: 9249

Good:
    # file: overlays/dev/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - flink.yaml
    labels:
    - pairs:
        team: streaming
      includeSelectors: false
    # file: overlays/dev/flink.yaml
    apiVersion: flink.apache.org/v1beta1
    kind: FlinkDeployment
    metadata:
      name: orders
    ---
    apiVersion: v1
    kind: Service
    metadata:
      name: flink-metrics
    spec:
      selector:
        type: flink-native-kubernetes
      ports:
      - name: metrics
        port: 9249

Source: Kustomize, commonLabels and labels; Flink, labels of its pods on Kubernetes.
"""

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from overlaykit.findings import Problem
from overlaykit.render.objects import Object
from overlaykit.repo.kustomization import Kustomization
from overlaykit.repo.world import Unit, World
from overlaykit.source import Path, Place

LEVEL = "error"

# Where a selector of pods stands in a kind that Kustomize adds common labels to.
_SELECTORS: dict[str, Path] = {
    "Service": ("spec", "selector"),
    "NetworkPolicy": ("spec", "podSelector", "matchLabels"),
    "PodDisruptionBudget": ("spec", "selector", "matchLabels"),
}
# Kinds of which Flink's operator or CMF makes pods, or that lend them labels.
_FLINK = (
    *("FlinkDeployment", "FlinkBlueGreenDeployment", "FlinkSessionJob"),
    *("FlinkApplication", "FlinkComputePool", "FlinkEnvironment"),
)
# The labels that Flink gives its pods (source: Flink, KubernetesUtils and Constants).
_TYPES = ("flink-native-kubernetes", "flink-standalone-kubernetes")
_ROLES = ("jobmanager", "taskmanager")


class _Label(Struct, frozen=True):
    key: str
    value: str
    place: Place
    field: str


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    if unit.chain is None:
        return
    layers = world.graph.closure(unit.folder)
    labels = [label for layer in layers for label in _labels(layer)]
    for obj in unit.objects if labels else ():
        at = _SELECTORS.get(obj.kind)
        selector = obj.get(*at) if at else None
        if at and isinstance(selector, dict):
            for label in labels:
                if selector.get(label.key) == label.value and _added(unit, obj, at, label):
                    yield from _problem(unit, world, obj, selector, label)


def _labels(layer: Kustomization) -> Iterator[_Label]:
    """The labels that a kustomization adds to selectors."""
    document = layer.document
    pairs = layer.data.get("commonLabels")
    for key, value in (pairs if isinstance(pairs, dict) else {}).items():
        place = document.place_of(("commonLabels", key), key=True)
        yield _Label(key, str(value), place or document.place(), "commonLabels")
    listed = layer.data.get("labels")
    for number, entry in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(entry, dict) and entry.get("includeSelectors") is True:
            for key, value in (entry.get("pairs") or {}).items():
                place = document.place_of(("labels", number, "pairs", key), key=True)
                yield _Label(key, str(value), place or document.place(), "includeSelectors: true")


def _added(unit: Unit, obj: Object, at: Path, label: _Label) -> bool:
    """Whether the selector has the label from the kustomization and not from its own file."""
    base = unit.chain.base(obj) if unit.chain else None
    data = base.data if base is not None and isinstance(base.data, dict) else None
    own = Object(data).get(*at) if data is not None else None
    return isinstance(own, dict) and label.key not in own


def _problem(
    unit: Unit, world: World, obj: Object, selector: dict[str, Any], label: _Label
) -> Iterator[Problem]:
    makers = [one for one in unit.objects if one.kind in _FLINK]
    every = [one for other in world.judged for one in other.objects if one.kind in _FLINK]
    if not _is_flinks(selector, makers) or any(_lends(one, label) for one in every):
        return
    pods = f"{label.key}: {label.value}"
    message = (
        f"{label.field} adds '{pods}' to the selector of {obj.label}, and the pods that Flink's "
        "operator makes have no such label: it selects nothing"
    )
    fix = "write it under labels with includeSelectors: false"
    problem = Problem(message, fix, at=label.place, object=obj.label)
    if not every:
        problem = problem.assuming("that the Flink jobs, which are not here, do not have the label")
    yield problem


def _is_flinks(selector: dict[str, Any], makers: list[Object]) -> bool:
    """Whether a selector is meant for pods that Flink's operator makes."""
    if selector.get("type") in _TYPES:
        return True
    named = selector.get("app") in [obj.name for obj in makers]
    return named and selector.get("component", _ROLES[0]) in _ROLES


def _lends(obj: Object, label: _Label) -> bool:
    """Whether a Flink resource gives its pods the label, in a template or as an option."""
    spec = obj.get("spec")
    return _mentions(spec, label.key) if isinstance(spec, dict) else False


def _mentions(value: Any, key: str) -> bool:
    if isinstance(value, dict):
        return any(name == key or _mentions(item, key) for name, item in value.items())
    if isinstance(value, list):
        return any(_mentions(item, key) for item in value)
    return isinstance(value, str) and f"{key}:" in value
