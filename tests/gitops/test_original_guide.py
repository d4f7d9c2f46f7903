"""Whoever comes from the original guide finds each of its keys, commands and problems again."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
RESOURCES = """
    bootstrapServers|schemaRegistry|flink.confluent.io|default-flink-env|flinkEnvironmentRef|
    jobmanager.memory.process.size|taskmanager.memory.process.size|jobmanager.cpu|taskmanager.cpu|
    taskmanager.numberOfTaskSlots|state.backend|state.checkpoints.dir|
    execution.checkpointing.interval|.mode|flink-environment-patch.yaml|my-flink-job|
    job.jarURI|job.parallelism|job.upgradeMode|jobManager.resource|taskManager.resource|
    overlay list --resources|controlcenter-ingress|confluent-resources|Control Center|
    CREATE TABLE|INSERT|upsert-kafka|service.yaml|servicemonitor.yaml|grafana-dashboard.yaml|
    type: flink-native-kubernetes|9249|job="flink"|relabelings|podTargetLabels|
    jmx-monitoring-stacks|podmonitor-operator.yaml|get flinkdeployment|get flinkapplication|
    JobManager and TaskManager|describe flinkapplication|get flinkenvironment|get cmfrestclass|
    kafka-test|kafka-broker-api-versions|get kafka -n confluent|get networkpolicy|
    SASL/PLAIN|mTLS|Schema Registry authentication|NetworkPolicies: jobs to Kafka|
    NetworkPolicies: operator to API|Secrets: Kafka|Secrets: CMF licence|Next: deploy a sample|
    Next: enable authentication|Next: tune resources|Next: add to the flink-demo cluster
"""
GUIDE = {
    "flink-resources": RESOURCES,
    "cmf-operator": """
        v2.1.0|2 CPU, 1 GB RAM|10 GB storage|SQLite|trial|CMF UI|controlcenter-ingress|
        app.kubernetes.io/name=cmf|CrashLoopBackOff|get pvc|get storageclass|
        without authentication|CMF to Kafka, external access|licence keys, database encryption keys
    """,
    "flink-kubernetes-operator": """
        v1.130.0|116|2 CPU, 3 GB RAM|cert-manager|podmonitor-operator.yaml|
        app.kubernetes.io/name: flink-kubernetes-operator|auth can-i create flinkdeployment|
        get crd|operator to the Kubernetes API|get flinkdeployment
    """,
    "cfk-operator": """
        105|confluent-resources|get kafka -n confluent|enableCMFDay2Ops|namespaceList|Flink SQL|
        mTLS for CMF to CFK
    """,
}
CASES = [
    (workload, key.strip())
    for workload, keys in GUIDE.items()
    for key in keys.split("|")
    if key.strip()
]


@pytest.mark.parametrize(("name", "key"), CASES)
def test_it_is_in_the_readme_that_answers_for_it(name: str, key: str) -> None:
    assert key in (ROOT / "workloads" / name / "README.md").read_text()
