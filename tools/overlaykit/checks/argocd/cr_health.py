"""A wave of Flink or Confluent resources needs a health check for their kind.

Argo CD counts a custom resource as healthy once it is applied, unless a rule for its kind is built
into its version or shipped in its configuration. Without one the next wave does not wait: an
application is sent to an environment that CMF does not have yet, and a resource that CMF refused
shows green.

An error where a later wave needs a resource that CMF has to take first, and the configuration of
that Argo CD is in the repository; else a warning.

Bad:
    # file: overlays/dev/jobs/kustomization.yaml
    resources:
    - environment.yaml
    - application.yaml
    # file: overlays/dev/jobs/environment.yaml
    apiVersion: platform.confluent.io/v1beta1
    kind: FlinkEnvironment
    metadata:
      name: default
      namespace: flink
      annotations:
        argocd.argoproj.io/sync-wave: "10"  # <- here
    spec:
      kubernetesNamespace: flink
    # file: overlays/dev/jobs/application.yaml
    apiVersion: platform.confluent.io/v1beta1
    kind: FlinkApplication
    metadata:
      name: orders
      namespace: flink
      annotations:
        argocd.argoproj.io/sync-wave: "20"
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
    # file: overlays/dev/argocd/kustomization.yaml
    resources:
    - argocd-cm.yaml
    # file: overlays/dev/argocd/argocd-cm.yaml
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: argocd-cm
      namespace: argocd
    data:
      resource.customizations.health.platform.confluent.io_FlinkEnvironment: |
        hs = {status = "Progressing", message = "not sent to CMF yet"}
        if obj.status ~= nil and obj.status.cmfSync ~= nil then
          if obj.status.cmfSync.status == "Created" then
            hs = {status = "Healthy", message = ""}
          elseif obj.status.cmfSync.status == "Failed" then
            hs = {status = "Degraded", message = obj.status.cmfSync.errorMessage}
          end
        end
        return hs
    # file: overlays/dev/jobs/kustomization.yaml
    resources:
    - environment.yaml
    - mapping.yaml
    # file: overlays/dev/jobs/environment.yaml
    apiVersion: platform.confluent.io/v1beta1
    kind: FlinkEnvironment
    metadata:
      name: default
      namespace: flink
      annotations:
        argocd.argoproj.io/sync-wave: "10"
    spec:
      kubernetesNamespace: flink
    # file: overlays/dev/jobs/mapping.yaml
    apiVersion: platform.confluent.io/v1beta1
    kind: FlinkEnvironmentSecretMapping
    metadata:
      name: kafka
      namespace: flink
      annotations:
        argocd.argoproj.io/sync-wave: "20"
    spec:
      flinkEnvironment: default
      secretRef:
        name: kafka

Source: Argo CD, "Resource Health", and its resource_customizations; the CRDs of Confluent for
Kubernetes 3.3 for status.cmfSync.
"""

from collections.abc import Iterator

from msgspec.structs import replace

from overlaykit.argocd.applications import WAVE
from overlaykit.argocd.health import newest
from overlaykit.argocd.order import Step, steps
from overlaykit.argocd.waves import CMF_KINDS, needs, provides
from overlaykit.findings import Problem
from overlaykit.render.objects import Object
from overlaykit.repo.health import Known
from overlaykit.repo.world import Unit, World
from overlaykit.source import Path

LEVEL = "warning"
GROUPS = ("platform.confluent.io", "flink.apache.org")
_AT: Path = ("metadata", "annotations", WAVE)


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    if not any(obj.group in GROUPS for obj in unit.objects):
        return
    known, order = _known(unit, world), steps(unit.objects)
    told: set[str] = set()
    for number, step in enumerate(order[:-1]):
        for obj in step.objects:
            rule = known.health.rule(obj.group, obj.kind)
            if obj.group in GROUPS and obj.kind not in told and not rule.is_there:
                told.add(obj.kind)
                if not world.healths.mention(obj.group, obj.kind, loose=known.place is not None):
                    yield _problem(unit, world, obj, known, order[number + 1 :])


def _known(unit: Unit, world: World) -> Known:
    """The rules of the Argo CD that deploys a unit; of its cluster's where nobody says who does."""
    found = world.deployers.get(unit.folder)
    if not found:
        return world.healths.of(unit.cluster, "")
    return world.healths.of(found[0].cluster or unit.cluster, found[0].obj.namespace)


def _problem(unit: Unit, world: World, obj: Object, known: Known, later: list[Step]) -> Problem:
    brought = set(provides(obj))
    users = [o for step in later for o in step.objects if brought & set(needs(o))]
    waiting = (
        f"{users[0].kind} '{users[0].name}', which needs it, does" if users else "later waves do"
    )
    message = (
        f"{obj.kind} '{obj.name}' counts as healthy once it is applied, since Argo CD "
        f"{known.health.version or newest()} has no health check for it: {waiting} not wait"
    )
    fix = f"write resource.customizations.health.{obj.group}_{obj.kind} into argocd-cm"
    at = unit.locate(obj, _AT if WAVE in obj.annotations else ("metadata", "name"), False)
    problem = Problem(message, fix, at=at, object=obj.label, path=_AT)
    if known.place is None:
        return problem.assuming("that argocd-cm, which is not here, has none")
    # The others are of use as soon as they exist; these only once CMF has taken them.
    proved = users and obj.kind in CMF_KINDS and world.deployers.get(unit.folder)
    return replace(problem, level="error") if proved else problem
