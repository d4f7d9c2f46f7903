"""A selector finds the pods that it is for.

A Service whose labels no pod has answers nobody, a PodDisruptionBudget or NetworkPolicy whose
labels no pod has protects nothing; none of them says so. The pods of the namespace are those of all
Applications of the cluster, with the ones that Flink's operator and CMF make (app, component,
type). It is silent where a chart or another operator brings pods that are not seen here. A
Deployment whose selector its own template does not answer is refused: an error.

Bad:
    # file: overlays/dev/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - deployment.yaml
    - service.yaml
    # file: overlays/dev/deployment.yaml
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: gateway
      namespace: flink
    spec:
      selector:
        matchLabels:
          app: gateway
      template:
        metadata:
          labels:
            app: gateway
        spec:
          containers:
          - name: gateway
            image: registry.example.com/gateway:1.0.3
    # file: overlays/dev/service.yaml
    apiVersion: v1
    kind: Service
    metadata:
      name: gateway
      namespace: flink
    spec:
      selector:  # <- here
        app: gatewy
      ports:
      - port: 80

Good:
    # file: overlays/dev/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - deployment.yaml
    - service.yaml
    # file: overlays/dev/deployment.yaml
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: gateway
      namespace: flink
    spec:
      selector:
        matchLabels:
          app: gateway
      template:
        metadata:
          labels:
            app: gateway
        spec:
          containers:
          - name: gateway
            image: registry.example.com/gateway:1.0.3
    # file: overlays/dev/service.yaml
    apiVersion: v1
    kind: Service
    metadata:
      name: gateway
      namespace: flink
    spec:
      selector:
        app: gateway
      ports:
      - port: 80

Source: Kubernetes, "Labels and Selectors"; Flink Kubernetes Operator, labels of its pods.
"""

import re
from collections.abc import Iterator
from typing import Any

from overlaykit.findings import Problem
from overlaykit.kubernetes.pods import Pod, mapping, mappings, templates
from overlaykit.kubernetes.selectors import describe, matches, selected
from overlaykit.render.objects import Object
from overlaykit.repo.kustomization import NAMES
from overlaykit.repo.together import Neighbours
from overlaykit.repo.world import Unit, World
from overlaykit.source import Path

LEVEL = "warning"

# Where kinds say which pods they are for, and whether as a plain mapping of labels.
_SELECTORS: dict[tuple[str, str], tuple[Path, bool]] = {
    ("", "Service"): (("spec", "selector"), True),
    ("policy", "PodDisruptionBudget"): (("spec", "selector"), False),
    ("networking.k8s.io", "NetworkPolicy"): (("spec", "podSelector"), False),
}
_WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet")
# Labels that controllers and the programs in pods write while they run.
_WRITTEN_LATER = re.compile(
    r"pod-template-hash|controller-revision-hash|pod-name|pod-index|job-name|controller-uid|"
    r"deploymentconfig|generation|role|active|leader|master|primary|replica|standby|state|version|"
    r"rollouts|canary|istio|revision",
    re.IGNORECASE,
)
_TEMPLATED = re.compile(r"\$\{|\{\{|[<>]")
# Clusters run pods of their own here.
_SYSTEM = re.compile(r"^(?:kube-|openshift($|-)|default$)")


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    here = world.together.of(unit)
    for obj in unit.objects:
        if obj.group == "apps" and obj.kind in _WORKLOADS:
            yield from _of_workload(obj, unit)
        elif (obj.group, obj.kind) in _SELECTORS and unit.broken is None:
            yield from _of_selector(obj, unit, world, here)


def _of_workload(obj: Object, unit: Unit) -> Iterator[Problem]:
    chosen = mapping(obj.get("spec", "selector"))
    [template] = templates(obj)
    if not chosen or not template.labels or matches(chosen, template.labels):
        return
    if _TEMPLATED.search(f"{chosen}{template.labels}"):
        return
    path = ("spec", "selector")
    at = unit.locate(obj, path, True)
    labels = describe(template.labels, plain=True)
    message = f"the selector {describe(chosen)} does not select its own template, labelled {labels}"
    fix = "write the same labels in both; a selector of an object that exists cannot be changed"
    yield Problem(message, fix, at=at, path=path, level="error", object=obj.label)


def _of_selector(obj: Object, unit: Unit, world: World, here: Neighbours) -> Iterator[Problem]:
    path, plain = _SELECTORS[obj.group, obj.kind]
    chosen = obj.get(*path)
    namespace = world.together.namespace(unit, obj)
    if not mapping(chosen) or not namespace or _TEMPLATED.search(f"{chosen}{namespace}"):
        return
    if obj.get("spec", "type") == "ExternalName" or not _says_more(chosen, plain):
        return
    found = here.pods(namespace)
    if selected(chosen, found, plain) or _may_come(chosen, plain, found):
        return
    if _is_unseen(unit, world, here, namespace, found):
        return
    at = unit.locate(obj, path, True)
    if at.file.rpartition("/")[2] in NAMES:
        return  # labels that a transformer added: kustomize/commonlabels
    listed = sorted({describe(pod.labels, plain=True) for pod in found if pod.labels})
    there = f" (there is: {'; '.join(listed[:3])}{' …' if len(listed) > 3 else ''})"
    message = (
        f"no pod in namespace '{namespace}' has the labels {describe(chosen, plain)}"
        f"{there if listed else ''}"
    )
    problem = Problem(message, "write the labels of the pods", at=at, path=path, object=obj.label)
    yield problem.assuming("that nobody starts such pods from elsewhere")


def _says_more(chosen: Any, plain: bool) -> bool:
    """Whether a selector asks for labels at all: nothing, and only what must not be, select all."""
    if plain or mapping(chosen).get("matchLabels"):
        return True
    listed = mappings(mapping(chosen).get("matchExpressions"))
    return any(one.get("operator") in ("In", "Exists") for _, one in listed)


def _may_come(chosen: Any, plain: bool, pods: list[Pod]) -> bool:
    """Whether a pod lacks only labels that are written while it runs."""
    return any(
        pod.obj.draft or selected(chosen, [_with_open(pod, _later(chosen, plain, pod))], plain)
        for pod in pods
    )


def _later(chosen: Any, plain: bool, pod: Pod) -> frozenset[str]:
    pairs = mapping(chosen if plain else mapping(chosen).get("matchLabels"))
    wanted = {str(key) for key in pairs}
    wanted |= {str(one.get("key")) for _, one in mappings(mapping(chosen).get("matchExpressions"))}
    later = {key for key in wanted - set(pod.labels) if _WRITTEN_LATER.search(key)}
    return frozenset(later if later < wanted or not pod.role else set())


def _with_open(pod: Pod, keys: frozenset[str]) -> Pod:
    return Pod(pod.obj, pod.template, pod.labels, pod.role, pod.open_keys | keys, pod.sources)


def _is_unseen(
    unit: Unit, world: World, here: Neighbours, namespace: str, found: list[Pod]
) -> bool:
    """Whether pods of the namespace may be there that are not seen here."""
    if _SYSTEM.search(namespace) or here.opaque(namespace):
        return True
    if not (world.together.is_known(unit) or _has_pods(unit)):
        return True
    if not any(_is_here(pod, world, here, namespace) for pod in found):
        return True  # a namespace whose pods somebody else brings
    return any(True for _ in here.pod_makers(namespace))


def _is_here(pod: Pod, world: World, here: Neighbours, namespace: str) -> bool:
    """Whether a pod surely runs beside: one that nobody deploys may run on any cluster or none."""
    found = (one for one in here.of_kind(pod.obj.kind, namespace) if one.obj is pod.obj)
    return any(one.unit.cluster or world.together.is_known(one.unit) for one in found)


def _has_pods(unit: Unit) -> bool:
    return any(True for obj in unit.objects for _ in templates(obj))
