"""What leaks, what stands open, and pods that the namespace refuses."""

from planted import Case

CONNECTORS = "workloads/flink-connectors"
JOBMANAGER = f"{CONNECTORS}/base/jobmanager.yaml"
ENVIRONMENT = "workloads/flink-resources/base/flink-environment.yaml"
SESSION = "workloads/flink-session/base/flink-deployment.yaml"
JOB = "workloads/flink-autoscale/job/flink-deployment.yaml"
PLAINTEXT, EXPOSE, SCC = "security/plaintext", "security/expose", "security/scc"
IMAGE, ROFS = "security/image", "security/rofs"
NETPOL, RBAC = "security/netpol", "security/rbac"
JOBS = "workloads/flink-resources/components/network-policies"
SESSIONS = "workloads/flink-session/components/network-policies"
OPERATOR = "workloads/flink-kubernetes-operator/components/network-policies/network-policy.yaml"
DNS = """  - ports:
    - port: 53
      protocol: UDP
    - port: 53
      protocol: TCP
    - port: 5353
      protocol: UDP
    - port: 5353
      protocol: TCP
"""
READ_ONLY = """readOnlyRootFilesystem: true
          capabilities:
            drop:
            - ALL
        volumeMounts:
"""
BLOBS = "    - port: 6123\n      protocol: TCP\n    - port: 6124\n      protocol: TCP\n"
API = "    - port: 443\n      protocol: TCP\n    - port: 6443\n      protocol: TCP\n"

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
    Case(
        "a moving tag of Flink in a base",
        SESSION,
        "image: CLUSTER/library/flink:1.20.3-scala_2.12-java17\n  flinkVersion",
        "image: CLUSTER/library/flink:1.20-scala_2.12-java17\n  flinkVersion",
        IMAGE,
        level="warning",
    ),
    Case(
        "latest in an init container of a base",
        JOBMANAGER,
        "image: CLUSTER/library/flink:1.20.3-scala_2.12-java17",
        "image: CLUSTER/library/flink:latest",
        IMAGE,
        level="warning",
    ),
    Case(
        "images that nobody may pull",
        JOBMANAGER,
        "imagePullPolicy: IfNotPresent",
        "imagePullPolicy: Never",
        IMAGE,
        level="warning",
    ),
    Case(
        "no tag in the patch of an overlay",
        "overlays/flink-demo/flink-autoscale/jobs/autoscaling-load/flink-deployment-patch.yaml",
        "spec:\n",
        "spec:\n  image: registry.example.com/load\n",
        IMAGE,
        line="registry.example.com/load",
        level="warning",
    ),
    Case(
        "a read-only root without a place for options in a Deployment",
        JOBMANAGER,
        f"{READ_ONLY}        # The entrypoint writes the address of the JobManager into config.yaml.\n"
        "        - name: conf\n          mountPath: /opt/flink/conf\n",
        f"{READ_ONLY}        - name: conf\n          mountPath: /opt/flink/configuration\n",
        ROFS,
    ),
    Case(
        "a read-only root without /tmp in a FlinkDeployment",
        SESSION,
        f"{READ_ONLY}        - name: tmp\n          mountPath: /tmp\n",
        f"{READ_ONLY}        - name: tmp\n          mountPath: /var/tmp\n",
        ROFS,
    ),
    Case(
        "a read-only root in an environment that mounts nothing",
        ENVIRONMENT,
        "              allowPrivilegeEscalation: false\n",
        "              allowPrivilegeEscalation: false\n"
        "              readOnlyRootFilesystem: true\n",
        ROFS,
        line="readOnlyRootFilesystem",
    ),
    Case(
        "no DNS for a JobManager in a component",
        f"{JOBS}/jobmanager.yaml",
        DNS,
        "",
        NETPOL,
        line="  egress:",
        level="warning",
    ),
    Case(
        "no API server for a JobManager in a component",
        f"{JOBS}/jobmanager.yaml",
        API,
        "",
        NETPOL,
        line="  egress:",
        level="warning",
    ),
    Case(
        "no BLOBs into a JobManager",
        f"{JOBS}/jobmanager.yaml",
        BLOBS,
        "    - port: 6123\n      protocol: TCP\n",
        NETPOL,
        line="  ingress:",
        level="warning",
    ),
    Case(
        "no RPC out to the JobManager of Deployments",
        f"{CONNECTORS}/components/network-policies/taskmanager.yaml",
        BLOBS,
        "    - port: 6124\n      protocol: TCP\n",
        NETPOL,
        line="  egress:",
        level="warning",
    ),
    Case(
        "a data port that the policies do not know",
        SESSION,
        'taskmanager.data.port: "6121"',
        'taskmanager.data.port: "6125"',
        NETPOL,
        f"{SESSIONS}/taskmanager.yaml",
        "  ingress:",
        "warning",
    ),
    Case(
        "no Prometheus into a TaskManager",
        f"{CONNECTORS}/components/network-policies/taskmanager.yaml",
        "port: 9249",
        "port: 9250",
        NETPOL,
        line="  ingress:",
        level="warning",
    ),
    Case(
        "no operator into a JobManager",
        f"{JOBS}/jobmanager.yaml",
        "    - port: 8081\n",
        "    - port: 8082\n",
        NETPOL,
        line="  ingress:",
        level="warning",
    ),
    Case(
        "no API server into the webhook",
        OPERATOR,
        "port: 9443",
        "port: 443",
        NETPOL,
        line="  ingress:",
        level="warning",
    ),
    Case(
        "every verb for the account of jobs",
        "workloads/flink-session/base/role.yaml",
        "  verbs:\n  - get\n",
        "  verbs:\n  - '*'\n",
        RBAC,
        line="- '*'",
        level="warning",
    ),
    Case(
        "every resource for the account of an environment's jobs",
        "workloads/flink-resources/base/role.yaml",
        "  resources:\n",
        "  resources:\n  - '*'\n",
        RBAC,
        line="- '*'",
        level="warning",
    ),
    Case(
        "cluster-admin for the account of jobs",
        "workloads/flink-session/base/role-binding.yaml",
        "  kind: Role\n  name: flink-session",
        "  kind: ClusterRole\n  name: cluster-admin",
        RBAC,
        line="name: cluster-admin",
        level="warning",
    ),
]
