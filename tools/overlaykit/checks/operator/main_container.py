"""The container of Flink in a pod template is flink-main-container.

The operator lays its own container of that name over the template. Under any other name it is a
second container beside Flink, and what was meant for Flink does not reach it. CPU and memory of
the main container come from resource, and those of the template are overwritten.

Bad:
    # file: flink/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - orders.yaml
    # file: flink/orders.yaml
    apiVersion: flink.apache.org/v1beta1
    kind: FlinkDeployment
    metadata:
      name: orders
      namespace: flink
    spec:
      image: flink:1.20
      flinkVersion: v1_20
      serviceAccount: flink
      flinkConfiguration:
        taskmanager.numberOfTaskSlots: "2"
      podTemplate:
        spec:
          containers:
          - name: flink  # <- here
            env:
            - name: TZ
              value: UTC
      jobManager:
        resource:
          cpu: 1
          memory: 2048m
      taskManager:
        resource:
          cpu: 1
          memory: 2048m
      job:
        jarURI: local:///opt/flink/usrlib/orders.jar
        parallelism: 2
        upgradeMode: stateless

Good:
    # file: flink/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - orders.yaml
    # file: flink/orders.yaml
    apiVersion: flink.apache.org/v1beta1
    kind: FlinkDeployment
    metadata:
      name: orders
      namespace: flink
    spec:
      image: flink:1.20
      flinkVersion: v1_20
      serviceAccount: flink
      flinkConfiguration:
        taskmanager.numberOfTaskSlots: "2"
      podTemplate:
        spec:
          containers:
          - name: flink-main-container
            env:
            - name: TZ
              value: UTC
      jobManager:
        resource:
          cpu: 1
          memory: 2048m
      taskManager:
        resource:
          cpu: 1
          memory: 2048m
      job:
        jarURI: local:///opt/flink/usrlib/orders.jar
        parallelism: 2
        upgradeMode: stateless

Source: Flink Kubernetes Operator, "Pod template"; Flink, class KubernetesUtils.
"""

from collections.abc import Iterator

from overlaykit.findings import Problem
from overlaykit.flink.versions import of_image
from overlaykit.kubernetes.pods import MAIN, Container, Template, mapping, templates
from overlaykit.render.objects import Object
from overlaykit.repo.operated import is_operated
from overlaykit.repo.world import Unit, World

LEVEL = "warning"

_NAMES = frozenset({"flink", "jobmanager", "taskmanager", "job-manager", "task-manager", "main"})
_FACTOR = "kubernetes.{role}.{what}.limit-factor"


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    for obj in unit.objects:
        if is_operated(obj) or obj.kind in ("FlinkEnvironment", "FlinkComputePool"):
            for template in templates(obj):
                yield from _template(unit, obj, template)


def _template(unit: Unit, obj: Object, template: Template) -> Iterator[Problem]:
    listed = [one for one in template.containers() if one.group == "containers"]
    main = [one for one in listed if one.name == MAIN]
    for container in listed:
        if not main and _is_flinks(container):
            at = unit.locate(obj, (*container.at, "name"), False)
            message = (
                f"container '{container.name}' runs beside Flink: the operator looks for {MAIN}"
            )
            fix = f"write name: {MAIN}"
            path = (*container.at, "name")
            yield Problem(message, fix, at=at, path=path, object=obj.label)
    for container in main:
        yield from _resources(unit, obj, container)


def _is_flinks(container: Container) -> bool:
    """Whether a container is meant to be Flink's: by its name, its image, or what it lacks."""
    image = container.data.get("image")
    return container.name in _NAMES or image is None or of_image(image) is not None


def _resources(unit: Unit, obj: Object, container: Container) -> Iterator[Problem]:
    for section in ("requests", "limits"):
        amounts = mapping(container.part("resources").get(section))
        for what in ("cpu", "memory"):
            if what not in amounts:
                continue
            path = (*container.at, "resources", section, what)
            part = "taskManager" if "taskManager" in container.at else "jobManager"
            message = f"{section}.{what} of {MAIN} is overwritten by {part}.resource"
            fix = f"write resource.{what}"
            if section == "limits":
                fix += f", and {_FACTOR.format(role=part.lower(), what=what)} for a higher limit"
            at = unit.locate(obj, path, False)
            yield Problem(message, fix, at=at, path=path, object=obj.label)
