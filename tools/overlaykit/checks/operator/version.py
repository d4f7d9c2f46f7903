"""flinkVersion is one that the operator supports, and the one of the image.

The operator refuses a resource without flinkVersion, or with one that it no longer supports. It
speaks to the cluster with the client and the options of that version: where the image holds
another one, jobs fail at the first call.

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
      flinkVersion: v1_19  # <- here
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

Source: Flink Kubernetes Operator, class DefaultValidator and FlinkVersion.
"""

from collections.abc import Iterator

from overlaykit.findings import Problem
from overlaykit.flink.versions import of_image, of_own_image
from overlaykit.kubernetes.pods import flink_spec
from overlaykit.operator.versions import flink_text
from overlaykit.render.objects import Object
from overlaykit.repo.operators import Operator
from overlaykit.repo.world import Unit, World
from overlaykit.source import Path

LEVEL = "error"


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    for verdict in world.operated.verdicts(unit, "version"):
        image = of_image(verdict.request.spec.get("image"))
        refuser = f"operator {verdict.operator.release.text}"
        if verdict.value is None:
            message = f"flinkVersion is missing: {refuser} refuses the resource"
        else:
            message = f"{refuser} does not support Flink {verdict.value}"
        newest = flink_text(verdict.operator.release.supported[-1])
        supported = image in verdict.operator.release.supported
        known = flink_text(image) if image and supported else ""
        fix = f"write flinkVersion: {known or f'v1_15 to {newest}, the one of the image'}"
        yield world.operated.problem(unit, verdict, message, fix)
    for obj, request, operator in world.operated.requests(unit):
        if obj.kind in ("FlinkSessionJob", "FlinkStateSnapshot") or request.flink is None:
            continue
        image = of_image(request.spec.get("image"))
        own = of_own_image(request.spec.get("image")) if image is None else None
        if image is not None and image != request.flink:
            yield _mismatch(unit, obj, flink_text(request.flink), flink_text(image))
        elif own is not None and own != request.flink:
            problem = _mismatch(unit, obj, flink_text(request.flink), flink_text(own))
            yield problem.assuming("that the image's tag begins with its Flink")
        elif operator.release.deprecates(request.flink) and not operator.release_doubt:
            yield _deprecated(unit, obj, flink_text(request.flink), operator)


def _path(obj: Object, field: str) -> Path:
    found = flink_spec(obj)
    return (*(found[0] if found else ("spec",)), field)


def _mismatch(unit: Unit, obj: Object, version: str, image: str) -> Problem:
    path = _path(obj, "flinkVersion")
    message = f"flinkVersion is {version}, and the image holds {image}"
    fix = f"write flinkVersion: {image}, or the image of {version}"
    return Problem(message, fix, at=unit.locate(obj, path, False), path=path, object=obj.label)


def _deprecated(unit: Unit, obj: Object, version: str, operator: Operator) -> Problem:
    path = _path(obj, "flinkVersion")
    message = f"operator {operator.release.text} deprecates {version}: a later one refuses it"
    fix = f"move to {flink_text(operator.release.supported[-1])} or another newer Flink"
    at = unit.locate(obj, path, False)
    return Problem(message, fix, at=at, path=path, object=obj.label, level="warning")
