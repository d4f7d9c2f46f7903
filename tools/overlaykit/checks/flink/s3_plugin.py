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
from dataclasses import replace

from overlaykit.findings import Problem
from overlaykit.kubernetes.pods import Container
from overlaykit.repo.flinks import Job, place
from overlaykit.repo.world import Unit, World
from overlaykit.source import Path

LEVEL = "error"
_VARIABLE = "ENABLE_BUILT_IN_PLUGINS"
_JAR = re.compile(r"flink-[\w-]+?-([0-9]+\.[0-9]+\.[0-9]+)\.jar")
# Flink's own image, by whatever registry it comes.
_STOCK = re.compile(r"(?:^|/)flink:([0-9]+\.[0-9]+\.[0-9]+)(?:[-@]|$)")
_DIRECTORIES = (
    "state.checkpoints.dir",
    "state.savepoints.dir",
    "high-availability.storageDir",
)


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    for job in world.flinks.jobs(unit):
        seen: set[Path] = set()
        for problem in _other_version(job):
            if problem.path not in seen:
                seen.add(problem.path)
                yield replace(problem, at=unit.locate(job.obj, problem.path, False))
        yield from _none(job, world)


def _containers(job: Job) -> Iterator[Container]:
    for pod in job.pods:
        for template in pod.sources:
            yield from template.containers()


def _other_version(job: Job) -> Iterator[Problem]:
    """A plugin of another release than the image, where the image says its own."""
    for container in _containers(job):
        image = container.data.get("image") or job.spec.get("image")
        stock = _STOCK.search(str(image))
        for number, variable in container.listed("env"):
            text = str(variable.get("value", ""))
            versions = set(_JAR.findall(text)) if variable.get("name") == _VARIABLE else set()
            if stock and versions - {stock[1]}:
                wanted = text
                for version in versions:
                    wanted = wanted.replace(version, stock[1])
                yield Problem(
                    f"the image is Flink {stock[1]} and has no {text}",
                    f"write {wanted}",
                    path=(*container.at, "env", number, "value"),
                    object=job.obj.label,
                )


def _none(job: Job, world: World) -> Iterator[Problem]:
    """s3:// in Flink's own image, and nothing brings a file system."""
    image = str(job.spec.get("image") or "")
    if not _STOCK.search(image) or _brings(job):
        return
    for key in _DIRECTORIES:
        named = job.named(key)
        if named is None or not named[0].value.startswith(("s3://", "s3a://", "s3p://")):
            continue
        setting, config = named
        yield Problem(
            f"nothing in {image} serves {setting.value.partition('//')[0]}//",
            f"set {_VARIABLE}: flink-s3-fs-hadoop-{_version(image)}.jar for the pods",
            at=place(world, config, setting),
            path=setting.path,
            object=config.label,
        ).assuming("that it is Flink's own image")
        return


def _version(image: str) -> str:
    found = _STOCK.search(image)
    return found[1] if found else ""


def _brings(job: Job) -> bool:
    """Whether something else may bring it: the variable, a mount below plugins or lib."""
    for pod in job.pods:
        for container in pod.containers:
            names = {one.get("name") for _, one in container.listed("env")}
            mounts = [str(one.get("mountPath")) for _, one in container.listed("volumeMounts")]
            if (
                _VARIABLE in names
                or container.data.get("envFrom")
                or container.group != "containers"
            ):
                return True
            if any("plugin" in one or one.endswith("/lib") for one in mounts):
                return True
    return False
