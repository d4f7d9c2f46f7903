"""What the Flink operator refuses, ignores or does without a word."""

from planted import Case

CLUSTER = "workloads/flink-session/base/flink-deployment.yaml"
SESSION_JOB = "workloads/flink-session/components/example-job/flink-session-job.yaml"
BASE = "workloads/flink-autoscale/job/flink-deployment.yaml"
PATCH = "overlays/flink-demo/flink-autoscale/jobs/autoscaling-load/flink-deployment-patch.yaml"
MINIO = "workloads/flink-autoscale/components/minio/s3.yaml"
APPLICATION = "workloads/flink-resources/components/sample-application/flink-application.yaml"
ENVIRONMENT = "workloads/flink-resources/base/flink-environment.yaml"
VALUES = "workloads/flink-kubernetes-operator/values.yaml"
DEMO_VALUES = "overlays/flink-demo/flink-kubernetes-operator/values.yaml"
STORAGE = "  value: http://minio.storage.svc.cluster.local:9000\n"


def option(key: str, value: str) -> str:
    """One more operation of the component's patch, after the endpoint."""
    return f"{STORAGE}- op: add\n  path: /spec/flinkConfiguration/{key}\n  value: {value}\n"


CASES = [
    Case("a name with a capital", CLUSTER, "name: flink-session\n", "name: flinkSession\n",
         "operator/name"),
    Case("a name that is too long", APPLICATION, "name: state-machine-example",
         f"name: state-machine-{'x' * 32}", "operator/name"),
    Case("a cluster name that ends with a dash", SESSION_JOB, "deploymentName: flink-session",
         "deploymentName: flink-session-", "operator/name"),
    Case("no flinkVersion", CLUSTER, "  flinkVersion: v1_20\n", "", "operator/version",
         line="spec:"),
    Case("another Flink in the image", BASE, "flinkVersion: v1_20", "flinkVersion: v1_19",
         "operator/version"),
    Case("another Flink of an application", APPLICATION, "flinkVersion: v1_20",
         "flinkVersion: v2_1", "operator/version"),
    Case("no service account", CLUSTER, "  serviceAccount: flink-session\n", "", "operator/sa", line="spec:"),
    Case("an account that nobody makes", CLUSTER, "serviceAccount: flink-session",
         "serviceAccount: flink-sesion", "operator/sa", level="warning"),
    Case("the operator's key in a base", BASE, 'job.autoscaler.enabled: "true"',
         "kubernetes.cluster-id: x", "operator/forbidden-key"),
    Case("the operator's key in a component", MINIO, STORAGE,
         option("high-availability.cluster-id", "x"), "operator/forbidden-key",
         line="value: x"),
    Case("the operator's key in its values", DEMO_VALUES,
         "    kubernetes.operator.metrics.reporter.prom.port: 9999",
         "    kubernetes.namespace: flink", "operator/forbidden-key"),
    Case("no checkpoint directory", SESSION_JOB, "spec:\n",
         'spec:\n  flinkConfiguration:\n    execution.checkpointing.dir: ""\n',
         "operator/upgrade-dirs", line="upgradeMode"),
    Case("periodic savepoints to nowhere", SESSION_JOB, "spec:\n",
         "spec:\n  flinkConfiguration:\n"
         '    kubernetes.operator.periodic.savepoint.interval: 6h\n'
         '    execution.checkpointing.savepoint-dir: ""\n',
         "operator/upgrade-dirs", line="periodic.savepoint.interval"),
    Case("standby without high availability", PATCH, "spec:\n",
         "spec:\n  flinkConfiguration:\n    high-availability.type: NONE\n"
         "  jobManager:\n    replicas: 2\n", "operator/ha-replicas", line="replicas: 2"),
    Case("rollback without high availability", BASE, "high-availability.type: kubernetes",
         'kubernetes.operator.deployment.rollback.enabled: "true"', "operator/ha-replicas"),
    Case("no parallelism in a patch", PATCH, "parallelism: 2", "parallelism: 0",
         "operator/parallelism"),
    Case("no parallelism of a session job", SESSION_JOB, "    parallelism: 2\n", "",
         "operator/parallelism", line="  job:"),
    Case("parallelism that replicas outrank", PATCH, "  taskManager:\n",
         "  taskManager:\n    replicas: 3\n", "operator/parallelism",
         line="parallelism: 2", level="warning"),
    Case("replicas of a native session", CLUSTER, "  taskManager:\n",
         "  taskManager:\n    replicas: 3\n", "operator/session-replicas", line="replicas: 3",
         level="warning"),
    Case("a jar of the operator's container", SESSION_JOB, "http://jar-server.flink.svc",
         "local://jar-server.flink.svc", "operator/jaruri"),
    Case("a scheme that the values no longer allow", DEMO_VALUES, "http;https", "https",
         "operator/jaruri", SESSION_JOB, "jarURI"),
    Case("a session that is not there", SESSION_JOB, "deploymentName: flink-session",
         "deploymentName: flink-sesion", "operator/sessionjob-ref"),
    Case("a target above all use", BASE, 'utilization.target: "0.7"', 'utilization.target: "70"',
         "operator/autoscaler"),
    Case("a limit under a name that nobody reads", BASE, "vertex.max-parallelism",
         "parallelism.max", "operator/autoscaler", level="warning"),
    Case("a limit of a component that nobody reads", MINIO, STORAGE,
         option("job.autoscaler.scale-down.grace-period", "5m"), "operator/autoscaler",
         line="value: 5m", level="warning"),
    Case("more parallelism than key groups", BASE, 'vertex.max-parallelism: "10"',
         'vertex.max-parallelism: "1000"', "operator/autoscaler", level="warning"),
    Case("a window without two samples", BASE, "metrics.window: 5min", "metrics.window: 30s",
         "operator/autoscaler", level="warning"),
    Case("an option of the operator misspelt", MINIO, STORAGE,
         option("kubernetes.operator.periodic.savepoint.intervall", "6h"), "operator/unknown-key",
         line="value: 6h", level="warning"),
    Case("Flink's container under another name", CLUSTER, "- name: flink-main-container",
         "- name: flink", "operator/main-container", level="warning"),
    Case("memory of Flink's container in a template", BASE, "      - name: flink-main-container\n",
         "      - name: flink-main-container\n        resources:\n          limits:\n"
         "            memory: 4Gi\n", "operator/main-container", line="memory: 4Gi",
         level="warning"),
    Case("a namespace that the operator does not watch", VALUES, "watchNamespaces:\n- flink",
         "watchNamespaces:\n- flinks", "operator/watchns", CLUSTER, "namespace: flink"),
    Case("an environment where nobody watches", ENVIRONMENT, "kubernetesNamespace: flink",
         "kubernetesNamespace: flinks", "confluent/ns"),
    Case("state that is dropped", SESSION_JOB, "upgradeMode: savepoint",
         "upgradeMode: savepoint\n    allowNonRestoredState: true", "operator/nonrestored",
         line="allowNonRestoredState", level="warning"),
    Case("state that every change drops", BASE, "upgradeMode: last-state",
         "upgradeMode: stateless", "operator/nonrestored", level="warning"),
    Case("a job that never starts", PATCH, "parallelism: 2", "parallelism: 2\n    state: suspended",
         "operator/suspended-new", line="state: suspended", level="warning"),
    Case("an application that never starts", APPLICATION, "state: running", "state: suspended",
         "operator/suspended-new", level="warning"),
    Case("memory that is no amount", PATCH, "memory: 2048m", "memory: 1.5Gi",
         "operator/rejected"),
    Case("a log file that Flink does not read", CLUSTER, "  jobManager:\n",
         "  logConfiguration:\n    log4j.properties: x\n  jobManager:\n", "operator/rejected",
         line="log4j.properties"),
    Case("a switch that is neither on nor off", BASE, 'job.autoscaler.enabled: "true"',
         "job.autoscaler.enabled: on-and-off", "operator/rejected"),
]  # fmt: skip
