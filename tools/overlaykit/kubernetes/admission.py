"""What Pod Security admission refuses (source: Kubernetes, "Pod Security Standards")."""

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from overlaykit.kubernetes.pods import Container, Template, mapping, mappings
from overlaykit.source import Path

ENFORCE = "pod-security.kubernetes.io/enforce"
LEVELS = ("baseline", "restricted")

# What the baseline lets a container add.
_CAPABILITIES = frozenset(
    {
        *("AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "SETFCAP"),
        *("NET_BIND_SERVICE", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"),
    }
)
_VOLUMES = frozenset(
    {
        *("configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim"),
        *("projected", "secret", "image"),
    }
)


class Refusal(Struct, frozen=True):
    """Why a pod is refused; `path` is inside of the pod's spec or of `container`."""

    what: str
    fix: str
    path: Path
    container: str = ""


def refusals(template: Template, level: str) -> Iterator[Refusal]:
    """Every rule of a level that a pod breaks."""
    if mapping(template.spec.get("os")).get("name") == "windows":
        return
    yield from _baseline_pod(template.spec)
    for container in template.containers():
        yield from _baseline_container(container)
    if level == "restricted":
        yield from _restricted_pod(template.spec)
        for container in template.containers():
            yield from _restricted_container(
                container, mapping(template.spec.get("securityContext"))
            )


def _baseline_pod(spec: dict[str, Any]) -> Iterator[Refusal]:
    for field in ("hostNetwork", "hostPID", "hostIPC"):
        if spec.get(field) is True:
            yield Refusal(f"{field} is on", f"remove {field}", (field,))
    for number, volume in mappings(spec.get("volumes")):
        if "hostPath" in volume:
            path: Path = ("volumes", number, "hostPath")
            fix = "mount a PersistentVolumeClaim or an emptyDir"
            yield Refusal(f"the volume '{volume.get('name')}' is a hostPath", fix, path)
    yield from _seccomp(mapping(spec.get("securityContext")), "")


def _seccomp(context: dict[str, Any], container: str) -> Iterator[Refusal]:
    if mapping(context.get("seccompProfile")).get("type") == "Unconfined":
        path = ("securityContext", "seccompProfile", "type")
        yield Refusal("seccomp is Unconfined", "write type: RuntimeDefault", path, container)


def _baseline_container(container: Container) -> Iterator[Refusal]:
    context, name = container.part("securityContext"), container.name
    if context.get("privileged") is True:
        path: Path = ("securityContext", "privileged")
        yield Refusal(f"{name} is privileged", "remove privileged", path, name)
    added = mapping(context.get("capabilities")).get("add")
    for capability in added if isinstance(added, list) else ():
        if str(capability) not in _CAPABILITIES:
            path = ("securityContext", "capabilities", "add")
            yield Refusal(f"{name} adds the capability {capability}", "remove it", path, name)
    for number, port in container.listed("ports"):
        if port.get("hostPort"):
            path = ("ports", number, "hostPort")
            yield Refusal(
                f"{name} takes the host's port {port['hostPort']}", "remove it", path, name
            )
    yield from _seccomp(context, name)


def _restricted_pod(spec: dict[str, Any]) -> Iterator[Refusal]:
    for number, volume in mappings(spec.get("volumes")):
        kinds = [key for key in volume if key != "name"]
        for kind in kinds:
            if kind not in _VOLUMES and kind != "hostPath":
                path: Path = ("volumes", number, kind)
                what = f"the volume '{volume.get('name')}' is of type {kind}"
                yield Refusal(what, "mount a PersistentVolumeClaim", path)
    if mapping(spec.get("securityContext")).get("runAsUser") == 0:
        path = ("securityContext", "runAsUser")
        yield Refusal("runAsUser is 0, root", "write another user", path)


def _restricted_container(container: Container, pod: dict[str, Any]) -> Iterator[Refusal]:
    if container.group == "ephemeralContainers":
        return
    context, name = container.part("securityContext"), container.name
    if context.get("allowPrivilegeEscalation") is not False:
        path: Path = ("securityContext", "allowPrivilegeEscalation")
        what = f"allowPrivilegeEscalation of {name} is not false"
        yield Refusal(what, "write allowPrivilegeEscalation: false", path, name)
    capabilities = mapping(context.get("capabilities"))
    dropped = capabilities.get("drop")
    if "ALL" not in (dropped if isinstance(dropped, list) else ()):
        path = ("securityContext", "capabilities", "drop")
        yield Refusal(f"{name} does not drop all capabilities", "write drop: [ALL]", path, name)
    yield from _added(capabilities, name)
    if context.get("runAsUser") == 0:
        path = ("securityContext", "runAsUser")
        yield Refusal(f"runAsUser of {name} is 0, root", "write another user", path, name)
    yield from _inherited(context, pod, name)


def _added(capabilities: dict[str, Any], name: str) -> Iterator[Refusal]:
    """What the baseline allows and the restricted level does not."""
    listed = capabilities.get("add")
    for capability in listed if isinstance(listed, list) else ():
        if str(capability) in _CAPABILITIES and str(capability) != "NET_BIND_SERVICE":
            path = ("securityContext", "capabilities", "add")
            yield Refusal(f"{name} adds the capability {capability}", "remove it", path, name)


def _inherited(context: dict[str, Any], pod: dict[str, Any], name: str) -> Iterator[Refusal]:
    """What the pod may say for its containers; where nobody does, the pod is the place for it."""
    own = context.get("runAsNonRoot")
    if (own if own is not None else pod.get("runAsNonRoot")) is not True:
        where = name if own is not None else ""
        what = f"runAsNonRoot is not true{f' for {name}' if where else ''}"
        yield Refusal(what, "write runAsNonRoot: true", ("securityContext", "runAsNonRoot"), where)
    profile = mapping(context.get("seccompProfile") or pod.get("seccompProfile")).get("type")
    if profile not in ("RuntimeDefault", "Localhost", "Unconfined"):
        fix = "write seccompProfile: {type: RuntimeDefault}"
        yield Refusal("seccompProfile is not set", fix, ("securityContext", "seccompProfile"))
