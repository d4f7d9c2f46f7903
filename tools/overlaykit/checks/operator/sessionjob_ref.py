"""A session job names a session cluster of its own namespace.

Without the cluster the job waits for good, and on an application cluster (a FlinkDeployment with
its own job) the operator refuses it. It does not look into other namespaces.

Bad:
    # file: flink/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - shared.yaml
    - job.yaml
    # file: flink/shared.yaml
    apiVersion: flink.apache.org/v1beta1
    kind: FlinkDeployment
    metadata:
      name: shared
      namespace: flink
    spec:
      image: flink:1.20
      flinkVersion: v1_20
      serviceAccount: flink
      flinkConfiguration:
        taskmanager.numberOfTaskSlots: "2"
      jobManager:
        resource:
          cpu: 1
          memory: 2048m
      taskManager:
        resource:
          cpu: 1
          memory: 2048m
    # file: flink/job.yaml
    apiVersion: flink.apache.org/v1beta1
    kind: FlinkSessionJob
    metadata:
      name: totals
      namespace: flink
    spec:
      deploymentName: share  # <- here
      job:
        jarURI: https://repository.example.com/jobs/totals-1.0.jar
        parallelism: 1
        upgradeMode: stateless

Good:
    # file: flink/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - shared.yaml
    - job.yaml
    # file: flink/shared.yaml
    apiVersion: flink.apache.org/v1beta1
    kind: FlinkDeployment
    metadata:
      name: shared
      namespace: flink
    spec:
      image: flink:1.20
      flinkVersion: v1_20
      serviceAccount: flink
      flinkConfiguration:
        taskmanager.numberOfTaskSlots: "2"
      jobManager:
        resource:
          cpu: 1
          memory: 2048m
      taskManager:
        resource:
          cpu: 1
          memory: 2048m
    # file: flink/job.yaml
    apiVersion: flink.apache.org/v1beta1
    kind: FlinkSessionJob
    metadata:
      name: totals
      namespace: flink
    spec:
      deploymentName: shared
      job:
        jarURI: https://repository.example.com/jobs/totals-1.0.jar
        parallelism: 1
        upgradeMode: stateless

Source: Flink Kubernetes Operator, class DefaultValidator and SessionJobReconciler.
"""

import difflib
from collections.abc import Iterator

from overlaykit.findings import Problem
from overlaykit.operator.validator import NAME
from overlaykit.render.objects import Object
from overlaykit.repo.operated import session_cluster
from overlaykit.repo.together import is_external
from overlaykit.repo.world import Unit, World
from overlaykit.source import Path

LEVEL = "error"

_PATH: Path = ("spec", "deploymentName")


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    for verdict in world.operated.verdicts(unit, "application-cluster"):
        message = f"'{verdict.value}' is an application cluster: it runs its own job only"
        fix = "name a FlinkDeployment without job"
        yield world.operated.problem(unit, verdict, message, fix)
    for obj in unit.objects:
        if obj.kind == "FlinkSessionJob" and obj.group == "flink.apache.org" and not obj.draft:
            yield from _missing(unit, world, obj)


def _missing(unit: Unit, world: World, obj: Object) -> Iterator[Problem]:
    name, near = obj.get(*_PATH), world.together.of(unit)
    namespace = world.together.namespace(unit, obj)
    if not isinstance(name, str) or not NAME.fullmatch(name):
        return
    if session_cluster(obj, near, namespace) is not None:
        return
    if is_external(world.config.external, "FlinkDeployment", namespace, name):
        return
    names = sorted({one.obj.name for one in near.of_kind("FlinkDeployment", namespace)})
    elsewhere = sorted({one.namespace for one in near.named("FlinkDeployment", name, "")})
    at = unit.locate(obj, _PATH, False)
    close = next(iter(difflib.get_close_matches(name, names, 1)), "")
    fix = f"write '{close}'" if close else f"add the FlinkDeployment '{name}'"
    message = f"no FlinkDeployment '{name}' in namespace '{namespace}'"
    if elsewhere:
        message += f"; the one in '{', '.join(elsewhere)}' is not looked at"
        fix = f"put the job into namespace '{elsewhere[0]}'"
    unseen = near.opaque(namespace)
    if unseen and not (elsewhere or close):
        return
    problem = Problem(message, fix, at=at, path=_PATH, object=obj.label)
    proved = world.together.is_known(unit) and not unseen and bool(close or elsewhere)
    yield problem.assuming("" if proved else "that nobody makes it from elsewhere")
