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

import difflib
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
    there = _there(monitor, field, world)
    if there is None or port in there:
        return
    close = difflib.get_close_matches(str(port), [n for n in there if isinstance(n, str)], 1)
    # What a chart or an operator brings may have the port, unless the name looks misspelt.
    unseen = monitor.opaque() or next(iter(monitor.makers()), "")
    if unseen and not close:
        return
    path = (*endpoint.at, field)
    at = monitor.unit.locate(monitor.obj, path, False)
    fix = _fix(monitor, port, there, close)
    problem = Problem(
        _message(monitor, port, there), fix, at=at, path=path, object=monitor.obj.label
    )
    doubt = f"that {unseen} brings nothing that it selects" if unseen else ""
    if not unseen and not world.together.is_known(monitor.unit):
        doubt = "that nothing from elsewhere is selected as well"
    yield problem.assuming(doubt)


def _message(monitor: Monitor, port: object, there: set[object]) -> str:
    names = sorted(one for one in there if isinstance(one, str))
    numbers = sorted(one for one in there if isinstance(one, int))
    words = [*names, *(f"{number} without a name" for number in numbers)]
    what = "the selected pods declare" if monitor.is_of_pods else "the selected Service has"
    return f"{what} no port '{port}' (there is: {', '.join(words) or 'none with a name'})"


def _fix(monitor: Monitor, port: object, there: set[object], close: list[str]) -> str:
    if close:
        return f"write '{close[0]}'"
    if monitor.is_of_pods and str(port).isdigit() and int(str(port)) in there:
        return f"write portNumber: {port}, or give the port a name"
    fix = "write the name of a port that is there"
    return f"{fix}, or declare it: ports of the container" if monitor.is_of_pods else fix


def _there(monitor: Monitor, field: str, world: World) -> set[object] | None:
    """The ports of what is selected; None where nothing is, or where they are not known.

    Only names count for `port`. A monitor of a folder that nobody deploys is compared with its own
    folder: what others with the same labels have may be for another cluster.
    """
    alone = not world.together.is_known(monitor.unit)
    own = {id(obj) for obj in monitor.unit.objects} if alone else set()
    if not monitor.is_of_pods and field == "port":
        found = [one for one in monitor.services() if not alone or id(one.obj) in own]
        if not found or any(one.obj.draft for one in found):
            return None
        ports = [port for one in found for _, port in mappings(one.obj.get("spec", "ports"))]
        return {port.get("name") for port in ports} - {None}
    pods = [pod for pod in monitor.pods() if pod.obj.kind != "FlinkComputePool"]
    pods = [pod for pod in pods if not alone or id(pod.obj) in own]
    if not pods or any(pod.obj.draft for pod in pods):
        return None
    named = {number for pod in pods for number in pod.ports.values()}
    numbers = {number for pod in pods for number in pod.numbers}
    names = {name for pod in pods for name in pod.ports}
    return names | (numbers if field != "port" else numbers - named)


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
