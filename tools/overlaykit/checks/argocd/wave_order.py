"""Sync waves put what is needed before what needs it.

A wave is a quoted integer. Inside one sync, an object before its REST class or environment fails;
custom resources of one wave are not ordered, so an environment in the wave of its applications is
too late as well. (Namespaces and CRDs are moved forward by Argo CD itself.) Between Applications
of one parent, one that comes before the
Application that brings its namespace, CRDs, operator or environment cannot become healthy, and the
parent waits for it before it goes on. In the same wave it has to come in by retry, which is a
warning where the retries end within five minutes.

Bad:
    # file: overlays/dev/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - environment.yaml
    - application.yaml
    # file: overlays/dev/environment.yaml
    apiVersion: platform.confluent.io/v1beta1
    kind: FlinkEnvironment
    metadata:
      name: default
      namespace: flink
      annotations:
        argocd.argoproj.io/sync-wave: "10"
    spec:
      kubernetesNamespace: flink
    # file: overlays/dev/application.yaml
    apiVersion: platform.confluent.io/v1beta1
    kind: FlinkApplication
    metadata:
      name: orders
      namespace: flink
      annotations:
        argocd.argoproj.io/sync-wave: "5"  # <- here
    spec:
      flinkEnvironment: default
      image: confluentinc/cp-flink:1.20.2-cp1
      flinkVersion: v1_20
      job:
        jarURI: local:///opt/flink/examples/streaming/StateMachineExample.jar
        parallelism: 1
        state: running
        upgradeMode: stateless
      jobManager:
        resource:
          cpu: 1
          memory: 2048m
      taskManager:
        resource:
          cpu: 1
          memory: 2048m

Good:
    # file: overlays/dev/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - namespace.yaml
    - quota.yaml
    # file: overlays/dev/namespace.yaml
    apiVersion: v1
    kind: Namespace
    metadata:
      name: flink
      annotations:
        argocd.argoproj.io/sync-wave: "-1"
    # file: overlays/dev/quota.yaml
    apiVersion: v1
    kind: ResourceQuota
    metadata:
      name: quota
      namespace: flink
    spec:
      hard:
        pods: "10"

Source: Argo CD, "Sync phases and waves"; Confluent for Kubernetes, creation order of CMF kinds.
"""

from collections import Counter
from collections.abc import Iterator

from msgspec.structs import replace

from overlaykit.argocd.applications import WAVE, wave
from overlaykit.argocd.retry import in_words, patience
from overlaykit.argocd.waves import Inversion, application_inversions, describe, inversions
from overlaykit.findings import Problem
from overlaykit.render.objects import Object
from overlaykit.repo.children import children
from overlaykit.repo.world import Unit, World
from overlaykit.source import Path

LEVEL = "error"
# An operator with its image is up within this many seconds.
LONG = 300
_AT: Path = ("metadata", "annotations", WAVE)


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    for obj in unit.objects:
        if wave(obj) is None:
            yield _not_an_integer(unit, obj)
    for found in inversions(unit.objects):
        yield _inside(unit, found)
    yield from _between(unit, world)


def _not_an_integer(unit: Unit, obj: Object) -> Problem:
    value = obj.annotations[WAVE]
    message, fix = f"sync wave '{value}' is not an integer", 'write a quoted integer, such as "10"'
    if isinstance(value, int):
        message = f"sync wave {value} is not quoted; annotations are strings"
        fix = f'write "{value}"'
    return Problem(message, fix, at=unit.locate(obj, _AT, False), object=obj.label, path=_AT)


def _inside(unit: Unit, found: Inversion) -> Problem:
    mine, theirs = wave(found.user) or 0, wave(found.provider) or 0
    when = "in the same wave as" if found.equal else "before"
    message = (
        f"{found.user.kind} '{found.user.name}' (wave {mine}) is applied {when} "
        f"{describe(found.need)} (wave {theirs}), which it needs"
    )
    fix = f"write a wave above {theirs} here, or move {found.provider.label} before it"
    problem = _problem(unit, found.user, message, fix)
    # Of these two it was seen that the other fails; the rest may be found a moment later.
    proved = not found.equal or found.need[0] in ("environment", "REST class")
    return problem if proved else replace(problem, level="warning")


def _problem(unit: Unit, obj: Object, message: str, fix: str) -> Problem:
    at = unit.locate(obj, _AT if WAVE in obj.annotations else ("metadata", "name"), False)
    return Problem(message, fix, at=at, object=obj.label, path=_AT)


def _between(unit: Unit, world: World) -> Iterator[Problem]:
    """The Applications that this unit makes: one finding for each that stands wrong."""
    family = children(unit, world)
    members = {child.application.name: child.application for child in family}
    listed = list(application_inversions(family))
    found = [one for one in listed if not one.equal]
    blamed: dict[str, list[Inversion]] = {}
    votes = Counter(obj.name for one in found for obj in {id(one.user): one.user}.values())
    votes += Counter(one.provider.name for one in found)
    for one in found:
        blamed.setdefault(_culprit(one, votes, world).name, []).append(one)
    for name, theirs in blamed.items():
        yield _application_problem(unit, name, theirs)
    equal = {one.user.name: one for one in reversed(listed) if one.equal}
    for name, one in sorted(equal.items()):
        if name not in blamed and patience(members[name]) < LONG:
            yield _together(unit, one, patience(members[name]))


def _together(unit: Unit, found: Inversion, seconds: float) -> Problem:
    """Two Applications of one wave, of which one needs the other and soon gives up."""
    number = wave(found.user)
    ends = f"its retries end after {in_words(seconds)}" if seconds else "it does not try again"
    message = (
        f"Application '{found.user.name}' is in the wave of '{found.provider.name}' ({number}), "
        f"which brings {describe(found.need)} for it: nothing waits, and {ends}"
    )
    fix = f"write a wave above {number}, or a spec.syncPolicy.retry that lasts {in_words(LONG)}"
    return replace(_problem(unit, found.user, message, fix), level="warning")


def _culprit(found: Inversion, votes: Counter[str], world: World) -> Object:
    """Whose wave to change: the one that left its declared wave, else the one most at odds."""
    for obj in (found.provider, found.user):
        declared = world.declared_wave(obj.name)
        if declared is not None and declared != wave(obj):
            return obj
    return found.provider if votes[found.provider.name] > votes[found.user.name] else found.user


def _application_problem(unit: Unit, name: str, listed: list[Inversion]) -> Problem:
    first = listed[0]
    if first.provider.name == name:
        low = min(wave(one.user) or 0 for one in listed)
        users = ", ".join(sorted({f"{one.user.name} ({wave(one.user)})" for one in listed}))
        message = (
            f"Application '{name}' (wave {wave(first.provider)}) brings {describe(first.need)} "
            f"after the Applications that need it: {users}"
        )
        return _problem(unit, first.provider, message, f"write a wave below {low}")
    last = max(listed, key=lambda one: (wave(one.provider) or 0, one.need))
    message = (
        f"Application '{name}' (wave {wave(first.user)}) comes before what it needs: "
        f"{describe(last.need)} of '{last.provider.name}' (wave {wave(last.provider)})"
    )
    return _problem(unit, first.user, message, f"write a wave above {wave(last.provider)}")
