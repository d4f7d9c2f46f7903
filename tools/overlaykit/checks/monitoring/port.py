"""A monitor scrapes a port that is there.

A ServiceMonitor names a port of the Service, a PodMonitor a declared port of a container, both by
name. With a name that is not there Prometheus has no target and says nothing. A Flink pod serves
metrics on the port of its reporter: another number is a target that is down.

Bad:
    # file: overlays/dev/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - service.yaml
    - monitor.yaml
    # file: overlays/dev/service.yaml
    apiVersion: v1
    kind: Service
    metadata:
      name: flink-metrics
      namespace: flink
      labels:
        app: flink-metrics
    spec:
      selector:
        type: flink-native-kubernetes
      ports:
      - name: metrics
        port: 9249
    # file: overlays/dev/monitor.yaml
    apiVersion: monitoring.coreos.com/v1
    kind: ServiceMonitor
    metadata:
      name: flink
      namespace: flink
    spec:
      selector:
        matchLabels:
          app: flink-metrics
      endpoints:
      - port: metric  # <- here

Good:
    # file: overlays/dev/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - service.yaml
    - monitor.yaml
    # file: overlays/dev/service.yaml
    apiVersion: v1
    kind: Service
    metadata:
      name: flink-metrics
      namespace: flink
      labels:
        app: flink-metrics
    spec:
      selector:
        type: flink-native-kubernetes
      ports:
      - name: metrics
        port: 9249
    # file: overlays/dev/monitor.yaml
    apiVersion: monitoring.coreos.com/v1
    kind: ServiceMonitor
    metadata:
      name: flink
      namespace: flink
    spec:
      selector:
        matchLabels:
          app: flink-metrics
      endpoints:
      - port: metrics

Source: Prometheus Operator, "ServiceMonitor" and "PodMonitor"; Flink, "Metric Reporters".
"""

from collections.abc import Iterator

from overlaykit.findings import Problem
from overlaykit.kubernetes.flink import options
from overlaykit.kubernetes.pods import Pod, mappings
from overlaykit.monitoring.reporters import reporters
from overlaykit.monitoring.scrape import Endpoint, Monitor, monitors, option_place, scraped
from overlaykit.repo.world import Unit, World

LEVEL = "error"


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    for monitor in monitors(unit, world):
        for endpoint in monitor.endpoints:
            yield from _absent(monitor, endpoint, world)
            yield from _silent(monitor, endpoint)


def _absent(monitor: Monitor, endpoint: Endpoint, world: World) -> Iterator[Problem]:
    """An endpoint whose port nothing that is selected has."""
    field, port = endpoint.port()
    if port is None or (isinstance(port, str) and "{" in port):
        return
    there = _there(monitor, field)
    if there is None or port in there or str(port) in there:
        return
    listed = ", ".join(sorted(map(str, there))) or "none with a name"
    what = "the selected pods declare" if monitor.is_of_pods else "the selected Service has"
    message = f"{what} no port '{port}' (there is: {listed})"
    fix = "write the name of a port that is there"
    if monitor.is_of_pods:
        fix += ", or declare it: ports of the container"
    path = (*endpoint.at, field)
    at = monitor.unit.locate(monitor.obj, path, False)
    problem = Problem(message, fix, at=at, path=path, object=monitor.obj.label)
    yield problem.assuming(_doubt(monitor, world))


def _there(monitor: Monitor, field: str) -> set[object] | None:
    """The ports of what is selected; None where nothing is, or where they are not known."""
    if not monitor.is_of_pods and field == "port":
        found = monitor.services()
        if not found or any(one.obj.draft for one in found):
            return None
        ports = [port for one in found for _, port in mappings(one.obj.get("spec", "ports"))]
        return {port.get("name") for port in ports} - {None}
    pods = [pod for pod in monitor.pods() if pod.obj.kind != "FlinkComputePool"]
    if not pods or any(pod.obj.draft for pod in pods):
        return None
    return {n for pod in pods for n in (*pod.ports, *pod.numbers) if n}


def _doubt(monitor: Monitor, world: World) -> str:
    unseen = monitor.opaque()
    if unseen:
        return f"that {unseen} brings nothing that it selects"
    makers = monitor.makers()
    if makers:
        return f"that the operator of {makers[0]} brings nothing that it selects"
    if not world.together.is_known(monitor.unit):
        return "that nothing from elsewhere is selected as well"
    return ""


def _silent(monitor: Monitor, endpoint: Endpoint) -> Iterator[Problem]:
    """Flink pods that serve metrics on another port than the one that is scraped."""
    for pod, number in scraped(monitor, endpoint):
        if (
            not number
            or not pod.role
            or pod.obj.kind == "FlinkComputePool"
            or _is_other(pod, number)
        ):
            continue
        settings = options(pod.obj, monitor.here.environment(pod.obj))
        found = reporters(settings)
        if found and not any(number in one.ports for one in found):
            yield _problem(monitor, endpoint, pod, number, found[0].port_key, settings)


def _is_other(pod: Pod, number: int) -> bool:
    """Whether a port belongs to a sidecar."""
    others = (c for c in pod.containers if c.name != "flink-main-container")
    return any(p.get("containerPort") == number for c in others for _, p in c.listed("ports"))


def _problem(
    monitor: Monitor, endpoint: Endpoint, pod: Pod, number: int, key: str, settings: dict[str, str]
) -> Problem:
    unit, obj, path = option_place(monitor, pod, key)
    if not path:
        unit, obj, path = monitor.unit, monitor.obj, (*endpoint.at, endpoint.port()[0])
    message = (
        f"{monitor.obj.label} scrapes port {number} of {pod.obj.label}, "
        f"whose reporter listens on {settings.get(key, '9249')}"
    )
    place = unit.locate(obj, path, False)
    fix = f"write {number} here, or scrape the other port"
    return Problem(message, fix, at=place, path=path, object=obj.label)
