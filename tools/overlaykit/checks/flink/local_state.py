"""State outlives the pod that wrote it.

Checkpoints, savepoints and the metadata of high availability have to be reached by the JobManager
and all TaskManagers, now and after a restart elsewhere. A path of the file system that no volume
covers is lost with the container, an emptyDir with the pod. A hostPath is on one node, a
ReadWriteOnce claim is mounted by one node at a time.

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
        execution.checkpointing.dir: file:///checkpoints  # <- here
      jobManager:
        resource:
          memory: 1600m
          cpu: 1
      taskManager:
        resource:
          memory: 1728m
          cpu: 1
      job:
        jarURI: local:///opt/flink/orders.jar
        parallelism: 1
        upgradeMode: savepoint

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
        execution.checkpointing.dir: s3://state/orders/checkpoints
      jobManager:
        resource:
          memory: 1600m
          cpu: 1
      taskManager:
        resource:
          memory: 1728m
          cpu: 1
      job:
        jarURI: local:///opt/flink/orders.jar
        parallelism: 1
        upgradeMode: savepoint

Source: Flink, "Checkpoint Storage"; Kubernetes, "Volumes", "Persistent Volumes", access modes.
"""

from collections.abc import Iterator
from typing import Any

from overlaykit.findings import Problem
from overlaykit.kubernetes.pods import Pod, mapping, mappings
from overlaykit.repo.flinks import Job, is_filled_in, place
from overlaykit.repo.together import Neighbours
from overlaykit.repo.world import Unit, World

LEVEL = "error"
# The directories, and the processes that need them.
_DIRECTORIES = {
    "state.checkpoints.dir": ("jobmanager", "taskmanager"),
    "state.savepoints.dir": ("jobmanager", "taskmanager"),
    "high-availability.storageDir": ("jobmanager",),
}
_FIX = "write a path in an object store, such as s3://BUCKET/{name}, or mount a shared volume there"


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    for job in world.flinks.jobs(unit):
        for key, roles in _DIRECTORIES.items():
            yield from _of_directory(job, key, roles, unit, world)


def _of_directory(
    job: Job, key: str, roles: tuple[str, ...], unit: Unit, world: World
) -> Iterator[Problem]:
    named = job.named(key)
    path = local(named[0].value) if named else ""
    if named is None or not path or job.text("kubernetes.pod-template-file.default"):
        return
    near = world.together.of(unit)
    namespace = world.together.namespace(unit, job.obj)
    pods = [pod for pod in job.pods if (job.role or pod.role) in roles]
    verdicts = [(pod, _verdict(pod, path, near, namespace)) for pod in pods]
    found = [(verdict, pod) for pod, verdict in verdicts if verdict]
    if not found:
        return
    setting, config = named
    (level, why), pod = min(found, key=lambda one: one[0])  # an error is worse than a warning
    worst = [one for one, _ in found if one[0] == level]
    partly = level == "error" and len(worst) < len(pods)
    if partly:
        why += f" in the pod of the {pod.role}"
    stateless = mapping(job.spec.get("job")).get("upgradeMode") == "stateless"
    yield Problem(
        f"{setting.key} {setting.value} {why}",
        _FIX.format(name=job.obj.name),
        at=place(world, config, setting),
        path=setting.path,
        object=config.label,
        level="warning" if stateless or level == "warning" else None,
    ).assuming(config.doubt or ("that the state of a task is more than 20 KB" if partly else ""))


def local(value: str) -> str:
    """The path of a directory in the file system of the pod; empty for any other."""
    if is_filled_in(value):
        return ""
    if value.startswith("/"):
        return value
    if not value.startswith("file:"):
        return ""
    rest = value.removeprefix("file:")
    return "/" + rest.lstrip("/")


def _verdict(pod: Pod, path: str, near: Neighbours, namespace: str) -> tuple[str, str] | None:
    """The level, and what is wrong with where a path of a pod is kept."""
    mount = _mount(pod, path)
    if mount is None:
        return "error", "is on no volume: it is lost with the container"
    volume = _volume(pod, str(mount.get("name")))
    if volume is None:
        return None  # of a claim template, or of a template that is not here
    if "emptyDir" in volume or "ephemeral" in volume:
        return "error", f"is on the emptyDir '{mount.get('name')}': it is lost with the pod"
    if "hostPath" in volume:
        return "warning", f"is on the hostPath '{mount.get('name')}': each node has its own"
    name = mapping(volume.get("persistentVolumeClaim")).get("claimName")
    claims = near.named("PersistentVolumeClaim", name, namespace) if isinstance(name, str) else []
    modes = [claim.obj.get("spec", "accessModes") for claim in claims]
    if any(_is_single(mode) for mode in modes):
        return "warning", f"is on the claim '{name}', which one node mounts at a time"
    return None


def _is_single(modes: Any) -> bool:
    single = {"ReadWriteOnce", "ReadWriteOncePod"}
    return isinstance(modes, list) and bool(modes) and set(map(str, modes)) <= single


def _mount(pod: Pod, path: str) -> dict[str, Any] | None:
    """The deepest mount that covers a path in a container that may be Flink's."""
    found: list[dict[str, Any]] = []
    for container in pod.containers:
        if container.group == "containers":
            mounts = [one for _, one in container.listed("volumeMounts")]
            found += [one for one in mounts if _covers(str(one.get("mountPath", "")), path)]
    return max(found, key=lambda one: len(str(one.get("mountPath"))), default=None)


def _covers(mount: str, path: str) -> bool:
    base = mount.rstrip("/") + "/"
    return bool(mount) and (path.rstrip("/") + "/").startswith(base)


def _volume(pod: Pod, name: str) -> dict[str, Any] | None:
    listed = mappings(pod.template.spec.get("volumes"))
    return next((one for _, one in listed if one.get("name") == name), None)
