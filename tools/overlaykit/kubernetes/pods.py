"""The pods that objects make: where their templates stand, and what they look like in the end.

Controllers hold one template. The Flink kinds hold up to three, a common one and one for each role,
which the operator merges (source: Flink Kubernetes Operator, "Pod template").
"""

from collections.abc import Iterator
from functools import cached_property
from typing import Any

from msgspec import Struct, field

from overlaykit.render.objects import Object
from overlaykit.source import Path

FLINK = "flink.apache.org"
CONFLUENT = "platform.confluent.io"
MAIN = "flink-main-container"

_TEMPLATES: dict[tuple[str, str], Path] = {
    ("", "Pod"): (),
    ("", "ReplicationController"): ("spec", "template"),
    ("apps", "Deployment"): ("spec", "template"),
    ("apps", "StatefulSet"): ("spec", "template"),
    ("apps", "DaemonSet"): ("spec", "template"),
    ("apps", "ReplicaSet"): ("spec", "template"),
    ("apps.openshift.io", "DeploymentConfig"): ("spec", "template"),
    ("argoproj.io", "Rollout"): ("spec", "template"),
    ("batch", "Job"): ("spec", "template"),
    ("batch", "CronJob"): ("spec", "jobTemplate", "spec", "template"),
}
# Where a Flink kind keeps what the operator's FlinkDeployment has in `spec`.
FLINK_SPECS: dict[tuple[str, str], Path] = {
    (FLINK, "FlinkDeployment"): ("spec",),
    (FLINK, "FlinkBlueGreenDeployment"): ("spec", "template", "spec"),
    (CONFLUENT, "FlinkApplication"): ("spec",),
    (CONFLUENT, "FlinkComputePool"): ("spec", "clusterSpec"),
    (CONFLUENT, "FlinkEnvironment"): ("spec", "flinkApplicationDefaults", "spec"),
}
# Flink's own ports, which the operator declares (source: Flink, KubernetesUtils and decorators).
ROLE_PORTS: dict[str, dict[str, int]] = {
    "jobmanager": {"rest": 8081, "jobmanager-rpc": 6123, "blobserver": 6124},
    "taskmanager": {"taskmanager-rpc": 6122},
}
_CONTAINERS = ("initContainers", "containers", "ephemeralContainers")


class Container(Struct, frozen=True):
    """A container with its path in the object; `group` is the list that it stands in."""

    data: dict[str, Any]
    at: Path
    group: str = "containers"

    @property
    def name(self) -> str:
        return str(self.data.get("name", ""))

    def part(self, name: str) -> dict[str, Any]:
        return mapping(self.data.get(name))

    def listed(self, name: str) -> list[tuple[int, dict[str, Any]]]:
        return mappings(self.data.get(name))


class Template(Struct, frozen=True):
    """A pod template as somebody wrote it, at `at` in its object."""

    data: dict[str, Any]
    at: Path

    @property
    def spec(self) -> dict[str, Any]:
        return mapping(self.data.get("spec"))

    @property
    def labels(self) -> dict[str, Any]:
        return mapping(mapping(self.data.get("metadata")).get("labels"))

    def containers(self) -> Iterator[Container]:
        for group in _CONTAINERS:
            for number, item in mappings(self.spec.get(group)):
                yield Container(item, (*self.at, "spec", group, number), group)


class Pod(Struct, frozen=True, dict=True):
    """A pod that will run; `open_keys`: labels whose value nobody here knows.

    `role` is Flink's, empty for other pods; `sources` are the templates that were merged, the last
    to write first.
    """

    obj: Object
    template: Template
    labels: dict[str, str]
    role: str = ""
    open_keys: frozenset[str] = frozenset()
    sources: tuple[Template, ...] = field(default=())

    @cached_property
    def containers(self) -> list[Container]:
        return list(self.template.containers())

    @property
    def ports(self) -> dict[str, int]:
        """Named container ports, the ones that the operator declares among them."""
        found = dict(ROLE_PORTS.get(self.role, {}))
        for container in self.containers:
            for _, port in container.listed("ports"):
                if isinstance(port.get("name"), str):
                    number = port.get("containerPort")
                    found[port["name"]] = number if isinstance(number, int) else 0
        return found

    @property
    def numbers(self) -> set[int]:
        """Declared container ports."""
        found = set(self.ports.values())
        for container in self.containers:
            found |= {
                p["containerPort"] for _, p in container.listed("ports") if "containerPort" in p
            }
        return found

    def is_open(self, key: str) -> bool:
        """Whether a label may have any value: CMF adds some of its own."""
        return key in self.open_keys or (bool(self.role) and key.startswith(f"{CONFLUENT}/"))


def mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def mappings(value: Any) -> list[tuple[int, dict[str, Any]]]:
    """The mappings of a list with their numbers."""
    listed = value if isinstance(value, list) else []
    return [(number, item) for number, item in enumerate(listed) if isinstance(item, dict)]


def flink_spec(obj: Object) -> tuple[Path, dict[str, Any]] | None:
    """Where an object says how a Flink cluster runs, and what; None for other objects."""
    at = FLINK_SPECS.get((obj.group, obj.kind))
    return None if at is None else (at, mapping(obj.get(*at)))


def templates(obj: Object) -> Iterator[Template]:
    """The pod templates of an object, as they stand there."""
    at = _TEMPLATES.get((obj.group, obj.kind))
    if at is not None:
        yield Template(mapping(obj.get(*at)) if at else obj.data, at)
        return
    found = flink_spec(obj)
    if found is not None:
        for part in (
            ("podTemplate",),
            ("jobManager", "podTemplate"),
            ("taskManager", "podTemplate"),
        ):
            data = obj.get(*found[0], *part)
            if isinstance(data, dict):
                yield Template(data, (*found[0], *part))


def pods(obj: Object, environment: Object | None = None) -> list[Pod]:
    """The pods that an object makes; CMF lays a FlinkApplication over its environment."""
    if (obj.group, obj.kind) in _TEMPLATES:
        [template] = templates(obj)
        labels = {str(k): str(v) for k, v in template.labels.items()}
        return [Pod(obj, template, labels, sources=(template,))]
    if obj.kind == "FlinkEnvironment" or flink_spec(obj) is None:
        return []
    return [_flink_pod(obj, role, environment) for role in ROLE_PORTS]


def _flink_pod(obj: Object, role: str, environment: Object | None) -> Pod:
    at, spec = flink_spec(obj) or ((), {})
    own = list(templates(obj))
    part = "jobManager" if role == "jobmanager" else "taskManager"
    mine = [t for t in own if t.at[len(at)] in ("podTemplate", part)]
    merged: dict[str, Any] = {}
    for template in (*(templates(environment) if environment else ()), *mine):
        merged = overlay(merged, template.data)
    place = mine[-1].at if mine else (*at, "podTemplate")
    whole = Template(overlay({"spec": {"containers": [{"name": MAIN}]}}, merged), place)
    labels = {str(k): str(v) for k, v in whole.labels.items()}
    mode = "standalone" if spec.get("mode") == "standalone" else "native"
    labels |= {"app": obj.name, "component": role, "type": f"flink-{mode}-kubernetes"}
    # CMF names the clusters of statements; blue and green have suffixes.
    unknown = obj.kind in ("FlinkComputePool", "FlinkBlueGreenDeployment")
    keys = frozenset({"app"}) if unknown else frozenset[str]()
    return Pod(obj, whole, labels, role, keys, tuple(reversed(mine)))


def overlay(below: Any, above: Any) -> Any:
    """One template over another: mappings key by key, lists item by item.

    Items of the same name are one (by position where an item has none): what the operator does
    with `merge-arrays-by-name`, and equal to its merge by position where the order is the same.
    """
    if isinstance(below, dict) and isinstance(above, dict):
        merged = dict(below)
        for key, value in above.items():
            merged[key] = overlay(merged[key], value) if key in merged else value
        return merged
    if isinstance(below, list) and isinstance(above, list):
        return _overlay_lists(below, above)
    return above


def _overlay_lists(below: list[Any], above: list[Any]) -> list[Any]:
    merged = list(below)
    names = {
        item["name"]: n for n, item in enumerate(below) if isinstance(item, dict) and "name" in item
    }
    for item in above:
        name = item.get("name") if isinstance(item, dict) else None
        if name in names:
            merged[names[name]] = overlay(merged[names[name]], item)
        elif item not in merged:
            merged.append(item)
    return merged
