"""Checks of Flink's configuration: what they must not say, and where exactly they point."""

from collections.abc import Callable
from pathlib import Path

import pytest

from overlaykit.findings import Finding
from overlaykit.fix import apply
from overlaykit.validate import validate

Plant = Callable[[dict[str, str]], Path]
KUSTOMIZATION = """\
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
- job.yaml
"""
JOB = """\
apiVersion: flink.apache.org/v1beta1
kind: FlinkDeployment
metadata:
  name: orders
  namespace: flink
spec:
  image: flink:1.20.3
  flinkVersion: v1_20
  serviceAccount: flink
  flinkConfiguration:
OPTIONS
  jobManager:
    resource:
      memory: 1600m
      cpu: 1
  taskManager:
    resource:
      memory: 1728m
      cpu: 1
"""


def job(options: str, version: str = "1.20", **more: str) -> dict[str, str]:
    lines = "\n".join(f"    {line}" for line in options.splitlines())
    text = JOB.replace("OPTIONS", lines).replace("1.20.3", f"{version}.3")
    text = text.replace("v1_20", f"v{version.replace('.', '_')}") + more.get("after", "")
    return {"overlays/dev/kustomization.yaml": KUSTOMIZATION, "overlays/dev/job.yaml": text}


def findings(root: Path) -> list[Finding]:
    result = validate(root, [], lambda done, total: None)
    return [f for f in result.findings if f.check.startswith("flink/")]


def told(root: Path) -> set[tuple[str, str]]:
    return {(f.level, f.check.removeprefix("flink/")) for f in findings(root)}


@pytest.mark.parametrize(
    "options",
    [
        "my.own.parameter: x",
        "s3.path.style.access: true",
        "metrics.reporter.prom.port: 9249",
        "kubernetes.operator.savepoint.history.max.count: 5",
        "kubernetes.jobmanager.labels.team: orders",
        "taskmanager:\n  numberOfTaskSlots: 2",
        "taskmanager.memory.managed.size: ${MANAGED}",
        "execution.checkpointing.interval: '30000'",
        "high-availability.type: org.example.Factory\nhigh-availability.storageDir: hdfs://a/b",
        "state.backend.type: org.example.BackendFactory",
        "state.backend.type: HashMap",
        "s3.secret-key: ${SECRET_KEY}",
        "execution.checkpointing.interval: 30 min\nexecution.checkpointing.timeout: 10 min",
    ],
)
def test_what_is_right_is_left_alone(options: str, plant: Plant) -> None:
    assert told(plant(job(options))) == set()


def test_the_size_that_the_operator_overwrites_is_not_judged_as_a_size(plant: Plant) -> None:
    root = plant(job("taskmanager.memory.process.size: 4Gi"))
    assert told(root) == {("warning", "mem-conflict")}


def test_an_older_name_beside_the_new_one_is_no_loss(plant: Plant) -> None:
    options = "execution.checkpointing.dir: s3://a/b\nstate.checkpoints.dir: s3://a/b"
    assert ("error", "too-new") not in told(plant(job(options, "1.19")))


def test_what_went_is_unknown(plant: Plant) -> None:
    assert told(plant(job("security.ssl.enabled: true", "2.1"))) == {("warning", "unknown-key")}


def test_iso_durations_from_2_1(plant: Plant) -> None:
    assert told(plant(job("execution.checkpointing.interval: PT1M", "2.1"))) == set()
    assert told(plant(job("execution.checkpointing.interval: PT1M"))) == {("error", "duration")}


VOLUME = """\
  podTemplate:
    spec:
      containers:
      - name: flink-main-container
        volumeMounts:
        - name: state
          mountPath: /state
      volumes:
      - name: state
        KIND
"""


@pytest.mark.parametrize(
    ("volume", "level"),
    [
        ("emptyDir: {}", "error"),
        ("hostPath: {path: /state}", "warning"),
        ("persistentVolumeClaim: {claimName: shared}", ""),
        ("nfs: {server: a, path: /b}", ""),
    ],
)
def test_local_state_by_volume(volume: str, level: str, plant: Plant) -> None:
    files = job(
        "execution.checkpointing.dir: file:///state/a", after=VOLUME.replace("KIND", volume)
    )
    wanted = {(level, "local-state")} if level else set()
    assert told(plant(files)) == wanted


def test_the_line_inside_a_file_in_a_config_map(plant: Plant) -> None:
    text = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: options
data:
  flink-conf.yaml: |
    # sizes
    taskmanager.memory.process.size: 2Gi
    state.backend: rocksdb
"""
    root = plant({"overlays/dev/kustomization.yaml": KUSTOMIZATION, "overlays/dev/job.yaml": text})
    found = {(f.check, f.line) for f in findings(root)}
    assert found == {("flink/mem-unit", 8), ("flink/deprecated", 9)}


def test_the_fix_is_written(plant: Plant) -> None:
    options = "state.backend: rocksdb  # why\ntaskmanager.memory.managed.size: '1Gi'"
    root = plant(job(options))
    apply(root, findings(root))
    text = (root / "overlays/dev/job.yaml").read_text()
    assert "    state.backend.type: rocksdb  # why\n" in text
    assert "    taskmanager.memory.managed.size: '1g'\n" in text
    assert {check for _, check in told(root)} == {"mem-tm"}


def test_the_memory_that_would_do(plant: Plant) -> None:
    files = job("state.backend.type: hashmap")
    files["overlays/dev/job.yaml"] = files["overlays/dev/job.yaml"].replace("1728m", "1024m")
    [found] = findings(plant(files))
    assert found.message == "task heap is 25.6 MB"
    assert found.fix == "write 1728m, which gives 384 MB of task heap"


def test_milliseconds_where_a_release_wants_a_number(plant: Plant) -> None:
    options = "heartbeat.timeout: 30 s"
    assert told(plant(job(options))) == set()
    [found] = findings(plant(job(options, "1.19")))
    assert (found.check, found.level) == ("flink/duration", "error")
    assert found.fix == "write 30000"


def test_a_wrong_duration_is_told_once_whatever_the_release(plant: Plant) -> None:
    for version in ("1.17", "1.19", "1.20", "2.0"):
        found = findings(plant(job("heartbeat.timeout: 5 fortnights", version)))
        assert [one.check for one in found if one.line == 11] == ["flink/duration"]


def test_a_password_for_java_is_a_secret(plant: Plant) -> None:
    option = "env.java.opts.all: -Djavax.net.ssl.keyStorePassword="
    assert told(plant(job(option + "x9Kq2vLp"))) == {("error", "secret")}
    assert told(plant(job(option + "${PASSWORD}"))) == set()
