"""Metrics that nobody serves, finds or shows."""

from planted import Case

CONNECTORS = "workloads/flink-connectors"
SESSION = "workloads/flink-session"
RESOURCES = "workloads/flink-resources"
FACTORY = "    metrics.reporter.prom.factory.class: "
DASH, JOB, RELEASE = "monitoring/dash", "monitoring/job", "monitoring/release"
PORT, SELECTOR, REPORTER = "monitoring/port", "monitoring/selector", "monitoring/reporter"

CDC = "workloads/flink-cdc/components/monitoring"
BOARD = "workloads/flink-autoscale/components/monitoring"

CASES = [
    Case(
        "port of a ServiceMonitor misspelt",
        f"{RESOURCES}/components/monitoring/service-monitor.yaml",
        "- port: metrics",
        "- port: metric",
        PORT,
    ),
    Case(
        "port of a PodMonitor misspelt",
        f"{CONNECTORS}/components/monitoring/pod-monitor.yaml",
        "- port: metrics",
        "- port: prometheus",
        PORT,
    ),
    Case(
        "reporter on another port",
        f"{SESSION}/base/flink-deployment.yaml",
        'metrics.reporter.prom.port: "9249"',
        'metrics.reporter.prom.port: "9250"',
        PORT,
    ),
    Case(
        "reporter of an environment on another port",
        f"{RESOURCES}/base/flink-environment.yaml",
        'metrics.reporter.prom.port: "9249"',
        'metrics.reporter.prom.port: "9260"',
        PORT,
    ),
    Case(
        "labels of a ServiceMonitor misspelt",
        f"{RESOURCES}/components/monitoring/service-monitor.yaml",
        "app.kubernetes.io/name: flink-metrics",
        "app.kubernetes.io/name: flink-metric",
        SELECTOR,
        line="  selector:",
    ),
    Case(
        "labels of a PodMonitor misspelt",
        f"{SESSION}/components/monitoring/pod-monitor.yaml",
        "app: flink-session",
        "app: session",
        SELECTOR,
        line="  selector:",
        level="warning",
    ),
    Case(
        "a ServiceMonitor in another namespace",
        f"{RESOURCES}/components/monitoring/service-monitor.yaml",
        "namespace: flink",
        "namespace: monitoring",
        SELECTOR,
        line="  selector:",
    ),
    Case(
        "no reporter in a session cluster",
        f"{SESSION}/base/flink-deployment.yaml",
        f"{FACTORY}org.apache.flink.metrics.prometheus.PrometheusReporterFactory\n",
        "",
        REPORTER,
        line="  flinkConfiguration:",
    ),
    Case(
        "no reporter in an environment",
        f"{RESOURCES}/base/flink-environment.yaml",
        f"    {FACTORY}org.apache.flink.metrics.prometheus.PrometheusReporterFactory\n",
        "",
        REPORTER,
        line="flinkConfiguration:",
    ),
    Case(
        "no reporter in a standalone cluster",
        f"{CONNECTORS}/base/options.yaml",
        "  metrics.reporter.prom.factory.class: "
        "org.apache.flink.metrics.prometheus.PrometheusReporterFactory\n",
        "",
        REPORTER,
        f"{CONNECTORS}/components/monitoring/pod-monitor.yaml",
        "- port: metrics",
        "warning",
    ),
    Case(
        "a label that no relabeling makes any more",
        f"{CDC}/service-monitor.yaml",
        "targetLabel: flink_cluster_id",
        "targetLabel: cluster_id",
        JOB,
        f"{CDC}/alerts.yaml",
        "expr: max(flink_jobmanager_numRunningJobs",
        "warning",
    ),
    Case(
        "a job name that no relabeling makes, in a rule",
        f"{CDC}/alerts.yaml",
        'flink_jobmanager_numRegisteredTaskManagers{flink_cluster_id="flink-cdc"}',
        'flink_jobmanager_numRegisteredTaskManagers{job="cdc"}',
        JOB,
        level="warning",
    ),
    Case(
        "a stack of another release than the monitors name",
        "apps/cert-manager/application.yaml",
        "chart: cert-manager",
        "chart: kube-prometheus-stack",
        RELEASE,
        f"{SESSION}/components/monitoring/pod-monitor.yaml",
        "release: kube-prometheus-stack",
        "warning",
    ),
    Case(
        "a dashboard that is no JSON",
        f"{RESOURCES}/components/monitoring/flink-dashboard.json",
        '"uid": "overlaykit-flink",',
        '"uid": "overlaykit-flink"',
        DASH,
        line='"title": "Flink jobs"',
    ),
    Case(
        "two dashboards of one uid",
        f"{BOARD}/flink-autoscale-dashboard.json",
        '"uid": "overlaykit-flink-autoscale"',
        '"uid": "overlaykit-flink"',
        DASH,
        f"{RESOURCES}/components/monitoring/flink-dashboard.json",
        "{",
    ),
    Case(
        "a dashboard without its label",
        f"{BOARD}/kustomization.yaml",
        '    labels:\n      grafana_dashboard: "1"',
        "    labels:\n      team: flink",
        DASH,
        line="name: flink-autoscale-dashboard",
        level="warning",
    ),
]
