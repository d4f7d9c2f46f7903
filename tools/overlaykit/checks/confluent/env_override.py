"""An application does not set what its environment has decided.

The Flink configuration of a FlinkEnvironment outranks that of its applications, though it stands
under `flinkApplicationDefaults`: the value of the application has no effect.

Bad:
    # file: clusters/dev/flink.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: flink
      namespace: argocd
    spec:
      project: flink
      source:
        repoURL: https://git.example.com/team/gitops.git
        targetRevision: main
        path: flink
      destination:
        server: https://kubernetes.default.svc
        namespace: flink
    # file: flink/environment.yaml
    apiVersion: platform.confluent.io/v1beta1
    kind: FlinkEnvironment
    metadata:
      name: shop
      namespace: flink
    spec:
      kubernetesNamespace: flink
      flinkApplicationDefaults:
        spec:
          flinkConfiguration:
            taskmanager.numberOfTaskSlots: "2"
    # file: flink/application.yaml
    apiVersion: platform.confluent.io/v1beta1
    kind: FlinkApplication
    metadata:
      name: orders
      namespace: flink
    spec:
      flinkEnvironment: shop
      image: confluentinc/cp-flink:1.20.3-cp2-java17
      flinkVersion: v1_20
      serviceAccount: flink
      flinkConfiguration:
        taskmanager.numberOfTaskSlots: "4"  # <- here
      jobManager:
        resource:
          cpu: "1"
          memory: 1600m
      taskManager:
        resource:
          cpu: "1"
          memory: 1728m
      job:
        jarURI: local:///opt/flink/usrlib/orders.jar
        parallelism: 2
        upgradeMode: stateless

Good:
    # file: clusters/dev/flink.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: flink
      namespace: argocd
    spec:
      project: flink
      source:
        repoURL: https://git.example.com/team/gitops.git
        targetRevision: main
        path: flink
      destination:
        server: https://kubernetes.default.svc
        namespace: flink
    # file: flink/environment.yaml
    apiVersion: platform.confluent.io/v1beta1
    kind: FlinkEnvironment
    metadata:
      name: shop
      namespace: flink
    spec:
      kubernetesNamespace: flink
      flinkApplicationDefaults:
        spec:
          flinkConfiguration:
            execution.checkpointing.interval: 60s
    # file: flink/application.yaml
    apiVersion: platform.confluent.io/v1beta1
    kind: FlinkApplication
    metadata:
      name: orders
      namespace: flink
    spec:
      flinkEnvironment: shop
      image: confluentinc/cp-flink:1.20.3-cp2-java17
      flinkVersion: v1_20
      serviceAccount: flink
      flinkConfiguration:
        taskmanager.numberOfTaskSlots: "4"
      jobManager:
        resource:
          cpu: "1"
          memory: 1600m
      taskManager:
        resource:
          cpu: "1"
          memory: 1728m
      job:
        jarURI: local:///opt/flink/usrlib/orders.jar
        parallelism: 2
        upgradeMode: stateless

Source: Confluent Manager for Apache Flink, "Environments".
"""

from collections.abc import Iterator

from overlaykit.findings import Problem
from overlaykit.repo.flinks import Job, place
from overlaykit.repo.world import Unit, World

LEVEL = "warning"


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    for job in world.flinks.jobs(unit):
        if job.environment is not None:
            yield from _outranked(job, world)


def _outranked(job: Job, world: World) -> Iterator[Problem]:
    for setting in job.config.settings:
        winner, config = job.values.get(setting.key, (None, None))
        if winner is None or config is None or config.obj is not job.environment:
            continue
        value = winner.setting.value
        if value != setting.value and setting.path[:2] == ("spec", "flinkConfiguration"):
            name = job.environment.name if job.environment else ""
            message = (
                f"{setting.key}: {setting.value} has no effect: "
                f"FlinkEnvironment '{name}' sets it to {value}, and outranks its applications"
            )
            fix = f"take {setting.key} out of the environment, or out of the application"
            at = place(world, job.config, setting)
            yield Problem(message, fix, at=at, path=setting.path, object=job.obj.label)
