"""Dashboards and rules ask for labels that the scraping of Flink makes.

Published dashboards filter Flink's metrics on job="flink" and flink_cluster_id. Prometheus names a
job after the Service, or namespace/name of a PodMonitor, and knows no flink_cluster_id: without
relabelings every panel is empty and an alert never fires. Judged where a monitor here scrapes
Flink; a label that scraping from elsewhere may make is not known, so this is a warning.

Bad:
    # file: overlays/dev/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - job.yaml
    - monitor.yaml
    - rule.yaml
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
            - {name: metrics, containerPort: 9249}
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
    # file: overlays/dev/rule.yaml
    apiVersion: monitoring.coreos.com/v1
    kind: PrometheusRule
    metadata:
      name: orders
      namespace: flink
    spec:
      groups:
      - name: orders
        rules:
        - alert: NoJob
          expr: flink_jobmanager_numRunningJobs{job="flink"} < 1  # <- here
        - alert: NoTaskManager
          expr: flink_jobmanager_numRegisteredTaskManagers{flink_cluster_id="a"} < 1  # <- here

Good:
    # file: overlays/dev/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - job.yaml
    - monitor.yaml
    - rule.yaml
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
            - {name: metrics, containerPort: 9249}
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
        relabelings:
        - {targetLabel: job, replacement: flink}
        - {sourceLabels: [__meta_kubernetes_pod_label_app], targetLabel: flink_cluster_id}
    # file: overlays/dev/rule.yaml
    apiVersion: monitoring.coreos.com/v1
    kind: PrometheusRule
    metadata:
      name: orders
      namespace: flink
    spec:
      groups:
      - name: orders
        rules:
        - alert: NoJob
          expr: flink_jobmanager_numRunningJobs{job="flink"} < 1
        - alert: NoTaskManager
          expr: flink_jobmanager_numRegisteredTaskManagers{flink_cluster_id="a"} < 1

Source: confluentinc/jmx-monitoring-stacks, Flink dashboards; Prometheus Operator, relabelings.
"""

from collections.abc import Iterator

from msgspec import Struct, field

from overlaykit.findings import Problem
from overlaykit.kubernetes.flink import is_flink, options
from overlaykit.monitoring.labels import jobs, made
from overlaykit.monitoring.queries import Asked, asked
from overlaykit.monitoring.scrape import Monitor, scraped
from overlaykit.render.objects import strings
from overlaykit.repo.together import Neighbours
from overlaykit.repo.world import Unit, World

LEVEL = "warning"

# Neither Flink's reporter nor Prometheus makes these; others are too many to know.
_JUDGED = ("job", "flink_cluster_id")


class _Scraping(Struct):
    """How Flink is scraped here; None: a label or job may be anything."""

    labels: set[str] | None = field(default_factory=set)
    jobs: set[str] | None = field(default_factory=set)
    monitors: list[str] = field(default_factory=list)

    def add(self, monitor: Monitor, found: set[str] | None, named: set[str] | None) -> None:
        self.monitors.append(monitor.obj.label)
        self.labels = None if found is None or self.labels is None else self.labels | found
        self.jobs = None if named is None or self.jobs is None else self.jobs | named


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    found = [(obj, one) for obj in unit.objects for one in asked(obj) if one.label in _JUDGED]
    if not found:
        return
    scraping = _scraping(world.together.of(unit))
    told: set[tuple[str, str]] = set()
    for obj, one in found if scraping.monitors else ():
        what = _missing(one, scraping)
        if what and (what, str(one.at)) not in told:
            told.add((what, str(one.at)))
            at = unit.locate(obj, one.at, False)
            monitor = scraping.monitors[0]
            message = f"a query asks for {what} ({monitor} scrapes Flink)"
            if one.label == "job":
                fix = f"add to its relabelings: {{targetLabel: job, replacement: {one.value}}}"
            else:
                fix = (
                    "add to its relabelings: {sourceLabels: [__meta_kubernetes_pod_label_app], "
                    f"targetLabel: {one.label}}}"
                )
            problem = Problem(message, fix, at=at, path=one.at, object=obj.label)
            yield problem.assuming("that Prometheus scrapes Flink by what is here only")


def _missing(one: Asked, scraping: _Scraping) -> str:
    """The label that nothing makes, in words; empty where something may."""
    if one.label == "job":
        if scraping.jobs is None or not one.value or one.value in scraping.jobs:
            return ""
        there = ", ".join(sorted(scraping.jobs))
        return f'job="{one.value}", and the jobs here are {there}' if there else ""
    known = scraping.labels is None or one.label in scraping.labels
    return "" if known else f"the label {one.label}, which no relabeling makes"


def _scraping(here: Neighbours) -> _Scraping:
    found = _Scraping()
    for kind in ("PodMonitor", "ServiceMonitor"):
        for one in here.of_kind(kind):
            monitor = Monitor(one.obj, one.unit, one.namespace, here)
            for endpoint in monitor.endpoints:
                pods = [pod for pod, _ in scraped(monitor, endpoint) if is_flink(pod)]
                if pods:
                    found.add(monitor, made(monitor, endpoint), jobs(monitor, endpoint))
                if any(_adds_labels(options(pod.obj)) for pod in pods):
                    found.labels = None
    if any(_has_own_scraping(here)):
        return _Scraping()
    return found


def _adds_labels(settings: dict[str, str]) -> bool:
    """Whether options give Flink's metrics labels of their own."""
    return any("scope.variables.additional" in key for key in settings)


def _has_own_scraping(here: Neighbours) -> Iterator[bool]:
    """Scrape configurations of other forms, which are not read here."""
    for kind in ("ScrapeConfig", "Prometheus", "PrometheusAgent"):
        yield from (True for _ in here.of_kind(kind))
    for one in here.of_kind("ConfigMap"):
        yield any("scrape_configs" in text for _, text in strings(one.obj.data.get("data")))
