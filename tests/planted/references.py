"""Names that nothing makes, and selectors that nothing answers."""

from planted import Case

CONNECTORS = "workloads/flink-connectors"
JOBMANAGER = f"{CONNECTORS}/base/jobmanager.yaml"
REF, SELECTOR = "kubernetes/dangling-ref", "kubernetes/selector"

CASES = [
    Case(
        "ConfigMap misspelt in a base",
        JOBMANAGER,
        "name: flink-connectors-env",
        "name: flink-connectors-evn",
        REF,
        level="warning",
    ),
    Case(
        "ConfigMap of nobody in a base",
        JOBMANAGER,
        "name: flink-connectors-env",
        "name: proxy-settings",
        REF,
        level="warning",
    ),
    Case(
        "Secret misspelt, and no longer optional",
        JOBMANAGER,
        "name: flink-state-credentials\n              key: access-key\n              optional: true",
        "name: flink-state-credentails\n              key: access-key",
        REF,
        level="warning",
    ),
    Case(
        "ConfigMap misspelt in a FlinkEnvironment",
        "workloads/flink-resources/base/flink-environment.yaml",
        "name: service-addresses",
        "name: service-adresses",
        REF,
        level="warning",
    ),
    Case(
        "ServiceAccount misspelt",
        f"{CONNECTORS}/base/taskmanager.yaml",
        "serviceAccountName: flink-connectors",
        "serviceAccountName: flink-conectors",
        REF,
        level="warning",
    ),
    Case(
        "claim misspelt in a component",
        "workloads/flink-resources/components/demo-storage/flink-environment.yaml",
        "claimName: flink-state",
        "claimName: flink-stat",
        REF,
        level="warning",
    ),
    Case(
        "probe of a port that no container has",
        JOBMANAGER,
        "port: rpc",
        "port: rcp",
        REF,
        level="warning",
    ),
    Case(
        "target port that no container has",
        f"{CONNECTORS}/base/jobmanager-service.yaml",
        "targetPort: rest",
        "targetPort: http",
        REF,
        level="warning",
    ),
    Case(
        "selector of a Service misspelt in a base",
        f"{CONNECTORS}/base/jobmanager-service.yaml",
        "  selector:\n    app.kubernetes.io/name: flink-connectors",
        "  selector:\n    app.kubernetes.io/name: flink-conectors",
        SELECTOR,
        level="warning",
    ),
    Case(
        "selector of a Service for pods of the operator",
        "workloads/flink-resources/base/metrics-service.yaml",
        "type: flink-native-kubernetes",
        "type: flink-native",
        SELECTOR,
        line="  selector:",
        level="warning",
    ),
    Case(
        "pods of a NetworkPolicy misspelt in a component",
        "workloads/flink-session/components/network-policies/taskmanager.yaml",
        "component: taskmanager",
        "component: task-manager",
        SELECTOR,
        line="  podSelector:",
        level="warning",
    ),
    Case(
        "a Deployment that does not select its pods",
        JOBMANAGER,
        "    matchLabels:\n      app.kubernetes.io/name: flink-connectors",
        "    matchLabels:\n      app.kubernetes.io/name: connectors",
        SELECTOR,
        line="  selector:",
    ),
]
