"""What a change does to objects of Kubernetes and of CMF: immutable fields, rolling, deletions."""

from pathlib import Path
from typing import Any

import pytest

from impact.impact_trees import Document, edited, effects, impact, one, thing, tree

POD = {
    "metadata": {"labels": {"a": "b"}},
    "spec": {"containers": [{"name": "c", "image": "busybox:1.36"}]},
}
SELECTOR = {"matchLabels": {"a": "b"}}
CLAIM = {
    "accessModes": ["ReadWriteOnce"],
    "storageClassName": "fast",
    "resources": {"requests": {"storage": "2Gi"}},
}
PLATFORM = "platform.confluent.io/v1beta1"
ENVIRONMENT = thing(PLATFORM, "FlinkEnvironment", "env", {"kubernetesNamespace": "flink"})
APPLICATION = thing(
    PLATFORM,
    "FlinkApplication",
    "app",
    {
        "flinkEnvironment": "env",
        "image": "confluentinc/cp-flink:1.20.3-cp1",
        "flinkVersion": "v1_20",
        "serviceAccount": "flink",
        "flinkConfiguration": {"execution.checkpointing.dir": "s3://b/app"},
        "jobManager": {"resource": {"memory": "2048m", "cpu": 1}},
        "taskManager": {"resource": {"memory": "2048m", "cpu": 1}},
        "job": {"jarURI": "local:///a.jar", "parallelism": 2, "upgradeMode": "last-state"},
    },
)
STATEMENT = thing(
    PLATFORM,
    "FlinkStatement",
    "rows",
    {
        "flinkEnvironment": "env",
        "computePoolName": "pool",
        "statement": "SELECT 1",
        "parallelism": 1,
    },
)
POOL = thing(
    PLATFORM,
    "FlinkComputePool",
    "pool",
    {"flinkEnvironment": "env", "type": "DEDICATED", "clusterSpec": {"image": "x:1"}},
)
WEB = thing("apps/v1", "Deployment", "web", {"selector": SELECTOR, "replicas": 1, "template": POD})
SET = thing(
    "apps/v1",
    "StatefulSet",
    "db",
    {
        "selector": SELECTOR,
        "serviceName": "db",
        "template": POD,
        "volumeClaimTemplates": [{"metadata": {"name": "v"}, "spec": CLAIM}],
    },
)
ONCE = thing("batch/v1", "Job", "once", {"template": POD})
STORE = thing("v1", "PersistentVolumeClaim", "store", CLAIM)
SERVICE = thing("v1", "Service", "svc", {"clusterIP": "10.0.0.1", "ports": [{"port": 80}]})
BINDING = {
    "apiVersion": "rbac.authorization.k8s.io/v1",
    "kind": "RoleBinding",
    "metadata": {"name": "rb", "namespace": "flink"},
    "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "a"},
}
FIXED = {
    "apiVersion": "v1",
    "kind": "ConfigMap",
    "metadata": {"name": "fixed", "namespace": "flink"},
    "immutable": True,
    "data": {"k": "v"},
}
HOOK = edited(ONCE, ("metadata/annotations", {"argocd.argoproj.io/hook": "Sync"}))
IMAGE = "spec/template/spec/containers/0/image"
FORCE = ("metadata/annotations", {"argocd.argoproj.io/sync-options": "Force=true,Replace=true"})

CASES: list[tuple[str, Document, list[tuple[str, Any]], tuple[str, str]]] = [
    ("selector", WEB, [("spec/selector/matchLabels/x", "y")], ("refused", "refuse")),
    ("image", WEB, [(IMAGE, "busybox:1.37")], ("rolling restart", "restart")),
    ("replicas", WEB, [("spec/replicas", 2)], ("in-place scale", "scale")),
    ("limit", WEB, [("spec/revisionHistoryLimit", 2)], ("updated in place", "change")),
    ("set-image", SET, [(IMAGE, "busybox:1.37")], ("rolling restart", "restart")),
    ("set-service", SET, [("spec/serviceName", "x")], ("refused", "refuse")),
    (
        "set-claims",
        SET,
        [("spec/volumeClaimTemplates/0/spec/storageClassName", "slow")],
        ("refused", "refuse"),
    ),
    ("set-policy", SET, [("spec/minReadySeconds", 5)], ("updated in place", "change")),
    ("job-template", ONCE, [(IMAGE, "busybox:1.37")], ("refused", "refuse")),
    ("job-suspend", ONCE, [("spec/suspend", True)], ("updated in place", "change")),
    ("hook", HOOK, [(IMAGE, "busybox:1.37")], ("updated in place", "change")),
    ("claim-class", STORE, [("spec/storageClassName", "slow")], ("refused", "refuse")),
    ("claim-grows", STORE, [("spec/resources/requests/storage", "3Gi")], ("updated in place", "change")),
    ("claim-shrinks", STORE, [("spec/resources/requests/storage", "1Gi")], ("refused", "refuse")),
    ("address", SERVICE, [("spec/clusterIP", "10.0.0.2")], ("refused", "refuse")),
    ("no-address", SERVICE, [("spec/clusterIP", None)], ("updated in place", "change")),
    ("role", BINDING, [("roleRef/name", "b")], ("refused", "refuse")),
    ("immutable", FIXED, [("data/k", "w")], ("refused", "refuse")),
    ("forced", edited(WEB, FORCE), [("spec/replicas", 2)], ("recreated", "recreate")),
    ("environment-namespace", ENVIRONMENT, [("spec/kubernetesNamespace", "x")], ("refused", "refuse")),
    ("application-environment", APPLICATION, [("spec/flinkEnvironment", "x")], ("refused", "refuse")),
    ("application", APPLICATION, [("spec/job/parallelism", 4)], ("stateful restart", "restart")),
    (
        "application-savepoint",
        APPLICATION,
        [("spec/startFromSavepoint", {"savepointName": "x"})],
        ("savepoint redeploy", "redeploy"),
    ),
    ("statement", STATEMENT, [("spec/statement", "SELECT 2")], ("refused", "refuse")),
    ("stopped", STATEMENT, [("spec/stopped", True)], ("suspended", "restart")),
    ("rescaled", STATEMENT, [("spec/parallelism", 2)], ("stateful restart", "restart")),
    ("other-pool", STATEMENT, [("spec/computePoolName", "x")], ("state at risk", "risk")),
    ("pool-type", POOL, [("spec/type", "SHARED")], ("refused", "refuse")),
    ("pool-image", POOL, [("spec/clusterSpec/image", "x:2")], ("updated in place", "change")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("document", "edits", "wanted"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_an_edit_has_its_effect(
    tmp_path: Path, document: Document, edits: list[tuple[str, Any]], wanted: tuple[str, str]
) -> None:
    found = impact(tmp_path, tree(document), tree(edited(document, *edits)))
    label = f"{document['kind']}/flink/{document['metadata']['name']}"
    assert effects(found) == {label: wanted}


@pytest.mark.parametrize(
    ("document", "level"),
    [
        (WEB, "recreate"),
        (SET, "recreate"),
        (STORE, "loss"),
        (STATEMENT, "loss"),
        (edited(STATEMENT, ("spec/statement", "-- t\nCREATE TABLE t (a INT)")), "recreate"),
        (edited(STATEMENT, ("spec/statement", "CREATE TABLE t AS SELECT 1")), "loss"),
        (APPLICATION, "loss"),
        (POOL, "risk"),
    ],
    ids=lambda one: one["kind"] if isinstance(one, dict) else one,
)
def test_a_deletion_has_its_level(tmp_path: Path, document: Document, level: str) -> None:
    found = impact(tmp_path, tree(document, BINDING), tree(BINDING))
    [(effect, told)] = effects(found).values()
    assert (effect, told) == ("pruned", level)


def test_an_environment_changes_the_applications_in_it(tmp_path: Path) -> None:
    defaults = {"spec": {"flinkConfiguration": {"state.backend.type": "rocksdb"}}}
    after = edited(ENVIRONMENT, ("spec/flinkApplicationDefaults", defaults))
    before = tree(ENVIRONMENT, APPLICATION)
    found = one(impact(tmp_path, before, tree(after, APPLICATION)), "FlinkApplication/flink/app")
    assert (found["effect"], found["assuming"][:8]) == ("stateful restart", "that CMF")
    [change] = found["changes"]
    assert change["file"] == "clusters/prod/jobs/flinkenvironment-env.yaml"


def test_a_generated_config_map_is_the_same_under_a_new_name(tmp_path: Path) -> None:
    text = "configMapGenerator:\n- name: conf\n  namespace: flink\n  literals: [k=%s]\n"
    before, after = (
        {**tree(BINDING), "clusters/prod/jobs/kustomization.yaml": text % value}
        for value in ("a", "b")
    )
    [(label, told)] = effects(impact(tmp_path, before, after)).items()
    assert label.startswith("ConfigMap/flink/conf-")
    assert told == ("updated in place", "change")


FLINK = {
    "spec": {
        "containers": [
            {"name": "f", "image": "flink:1.20.3", "args": ["jobmanager"]},
        ],
        "volumes": [{"name": "conf", "configMap": {"name": "conf"}}],
    },
    "metadata": {"labels": {"a": "b"}},
}
CONF = {
    "apiVersion": "v1",
    "kind": "ConfigMap",
    "metadata": {"name": "conf", "namespace": "flink"},
    "data": {"config.yaml": "jobmanager.memory.process.size: 2g\n"},
}
AVAILABLE = "high-availability.type: kubernetes\nhigh-availability.storageDir: s3://b/ha\n"


@pytest.mark.parametrize(
    ("role", "text", "wanted"),
    [
        ("jobmanager", "", ("restart with empty state", "loss")),
        ("jobmanager", AVAILABLE, ("stateful restart", "restart")),
        ("taskmanager", "", ("stateful restart", "restart")),
    ],
)
def test_a_plain_deployment_of_flink_restarts_its_jobs(
    tmp_path: Path, role: str, text: str, wanted: tuple[str, str]
) -> None:
    old = edited(WEB, ("spec/template", edited(FLINK, ("spec/containers/0/args", [role]))))
    data = CONF["data"]
    assert isinstance(data, dict)
    conf = edited(CONF, ("data", {"config.yaml": data["config.yaml"] + text}))
    new = edited(old, (IMAGE, "flink:1.20.4"))
    assert effects(impact(tmp_path, tree(old, conf), tree(new, conf))) == {
        "Deployment/flink/web": wanted
    }


def test_nothing_restarts_the_readers_of_a_config_map(tmp_path: Path) -> None:
    web = edited(WEB, ("spec/template", FLINK))
    conf = edited(CONF, ("data", {"config.yaml": "x: y\n"}))
    [found] = impact(tmp_path, tree(web, CONF), tree(web, conf))["impacts"]
    assert "Deployment/web" in found["why"]
    assert "nothing restarts them" in found["why"]
