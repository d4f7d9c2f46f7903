"""A Flink container with a read-only root has room where Flink and its entry point write.

Flink keeps BLOBs, uploads and local state in /tmp (io.tmp.dirs) and does not start where it cannot
make a folder there. The entry point of Flink's image writes FLINK_PROPERTIES into
/opt/flink/conf and links ENABLE_BUILT_IN_PLUGINS into /opt/flink/plugins; it only grumbles when it
cannot, and Flink starts without those options or without S3. With an operator the configuration is
a ConfigMap, so only the other folders count. Without /opt/flink/log the web interface shows no log,
a warning. Templates of the job, of its roles and its FlinkEnvironment are merged first. It is a
warning for images of other names, which may declare volumes of their own.

Bad:
    # file: overlays/dev/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - jobmanager.yaml
    # file: overlays/dev/jobmanager.yaml
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: jobmanager
      namespace: flink
    spec:
      selector:
        matchLabels:
          app: jobmanager
      template:
        metadata:
          labels:
            app: jobmanager
        spec:
          containers:
          - name: jobmanager
            image: flink:1.20.3-java17
            args: [jobmanager]
            env:
            - name: FLINK_PROPERTIES
              value: "jobmanager.rpc.address: jobmanager"
            securityContext:
              readOnlyRootFilesystem: true  # <- here

Good:
    # file: overlays/dev/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - jobmanager.yaml
    # file: overlays/dev/jobmanager.yaml
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: jobmanager
      namespace: flink
    spec:
      selector:
        matchLabels:
          app: jobmanager
      template:
        metadata:
          labels:
            app: jobmanager
        spec:
          containers:
          - name: jobmanager
            image: flink:1.20.3-java17
            args: [jobmanager]
            env:
            - name: FLINK_PROPERTIES
              value: "jobmanager.rpc.address: jobmanager"
            securityContext:
              readOnlyRootFilesystem: true
            volumeMounts:
            - {name: tmp, mountPath: /tmp}
            - {name: conf, mountPath: /opt/flink/conf}
            - {name: log, mountPath: /opt/flink/log}
          volumes:
          - {name: tmp, emptyDir: {}}
          - {name: conf, emptyDir: {}}
          - {name: log, emptyDir: {}}

Source: apache/flink-docker, docker-entrypoint.sh; Flink, "Configuration", io.tmp.dirs.
"""

import posixpath
import re
from collections.abc import Iterator

from msgspec import Struct

from overlaykit.findings import Problem
from overlaykit.kubernetes.flink import options, says, started
from overlaykit.kubernetes.images import read
from overlaykit.kubernetes.pods import MAIN, Container, Pod, flink_spec, pods
from overlaykit.repo.merged import place_of
from overlaykit.repo.operator_values import operator_texts
from overlaykit.repo.together import Placed
from overlaykit.repo.world import Unit, World
from overlaykit.source import Path

LEVEL = "error"

_HOME = "/opt/flink"
_FIELD: Path = ("securityContext", "readOnlyRootFilesystem")
# What the entry point writes into the configuration.
_WRITTEN = ("FLINK_PROPERTIES", "JOB_MANAGER_RPC_ADDRESS", "TASK_MANAGER_NUMBER_OF_TASK_SLOTS")


class _Want(Struct, frozen=True):
    """A folder that has to be writable, and what happens where it is not."""

    folder: str
    harm: str
    doubt: str = ""


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    here = world.together.of(unit)
    for obj in unit.objects:
        environment = here.environment_of(obj)
        if obj.kind == "FlinkComputePool" or (obj.kind == "FlinkApplication" and not environment):
            continue  # what CMF adds is not known
        told: set[str] = set()
        for pod in pods(obj, environment.obj if environment else None):
            for container in pod.containers:
                if not _is_main(pod, container) or not _is_read_only(container):
                    continue
                for want in _wants(unit, pod, container, environment, world):
                    if want.folder not in told and not _has_room(container, want.folder):
                        told.add(want.folder)
                        yield _problem(unit, pod, environment, container, want)


def _is_main(pod: Pod, container: Container) -> bool:
    """Whether a container starts a Flink process by the entry point of Flink's image."""
    if container.group != "containers":
        return False
    if pod.role:
        return container.name == MAIN
    return bool(started(container))


def _is_read_only(container: Container) -> bool:
    return container.part("securityContext").get("readOnlyRootFilesystem") is True


def _wants(
    unit: Unit, pod: Pod, container: Container, environment: Placed | None, world: World
) -> Iterator[_Want]:
    doubt = _doubt_of_image(pod, container, environment)
    folders, unsure = _tmp(unit, pod, environment, world)
    for folder in folders:
        harm = f"Flink makes its folders in {folder} and does not start"
        yield _Want(folder, harm, doubt or unsure)
    names = {str(one.get("name")) for _, one in container.listed("env")}
    if not pod.role and names & set(_WRITTEN):
        given = ", ".join(name for name in _WRITTEN if name in names)
        yield _Want(f"{_HOME}/conf", f"the entry point cannot write {given} there", doubt)
    if "ENABLE_BUILT_IN_PLUGINS" in names:
        harm = "the entry point cannot link ENABLE_BUILT_IN_PLUGINS there"
        yield _Want(f"{_HOME}/plugins", harm, doubt)
    if "FLINK_LOG_DIR" not in names and not _logs_elsewhere(unit, pod, environment):
        harm = "the web interface shows no log"
        yield _Want(f"{_HOME}/log", harm, doubt or "that the logging writes its file")


def _doubt_of_image(pod: Pod, container: Container, environment: Placed | None) -> str:
    """What is taken for granted of an image that is not Flink's own."""
    found = flink_spec(pod.obj)
    own = found[1].get("image") if found else None
    above = flink_spec(environment.obj) if environment else None
    given = (above[1].get("image") if above else None) or container.data.get("image") or own
    image = read(given)
    return "" if image and image.is_flink else "that its image declares no volume there"


def _tmp(unit: Unit, pod: Pod, environment: Placed | None, world: World) -> tuple[list[str], str]:
    """The folders for what is temporary, and what is taken for granted of them."""
    if not pod.role:
        return ([], "") if says(unit.objects, "io.tmp.dirs") else (["/tmp"], "")
    given = options(pod.obj, environment.obj if environment else None).get("io.tmp.dirs")
    given = given or world.config.operator_defaults.get("io.tmp.dirs")
    if given:
        return [one.strip() for one in re.split(r"[,|:]", given) if one.strip()], ""
    texts = operator_texts(unit.cluster, world)
    if texts is None and not world.config.operator_defaults:
        return ["/tmp"], "that the operator's default configuration has no io.tmp.dirs"
    return ([], "") if "io.tmp.dirs" in (texts or "") else (["/tmp"], "")


def _logs_elsewhere(unit: Unit, pod: Pod, environment: Placed | None) -> bool:
    if not pod.role:
        return says(unit.objects, "env.log.dir")
    return "env.log.dir" in options(pod.obj, environment.obj if environment else None)


def _has_room(container: Container, folder: str) -> bool:
    """Whether something is mounted at a folder or above; one over /opt/flink would hide Flink."""
    for _, mount in container.listed("volumeMounts"):
        at = posixpath.normpath(str(mount.get("mountPath", "")))
        # A ConfigMap is mounted over the configuration by many: nothing needs writing then.
        useless = mount.get("readOnly") is True and folder != f"{_HOME}/conf"
        if not useless and (folder == at or folder.startswith(f"{at.rstrip('/')}/")):
            return True
    return False


def _problem(
    unit: Unit, pod: Pod, environment: Placed | None, container: Container, want: _Want
) -> Problem:
    at, path = place_of(unit, pod, environment, container.name, _FIELD)
    message = (
        f"the root of container '{container.name}' is read-only and {want.folder} is no volume: "
        f"{want.harm}"
    )
    fix = f"mount an emptyDir at {want.folder}"
    if want.folder.endswith("/plugins"):
        fix += " that an init container fills from the image, or put the plugins into the image"
    problem = Problem(message, fix, at=at, path=path, object=pod.obj.label)
    return problem.assuming(want.doubt)
