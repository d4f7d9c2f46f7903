"""The configuration of Flink itself."""

from planted import Case

BASE = "workloads/flink-resources/base/flink-environment.yaml"
APPLICATION = "workloads/flink-resources/components/sample-application/flink-application.yaml"
STORE = "workloads/flink-resources/components/s3-state/flink-environment.yaml"
PATCH = "overlays/flink-demo/flink-resources/flink-environment-patch.yaml"
SESSION = "workloads/flink-session/base/flink-deployment.yaml"
POOL = "workloads/flink-sql/base/flink-compute-pool.yaml"
OPTIONS = "workloads/flink-connectors/base/options.yaml"
VALUES = "workloads/flink-kubernetes-operator/values.yaml"
OVERLAID = "overlays/flink-demo/flink-kubernetes-operator/values.yaml"
SLOTS = 'taskmanager.numberOfTaskSlots: "4"'
IN_VALUES = "    kubernetes.operator.user.artifacts.allowed-schemes: https\n"
IN_APPLICATION = "    execution.checkpointing.interval: 60s\n"


def added(line: str) -> str:
    """A line above one of the operator's configuration; it is what the finding names."""
    return f"    {line}\n{IN_VALUES}"


def warned(name: str, file: str, old: str, new: str, check: str, line: str = "") -> Case:
    return Case(name, file, old, new, check, line=line, level="warning")


CASES = [
    Case(
        "other plugin than the image in a component",
        STORE,
        "fs-hadoop-1.20.3-cp2.jar",
        "fs-hadoop-1.20.3.jar",
        "flink/s3-plugin",
    ),
    # A key that Flink does not know.
    warned(
        "wrong key in a base",
        BASE,
        "kubernetes.taskmanager.cpu.amount",
        "taskmanager.cpu",
        "flink/unknown-key",
    ),
    warned(
        "wrong key in a component",
        APPLICATION,
        "execution.checkpointing.mode:",
        "state.checkpoints.mode:",
        "flink/unknown-key",
    ),
    warned(
        "wrong key in a patch",
        PATCH,
        SLOTS,
        'taskmanager.numberOfTaskSlot: "4"',
        "flink/unknown-key",
    ),
    warned(
        "wrong key in values",
        VALUES,
        IN_VALUES,
        added("query.server.port: 6125"),
        "flink/unknown-key",
        "query.server",
    ),
    warned(
        "wrong key in a plain ConfigMap",
        OPTIONS,
        "blob.server.port",
        "blobs.server.port",
        "flink/unknown-key",
    ),
    # The name of an earlier Flink.
    warned(
        "old name in a base",
        BASE,
        'web.submit.enable: "false"',
        'state.checkpoints.num-retained: "3"',
        "flink/deprecated",
    ),
    warned(
        "old name in a component",
        APPLICATION,
        "state.backend.type",
        "state.backend",
        "flink/deprecated",
    ),
    warned(
        "old name in a patch",
        PATCH,
        SLOTS,
        f"{SLOTS}\n        high-availability: kubernetes",
        "flink/deprecated",
        "high-availability:",
    ),
    warned(
        "old name in values",
        VALUES,
        IN_VALUES,
        added("state.backend: hashmap"),
        "flink/deprecated",
        "state.backend:",
    ),
    warned(
        "old class of a reporter",
        SESSION,
        "reporter.prom.factory.class",
        "reporter.prom.class",
        "flink/deprecated",
    ),
    # The name of a later Flink.
    Case(
        "later name in a pool",
        POOL,
        'web.submit.enable: "false"',
        'execution.checkpointing.num-retained: "3"',
        "flink/too-new",
    ),
    # State backends.
    Case(
        "unknown backend in a component",
        APPLICATION,
        "type: rocksdb",
        "type: rocks",
        "flink/backend",
    ),
    Case("unknown backend in a base", SESSION, "type: hashmap", "type: memory", "flink/backend"),
    Case(
        "unknown backend in a patch",
        PATCH,
        SLOTS,
        f"{SLOTS}\n        state.backend.type: fs",
        "flink/backend",
        line="type: fs",
    ),
    Case(
        "unknown backend in values",
        VALUES,
        IN_VALUES,
        added("state.backend.type: fs"),
        "flink/backend",
        line="type: fs",
    ),
    # Memory sizes.
    Case("unit in a base", BASE, "1728m\n", "2Gi\n", "flink/mem-unit", line="process.size: 2Gi"),
    Case("unit in a patch", PATCH, "4096m", "4Gi", "flink/mem-unit"),
    Case(
        "fraction in a component",
        APPLICATION,
        IN_APPLICATION,
        f"    taskmanager.memory.managed.size: 0.5g\n{IN_APPLICATION}",
        "flink/mem-unit",
        line="0.5g",
    ),
    Case(
        "unit in values",
        VALUES,
        IN_VALUES,
        added("taskmanager.memory.managed.size: 1Gi"),
        "flink/mem-unit",
        line="1Gi",
    ),
    Case("unit in a plain ConfigMap", OPTIONS, "3840m", "3840Mi", "flink/mem-unit"),
    # Durations.
    Case(
        "duration in a component", APPLICATION, "interval: 60s", "interval: 1m30s", "flink/duration"
    ),
    Case("duration in a base", SESSION, "interval: 60s", "interval: PT1M", "flink/duration"),
    Case(
        "duration in a patch",
        PATCH,
        SLOTS,
        f"{SLOTS}\n        execution.checkpointing.interval: 1.5h",
        "flink/duration",
        line="1.5h",
    ),
    Case(
        "duration in values",
        VALUES,
        IN_VALUES,
        added("execution.checkpointing.timeout: 1h30m"),
        "flink/duration",
        line="1h30m",
    ),
    # Other values.
    Case("slots in a patch", PATCH, SLOTS, "taskmanager.numberOfTaskSlots: four", "flink/value"),
    Case("mode in a component", APPLICATION, "EXACTLY_ONCE", "EXACTLY-ONCE", "flink/value"),
    Case(
        "boolean in a base",
        BASE,
        'web.submit.enable: "false"',
        'web.submit.enable: "no"',
        "flink/value",
    ),
    Case(
        "mode in values",
        VALUES,
        IN_VALUES,
        added("execution.checkpointing.mode: ONCE"),
        "flink/value",
        line="mode: ONCE",
    ),
    # Memory that does not add up.
    Case(
        "small TaskManager in a base",
        SESSION,
        "memory: 2048m\n      cpu: 1\n  podTemplate",
        "memory: 512m\n      cpu: 1\n  podTemplate",
        "flink/mem-tm",
        line="memory: 512m",
    ),
    Case("small TaskManager in a patch", PATCH, "4096m", "512m", "flink/mem-tm"),
    warned("small heap in a patch", PATCH, "4096m", "1024m", "flink/mem-tm"),
    Case("small TaskManager in a plain pod", OPTIONS, "3840m", "900m", "flink/mem-tm"),
    Case("small JobManager in a patch", PATCH, "2048m", "512m", "flink/mem-jm"),
    warned("small JobManager in a pool", POOL, "memory: 1600m", "memory: 800m", "flink/mem-jm"),
    Case("small JobManager in a plain pod", OPTIONS, "1792m", "500m", "flink/mem-jm"),
    warned(
        "two sizes",
        SESSION,
        "state.backend.type: hashmap",
        "taskmanager.memory.process.size: 4g",
        "flink/mem-conflict",
    ),
    warned("more than the limit", OPTIONS, "3840m", "30g", "flink/mem-conflict"),
    # Where state lives.
    Case(
        "local checkpoints in a patch",
        PATCH,
        SLOTS,
        f"{SLOTS}\n        execution.checkpointing.dir: file:///checkpoints",
        "flink/local-state",
        line="file:///",
    ),
    Case(
        "local high availability in a patch",
        PATCH,
        SLOTS,
        f"{SLOTS}\n        high-availability.storageDir: file:///tmp/ha",
        "flink/local-state",
        line="file:///",
    ),
    # How often.
    warned(
        "pause above the interval",
        SESSION,
        "min-pause: 10s",
        "min-pause: 10 min",
        "flink/checkpoint",
    ),
    # High availability.
    Case(
        "kind in a base",
        BASE,
        "high-availability.type: kubernetes",
        "high-availability.type: k8s",
        "flink/ha",
    ),
    Case(
        "kind in a pool",
        POOL,
        "high-availability.type: kubernetes",
        "high-availability.type: k8s",
        "flink/ha",
    ),
    Case(
        "kind in a patch",
        PATCH,
        SLOTS,
        f"{SLOTS}\n        high-availability.type: etcd",
        "flink/ha",
        line="etcd",
    ),
    Case(
        "kind in values",
        VALUES,
        IN_VALUES,
        added("high-availability.type: yes"),
        "flink/ha",
        line="type: yes",
    ),
    # S3.
    Case(
        "other plugin than the image",
        "workloads/flink-autoscale/job/flink-deployment.yaml",
        "fs-hadoop-1.20.3-cp2.jar",
        "fs-hadoop-1.20.2-cp1.jar",
        "flink/s3-plugin",
    ),
    warned(
        "no path style in a component",
        STORE,
        'value: "true"',
        'value: "false"',
        "flink/s3-minio",
        "value: http://minio",
    ),
    # Directories that two jobs share, credentials.
    Case(
        "credential in a component",
        APPLICATION,
        IN_APPLICATION,
        f"    s3.secret-key: kX9-vault-door\n{IN_APPLICATION}",
        "flink/secret",
        line="s3.secret-key",
    ),
    Case(
        "credential in a patch",
        PATCH,
        SLOTS,
        f"{SLOTS}\n        s3.secret-key: kX9-vault-door",
        "flink/secret",
        line="s3.secret-key",
    ),
    Case(
        "credential in a base",
        SESSION,
        "state.backend.type: hashmap",
        "security.ssl.rest.key-password: kX9-vault-door",
        "flink/secret",
    ),
    Case(
        "credential in values",
        VALUES,
        IN_VALUES,
        added("s3.secret-key: kX9-vault-door"),
        "flink/secret",
        line="s3.secret-key",
    ),
]
