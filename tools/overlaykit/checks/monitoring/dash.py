"""Grafana can load every dashboard that is given to it.

Grafana's sidecar takes ConfigMaps by the label grafana_dashboard. JSON that does not parse is not
loaded; of two dashboards with one uid neither is safe: Grafana stops to update them from files.
Both stand in its log only. A dashboard without the label is a warning where others here carry it,
unless a pod mounts the ConfigMap or something else names it. Of the same uid in two namespaces only
a Grafana that reads both knows, a warning.

Bad:
    # file: overlays/dev/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - jobs.yaml
    # file: overlays/dev/jobs.yaml
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: dashboards
      namespace: monitoring
      labels:
        grafana_dashboard: "1"
    data:
      jobs.json: |  # <- here
        {"title": "Jobs", "uid": "jobs", "panels": [],}

Good:
    # file: overlays/dev/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - jobs.yaml
    # file: overlays/dev/jobs.yaml
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: dashboards
      namespace: monitoring
      labels:
        grafana_dashboard: "1"
    data:
      jobs.json: |
        {"title": "Jobs", "uid": "jobs", "panels": []}

Source: Grafana, "Provision Grafana"; kiwigrid/k8s-sidecar.
"""

import json
import re
from collections.abc import Iterator

from msgspec.structs import replace

from overlaykit.findings import Problem
from overlaykit.kubernetes.pods import mapping
from overlaykit.kubernetes.references import references
from overlaykit.monitoring.dashboards import LABEL, Text, files, is_labelled
from overlaykit.render.objects import Object, strings
from overlaykit.repo.together import Neighbours, Placed
from overlaykit.repo.world import Unit, World

LEVEL = "error"

# Flux and others fill these in before anybody reads the JSON; inside of strings Grafana does.
_STRING = re.compile(r'"(?:\\.|[^"\\])*"')
_FILLED_IN = ("${", "{{")


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    mine = [(obj, text) for obj in unit.objects for text in files(obj)]
    if not mine:
        return
    here = world.together.of(unit)
    for obj, text in mine:
        if is_labelled(obj):
            yield from _unreadable(obj, text, unit)
            yield from _twice(obj, text, unit, world, here)
        elif text.dashboard is not None and _wants_label(obj, here):
            yield _unlabelled(obj, text, unit)


def _unreadable(obj: Object, text: Text, unit: Unit) -> Iterator[Problem]:
    try:
        text.read()
    except json.JSONDecodeError as problem:
        if any(mark in _STRING.sub("", text.text) for mark in _FILLED_IN):
            return
        where = f"line {problem.lineno}, column {problem.colno}"
        message = f"the dashboard {text.key} is no JSON: {problem.msg.lower()} ({where} of it)"
        at = unit.locate(obj, text.at, False)
        if at.file.endswith(".json"):
            at = replace(at, line=problem.lineno, column=problem.colno)
        fix = f"correct the JSON at {where}"
        yield Problem(message, fix, at=at, path=text.at, object=obj.label)


def _twice(
    obj: Object, text: Text, unit: Unit, world: World, here: Neighbours
) -> Iterator[Problem]:
    """Another dashboard of the same uid; told of the one that comes later by name."""
    uid = mapping(text.dashboard).get("uid")
    if not isinstance(uid, str) or not uid:
        return
    me = (world.together.namespace(unit, obj), obj.name, text.key)
    for other, twin in _others(here):
        them = (other.namespace, other.obj.name, twin.key)
        if them >= me or mapping(twin.dashboard).get("uid") != uid:
            continue
        meet = world.together.meet(unit, other.unit)
        if meet is False:
            continue
        at = unit.locate(obj, text.at, False)
        name = f"{twin.key} of {other.obj.label}"
        message = f"the dashboard {text.key} has the uid '{uid}' of {name}"
        fix = "write another uid in one of them, or remove one"
        problem = Problem(message, fix, at=at, path=text.at, object=obj.label)
        doubt = "" if meet else "that both are deployed to one cluster"
        apart = f"that one Grafana reads '{them[0]}' and '{me[0]}'" if them[0] != me[0] else ""
        yield problem.assuming(apart or doubt)
        return


def _others(here: Neighbours) -> Iterator[tuple[Placed, Text]]:
    for one in here.of_kind("ConfigMap"):
        if is_labelled(one.obj) and not one.obj.draft:
            for text in files(one.obj):
                yield one, text


def _wants_label(obj: Object, here: Neighbours) -> bool:
    """Whether the label was forgotten: a sidecar is there, and nobody else reads the ConfigMap."""
    labels = [*mapping(obj.metadata.get("labels")), *obj.annotations]
    if any("dashboard" in str(key).lower() for key in labels):
        return False  # a sidecar with a label of its own
    if not any(is_labelled(one.obj) for one in here.of_kind("ConfigMap")):
        return False
    return not any(_names(one.obj, obj.name) for index in here.indexes for one in index.objects)


def _names(obj: Object, name: str) -> bool:
    if any(one.kind == "ConfigMap" and one.name == name for one in references(obj)):
        return True
    return "grafana" in obj.group and any(text == name for _, text in strings(obj.data))


def _unlabelled(obj: Object, text: Text, unit: Unit) -> Problem:
    path = ("metadata", "name")
    message = f"{obj.label} holds the dashboard {text.key} and has no label {LABEL}"
    fix = f'write the label {LABEL}: "1"'
    problem = Problem(message, fix, at=unit.locate(obj, path, False), path=path, object=obj.label)
    return problem.assuming("that Grafana's sidecar reads this label")
