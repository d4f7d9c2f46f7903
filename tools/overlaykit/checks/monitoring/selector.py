"""A monitor selects something.

A ServiceMonitor looks for labels of Services, a PodMonitor for labels of pods, in its own namespace
unless namespaceSelector names others. Where nothing has the labels there is no target, and nobody
is told. It is an error where everything that runs in those namespaces is here; silent where a chart
or the operator of another custom resource may bring a match, unless it is in a namespace that is
not looked into, which is a warning.

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
      namespace: monitoring
    spec:
      selector:  # <- here
        matchLabels:
          app: flink-metrics
      endpoints:
      - port: metrics

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
      namespace: monitoring
    spec:
      namespaceSelector:
        matchNames:
        - flink
      selector:
        matchLabels:
          app: flink-metrics
      endpoints:
      - port: metrics

Source: Prometheus Operator, "ServiceMonitor" and "PodMonitor".
"""

from collections.abc import Iterator

from overlaykit.findings import Problem
from overlaykit.kubernetes.selectors import describe, matches, selected
from overlaykit.monitoring.scrape import Monitor, monitors
from overlaykit.repo.world import Unit, World

LEVEL = "error"


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    for monitor in monitors(unit, world):
        if not _finds(monitor):
            yield from _lost(monitor, world)


def _finds(monitor: Monitor) -> bool:
    if not monitor.is_of_pods:
        return bool(monitor.services())
    return any(matches(monitor.selector, pod.labels) for pod in monitor.pods())


def _lost(monitor: Monitor, world: World) -> Iterator[Problem]:
    what = "pod" if monitor.is_of_pods else "Service"
    chosen = describe(monitor.selector) or "anything"
    where = ", ".join(f"'{name}'" for name in monitor.namespaces if name)
    message = f"no {what}{f' in namespace {where}' if where else ''} has the labels {chosen}"
    fix = f"write the labels of the {what}"
    elsewhere = _elsewhere(monitor)
    if elsewhere:
        message += f"; it is in namespace '{elsewhere}'"
        fix = f"write namespaceSelector: {{matchNames: [{elsewhere}]}}, or move one of both"
    doubt = _doubt(monitor, world)
    if doubt is None and not elsewhere:
        return
    path = ("spec", "selector")
    at = monitor.unit.locate(monitor.obj, path, True)
    problem = Problem(message, fix, at=at, path=path, object=monitor.obj.label)
    yield problem.assuming("that nothing unseen is selected" if doubt is None else doubt)


def _elsewhere(monitor: Monitor) -> str:
    """The namespace in which the thing is, if it is one that the monitor does not look into."""
    if monitor.is_of_pods:
        everywhere = monitor.here.placed_pods("")
        found = {where for pod, where in everywhere if selected(monitor.selector, [pod])}
    else:
        found = {one.namespace for one in monitor.services(anywhere=True)}
    names = found - {""}
    return names.pop() if len(names) == 1 else ""


def _doubt(monitor: Monitor, world: World) -> str | None:
    """What an error takes for granted; None where too little is known for a word."""
    if monitor.opaque() or not all(monitor.namespaces) or not monitor.selector:
        return None
    if monitor.is_of_pods and monitor.pods():
        return "that CMF gives no cluster of a statement these labels"
    if monitor.makers():
        return None
    if not world.together.is_known(monitor.unit):
        return "that nothing from elsewhere has them"
    return ""
