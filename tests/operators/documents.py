"""Resources to judge: whole ones, and the same with one to three fields changed at random."""

import copy
import json
import random
from collections.abc import Iterator
from typing import Any

Document = dict[str, Any]
GONE = object()

SIZES = [
    "1g", "1024m", "2048 mb", "1Gi", "1.5Gi", "1.0g", "1gib", "2048Mi", "1e3", "1E9", "5E", "4096",
    "", " ", "abc", "-1Gi", ".5Gi", "1Ki", "1K", "100m", "1G i", "9999999999999t", "0", "1.g",
    "12Pi", "1Ti", "1kibibytes", "99999999999999999999", 1024, 1.5, None, GONE,
]  # fmt: skip
STORAGE = ["1Gi", "2048m", "5G", "1e3", "1E3", "x", "", "1gb", "1.5Gi", "-5", 10, None, "10n", "7i"]
CPUS = [1, 0.5, "1", "0.5", "500m", "", "1d", "NaN", "1e1", " 2 ", True, [], None, "x1", "1.", ".5"]
NUMBERS = [0, 1, 2, -1, "2", "0", "", "x", None, 1.9, 0.5, True, 3_000_000_000, GONE]
NONCES = [1, 2, 0, None, "3", "x", GONE]
NAMES = [
    "a", "a-b", "abc-", "-a", "1a", "A", "a.b", "x" * 45, "x" * 46, "a_b", "ab9", "9", "a--b",
]  # fmt: skip
VERSIONS = [
    "v1_13", "v1_14", "v1_15", "v1_16", "v1_17", "v1_18", "v1_19", "v1_20", "v2_0", "v2_1", "v2_2",
    "v2_3", "v2_4", "v2_5", "1.20", "V1_20", "", None, 5, 99, "5", "v9_9", GONE,
]  # fmt: skip
MODES = ["stateless", "savepoint", "last-state", "Savepoint", "last_state", None, "", 1, 7, GONE]
INGRESSES = [
    {}, {"template": "{{name}}.{{namespace}}.example.com"}, {"template": "/{{namespace}}/{{name}}"},
    {"template": "http://[bad{{x}}"}, {"template": "example.com:port"}, {"template": None},
    {"template": "https://h:8443/x"}, {"template": "HTTP://h:99999999999/x"}, {"template": ""},
    {"template": "http://[::1]:8081/"}, {"template": "http://[::zz]/"}, {"template": "a b c"},
    {"template": "http://h:-2/"}, {"template": "ftp://h/"}, {"template": "{{Name}}?x=http://y:z"},
    {"template": "http://u@v@w:x/"}, {"template": "http://[::1]x/"}, {"template": "//h:x1"},
    {"template": "h:"}, {"template": "a:b@c:80"}, {"template": "x", "labels": {"a": 1}}, "x", None,
]  # fmt: skip
LOGS = [
    {}, {"log4j-console.properties": "x"}, {"logback-console.xml": "x"}, {"log4j.properties": "x"},
    None, {"log4j-console.properties": "x", "other": "y"}, "x", {"logback-console.xml": 5},
]  # fmt: skip
JARS = [
    "https://repo.example/a.jar", "http://8.8.8.8/a.jar", "s3://b/a.jar", "/opt/a.jar",
    "local:///opt/flink/a.jar", "https://10.0.0.1/a.jar", "https://8.8.8.8/a.jar", "a.jar", "",
    "https://localhost/a.jar", "https://127.0.0.1/a.jar", "https:///a.jar", "https:a.jar", "https:",
    "HTTPS://8.8.8.8/a.jar", "https://8.8.8.8/a b.jar", "https://8.8.8.8/%zz.jar", "1https://x/",
    "https://my_host.invalid/a.jar", "https://x.invalid/a.jar", "https://[::1]/a.jar", None, GONE,
    "https://192.168.1.1:8443/a.jar", "https://172.16.0.9/a", "https://169.254.1.1/a", "://x",
    "https://0.0.0.0/a", "https://224.0.0.1/a", "https://8.8.8.8:x/a", "https://u:p@8.8.8.8/a?b#c",
    "https://[2606:4700::1111]/a", "https://[fe80::1]/a", "https://[fec0::1]/a", "ht!tp://x/a", 5,
    "https://[::ffff:10.0.0.1]/a", "https://8.8.8.8/a|b", "https://8.8.8.8/ä.jar", "https://",
    "https://8.8.8.8/a#b c", "https://8.8.8.8/a?b c", "https://-a.invalid/x", "https://172.32.0.1/a",
    "https://8.8.8.8/{a}", "https://1.2.3/a", "https://a..invalid/x", "https://8.8.8.8/a?{x}",
]  # fmt: skip
FLAGS = ["true", "false", "TRUE", "yes", "", "1", True, False, GONE]
FACTORS = [
    "0", "0.5", "-0.1", "1.5", "abc", "", "0.7", "0.69", "1", "-1", "NaN", "0.009", 2, "100", "1d",
    "0.01", "Infinity", GONE,
]  # fmt: skip
PERIODS = [
    "9:30-17:00", "9:30-9:00", "25:00-26:00", "* * 9-11 * * ?", "* * * * * *", "9:30-10:30;x", "",
    "9:30-10:30 && * * * ? * 2-6", "9:30-10:30&&11:00-12:00", "* * * ? * MON && * * * ? * TUE",
    "* * * 1 * ? && 9:30-10:30 && 1:00-2:00", "0 0 0 L * ?", "0 0 0 L-40 * ?", "0 0 0 LW * ?",
    "0 0 0 ? * 6#3", "0 0 0 ? * 6#7", "0 0 0 ? * FRI#2", "0 0 0 ? * 9", "60 * * * * ?", "a",
    "0 0 0 ? * MON-FRI", "0 0 0 ? JAN-XYZ *", "*/70 * * * * ?", "0 0 0 32 * ?", "0 0 0 15W * ?",
    "0 0 0 ? * 5L", "9:30:00-17:00:00", "9:30 - 17:00", "9-17", "['9:30-17:00']", "[9:30-17:00, x]",
    "9:30-17:00; 18:00-19:00", "'9:30-17:00'", "'9:30", "0 0 0 ? * ?", "0 0 0 1 * 1", "0 0 0 1 *",
    "0 0 0 1 1 ? 2030", "0 0 0 1 1 ? 2030-2020", "0 0 0 1,L * ?", "0/5 * * * * ?", "/5 * * * * ?",
    "0 0 0 ? * 1,2,3", "* * 9-24 * * ?", "1-5/2 * * * * ?", "1-5/ * * * * ?", "* * 11-9 * * ?",
    "0 0 0 ? * SUN-", "0 0 0 ? * SU", "0 0 0 1 0 ?", "0 0 0 1 13 ?", "*/0 * * * * ?", "/ * * * * ?",
    "0 0 0 1/40 * ?", "0 0 0 1/5x * ?", "0 0 0 ? * 1#2#3", "0 0 0 ? * 2L,3", "x * * * * ?",
]  # fmt: skip
TYPES = ["NONE", "none", "kubernetes", "KUBERNETES", "zookeeper", "k8s", "", GONE]
INTERVALS = ["6h", "", "0 0 * * * ?", "x", GONE]
AGES = ["1h", "30 s", "x", "1h30m", "", "PT1M", GONE]
FOLDERS = ["s3://b/x", "", " ", GONE]

_AUTO, _OWN = "job.autoscaler.", "kubernetes.operator."
OPTIONS: dict[str, list[Any]] = {
    "kubernetes.cluster-id": ["x"],
    "kubernetes.namespace": ["x"],
    "high-availability.cluster-id": ["x"],
    "high-availability.type": TYPES,
    "high-availability": TYPES,
    _OWN + "deployment.rollback.enabled": FLAGS,
    _OWN + "cluster.health-check.enabled": FLAGS,
    _OWN + "jm-deployment-recovery.enabled": FLAGS,
    _OWN + "reconciler.jm-deployment-recovery.enabled": FLAGS,
    _OWN + "periodic.savepoint.interval": INTERVALS,
    _OWN + "job.upgrade.last-state.max.allowed.checkpoint.age": AGES,
    "execution.checkpointing.dir": FOLDERS,
    "state.checkpoints.dir": FOLDERS,
    "state.backend.fs.checkpointdir": FOLDERS,
    "execution.checkpointing.savepoint-dir": FOLDERS,
    "state.savepoints.dir": FOLDERS,
    _AUTO + "enabled": FLAGS,
    _OWN + _AUTO + "enabled": FLAGS,
    **{
        prefix + name: FACTORS
        for prefix in (_AUTO, _OWN + _AUTO)
        for name in (
            "scale-down.max-factor", "scale-up.max-factor", "utilization.target",
            "target.utilization", "target.utilization.boundary", "utilization.max",
            "utilization.min", "observed-scalability.coefficient-min",
        )
    },
    _AUTO + "excluded.periods": PERIODS,
}  # fmt: skip
MEMORY: dict[str, list[Any]] = {
    f"{process}.memory.{name}": ["1600m", "1g", "600m", "500m", "4Gi", "64m", "x", 2_000_000_000]
    for process in ("jobmanager", "taskmanager")
    for name in ("process.size", "flink.size", "heap.size", "managed.size", "task.heap.size")
} | {
    "jobmanager.heap.size": ["1g", "1Gi"],
    "taskmanager.memory.managed.fraction": ["0.1", "0.9", "2", "x"],
    "taskmanager.numberOfTaskSlots": ["0", "2", "x"],
}

SHARED: dict[str, list[Any]] = {
    "spec.job.parallelism": NUMBERS,
    "spec.job.upgradeMode": MODES,
    "spec.job.state": ["running", "suspended", "stopped", None, GONE],
    "spec.job.savepointTriggerNonce": NONCES,
    "spec.job.savepointRedeployNonce": NONCES,
    "spec.job.initialSavepointPath": ["s3://b/sp", "", None, 5, GONE],
    "spec.job.allowNonRestoredState": [True, "true", "yes", None, 1, 1.5],
    "spec.job.args": [["a"], [1], "a", None, [["a"]]],
    "spec.job.entryClass": ["A", 5, None, {}],
    "spec.job": [None, GONE, "x", {}],
    "spec.flinkConfiguration": [None, GONE, "x", {"a": {"b": 1}, "c": [1, "x"]}],
    "spec.restartNonce": NONCES,
}
DEPLOYMENT: dict[str, list[Any]] = {
    **SHARED,
    "metadata.name": NAMES,
    "spec.flinkVersion": VERSIONS,
    "spec.image": ["x", 5, None],
    "spec.serviceAccount": [None, GONE, "", "x", 5],
    "spec.mode": ["native", "standalone", None, "x", "", GONE],
    "spec.ingress": INGRESSES,
    "spec.logConfiguration": LOGS,
    "spec.jobManager": [None, GONE, {}, "x", {"replicas": 1}],
    "spec.taskManager": [None, GONE, {}, "x", {"replicas": 1}],
    "spec.jobManager.replicas": NUMBERS,
    "spec.taskManager.replicas": NUMBERS,
    **{f"spec.{part}.resource.memory": SIZES for part in ("jobManager", "taskManager")},
    **{f"spec.{part}.resource.cpu": CPUS for part in ("jobManager", "taskManager")},
    "spec.taskManager.resource.ephemeralStorage": STORAGE,
    "spec.jobManager.resource": [None, GONE, {}, []],
    "spec.podTemplate": [{"spec": {"containers": []}}, None, {}],
}
SESSION_JOB: dict[str, list[Any]] = {
    **SHARED,
    "spec.deploymentName": [*NAMES, "cluster", "other", None, GONE],
    "spec.job.jarURI": JARS,
}
SNAPSHOT: dict[str, list[Any]] = {
    "spec.savepoint": [{}, None, {"alreadyExists": True}, {"path": "s3://b"}, GONE],
    "spec.savepoint.alreadyExists": [True, False, "true", "x"],
    "spec.savepoint.formatType": ["CANONICAL", "NATIVE", "UNKNOWN", "canonical", None],
    "spec.savepoint.disposeOnDelete": [True, "no", None],
    "spec.checkpoint": [{}, None, GONE, "x"],
    "spec.jobReference": [None, GONE, {"kind": "FlinkDeployment", "name": "x"}],
    "spec.jobReference.kind": ["FlinkDeployment", "FlinkSessionJob", "Deployment"],
    "spec.backoffLimit": NUMBERS,
}


def _resource() -> Document:
    return {"resource": {"memory": "2048m", "cpu": 1}}


def deployment(**spec: Any) -> Document:
    """A FlinkDeployment that the operator takes."""
    whole = {
        "image": "flink:1.20",
        "flinkVersion": "v1_20",
        "serviceAccount": "flink",
        "flinkConfiguration": {"taskmanager.numberOfTaskSlots": "2"},
        "jobManager": {"replicas": 1, **_resource()},
        "taskManager": _resource(),
        "job": {"jarURI": "local:///opt/flink/x.jar", "parallelism": 2},
    }
    return _document("FlinkDeployment", {**whole, **spec})


def session(**spec: Any) -> Document:
    """A session cluster named `cluster`."""
    document = deployment(**spec)
    del document["spec"]["job"]
    document["metadata"]["name"] = "cluster"
    return document


def session_job(**spec: Any) -> Document:
    """A FlinkSessionJob that the operator takes."""
    job = {"jarURI": "https://8.8.8.8/a.jar", "parallelism": 2}
    return _document("FlinkSessionJob", {"deploymentName": "cluster", "job": job, **spec})


def snapshot(**spec: Any) -> Document:
    """A FlinkStateSnapshot that the operator takes."""
    reference = {"kind": "FlinkDeployment", "name": "job"}
    return _document("FlinkStateSnapshot", {"jobReference": reference, "savepoint": {}, **spec})


def _document(kind: str, spec: Document) -> Document:
    metadata = {"name": "orders", "namespace": "flink"}
    return {
        "apiVersion": "flink.apache.org/v1beta1",
        "kind": kind,
        "metadata": metadata,
        "spec": copy.deepcopy(spec),
    }


def reconciled(document: Document, before: Document) -> Document:
    """The document with a status that says what was reconciled last."""
    meta = {"apiVersion": "flink.apache.org/v1beta1", "firstDeployment": False}
    last = json.dumps({"spec": before["spec"], "resource_metadata": meta})
    status = {"reconciliationStatus": {"state": "DEPLOYED", "lastReconciledSpec": last}}
    return {**document, "status": status}


def change(document: Document, path: list[str], value: Any) -> None:
    """Set a field, or take it away; what lies above is made where it is no mapping."""
    *above, last = path
    for step in above:
        if not isinstance(document.get(step), dict):
            document[step] = {}
        document = document[step]
    if value is GONE:
        document.pop(last, None)
    else:
        document[last] = copy.deepcopy(value)


def mutate(document: Document, fields: dict[str, list[Any]], chance: random.Random) -> Document:
    """A copy with some fields and options changed."""
    changed = copy.deepcopy(document)
    for _ in range(chance.choice((1, 1, 2, 3))):
        if chance.random() < 0.45 and changed["kind"] != "FlinkStateSnapshot":
            option = chance.choice(list(OPTIONS))
            _set_option(changed, option, chance.choice(OPTIONS[option]), chance)
        else:
            field = chance.choice(list(fields))
            change(changed, field.split("."), chance.choice(fields[field]))
    if chance.random() < 0.15 and changed["kind"] == "FlinkDeployment":
        _use_options_for_memory(changed, chance)
    if chance.random() < 0.3 and changed["kind"] != "FlinkStateSnapshot":
        _set_option(changed, _AUTO + "enabled", "true", chance)
    return changed


def _use_options_for_memory(document: Document, chance: random.Random) -> None:
    for part in chance.choice((["jobManager"], ["taskManager"], ["jobManager", "taskManager"])):
        change(document, ["spec", part], {"replicas": 1})
    for option in chance.sample(list(MEMORY), chance.choice((1, 2, 3, 4))):
        change(document, ["spec", "flinkConfiguration", option], chance.choice(MEMORY[option]))


def _set_option(document: Document, key: str, value: Any, chance: random.Random) -> None:
    path = ["spec", "flinkConfiguration", key]
    if chance.random() < 0.1:
        path[2:] = key.split(".", 1)
    change(document, path, value)


def cases(count: int, seed: int) -> Iterator[dict[str, Any]]:
    """Documents with what the operator knows besides: its defaults, and a session cluster."""
    chance = random.Random(seed)
    for number in range(count):
        kind = number % 10
        case: dict[str, Any] = {"defaults": _defaults(chance)}
        if kind < 6:
            base = deployment() if chance.random() < 0.9 else session()
            case["document"] = mutate(base, DEPLOYMENT, chance)
            if chance.random() < 0.25:
                case["document"] = reconciled(case["document"], _before(chance))
        elif kind < 9:
            case["document"] = mutate(session_job(), SESSION_JOB, chance)
            if chance.random() < 0.7:
                case["session"] = _session(chance)
            if chance.random() < 0.2:
                case["document"] = reconciled(case["document"], session_job())
        else:
            case["document"] = mutate(snapshot(), SNAPSHOT, chance)
            if chance.random() < 0.5:
                case["session"] = session()
        yield case


def _defaults(chance: random.Random) -> dict[str, str]:
    found: dict[str, str] = {}
    if chance.random() < 0.3:
        option = chance.choice(list(OPTIONS))
        prefix = chance.choice(("", "namespace.flink.", "namespace.other.", "flink-version.v1_20."
                                , "flink-version.v1_18+.", "flink-version.v2_1+."))  # fmt: skip
        value = chance.choice([one for one in OPTIONS[option] if isinstance(one, str)])
        found[
            f"kubernetes.operator.default-configuration.{prefix}{option}" if prefix else option
        ] = value
    if chance.random() < 0.15:
        schemes = ("https;s3", "https,s3", "s3", "HTTPS;http;local", "", "[https, s3]")
        found["kubernetes.operator.user.artifacts.allowed-schemes"] = chance.choice(schemes)
        switch = "kubernetes.operator.user.artifacts.disallow-restricted-hosts"
        found[switch] = chance.choice(("true", "false"))
    return found


def _before(chance: random.Random) -> Document:
    before = chance.choice((deployment, deployment, session))()
    old = {
        "spec.mode": ["native", "standalone", GONE],
        "spec.flinkVersion": ["v1_19", "v1_20"],
        "spec.job.savepointRedeployNonce": [1, 2, GONE],
    }
    for field, values in old.items():
        if "job" in before["spec"] or ".job." not in field:
            change(before, field.split("."), chance.choice(values))
    if "job" in before["spec"] and chance.random() < 0.4:
        before["spec"]["job"] |= {"state": "suspended", "upgradeMode": "last-state"}
    return before


def _session(chance: random.Random) -> Document:
    if chance.random() < 0.1:
        return {**deployment(), "metadata": {"name": "cluster", "namespace": "flink"}}
    found = session()
    if chance.random() < 0.3:
        option = chance.choice(list(OPTIONS))
        change(found, ["spec", "flinkConfiguration", option], chance.choice(OPTIONS[option]))
    return found
