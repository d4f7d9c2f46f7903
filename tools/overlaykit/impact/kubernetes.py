"""What applying a change does to the objects of Kubernetes itself: which fields cannot be changed,
what makes pods roll, what goes with a deletion.

Source: the validation of updates in Kubernetes, pkg/apis/{apps,batch,core,rbac,storage}/validation.
"""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from overlaykit.impact.effects import (
    APPLIED,
    NOTHING,
    Changed,
    Effect,
    Level,
    Verdict,
    below,
    differences,
)
from overlaykit.kubernetes.pods import mapping
from overlaykit.operator.sizes import BadQuantity, amount

Key = tuple[str, str]
ROLLING: tuple[Key, ...] = (
    ("apps", "Deployment"),
    ("apps", "StatefulSet"),
    ("apps", "DaemonSet"),
    ("argoproj.io", "Rollout"),
    ("apps.openshift.io", "DeploymentConfig"),
)
# What may be changed of a StatefulSet; the rest of its spec may not.
_STATEFUL = frozenset(
    {
        *("replicas", "ordinals", "template", "updateStrategy", "minReadySeconds"),
        *("persistentVolumeClaimRetentionPolicy", "revisionHistoryLimit"),
    }
)
_JOB = ("template", "selector", "completionMode", "podFailurePolicy", "backoffLimitPerIndex")
_CLAIM = ("resources", "volumeAttributesClassName")
_STORAGE = ("provisioner", "parameters", "reclaimPolicy", "volumeBindingMode")
Find = Callable[[dict[str, Any], dict[str, Any]], Iterator[Changed]]


def refused(kind: Key, before: dict[str, Any], after: dict[str, Any]) -> list[Changed]:
    """The changes of an object that the API server refuses."""
    found = _IMMUTABLE.get(kind)
    return list(found(before, after)) if found else []


def changed(kind: Key, before: dict[str, Any], after: dict[str, Any]) -> Verdict:
    """What happens to an object that may be changed."""
    found = [one for one in differences(before, after) if not _is_about(one)]
    if not found:
        return NOTHING
    if kind in ROLLING:
        return _rolled(kind, found)
    if kind == ("batch", "CronJob"):
        why = "it counts from the next run on"
        return Verdict(Effect.UPDATED, Level.CHANGE, why, "", tuple(found))
    return Verdict(Effect.UPDATED, Level.CHANGE, APPLIED, "", tuple(found))


def _is_about(one: Changed) -> bool:
    return one.path[:1] in (("apiVersion",), ("status",))


def _rolled(kind: Key, found: list[Changed]) -> Verdict:
    template = below(found, "spec", "template")
    if template:
        state = "volumes stay" if kind[1] == "StatefulSet" else ""
        return Verdict(Effect.ROLLED, Level.RESTART, "its pods are replaced", state, template)
    replicas = below(found, "spec", "replicas")
    if replicas:
        why = "pods are added or taken away; the others run on"
        return Verdict(Effect.SCALED, Level.SCALE, why, "", replicas)
    return Verdict(Effect.UPDATED, Level.CHANGE, APPLIED, "", tuple(found))


def deleted(kind: Key) -> tuple[str, Level, str]:
    """(state, level, why) of an object that is deleted."""
    return _DELETED.get(kind, ("", Level.RECREATE, "it is deleted"))


_DELETED: dict[Key, tuple[str, Level, str]] = {
    ("", "PersistentVolumeClaim"): (
        "lost, unless its volume is retained",
        Level.LOSS,
        "the claim is deleted, and its volume with it where the storage class says so",
    ),
    ("", "Namespace"): (
        "lost",
        Level.LOSS,
        "the namespace is deleted with everything in it",
    ),
    ("apps", "StatefulSet"): (
        "the claims of its pods stay",
        Level.RECREATE,
        "its pods are deleted",
    ),
    ("apps", "Deployment"): ("", Level.RECREATE, "its pods are deleted"),
    ("apiextensions.k8s.io", "CustomResourceDefinition"): (
        "lost",
        Level.LOSS,
        "every object of the kind on the cluster is deleted with it",
    ),
}


def _fields(*paths: str) -> Find:
    """A finder of changes at dotted paths."""

    def find(before: dict[str, Any], after: dict[str, Any]) -> Iterator[Changed]:
        for text in paths:
            path = tuple(text.split("."))
            old, new = _at(before, path), _at(after, path)
            if old != new:
                yield Changed(path, old, new)

    return find


def _at(value: Any, path: tuple[str, ...]) -> Any:
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _spec_but(allowed: frozenset[str] | tuple[str, ...]) -> Find:
    """A finder of changes of a spec outside the allowed fields."""

    def find(before: dict[str, Any], after: dict[str, Any]) -> Iterator[Changed]:
        old, new = mapping(before.get("spec")), mapping(after.get("spec"))
        for name in dict.fromkeys([*old, *new]):
            if name not in allowed and old.get(name) != new.get(name):
                yield Changed(("spec", name), old.get(name), new.get(name))

    return find


def _stateful_set(before: dict[str, Any], after: dict[str, Any]) -> Iterator[Changed]:
    yield from _spec_but(_STATEFUL)(before, after)


def _job(before: dict[str, Any], after: dict[str, Any]) -> Iterator[Changed]:
    yield from _fields(*(f"spec.{name}" for name in _JOB))(before, after)
    indexed = _at(after, ("spec", "completionMode")) == "Indexed"
    yield from () if indexed else _fields("spec.completions")(before, after)


def _claim(before: dict[str, Any], after: dict[str, Any]) -> Iterator[Changed]:
    # What is left out on a side may be what Kubernetes itself filled in.
    for one in _spec_but(_CLAIM)(before, after):
        if one.before is not None and one.after is not None:
            yield one
    path = ("spec", "resources", "requests", "storage")
    old, new = _at(before, path), _at(after, path)
    if _bytes(new) < _bytes(old):
        yield Changed(path, old, new)


def _bytes(value: Any) -> Decimal:
    try:
        return Decimal(str(amount(str(value)))) if value is not None else Decimal(0)
    except (BadQuantity, ArithmeticError):
        return Decimal(0)


def _service(before: dict[str, Any], after: dict[str, Any]) -> Iterator[Changed]:
    # An address that is left out stays what it was given.
    path = ("spec", "clusterIP")
    old, new = _at(before, path), _at(after, path)
    external = "ExternalName" in (_at(before, ("spec", "type")), _at(after, ("spec", "type")))
    if new and old != new and not external:
        yield Changed(path, old, new)


def _packed(before: dict[str, Any], after: dict[str, Any]) -> Iterator[Changed]:
    """A ConfigMap or Secret; one that is immutable stays so."""
    if before.get("immutable") is True:
        for name in ("data", "binaryData", "stringData", "immutable"):
            yield from _fields(name)(before, after)
    if (before.get("type") or "Opaque") != (after.get("type") or "Opaque"):
        yield Changed(("type",), before.get("type"), after.get("type"))


_IMMUTABLE: dict[Key, Find] = {
    ("apps", "Deployment"): _fields("spec.selector"),
    ("apps", "DaemonSet"): _fields("spec.selector"),
    ("apps", "ReplicaSet"): _fields("spec.selector"),
    ("apps", "StatefulSet"): _stateful_set,
    ("batch", "Job"): _job,
    ("", "PersistentVolumeClaim"): _claim,
    ("", "Service"): _service,
    ("", "ConfigMap"): _packed,
    ("", "Secret"): _packed,
    ("rbac.authorization.k8s.io", "RoleBinding"): _fields("roleRef"),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"): _fields("roleRef"),
    ("storage.k8s.io", "StorageClass"): _fields(*_STORAGE),
    ("apiextensions.k8s.io", "CustomResourceDefinition"): _fields(
        "spec.group", "spec.scope", "spec.names.kind", "spec.names.plural"
    ),
}
