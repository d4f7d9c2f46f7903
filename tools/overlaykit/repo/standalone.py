"""The layers of a plain pod that runs Flink: mounted files, the image's entry point, arguments.

The entry point of Flink's image writes options of its own and FLINK_PROPERTIES into the file of the
image. It cannot write to a ConfigMap: then both have no effect, and Flink starts all the same.
Source: apache/flink-docker, docker-entrypoint.sh.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from overlaykit.flink.configuration import FILES, Setting
from overlaykit.kubernetes.flink import started
from overlaykit.kubernetes.pods import Container, Template, mapping, mappings
from overlaykit.repo import layers
from overlaykit.repo.effective import Configured
from overlaykit.repo.flinks import Config, Job
from overlaykit.repo.layers import Origin, Stack, put_config

if TYPE_CHECKING:
    from overlaykit.repo.world import Unit, World

_PORTS = {"blob.server.port": "6124", "query.server.port": "6125"}
_VARIABLES = {
    "JOB_MANAGER_RPC_ADDRESS": "jobmanager.rpc.address",
    "TASK_MANAGER_NUMBER_OF_TASK_SLOTS": "taskmanager.numberOfTaskSlots",
}


def of_pods(world: "World", unit: "Unit", job: Job) -> Configured:
    """A plain pod that runs Flink."""
    namespace = world.together.namespace(unit, job.obj)
    at = unit.locate(job.obj, ("metadata", "name"), False)
    done = Configured(job.obj, unit, namespace, at, job.version, None, "plain pods", job.role)
    done.notes = _put_all(done.stack, world, unit, job)
    if not _is_mounted(job):
        done.assuming.append("that the file of the image sets nothing else")
    return done


def _put_all(stack: Stack, world: "World", unit: "Unit", job: Job) -> list[str]:
    """All that sets options of a plain pod, and what is to be said about it."""
    template = job.pods[0].template
    container = next((c for c in template.containers() if started(c)), None)
    is_fixed = _is_mounted(job)
    for config in job.layers:
        _put(stack, world, unit, config, (*FILES, "data"), layers.FILES)
    if container is not None and not is_fixed:
        _put_entry_point(stack, unit, job, container)
    written = [one for one in job.config.settings if one.layer == "FLINK_PROPERTIES"]
    if not is_fixed:
        _put(stack, world, unit, job.config, ("FLINK_PROPERTIES",), layers.PROPERTIES)
    _put(stack, world, unit, job.config, ("-D",), layers.ARGUMENT)
    if is_fixed and written:
        return ["FLINK_PROPERTIES has no effect: the configuration is mounted, nobody can write it"]
    return []


def _is_mounted(job: Job) -> bool:
    """Whether the whole configuration is a ConfigMap: nothing of the image's own is left."""
    template = job.pods[0].template
    return any(_is_fixed(template, one) for one in template.containers())


def _put(
    stack: Stack,
    world: "World",
    unit: "Unit",
    config: Config,
    kinds: tuple[str, ...],
    layer: str,
) -> None:
    kept: list[Setting] = [one for one in config.settings if one.layer in kinds]
    put_config(stack, world, unit, config, layer, kept)


def _put_entry_point(stack: Stack, unit: "Unit", job: Job, container: Container) -> None:
    why = "the image's entry point"
    for key, value in _PORTS.items():
        stack.put(key, Origin(value, layers.ENTRY_POINT, None, "", "", why))
    named = {str(one.get("name")): (number, one) for number, one in container.listed("env")}
    for variable, key in _VARIABLES.items():
        if variable in named:
            number, one = named[variable]
            at = unit.locate(job.obj, (*container.at, "env", number, "value"), False)
            text, is_open = str(one.get("value", "of the pod")), "value" not in one
            label, layer = job.obj.label, layers.ENTRY_POINT
            stack.put(key, Origin(text, layer, at, label, variable, why, is_open))
        elif variable == "JOB_MANAGER_RPC_ADDRESS":
            text = "the pod's host name"
            stack.put(key, Origin(text, layers.ENTRY_POINT, None, "", "", why, True))


def _is_fixed(template: Template, container: Container) -> bool:
    """Whether a container's configuration is a ConfigMap, which nobody can write to."""
    fixed = {str(one.get("name")) for one in _volumes(template)}
    for _, mount in container.listed("volumeMounts"):
        parts = str(mount.get("mountPath", "")).rstrip("/").split("/")
        if "conf" in parts[-2:] and mount.get("name") in fixed:
            return parts[-1] in ("conf", *FILES)
    return False


def _volumes(template: Template) -> Iterator[dict[str, Any]]:
    for _, volume in mappings(template.spec.get("volumes")):
        if mapping(volume.get("configMap")) or mapping(volume.get("projected")):
            yield volume
