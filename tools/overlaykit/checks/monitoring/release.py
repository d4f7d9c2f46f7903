"""A monitor or rule carries the label by which the Prometheus of kube-prometheus-stack picks it.

The chart's Prometheus takes only ServiceMonitors, PodMonitors and PrometheusRules with the label
release: <name of the release>, unless its values say otherwise
(serviceMonitorSelectorNilUsesHelmValues: false, or a selector). What lacks the label is there,
is accepted, and is never read. Judged where an Application in the repository deploys the chart to
the same cluster and all its values are here.

Bad:
    # file: apps/prometheus.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: monitoring
      namespace: argocd
    spec:
      project: default
      source:
        repoURL: https://prometheus-community.github.io/helm-charts
        chart: kube-prometheus-stack
        targetRevision: 75.4.0
      destination:
        server: https://kubernetes.default.svc
        namespace: monitoring
    # file: apps/flink.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: flink
      namespace: argocd
    spec:
      project: default
      source:
        repoURL: https://git.example.com/platform/gitops.git
        targetRevision: HEAD
        path: flink
      destination:
        server: https://kubernetes.default.svc
        namespace: flink
    # file: flink/rule.yaml
    apiVersion: monitoring.coreos.com/v1
    kind: PrometheusRule
    metadata:
      name: flink  # <- here
      namespace: flink
    spec:
      groups:
      - name: flink
        rules:
        - alert: FlinkDown
          expr: absent(flink_jobmanager_numRunningJobs)

Good:
    # file: apps/prometheus.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: monitoring
      namespace: argocd
    spec:
      project: default
      source:
        repoURL: https://prometheus-community.github.io/helm-charts
        chart: kube-prometheus-stack
        targetRevision: 75.4.0
      destination:
        server: https://kubernetes.default.svc
        namespace: monitoring
    # file: apps/flink.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: flink
      namespace: argocd
    spec:
      project: default
      source:
        repoURL: https://git.example.com/platform/gitops.git
        targetRevision: HEAD
        path: flink
      destination:
        server: https://kubernetes.default.svc
        namespace: flink
    # file: flink/rule.yaml
    apiVersion: monitoring.coreos.com/v1
    kind: PrometheusRule
    metadata:
      name: flink
      namespace: flink
      labels:
        release: monitoring
    spec:
      groups:
      - name: flink
        rules:
        - alert: FlinkDown
          expr: absent(flink_jobmanager_numRunningJobs)

Source: prometheus-community/helm-charts, values of kube-prometheus-stack.
"""

from collections.abc import Iterator

from overlaykit.argocd.applications import Application
from overlaykit.findings import Problem
from overlaykit.kubernetes.pods import mapping
from overlaykit.monitoring.scrape import GROUP
from overlaykit.monitoring.stack import reads_by_release, release, stacks
from overlaykit.render.objects import Object
from overlaykit.repo.world import Unit, World

LEVEL = "warning"

# The value of the chart that each kind goes by.
KINDS = {
    "ServiceMonitor": "serviceMonitor",
    "PodMonitor": "podMonitor",
    "PrometheusRule": "rule",
}


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    mine = [obj for obj in unit.objects if obj.group == GROUP and obj.kind in KINDS]
    if not mine:
        return
    # Another Prometheus may read what this one leaves.
    if any(True for _ in world.together.of(unit).of_kind("Prometheus")):
        return
    found = [one for one in stacks(world) if world.together.shares(unit, one)]
    for obj in mine:
        if found and all(reads_by_release(one, KINDS[obj.kind], world) for one in found):
            yield from _judged(obj, unit, found)


def _judged(obj: Object, unit: Unit, found: list[Application]) -> Iterator[Problem]:
    names = sorted({release(one) for one in found})
    labels = mapping(obj.metadata.get("labels"))
    given = labels.get("release")
    if given in names:
        return
    path = ("metadata", "labels", "release") if given is not None else ("metadata", "name")
    has = f"carries release: {given}" if given is not None else "has no label release"
    message = (
        f"{obj.label} {has}: the Prometheus of Application '{found[0].name}' reads only what "
        f"carries release: {' or '.join(names)}"
    )
    fix = f"write the label release: {names[0]}"
    yield Problem(message, fix, at=unit.locate(obj, path, False), path=path, object=obj.label)
