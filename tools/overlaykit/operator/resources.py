"""What the operator refuses of the JobManager and TaskManagers: memory, storage, how many.

Source: the operator's class DefaultValidator, validateJmSpec and validateTmSpec.
"""

from collections.abc import Iterator
from typing import Any

from overlaykit.kubernetes.pods import mapping
from overlaykit.operator.derived import derives
from overlaykit.operator.request import Rejection, Request
from overlaykit.operator.requirements import has_memory
from overlaykit.operator.requirements import refusals as requirement_refusals
from overlaykit.operator.shape import integer, is_null
from overlaykit.operator.sizes import memory_refusal, storage_refusal
from overlaykit.source import Path

_NAMES = {"jobManager": "JobManager", "taskManager": "TaskManager"}


def job_manager(request: Request) -> Iterator[Rejection]:
    part = request.spec.get("jobManager")
    yield from _memory(request, "jobManager")
    if not isinstance(part, dict):
        return
    yield from _resource(request, "jobManager")
    path: Path = ("spec", "jobManager", "replicas")
    replicas = integer(part.get("replicas", 1))
    if replicas < 1:
        message = "JobManager replicas should not be configured less than one."
        yield Rejection("replicas", message, path)
    elif replicas > 1 and not request.settings.is_highly_available:
        message = "High availability should be enabled when starting standby JobManagers."
        yield Rejection("standby", message, path)


def task_manager(request: Request) -> Iterator[Rejection]:
    part = request.spec.get("taskManager")
    yield from _memory(request, "taskManager")
    if not isinstance(part, dict):
        return
    yield from _resource(request, "taskManager")
    if not is_null(part.get("replicas")) and integer(part["replicas"]) < 1:
        message = "TaskManager replicas should not be configured less than one."
        yield Rejection("replicas", message, ("spec", "taskManager", "replicas"))


def _memory(request: Request, part: str) -> Iterator[Rejection]:
    """Either `resource.memory` is there, or Flink can work it out from its options."""
    spec = mapping(request.spec.get(part))
    written = str(mapping(spec.get("resource")).get("memory") or "").strip()
    if written or (request.release.is_main and has_memory(spec.get("resources"))):
        return
    if derives(part, request.settings, request.release.library):
        return
    message = f"{_NAMES[part]} resource memory must be defined using `spec.{part}.resource.memory`"
    if request.release.is_main:
        message += f" or `spec.{part}.resources.requests.memory`"
    path: Path = ("spec", part, "resource", "memory")
    yield Rejection("memory", message, path)


def _resource(request: Request, part: str) -> Iterator[Rejection]:
    name, spec = _NAMES[part], mapping(request.spec.get(part))
    resource, path = mapping(spec.get("resource")), ("spec", part, "resource")
    said = _parse_errors(name, resource)
    if said:
        field = "memory" if "resource memory" in said[0] else "ephemeralStorage"
        yield Rejection("quantity", "".join(said), (*path, field))
    if request.release.is_main:
        at: Path = ("spec", part, "resources")
        messages = requirement_refusals(name, spec.get("resources"))
        if messages:
            yield Rejection(
                "requirements", "; ".join(m for m, _ in messages), (*at, *messages[0][1])
            )


def _parse_errors(name: str, resource: dict[str, Any]) -> list[str]:
    found = []
    memory, storage = resource.get("memory"), resource.get("ephemeralStorage")
    if memory is not None and (why := memory_refusal(str(memory))):
        found.append(f"{name} resource memory parse error: {why}")
    if storage is not None and (why := storage_refusal(str(storage))):
        found.append(f"{name} resource ephemeral storage parse error: {why}")
    return found
