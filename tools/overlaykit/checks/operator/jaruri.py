"""The jar of a session job is where the operator may fetch it.

The operator itself downloads the jar and hands it to the cluster. local:// would be a file of the
operator's own container. Since 1.15 only the schemes of
kubernetes.operator.user.artifacts.allowed-schemes are taken (https by default), and no hosts
with private addresses.

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
      deploymentName: shared
      job:
        jarURI: local:///opt/flink/usrlib/totals.jar  # <- here
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

Source: Flink Kubernetes Operator, class DefaultValidator (1.15) and ArtifactManager.
"""

import re
from collections.abc import Iterator

from overlaykit.findings import Problem
from overlaykit.operator.jar import host_in_cluster
from overlaykit.operator.request import Request
from overlaykit.render.objects import Object
from overlaykit.repo.operated import Verdict
from overlaykit.repo.world import Unit, World
from overlaykit.source import Path

LEVEL = "error"

# What another program replaces: a variable, or a name in capitals.
_FILLED_IN = re.compile(r"[{$]|^[A-Z_0-9]+$")
_PATH: Path = ("spec", "job", "jarURI")


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    local: set[int] = set()
    for obj, request, _ in world.operated.requests(unit):
        if obj.kind == "FlinkSessionJob" and _is_local(request):
            local.add(id(obj))
            yield _local(unit, obj, request)
    for verdict in world.operated.verdicts(unit, "jar-uri"):
        if id(verdict.obj) not in local and not _FILLED_IN.search(str(verdict.value)):
            yield _refused(unit, world, verdict)


def _is_local(request: Request) -> bool:
    return str((request.job or {}).get("jarURI") or "").startswith("local:")


def _local(unit: Unit, obj: Object, request: Request) -> Problem:
    address = (request.job or {}).get("jarURI")
    message = f"{address} is a file of the operator's container: a session job cannot use it"
    fix = "write an https:// address, or make it a FlinkDeployment with a job"
    return Problem(message, fix, at=unit.locate(obj, _PATH, False), path=_PATH, object=obj.label)


def _refused(unit: Unit, world: World, verdict: Verdict) -> Problem:
    text = str(verdict.value)
    why = verdict.rejection.message.removeprefix("jarURI ").partition(". Configure")[0]
    message = f"the operator does not fetch {text}: {why}"
    fix = "write an https:// address with a public host"
    if "allowlist" in why:
        scheme = text.partition(":")[0].lower()
        key = "kubernetes.operator.user.artifacts.allowed-schemes"
        fix = f"write an https:// address, or add {scheme} to {key} of the operator"
    problem = world.operated.problem(unit, verdict, message, fix)
    if "allowlist" not in why and (host := host_in_cluster(text)):
        return problem.assuming(f"that '{host}' has a private address, or none for the operator")
    return problem
