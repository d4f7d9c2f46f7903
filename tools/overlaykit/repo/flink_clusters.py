"""The Flink clusters that units make, and the network policies of their pods."""

import re
from collections.abc import Iterator
from typing import Any

from msgspec import Struct, field

from overlaykit.kubernetes.flink import options, started, texts
from overlaykit.kubernetes.netpol import (
    EGRESS,
    NAME,
    End,
    directions,
    is_for_others,
    may_select,
    peers,
    reaches,
    selects,
)
from overlaykit.kubernetes.pods import Pod, flink_spec, mapping, pods
from overlaykit.kubernetes.selectors import matches
from overlaykit.render.objects import Object
from overlaykit.repo.together import Neighbours, Placed
from overlaykit.repo.world import Unit, World

Rule = dict[str, Any]
_SYSTEM = ("kube-system", "openshift-dns", "default", "openshift-kube-apiserver")
_HA = re.compile(r"high-availability(?:\.type)?:\s*[\"']?(?:kubernetes\b|\S*KubernetesHa)", re.I)
ROLES = {"jobmanager": "JobManager", "taskmanager": "TaskManagers"}


class FlinkCluster(Struct, frozen=True):
    """A Flink cluster; `settings` as far as they are known."""

    label: str
    jobmanager: End
    taskmanager: End
    settings: dict[str, str]
    by_operator: bool
    needs_api: bool  # of the JobManager
    has_ha: bool

    def port(self, key: str, default: int) -> int:
        text = self.settings.get(key, "")
        return int(text) if text.isdigit() else default


class Closed(Struct):
    """A pod with the policies of its namespace: those that select it, and those that may."""

    end: End
    unit: Unit
    here: Neighbours
    sure: list[Placed] = field(default_factory=list)
    maybe: list[Placed] = field(default_factory=list)

    def is_closed(self, direction: str) -> bool:
        return any(direction in directions(one.obj) for one in self.sure)

    def rules(self, direction: str) -> list[Rule]:
        both = [one.obj for one in (*self.sure, *self.maybe)]
        return [r for obj in both if direction in directions(obj) for r in listed(obj, direction)]

    def to_pod(self, direction: str, other: End) -> list[Rule]:
        """The rules under which another pod is a peer."""
        home = self.end.namespace
        return [
            rule
            for rule in self.rules(direction)
            if not peers(rule, direction)
            or any(reaches(p, home, other, self._labels) for p in peers(rule, direction))
        ]

    def outside(self, direction: str, ends: list[End]) -> list[Rule]:
        """The rules for somebody else than the pods of `ends`."""
        home = self.end.namespace
        return [
            rule
            for rule in self.rules(direction)
            if not peers(rule, direction)
            or any(is_for_others(p, home, ends) for p in peers(rule, direction))
        ]

    def to_system(self) -> list[Rule]:
        """The rules under which DNS or the API server may be a peer."""
        return [
            rule
            for rule in self.rules(EGRESS)
            if not peers(rule, EGRESS) or any(_is_system(p) for p in peers(rule, EGRESS))
        ]

    def _labels(self, namespace: str) -> dict[str, Any] | None:
        found = self.here.named("Namespace", namespace, "")
        return mapping(found[0].obj.metadata.get("labels")) if found else None


def listed(policy: Object, direction: str) -> list[Rule]:
    found = policy.get("spec", direction)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def words(policy: Object) -> int:
    """How much a policy says of the pods that it selects."""
    chosen = mapping(policy.get("spec", "podSelector"))
    return len(mapping(chosen.get("matchLabels"))) + len(chosen.get("matchExpressions") or ())


def _is_system(peer: dict[str, Any]) -> bool:
    if "ipBlock" in peer:
        return True
    if "namespaceSelector" not in peer:
        return False
    chosen = peer["namespaceSelector"]
    return any(matches(chosen, {NAME: one}, lambda key: key != NAME) for one in _SYSTEM)


def flink_clusters(unit: Unit, world: World, here: Neighbours) -> Iterator[FlinkCluster]:
    """The Flink clusters of a unit whose namespace is known."""
    for obj in unit.objects:
        environment = here.environment_of(obj)
        if obj.kind == "FlinkComputePool" or (obj.kind == "FlinkApplication" and not environment):
            continue
        found = {pod.role: pod for pod in pods(obj, environment.obj if environment else None)}
        name = environment.obj.get("spec", "kubernetesNamespace") if environment else None
        namespace = name if isinstance(name, str) else world.together.namespace(unit, obj)
        if len(found) == len(ROLES) and namespace:
            settings = options(obj, environment.obj if environment else None)
            yield _of_operators_kind(obj, found, namespace, settings)
    yield from _standalone(unit, world)


def _of_operators_kind(
    obj: Object, found: dict[str, Pod], namespace: str, settings: dict[str, str]
) -> FlinkCluster:
    text = "\n".join(f"{key}: {value}" for key, value in settings.items())
    spec = flink_spec(obj)
    has_ha = _HA.search(text) is not None
    native = spec is not None and spec[1].get("mode") != "standalone"
    known = {"taskmanager.rpc.port": "6122", "blob.server.port": "6124"} | settings
    ends = (End(found["jobmanager"], namespace), End(found["taskmanager"], namespace))
    return FlinkCluster(obj.label, *ends, known, True, native or has_ha, has_ha)


def _standalone(unit: Unit, world: World) -> Iterator[FlinkCluster]:
    """The Flink cluster that Deployments of a unit make, if there is just one."""
    found: dict[str, list[End]] = {}
    for obj in unit.objects:
        for pod in pods(obj) if flink_spec(obj) is None else ():
            role = role_of(pod)
            if role:
                end = End(pod, world.together.namespace(unit, obj))
                found.setdefault(role, []).append(end)
    if [len(found.get(role, ())) for role in ROLES] != [1, 1]:
        return
    [jobmanager], [taskmanager] = found["jobmanager"], found["taskmanager"]
    if jobmanager.namespace and jobmanager.namespace == taskmanager.namespace:
        text = "\n".join(texts(unit.objects))
        ports = {m[1]: m[2] for m in re.finditer(r"([\w.]+\.port):\s*[\"']?(\d+)", text)}
        has_ha = _HA.search(text) is not None
        label = jobmanager.pod.obj.label
        settings = {"blob.server.port": "6124"} | ports
        yield FlinkCluster(label, jobmanager, taskmanager, settings, False, has_ha, has_ha)


def role_of(pod: Pod) -> str:
    found = (started(c) for c in pod.containers if c.group == "containers")
    return next((role for role in found if role), "")


def policies(end: End, unit: Unit, here: Neighbours) -> Closed | None:
    """The policies of a pod; None where one of them is not read as it will be."""
    closed = Closed(end, unit, here)
    for one in here.of_kind("NetworkPolicy", end.namespace):
        if one.obj.draft:
            return None
        if one.namespace == end.namespace and selects(one.obj, end.pod):
            closed.sure.append(one)
        elif may_select(one.obj, end.pod):
            closed.maybe.append(one)
    return closed
