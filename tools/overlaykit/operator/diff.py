"""What a change of a specification is to the operator: nothing, a scaling, an upgrade, a redeploy.

The strongest of all changes decides. Fields are compared as the operator's API classes hold them:
what is left out has its default there, "2" is 2, and an unknown field is not there at all.
Source: the operator's classes ReflectiveDiffBuilder, JobSpec, TaskManagerSpec, AbstractFlinkSpec
and FlinkDeploymentSpec, 1.10 to 1.15 and main.
"""

from collections.abc import Callable, Iterator, Mapping
from enum import IntEnum
from typing import Any

from msgspec import Struct

from overlaykit.kubernetes.pods import mapping
from overlaykit.operator.request import mode_of
from overlaykit.operator.settings import flatten, java_double
from overlaykit.operator.shape import integer, is_null
from overlaykit.operator.sizes import BadQuantity, amount
from overlaykit.source import Path


class Kind(IntEnum):
    """The classes of changes, the weakest first."""

    IGNORE = 0
    SCALE = 1
    UPGRADE = 2
    SAVEPOINT_REDEPLOY = 3


class Change(Struct, frozen=True):
    """One field that changed; for an option the last step of the path is its flat key."""

    path: Path
    before: Any
    after: Any
    kind: Kind


Read = Callable[[Any], Any]
_SCALES = ("pipeline.jobvertex-parallelism-overrides",)
_IGNORED = ("job.autoscaler", "parallelism.default", "kubernetes.operator")


def changes(
    before: Mapping[str, Any], after: Mapping[str, Any], mode: str = "", session: bool = False
) -> list[Change]:
    """Every change between two specifications of a FlinkDeployment, or of a FlinkSessionJob.

    `mode` is that of the cluster, native or standalone; a FlinkDeployment says its own.
    """
    mode = mode or mode_of(after)
    found = [*_job(before, after, mode), *_options(before, after, mode)]
    found += _field(before, after, ("restartNonce",), _nonce, Kind.UPGRADE, nothing_is_ignored=True)
    if session:
        return [*found, *_field(before, after, ("deploymentName",), _text, Kind.UPGRADE)]
    for name, read in _FIELDS.items():
        found += _field(before, after, (name,), read, Kind.UPGRADE)
    return [*found, *_task_manager(before, after, mode)]


def kind(found: list[Change]) -> Kind:
    """The strongest of some changes; IGNORE of none."""
    return max((one.kind for one in found), default=Kind.IGNORE)


def _field(
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    path: Path,
    read: Read,
    strength: Kind,
    nothing_is_ignored: bool = False,
    default: Any = None,
) -> Iterator[Change]:
    name = str(path[-1])
    old, new = read(before.get(name, default)), read(after.get(name, default))
    if old != new and not (nothing_is_ignored and new is None):
        yield Change(path, before.get(name), after.get(name), strength)


def _job(before: Mapping[str, Any], after: Mapping[str, Any], mode: str) -> Iterator[Change]:
    old, new = before.get("job"), after.get("job")
    if old is None or new is None:
        if old is not new:
            yield Change(("job",), old, new, Kind.UPGRADE)
        return
    scale = Kind.SCALE if mode == "standalone" else Kind.UPGRADE
    old, new = mapping(old), mapping(new)
    yield from _field(old, new, ("job", "parallelism"), integer, scale)
    for name, (read, default) in _JOB_FIELDS.items():
        yield from _field(old, new, ("job", name), read, Kind.UPGRADE, default=default)
    for name, read in _JOB_IGNORED.items():
        default = "stateless" if name == "upgradeMode" else None
        yield from _field(old, new, ("job", name), read, Kind.IGNORE, default=default)
    path: Path = ("job", "savepointRedeployNonce")
    yield from _field(old, new, path, _nonce, Kind.SAVEPOINT_REDEPLOY, nothing_is_ignored=True)


def _task_manager(
    before: Mapping[str, Any], after: Mapping[str, Any], mode: str
) -> Iterator[Change]:
    old, new = before.get("taskManager"), after.get("taskManager")
    if old is None or new is None:
        if old is not new:
            yield Change(("taskManager",), old, new, Kind.UPGRADE)
        return
    scale = Kind.SCALE if mode == "standalone" else Kind.UPGRADE
    old, new = mapping(old), mapping(new)
    yield from _field(old, new, ("taskManager", "replicas"), _nonce, scale)
    yield from _field(old, new, ("taskManager", "resource"), _resource, Kind.UPGRADE)
    yield from _field(old, new, ("taskManager", "podTemplate"), _model, Kind.UPGRADE)


def _options(before: Mapping[str, Any], after: Mapping[str, Any], mode: str) -> Iterator[Change]:
    old, new = (flatten(one.get("flinkConfiguration")) for one in (before, after))
    for key in sorted({*old, *new}):
        if old.get(key) != new.get(key):
            path: Path = ("flinkConfiguration", key)
            yield Change(path, old.get(key), new.get(key), option_kind(key, mode))


def option_kind(key: str, mode: str) -> Kind:
    """What a change of an option is."""
    if key.startswith(_IGNORED):
        return Kind.IGNORE
    return Kind.SCALE if key.startswith(_SCALES) and mode == "native" else Kind.UPGRADE


def _text(value: Any) -> Any:
    return None if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _texts(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _text(item) for key, item in value.items()}
    return None if value is None else [_text(item) for item in value]


def _nonce(value: Any) -> Any:
    return None if is_null(value) else integer(value)


def _flag(value: Any) -> Any:
    return None if is_null(value) else str(value).lower() == "true"


def _resource(value: Any) -> Any:
    if not isinstance(value, dict):
        return None
    cpu = value.get("cpu")
    cores = None if is_null(cpu) else java_double(str(cpu))
    return cores, _text(value.get("memory")), _text(value.get("ephemeralStorage"))


def _job_manager(value: Any) -> Any:
    if not isinstance(value, dict):
        return None
    replicas = integer(value.get("replicas", 1))
    return _resource(value.get("resource")), replicas, _model(value.get("podTemplate"))


def _ingress(value: Any) -> Any:
    if not isinstance(value, dict):
        return None
    texts = [_text(value.get(name)) for name in ("template", "className")]
    maps = [_texts(value.get(name)) for name in ("annotations", "labels")]
    tls = value.get("tls")
    return texts, maps, None if tls is None else [_model(one) for one in tls]


# Fields of Kubernetes that are maps: an empty one is one that is not there.
_MAPS = frozenset(
    {
        *("labels", "annotations", "nodeSelector", "limits", "requests", "matchLabels", "options"),
        *("volumeAttributes", "overhead", "driver"),
    }
)
_AMOUNTS = frozenset({"limits", "requests", "overhead"})


def _model(value: Any, name: str = "") -> Any:
    """A Kubernetes value as its model class holds it: amounts by what they come to."""
    if isinstance(value, dict):
        if name in _AMOUNTS:
            return {key: _amount(item) for key, item in value.items()}
        items = {key: _model(item, key) for key, item in value.items()}
        return {key: item for key, item in items.items() if not _is_nothing(key, item)}
    if isinstance(value, list):
        return [_model(item) for item in value]
    return _amount(value) if name == "sizeLimit" else value


def _is_nothing(key: str, value: Any) -> bool:
    return value is None or value == [] or (value == {} and key in _MAPS)


def _amount(value: Any) -> Any:
    try:
        return amount(str(value))
    except BadQuantity:
        return value


_FIELDS: dict[str, Read] = {
    "image": _text,
    "imagePullPolicy": _text,
    "serviceAccount": _text,
    "flinkVersion": _text,
    "ingress": _ingress,
    "podTemplate": _model,
    "jobManager": _job_manager,
    "logConfiguration": _texts,
    "mode": _text,
}
_JOB_FIELDS: dict[str, tuple[Read, Any]] = {
    "jarURI": (_text, None),
    "entryClass": (_text, None),
    "args": (_texts, []),
    "state": (_text, "running"),
}
_JOB_IGNORED: dict[str, Read] = {
    "savepointTriggerNonce": _nonce,
    "initialSavepointPath": _text,
    "checkpointTriggerNonce": _nonce,
    "upgradeMode": _text,
    "allowNonRestoredState": _flag,
    "autoscalerResetNonce": _nonce,
}
