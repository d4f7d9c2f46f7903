"""The file system plugin is the one in the image.

Flink's own image has its S3 file systems in opt/, and ENABLE_BUILT_IN_PLUGINS names the jar to
use. A jar that is not there, as after the image alone went up, stops the container. Without any of
them nobody serves s3:// in Flink's own image.

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
      image: flink:1.20.3
      flinkVersion: v1_20
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
      podTemplate:
        spec:
          containers:
          - name: flink-main-container
            env:
            - name: ENABLE_BUILT_IN_PLUGINS
              value: flink-s3-fs-hadoop-1.20.1.jar  # <- here

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
      image: flink:1.20.3
      flinkVersion: v1_20
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
      podTemplate:
        spec:
          containers:
          - name: flink-main-container
            env:
            - name: ENABLE_BUILT_IN_PLUGINS
              value: flink-s3-fs-hadoop-1.20.3.jar

Source: flink-docker, docker-entrypoint.sh; Flink, "File Systems", plugins.
"""

import re
from collections.abc import Iterator

from overlaykit.findings import Problem
from overlaykit.kubernetes.pods import Container, templates
from overlaykit.repo.flinks import Config, Job, place
from overlaykit.repo.world import Unit, World
from overlaykit.source import Path, Place

LEVEL = "error"
_VARIABLE = "ENABLE_BUILT_IN_PLUGINS"
_VERSION = r"([0-9]+\.[0-9]+\.[0-9]+(?:-cp[0-9]+)?)"
_JAR = re.compile(rf"flink-[\w-]+?-{_VERSION}\.jar")
# Flink's own image and Confluent's, by whatever registry they come.
_STOCK = re.compile(rf"(?:^|/)(?:cp-)?flink:{_VERSION}(?:[-@]|$)")
_DIRECTORIES = (
    "state.checkpoints.dir",
    "state.savepoints.dir",
    "high-availability.storageDir",
)


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    told: set[Place] = set()
    for job in world.flinks.jobs(unit):
        for container, config in _containers(job):
            for problem in _other_version(job, container, config):
                if problem.at and problem.at not in told:
                    told.add(problem.at)
                    yield problem
        yield from _none(job, world)


def _containers(job: Job) -> Iterator[tuple[Container, Config]]:
    """The containers as they are written, in the job's object and in its environment."""
    for config in filter(None, (job.config, job.environment_config)):
        for template in templates(config.obj) if config.obj else ():
            for container in template.containers():
                yield container, config


def _other_version(job: Job, container: Container, config: Config) -> Iterator[Problem]:
    """A plugin of another release than the image, where the image says its own."""
    stock = _STOCK.search(str(container.data.get("image") or job.spec.get("image")))
    for number, variable in container.listed("env"):
        wanted = text = str(variable.get("value", ""))
        versions = set(_JAR.findall(text)) if variable.get("name") == _VARIABLE else set()
        if not stock or not versions - {stock[1]}:
            continue
        for version in versions:
            wanted = wanted.replace(f"-{version}.jar", f"-{stock[1]}.jar")
        path: Path = (*container.at, "env", number, "value")
        yield Problem(
            f"the image is Flink {stock[1]} and has no {text}",
            f"write {wanted}",
            at=config.locate(path, False),
            path=path,
            object=config.label,
        )


def _none(job: Job, world: World) -> Iterator[Problem]:
    """s3:// in an image as it is, and nothing brings a file system."""
    image = str(job.spec.get("image") or "")
    stock = _STOCK.search(image)
    if stock is None or _brings(job):
        return
    for key in _DIRECTORIES:
        named = job.named(key)
        if named is None or not named[0].value.startswith(("s3://", "s3a://", "s3p://")):
            continue
        setting, config = named
        yield Problem(
            f"nothing in {image} serves {setting.value.partition('//')[0]}//",
            f"set {_VARIABLE}: flink-s3-fs-hadoop-{stock[1]}.jar in the pods",
            at=place(world, config, setting),
            path=setting.path,
            object=config.label,
        ).assuming("that nobody built the image anew under this name")
        return


def _brings(job: Job) -> bool:
    """Whether something else may bring it: the variable, a mount below plugins or lib."""
    for pod in job.pods:
        for container in pod.containers:
            names = {one.get("name") for _, one in container.listed("env")}
            mounts = [str(one.get("mountPath")) for _, one in container.listed("volumeMounts")]
            if _VARIABLE in names or container.group != "containers":
                return True
            if any("plugin" in one or one.endswith("/lib") for one in mounts):
                return True
    return False
