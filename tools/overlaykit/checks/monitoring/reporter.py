"""What Prometheus scrapes has a reporter that listens.

Flink opens port 9249 only where its configuration switches the Prometheus reporter on. A monitor
without it is a target that is down. The options of the job, of its environment and the operator's
defaults are looked at; where the operator's are not here, it is a warning.

Bad:
    # file: overlays/dev/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - job.yaml
    - monitor.yaml
    # file: overlays/dev/job.yaml
    apiVersion: flink.apache.org/v1beta1
    kind: FlinkDeployment
    metadata:
      name: orders
      namespace: flink
    spec:
      image: flink:1.20.3-java17
      flinkVersion: v1_20
      serviceAccount: flink
      flinkConfiguration:  # <- here
        taskmanager.numberOfTaskSlots: "2"
      podTemplate:
        spec:
          containers:
          - name: flink-main-container
            ports:
            - name: metrics
              containerPort: 9249
      jobManager:
        resource: {cpu: 1, memory: 2048m}
      taskManager:
        resource: {cpu: 1, memory: 2048m}
    # file: overlays/dev/monitor.yaml
    apiVersion: monitoring.coreos.com/v1
    kind: PodMonitor
    metadata:
      name: orders
      namespace: flink
    spec:
      selector:
        matchLabels:
          app: orders
      podMetricsEndpoints:
      - port: metrics

Good:
    # file: overlays/dev/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - job.yaml
    - monitor.yaml
    # file: overlays/dev/job.yaml
    apiVersion: flink.apache.org/v1beta1
    kind: FlinkDeployment
    metadata:
      name: orders
      namespace: flink
    spec:
      image: flink:1.20.3-java17
      flinkVersion: v1_20
      serviceAccount: flink
      flinkConfiguration:
        metrics.reporter.prom.factory.class: >-
          org.apache.flink.metrics.prometheus.PrometheusReporterFactory
      podTemplate:
        spec:
          containers:
          - name: flink-main-container
            ports:
            - name: metrics
              containerPort: 9249
      jobManager:
        resource: {cpu: 1, memory: 2048m}
      taskManager:
        resource: {cpu: 1, memory: 2048m}
    # file: overlays/dev/monitor.yaml
    apiVersion: monitoring.coreos.com/v1
    kind: PodMonitor
    metadata:
      name: orders
      namespace: flink
    spec:
      selector:
        matchLabels:
          app: orders
      podMetricsEndpoints:
      - port: metrics

Source: Flink, "Metric Reporters"; Flink Kubernetes Operator, "Default Configuration".
"""

import re
from collections.abc import Iterator

from overlaykit.findings import Problem
from overlaykit.kubernetes.flink import is_flink, options, says
from overlaykit.kubernetes.pods import Pod, flink_spec
from overlaykit.monitoring.reporters import reporters
from overlaykit.monitoring.scrape import Endpoint, Monitor, monitors, option_place, scraped
from overlaykit.repo.operator_values import operator_texts
from overlaykit.repo.world import Unit, World

LEVEL = "error"

_FACTORY = "org.apache.flink.metrics.prometheus.PrometheusReporterFactory"
_KEY = "metrics.reporter.prom.factory.class"
# Not the operator's own reporter.
_DEFAULT = re.compile(r"(?<!operator\.)metrics\.reporter\.[^.\s]+\.(?:factory\.)?class")


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    for monitor in monitors(unit, world):
        told: set[str] = set()
        for endpoint in monitor.endpoints:
            for pod, number in scraped(monitor, endpoint):
                if pod.obj.label in told or _is_sidecar(pod, number):
                    continue
                told.add(pod.obj.label)
                if pod.obj.kind == "FlinkComputePool":
                    continue  # its statements bring options of their own
                if pod.role:
                    yield from _of_operator(monitor, pod, world)
                elif is_flink(pod):
                    yield from _of_image(monitor, endpoint, pod)


def _is_sidecar(pod: Pod, number: int) -> bool:
    """Whether the port is known to be of another container than Flink's."""
    flink = "flink-main-container" if pod.role else ""
    others = (c for c in pod.containers if flink and c.name != flink)
    return any(p.get("containerPort") == number for c in others for _, p in c.listed("ports"))


def _of_operator(monitor: Monitor, pod: Pod, world: World) -> Iterator[Problem]:
    spec = flink_spec(pod.obj)
    settings = options(pod.obj, monitor.here.environment(pod.obj))
    version = str(spec[1].get("flinkVersion", "")) if spec else ""
    if reporters(settings, old_class=not version.startswith("v2")):
        return
    given = world.config.operator_defaults
    if reporters(given):
        return
    defaults = operator_texts(monitor.unit.cluster, world)
    if defaults and _DEFAULT.search(defaults):
        return
    old = [key for key in settings if re.fullmatch(r"metrics\.reporter\.[^.]+\.class", key)]
    message = (
        f"{monitor.obj.label} scrapes {pod.obj.label}, which switches no Prometheus reporter on"
    )
    if old:
        message += f"; Flink 2 does not read {old[0]}"
    unit, obj, path = option_place(monitor, pod, old[0] if old else "")
    if not path:
        path = ((*spec[0],) if spec else ()) or ("spec",)
        unit, obj = next(
            (one.unit, one.obj)
            for one in monitor.here.named(pod.obj.kind, pod.obj.name, "")
            if one.obj is pod.obj
        )
    at = unit.locate(obj, path, True)
    problem = Problem(message, f"write {_KEY}: {_FACTORY}", at=at, path=path, object=obj.label)
    known = defaults is not None or given
    yield problem.assuming("" if known else "that the operator's default configuration has none")


def _of_image(monitor: Monitor, endpoint: Endpoint, pod: Pod) -> Iterator[Problem]:
    """A Flink cluster without an operator: configured by ConfigMaps and variables of its folder."""
    owner = next(
        one for one in monitor.here.named(pod.obj.kind, pod.obj.name, "") if one.obj is pod.obj
    )
    if says(owner.unit.objects, "PrometheusReporter"):
        return
    path = endpoint.at
    at = monitor.unit.locate(monitor.obj, path, False)
    message = (
        f"{monitor.obj.label} scrapes {pod.obj.label}, which switches no Prometheus reporter on"
    )
    problem = Problem(
        message, f"set {_KEY}: {_FACTORY}", at=at, path=path, object=monitor.obj.label
    )
    yield problem.assuming("that the configuration in the image has none")
