"""An image is named by a tag that stays what it is.

Under latest, no tag, or a word such as stable or main another image comes with the next push: pods
of one Deployment run different code, a restart is an upgrade that nobody reviewed, and going back
in Git brings nothing back. For Flink's own images 1.20 or 1.20-java17 move too, and the operator's
flinkVersion no longer says what runs. imagePullPolicy Never runs only on nodes on which somebody
has put the image by hand. A version tag without a digest is no finding.

Bad:
    # file: overlays/dev/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - job.yaml
    - pod.yaml
    # file: overlays/dev/job.yaml
    apiVersion: flink.apache.org/v1beta1
    kind: FlinkDeployment
    metadata:
      name: orders
      namespace: flink
    spec:
      image: flink:1.20-java17  # <- here
      flinkVersion: v1_20
      serviceAccount: flink
      jobManager:
        resource: {cpu: 1, memory: 2048m}
      taskManager:
        resource: {cpu: 1, memory: 2048m}
    # file: overlays/dev/pod.yaml
    apiVersion: v1
    kind: Pod
    metadata:
      name: gateway
      namespace: flink
    spec:
      containers:
      - name: gateway
        image: registry.example.com:5000/gateway:latest  # <- here
        imagePullPolicy: Never  # <- here

Good:
    # file: overlays/dev/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - job.yaml
    - pod.yaml
    # file: overlays/dev/job.yaml
    apiVersion: flink.apache.org/v1beta1
    kind: FlinkDeployment
    metadata:
      name: orders
      namespace: flink
    spec:
      image: flink:1.20.3-java17
      flinkVersion: v1_20
      serviceAccount: flink
      jobManager:
        resource: {cpu: 1, memory: 2048m}
      taskManager:
        resource: {cpu: 1, memory: 2048m}
    # file: overlays/dev/pod.yaml
    apiVersion: v1
    kind: Pod
    metadata:
      name: gateway
      namespace: flink
    spec:
      containers:
      - name: gateway
        image: registry.example.com:5000/gateway:1.0.3

Source: Kubernetes, "Images"; Flink, "Docker Setup".
"""

from collections.abc import Iterator

from overlaykit.findings import Problem
from overlaykit.kubernetes.images import Image, read
from overlaykit.kubernetes.pods import CONFLUENT, flink_spec, mapping, templates
from overlaykit.render.objects import Object
from overlaykit.repo.build import SHOWN
from overlaykit.repo.world import Unit, World
from overlaykit.source import Path

LEVEL = "warning"

# These replace the image when a new one is pushed, and write its digest.
_TRIGGERS = "image.openshift.io/triggers"
_PINS = ("DeploymentConfig",)


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    for obj in unit.objects:
        if obj.kind in _PINS or _TRIGGERS in obj.annotations:
            continue
        for path, problem in _of_object(obj):
            at = unit.locate(obj, path, False)
            if not SHOWN & set(at.file.split("/")) or world.together.deployers(unit):
                yield Problem(*problem, at=at, path=path, object=obj.label)


def _of_object(obj: Object) -> Iterator[tuple[Path, tuple[str, str]]]:
    for path, value in _images(obj):
        image = read(value)
        if image is not None and image.moves:
            yield path, _told(image)
    for path, value in _policies(obj):
        if value == "Never":
            message = (
                "imagePullPolicy: Never runs only where somebody has put the image on the node"
            )
            yield path, (message, "write IfNotPresent, and push the image to a registry")


def _images(obj: Object) -> Iterator[tuple[Path, object]]:
    for template in templates(obj):
        for container in template.containers():
            yield (*container.at, "image"), container.data.get("image")
    found = flink_spec(obj)
    if found is not None:
        yield (*found[0], "image"), found[1].get("image")
    elif obj.group == CONFLUENT:
        for key, value in mapping(obj.get("spec", "image")).items():
            yield ("spec", "image", str(key)), value if key in ("application", "init") else None


def _policies(obj: Object) -> Iterator[tuple[Path, object]]:
    for template in templates(obj):
        for container in template.containers():
            yield (*container.at, "imagePullPolicy"), container.data.get("imagePullPolicy")
    found = flink_spec(obj)
    if found is not None:
        yield (*found[0], "imagePullPolicy"), found[1].get("imagePullPolicy")


def _told(image: Image) -> tuple[str, str]:
    """Message and fix for an image that moves."""
    what = f"the tag {image.tag} of {image.name} moves" if image.tag else f"{image.name} has no tag"
    return f"{what}: another image may run after a restart", (
        "write the whole version, such as flink:1.20.3-java17, or a digest"
        if image.is_flink
        else "write the tag of one release, or a digest"
    )
