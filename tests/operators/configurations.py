"""Resources whose configuration is asked for: every field that the operator writes from, varied."""

import random
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from overlaykit.operator.settings import Settings, flatten
from overlaykit.operator.versions import Release, flink_version
from overlaykit.operator.written import (
    CLIENT,
    Written,
    observed,
    of_cluster,
    of_session_job,
    overlapping,
)

Case = dict[str, Any]
VERSIONS = ["v1_16", "v1_17", "v1_18", "v1_19", "v1_20", "v2_0", "v2_1", "v2_2"]
SIZES = ["1600m", "1g", "2048 mb", "2Gi", "1Ti", "1728Mi", "4294967296", "3000000 kb", 2147483648]
CORES = [1, 0.5, 2, 1.25, 0.001, 12345678, "0.25"]
JARS = ["local:///opt/a.jar", "https://8.8.8.8/a%20b.jar", "s3://b/x;y.jar", "file:///a.jar"]
ARGUMENTS = [
    *("--a", "b c", "d;e", "f: g", "it's", '"q"', "", " x", "x ", "a,b", "[z]", "{y}", "#1", "1.5"),
    *(
        "true",
        "null",
        "s3://b/c",
        "a=b",
        "-",
        "--",
        "*",
        "&a",
        "!t",
        "%d",
        "@x",
        "`",
        "~",
        "a:",
        ":",
    ),
    *("|", ">", "?", "? a", "- b", "ä", "a\\b", "é x", "=", "on", "1e3", "0x1f", "2020-01-01"),
]
OPTIONS: dict[str, list[Any]] = {
    "high-availability.type": ["kubernetes", "NONE", "zookeeper"],
    "high-availability": ["kubernetes"],
    "high-availability.storageDir": ["s3://b/ha"],
    "high-availability.jobmanager.port": ["0", "6200"],
    "jobmanager.rpc.port": ["6124", 6125],
    "blob.server.port": ["0", "6130"],
    "taskmanager.rpc.port": ["0", "6140"],
    "rest.port": ["8082", "0"],
    "rest.bind-port": ["0", "8090"],
    "rest.bind-address": ["0.0.0.0"],
    "taskmanager.host": ["x"],
    "jobmanager.bind-host": ["0.0.0.0"],
    "kubernetes.rest-service.exposed.type": ["NodePort", "LoadBalancer"],
    "kubernetes.container.image": ["a:1"],
    "kubernetes.jobmanager.cpu": ["3"],
    "web.cancel.enable": ["true"],
    "pipeline.name": ["other"],
    "pipeline.jobvertex-parallelism-overrides": ["{a: 3, b: 7}", "a:2,b:9"],
    "execution.checkpointing.interval": ["30 s"],
    "execution.checkpointing.externalized-checkpoint-retention": ["DELETE_ON_CANCELLATION"],
    "execution.submit-failed-job-on-application-error": ["false"],
    "execution.shutdown-on-application-finish": ["true"],
    "jobmanager.memory.process.size": ["2g"],
    "taskmanager.memory.process.size": ["3g"],
    "taskmanager.numberOfTaskSlots": ["2", 4],
    "parallelism.default": ["8"],
    "kubernetes.operator.periodic.savepoint.interval": ["6h"],
    "job.autoscaler.enabled": ["true"],
    "state": [{"backend": {"type": "rocksdb"}, "savepoints.dir": "s3://b/s"}],
    "env.java.opts.all": ["-Dx=y -XX:+UseG1GC"],
}  # fmt: skip


def cases(count: int, seed: int) -> Iterator[Case]:
    chance = random.Random(seed)
    for number in range(count):
        cluster = _cluster(chance)
        defaults = _options(chance, 3)
        if number % 4:
            yield {"document": cluster, "defaults": flatten(defaults)}
            continue
        cluster["spec"].pop("job", None)
        job = {
            "deploymentName": "c",
            "job": _job(chance),
            "flinkConfiguration": _options(chance, 4),
        }
        metadata = {"name": "j", "namespace": "flink"}
        document = {"kind": "FlinkSessionJob", "metadata": metadata, "spec": job}
        yield {"document": document, "defaults": flatten(defaults), "session": cluster}


def _cluster(chance: random.Random) -> Case:
    spec: Case = {
        "flinkVersion": chance.choice(VERSIONS),
        "image": "flink:1",
        "serviceAccount": "flink",
        "flinkConfiguration": _options(chance, 8),
    }
    for part in ("jobManager", "taskManager"):
        memory, cpu = chance.choice(SIZES), chance.choice(CORES)
        spec[part] = {
            "resource": {"memory": memory} | ({"cpu": cpu} if chance.random() < 0.6 else {})
        }
        if chance.random() < 0.3:
            spec[part]["replicas"] = chance.randint(1, 3)
    if chance.random() < 0.3:
        spec["mode"] = chance.choice(["native", "standalone"])
    if chance.random() < 0.2:
        spec["imagePullPolicy"] = "Always"
    if chance.random() < 0.7:
        spec["job"] = _job(chance)
    return {
        "kind": "FlinkDeployment",
        "metadata": {"name": "c", "namespace": "flink"},
        "spec": spec,
    }


def _job(chance: random.Random) -> Case:
    job: Case = {"parallelism": chance.randint(1, 9), "jarURI": chance.choice(JARS)}
    if chance.random() < 0.6:
        job["args"] = [chance.choice(ARGUMENTS) for _ in range(chance.randint(0, 4))]
    if chance.random() < 0.5:
        job["entryClass"] = "a.B"
    if chance.random() < 0.6:
        job["upgradeMode"] = chance.choice(["stateless", "savepoint", "last-state"])
    if chance.random() < 0.3:
        job["allowNonRestoredState"] = chance.choice([True, False])
    return job


def _options(chance: random.Random, most: int) -> Case:
    keys = chance.sample(sorted(OPTIONS), chance.randint(0, most))
    return {key: chance.choice(OPTIONS[key]) for key in keys}


def ours(case: Case) -> dict[str, str]:
    """The configuration that we say comes of a case."""
    found = _ours(case)
    cluster = case.get("session") or case["document"]
    in_yaml = "session" in case or cluster["spec"]["flinkVersion"].startswith("v2")
    return {key: as_list(value) for key, value in found.items()} if in_yaml else found


def _ours(case: Case) -> dict[str, str]:
    job = case["document"] if "session" in case else None
    cluster = case.get("session") or case["document"]
    spec, metadata = cluster["spec"], cluster["metadata"]
    flink = flink_version(spec["flinkVersion"])
    assert flink is not None
    values = case["defaults"] | flatten(spec["flinkConfiguration"])
    done = of_cluster(spec, metadata["name"], metadata["namespace"], values, Release(), flink)
    if job is None:
        found = _applied(values, [one for one in done if not one.is_late])
        hidden = ("kubernetes.operator.", "job.autoscaler.")
        return {key: text for key, text in found.items() if not key.startswith(hidden)}
    found = _applied(values, [one for one in done if one.by != CLIENT and not one.is_late])
    found = _applied(
        found, [one for _, one in observed(flatten(spec["flinkConfiguration"]), Release())]
    )
    found |= flatten(job["spec"]["flinkConfiguration"])
    late = of_session_job(job["spec"]["job"], job["metadata"]["name"], found, Release(), flink)
    # The parallelism is sent beside the configuration.
    return _applied(found, [one for one in late if one.key != "parallelism.default"])


def _applied(values: Mapping[str, str], done: list[Written]) -> dict[str, str]:
    found = dict(values)
    for one in done:
        if one.value is None:
            found.pop(one.key, None)
        elif not one.is_open:
            found[one.key] = one.value
    return found


def is_refused(case: Case) -> bool:
    """Whether the operator cannot deploy a case: standby JobManagers alone, or keys that Flink 2
    cannot have together."""
    if "session" in case:
        return False
    spec, found = case["document"]["spec"], _ours(case)
    flink = flink_version(spec["flinkVersion"])
    assert flink is not None
    alone = not Settings(found).is_highly_available
    standby = alone and spec["jobManager"].get("replicas", 1) > 1
    return standby or bool(overlapping(found, Release(), flink))


def theirs(answer: dict[str, str]) -> dict[str, str]:
    """An answer as keys and values: the text of a file, or what is sent with a job."""
    if "failed" in answer:
        return answer
    if "flink-conf.yaml" in answer:
        pairs = (line.partition(": ") for line in answer["flink-conf.yaml"].splitlines() if line)
        return {key: value for key, _, value in pairs}
    if "config.yaml" in answer:
        found = yaml.load(answer["config.yaml"], Loader=yaml.BaseLoader)
        return dict(_flat(found))
    return {key: as_list(value) for key, value in answer.items()}


def _flat(value: Case, prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, item in value.items():
        if isinstance(item, dict):
            yield from _flat(item, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", str(item)


def as_list(value: str) -> str:
    """A list in YAML without regard to its quotes; anything else as it stands."""
    found = yaml.load(value, Loader=yaml.BaseLoader) if value.startswith("[") else value
    return str(found)
