"""ServiceMonitors and PodMonitors: what they look for, and what is there for them to find.

Source: Prometheus Operator, API reference of ServiceMonitor and PodMonitor.
"""

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from overlaykit.kubernetes.pods import Pod, flink_spec, mapping, mappings
from overlaykit.kubernetes.selectors import matches, selected
from overlaykit.render.objects import Object
from overlaykit.repo.together import Neighbours, Placed
from overlaykit.repo.world import Unit, World
from overlaykit.source import Path

GROUP = "monitoring.coreos.com"
_ENDPOINTS = {"ServiceMonitor": "endpoints", "PodMonitor": "podMetricsEndpoints"}


class Endpoint(Struct, frozen=True):
    """One port that a monitor scrapes."""

    data: dict[str, Any]
    at: Path

    def port(self) -> tuple[str, Any]:
        """The field that names the port, and its value."""
        for field in ("port", "portNumber", "targetPort"):
            if self.data.get(field) not in (None, ""):
                return field, self.data[field]
        return "", None


class Monitor(Struct):
    """A ServiceMonitor or PodMonitor with what it finds."""

    obj: Object
    unit: Unit
    namespace: str
    here: Neighbours

    @property
    def is_of_pods(self) -> bool:
        return self.obj.kind == "PodMonitor"

    @property
    def endpoints(self) -> list[Endpoint]:
        field = _ENDPOINTS[self.obj.kind]
        listed = mappings(self.obj.get("spec", field))
        return [Endpoint(item, ("spec", field, number)) for number, item in listed]

    @property
    def namespaces(self) -> list[str]:
        """Where it looks; an empty name means everywhere."""
        chosen = mapping(self.obj.get("spec", "namespaceSelector"))
        if chosen.get("any") is True:
            return [""]
        names = chosen.get("matchNames")
        return [str(n) for n in names] if isinstance(names, list) and names else [self.namespace]

    @property
    def selector(self) -> dict[str, Any]:
        return mapping(self.obj.get("spec", "selector"))

    def services(self, anywhere: bool = False) -> list[Placed]:
        """The Services that it selects."""
        return [
            one
            for namespace in ([""] if anywhere else self.namespaces)
            for one in self.here.of_kind("Service", namespace)
            if not one.obj.group and matches(self.selector, _labels(one.obj))
        ]

    def pods(self, anywhere: bool = False) -> list[Pod]:
        """The pods that it selects, as a PodMonitor or through the Services of a ServiceMonitor."""
        if self.is_of_pods:
            places = [""] if anywhere else self.namespaces
            return [pod for name in places for pod in selected(self.selector, self.here.pods(name))]
        return [pod for one in self.services(anywhere) for pod in behind(one, self.here)]

    def opaque(self) -> str:
        """What may bring targets that are not seen here; empty for nothing."""
        found = (self.here.opaque(namespace) for namespace in self.namespaces)
        return next((what for what in found if what), "")

    def makers(self) -> list[str]:
        """Custom resources whose operators may make targets where it looks."""
        return [
            one.obj.label
            for namespace in self.namespaces
            for one in self.here.pod_makers(namespace)
        ]


def monitors(unit: Unit, world: World) -> Iterator[Monitor]:
    """The monitors that a unit renders."""
    for obj in unit.objects:
        if obj.group == GROUP and obj.kind in _ENDPOINTS:
            namespace = world.together.namespace(unit, obj)
            yield Monitor(obj, unit, namespace, world.together.of(unit))


def behind(service: Placed, here: Neighbours) -> list[Pod]:
    """The pods of a Service."""
    chosen = service.obj.get("spec", "selector")
    return selected(chosen, here.pods(service.namespace), plain=True) if chosen else []


def _labels(obj: Object) -> dict[str, Any]:
    return mapping(obj.metadata.get("labels"))


def scraped(monitor: Monitor, endpoint: Endpoint) -> Iterator[tuple[Pod, int]]:
    """The pods of an endpoint, each with the number of the port there; 0 where it is not known."""
    field, port = endpoint.port()
    if monitor.is_of_pods:
        for pod in monitor.pods():
            yield pod, pod.ports.get(port, 0) if isinstance(port, str) else int(port or 0)
        return
    for service in monitor.services():
        for _, one in mappings(service.obj.get("spec", "ports")):
            if one.get("name") == port or field != "port":
                for pod in behind(service, monitor.here):
                    yield pod, target(one, pod)


def target(port: dict[str, Any], pod: Pod) -> int:
    """The port of a pod that a port of its Service leads to; 0 where it is not known."""
    found = port.get("targetPort", port.get("port"))
    if isinstance(found, str):
        return int(found) if found.isdigit() else pod.ports.get(found, 0)
    return found if isinstance(found, int) else 0


def option_place(monitor: Monitor, pod: Pod, key: str) -> tuple[Unit, Object, Path]:
    """Where an option of a Flink pod is written: in its environment, which outranks it, or in its
    own object; without a path where in neither. An empty key is the mapping of all options."""
    environment = monitor.here.environment_of(pod.obj)
    owners = [environment] if environment else []
    owners += [o for o in monitor.here.named(pod.obj.kind, pod.obj.name, "") if o.obj is pod.obj]
    for one in owners:
        spec = flink_spec(one.obj)
        at = (*(spec[0] if spec else ()), "flinkConfiguration", *([key] if key else []))
        if one.obj.get(*at) is not None:
            return one.unit, one.obj, at
    return monitor.unit, monitor.obj, ()
