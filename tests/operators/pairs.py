"""Pairs of specifications: the old one, and the new one with one to four fields changed."""

import random
from collections.abc import Iterator
from typing import Any

from operators.documents import GONE, change, deployment, session, session_job

_TEMPLATES: list[Any] = [
    {"spec": {"containers": [{"name": "flink-main-container"}]}},
    {"spec": {"containers": [{"name": "flink-main-container", "env": []}]}},
    {"spec": {"containers": []}},
    {"metadata": {"labels": {}}, "spec": {"containers": []}},
    {"metadata": {"labels": {"a": "b"}}},
    {"spec": {"securityContext": {}}},
    {"spec": {"volumes": [{"name": "x", "emptyDir": {}}]}},
    {"spec": {"volumes": [{"name": "x", "emptyDir": {"sizeLimit": "1Gi"}}]}},
    {"spec": {"volumes": [{"name": "x", "emptyDir": {"sizeLimit": "1024Mi"}}]}},
    {"spec": {"containers": [{"name": "a", "resources": {"limits": {"cpu": "1"}}}]}},
    {"spec": {"containers": [{"name": "a", "resources": {"limits": {"cpu": "1000m"}}}]}},
    {"spec": {"nodeSelector": {"a": "b"}}},
    None,
    GONE,
]
_RESOURCES: list[Any] = [
    {"memory": "2048m", "cpu": 1},
    {"memory": "2048m", "cpu": "1"},
    {"memory": "2048m", "cpu": 1.0},
    {"memory": "2g", "cpu": 1},
    {"memory": "2048m", "cpu": 2, "ephemeralStorage": "1Gi"},
    {"memory": "2048m", "cpu": 1, "unknown": "x"},
    GONE,
    None,
]
_JOB: dict[str, list[Any]] = {
    "job.parallelism": [1, 2, 4, "2", GONE],
    "job.upgradeMode": ["stateless", "savepoint", "last-state", GONE],
    "job.state": ["running", "suspended", GONE],
    "job.jarURI": ["local:///a.jar", "local:///b.jar", GONE],
    "job.entryClass": ["A", "B", GONE, None],
    "job.args": [["a"], ["a", "b"], [], [1], ["1"], GONE],
    "job.savepointTriggerNonce": [1, 2, "2", GONE],
    "job.checkpointTriggerNonce": [1, 2, GONE],
    "job.savepointRedeployNonce": [1, 2, None, GONE],
    "job.autoscalerResetNonce": [1, 2, GONE],
    "job.initialSavepointPath": ["s3://b/1", "s3://b/2", GONE],
    "job.allowNonRestoredState": [True, False, "true", GONE],
    "job.unknown": [1, 2],
    "restartNonce": [1, 2, None, GONE],
}
_OPTIONS: dict[str, list[Any]] = {
    f"flinkConfiguration/{key}": ["1", "2", GONE]
    for key in (
        "state.checkpoints.dir",
        "parallelism.default",
        "kubernetes.operator.periodic.savepoint.interval",
        "kubernetes.operators",
        "job.autoscaler.enabled",
        "job.autoscalers",
        "pipeline.jobvertex-parallelism-overrides",
        "taskmanager.numberOfTaskSlots",
    )
} | {
    "flinkConfiguration/taskmanager": [{"numberOfTaskSlots": 2}, {"numberOfTaskSlots": "3"}, GONE],
    "flinkConfiguration": [None, GONE, {}],
}
_WHOLE: dict[str, list[Any]] = {
    **_JOB,
    **_OPTIONS,
    "image": ["flink:1.20", "flink:1.19", GONE],
    "imagePullPolicy": ["Always", "IfNotPresent", GONE],
    "serviceAccount": ["flink", "other", GONE],
    "flinkVersion": ["v1_19", "v1_20"],
    "mode": ["native", "standalone", GONE, None],
    "ingress": [{"template": "x"}, {"template": "x", "labels": {}}, {"template": "y"}, GONE],
    "logConfiguration": [{"log4j-console.properties": "x"}, {}, GONE, None],
    "podTemplate": _TEMPLATES,
    "jobManager.podTemplate": _TEMPLATES,
    "taskManager.podTemplate": _TEMPLATES,
    "jobManager.resource": _RESOURCES,
    "taskManager.resource": _RESOURCES,
    "jobManager.replicas": [1, 2, "1", GONE],
    "taskManager.replicas": [1, 2, "1", GONE],
    "taskManager": [GONE, None],
    "jobManager": [GONE, None],
    "unknown": [1, 2],
}


def pairs(count: int, seed: int) -> Iterator[dict[str, Any]]:
    """Old and new specification, with the mode of the cluster and the kind of the resource."""
    chance = random.Random(seed)
    for number in range(count):
        kind = "session" if number % 5 == 0 else "deployment"
        mode = chance.choice(("native", "standalone"))
        yield {"kind": kind, "mode": mode, **_pair(kind, mode, chance)}


def _pair(kind: str, mode: str, chance: random.Random) -> dict[str, Any]:
    base = session_job() if kind == "session" else deployment()
    if kind == "deployment" and chance.random() < 0.1:
        base = session()
    fields = {**_JOB, **_OPTIONS} if kind == "session" else _WHOLE
    if kind == "deployment":
        base["spec"]["mode"] = mode
    before = _changed(base["spec"], fields, chance.choice((0, 1, 2, 5)), chance)
    return {
        "before": before,
        "after": _changed(before, fields, chance.choice((1, 1, 2, 4)), chance),
    }


def shipped_pair(kind: str, spec: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """A given specification before and after some edits."""
    fields = {**_JOB, **_OPTIONS} if kind == "session" else _WHOLE
    after = _changed(spec, fields, chance.choice((1, 1, 2, 4)), chance)
    return {"before": spec, "after": after}


def _changed(
    spec: dict[str, Any], fields: dict[str, list[Any]], times: int, chance: random.Random
) -> dict[str, Any]:
    document: dict[str, Any] = {}
    change(document, ["spec"], spec)
    for _ in range(times):
        field = chance.choice(list(fields))
        if field.startswith("job.") and not isinstance(document["spec"].get("job"), dict):
            continue
        path = field.split("/", 1) if "/" in field else field.split(".")
        change(document["spec"], path, chance.choice(fields[field]))
    return dict(document["spec"])
