"""What leaks, what stands open, and pods that the namespace refuses."""

from planted import Case

CONNECTORS = "workloads/flink-connectors"
JOBMANAGER = f"{CONNECTORS}/base/jobmanager.yaml"
ENVIRONMENT = "workloads/flink-resources/base/flink-environment.yaml"
SESSION = "workloads/flink-session/base/flink-deployment.yaml"
JOB = "workloads/flink-autoscale/job/flink-deployment.yaml"
PLAINTEXT, EXPOSE, SCC = "security/plaintext", "security/expose", "security/scc"

CASES = [
    Case(
        "a password in a variable of a base",
        JOBMANAGER,
        "- name: JOB_MANAGER_RPC_ADDRESS\n          value: flink-connectors-jobmanager",
        "- name: SINK_PASSWORD\n          value: kX9-vault-door",
        PLAINTEXT,
        line="value: kX9-vault-door",
    ),
    Case(
        "a password in a value file",
        "workloads/cmf-operator/components/encryption/values.yaml",
        "  enabled: true\n",
        "  enabled: true\n  encryptionKey: kX9vault\n",
        PLAINTEXT,
        line="kX9vault",
    ),
    Case(
        "a password in the value file of a cluster",
        "overlays/flink-demo/cmf-operator/values.yaml",
        "{}",
        "adminPassword: kX9vault",
        PLAINTEXT,
    ),
    Case(
        "a password in a pod template",
        SESSION,
        "        env:\n",
        "        env:\n        - {name: KAFKA_PASSWORD, value: kX9vault}\n",
        PLAINTEXT,
        line="kX9vault",
    ),
    Case(
        "a Service of type NodePort before Flink",
        f"{CONNECTORS}/base/jobmanager-service.yaml",
        "type: ClusterIP",
        "type: NodePort",
        EXPOSE,
    ),
    Case(
        "Flink's own option for a load balancer",
        SESSION,
        'web.submit.enable: "true"',
        "kubernetes.rest-service.exposed.type: LoadBalancer",
        EXPOSE,
    ),
    Case(
        "the same in an environment",
        ENVIRONMENT,
        'web.submit.enable: "false"',
        "kubernetes.rest-service.exposed.type: NodePort",
        EXPOSE,
    ),
    Case(
        "privilege escalation in a Deployment",
        JOBMANAGER,
        "          allowPrivilegeEscalation: false\n          readOnlyRootFilesystem: true\n"
        "          capabilities:\n            drop:\n            - ALL\n        volumeMounts:\n"
        "        # The entry",
        "          allowPrivilegeEscalation: true\n          readOnlyRootFilesystem: true\n"
        "          capabilities:\n            drop:\n            - ALL\n        volumeMounts:\n"
        "        # The entry",
        SCC,
        line="allowPrivilegeEscalation: true",
    ),
    Case("root in a FlinkDeployment", SESSION, "runAsNonRoot: true", "runAsNonRoot: false", SCC),
    Case("no seccomp in an environment", ENVIRONMENT, "RuntimeDefault", "Unconfined", SCC),
    Case(
        "a hostPath in a job",
        JOB,
        "      containers:\n      - name: flink-main-container\n",
        "      volumes:\n      - name: data\n        hostPath: {path: /data}\n"
        "      containers:\n      - name: flink-main-container\n",
        SCC,
        line="hostPath",
    ),
]
