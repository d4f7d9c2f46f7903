"""What the operator refuses of `job`: directories that its upgrade mode needs, and parallelism.

Source: the operator's class DefaultValidator, validateJobSpec.
"""

from collections.abc import Iterator

from overlaykit.kubernetes.pods import mapping
from overlaykit.operator.autoscaler import nanoseconds
from overlaykit.operator.request import Rejection, Request
from overlaykit.operator.settings import MAX_AGE, PERIODIC_SAVEPOINTS, checkpoints, savepoints
from overlaykit.operator.shape import integer, is_null
from overlaykit.source import Path


def refusals(request: Request) -> Iterator[Rejection]:
    if request.job is not None:
        yield from _checkpoints(request)
        yield from _savepoints(request)
        yield from _parallelism(request)


def _checkpoints(request: Request) -> Iterator[Rejection]:
    option = checkpoints(request.release)
    if request.upgrade_mode != "stateless" and request.settings.is_blank(option):
        message = (
            f"Checkpoint directory[{option.key}] must be defined for last-state and savepoint "
            "upgrade modes"
        )
        yield Rejection("checkpoint-dir", message, ("spec", "job", "upgradeMode"), option.key)


def _savepoints(request: Request) -> Iterator[Rejection]:
    option, settings = savepoints(request.release), request.settings
    if not settings.is_blank(option):
        return
    job: Path = ("spec", "job")
    if request.upgrade_mode == "savepoint":
        message = "Job could not be upgraded with savepoint while config key[{key}] is not set"
        yield _missing(message, (*job, "upgradeMode"), option.key)
    if not is_null((request.job or {}).get("savepointTriggerNonce")):
        message = (
            "Savepoint could not be manually triggered for the running job while config "
            "key[{key}] is not set"
        )
        yield _missing(message, (*job, "savepointTriggerNonce"), option.key)
    if name := settings.name(PERIODIC_SAVEPOINTS):
        message = "Periodic savepoints cannot be enabled when config key[{key}] is not set"
        yield _missing(message, request.at(name), option.key)
    if name := settings.name(MAX_AGE):
        nanoseconds(settings, MAX_AGE, 0)
        message = (
            "In order to use max-checkpoint age functionality config key[{key}] must be set to "
            "allow triggering savepoint upgrades."
        )
        yield _missing(message, request.at(name), option.key)


def _missing(message: str, path: Path, key: str) -> Rejection:
    return Rejection("savepoint-dir", message.format(key=key), path, key)


def _parallelism(request: Request) -> Iterator[Rejection]:
    managers = mapping(request.spec.get("taskManager"))
    replicas = None if request.session is not None else managers.get("replicas")
    if not is_null(replicas):
        if integer(replicas) < 1:
            message = "TaskManager replicas must be larger than 0"
            yield Rejection("parallelism", message, ("spec", "taskManager", "replicas"))
    elif integer((request.job or {}).get("parallelism")) < 1:
        message = "Job parallelism must be larger than 0"
        yield Rejection("parallelism", message, ("spec", "job", "parallelism"))
