"""The layers of a configuration, on small trees: who wins, and why a setting has no effect."""

from collections.abc import Callable
from pathlib import Path

import pytest

from checks.argocd_trees import URL, Files, application, folder
from overlaykit import checks
from overlaykit.errors import UsageError
from overlaykit.repo.build import build_world, open_world
from overlaykit.repo.configured import explained, find
from overlaykit.repo.effective import Configured, Key

Plant = Callable[[Files], Path]
SPEC = """\
  flinkVersion: v1_20
  image: flink:1.20.3
  serviceAccount: flink
  jobManager: {resource: {memory: 1600m, cpu: 1}}
  taskManager: {resource: {memory: 2Gi, cpu: 0.5}}
"""


def flink(kind: str, name: str, spec: str, group: str = "flink.apache.org") -> str:
    about = f"metadata: {{name: {name}, namespace: flink}}"
    return f"apiVersion: {group}/v1beta1\nkind: {kind}\n{about}\nspec:\n{spec}"


def cmf(kind: str, name: str, spec: str) -> str:
    return flink(kind, name, spec, "platform.confluent.io")


def world_of(root: Path, target: str = "jobs", wanted: str = "") -> list[Configured]:
    world = open_world(root, checks.ids())
    build_world(world, lambda *_: None)
    return find(world, target, wanted)[0]


def one(root: Path, wanted: str, target: str = "jobs") -> Configured:
    [found] = world_of(root, target, wanted)
    return found


def keys(found: Configured) -> dict[str, Key]:
    return {key.key: key for key in found.keys}


def chain(key: Key) -> list[tuple[str | None, str]]:
    """Values and layers, the strongest first."""
    return [(one.value, one.layer) for one in (key.origin, *key.over)]


JOB = "  job: {jarURI: 'local:///a.jar', parallelism: 3, upgradeMode: last-state}\n"
OPTIONS = """\
  flinkConfiguration:
    taskmanager.numberOfTaskSlots: 2
    state:
      checkpoints.dir: s3://b/cp
    kubernetes.operator.periodic.savepoint.interval: 6h
"""


def test_the_operator_writes_memory_parallelism_and_names(plant: Plant) -> None:
    options = OPTIONS + "    taskmanager.memory.process.size: 3g\n    parallelism.default: '9'\n"
    root = plant(folder("jobs", a=flink("FlinkDeployment", "a", SPEC + options + JOB)))
    job = one(root, "a")
    found = keys(job)
    size = found["taskmanager.memory.process.size"]
    assert chain(size) == [("2147483648", "operator"), ("3g", "spec")]
    assert size.origin.field == "spec.taskManager.resource.memory"
    assert (size.origin.at and size.origin.at.line, size.over[0].at and size.over[0].at.line) == (
        9,
        15,
    )
    assert chain(found["parallelism.default"]) == [("3", "operator"), ("9", "spec")]
    assert found["kubernetes.cluster-id"].origin.value == "a"
    assert found["execution.checkpointing.interval"].origin.value == "5 min"
    assert found["kubernetes.operator.periodic.savepoint.interval"].reader == "operator"
    assert found["state.checkpoints.dir"].origin.value == "s3://b/cp"
    assert (job.task_managers, job.memory("taskmanager").process) == (2, 2 * 1024**3)


def test_the_environment_outranks_the_application(plant: Plant) -> None:
    environment = """\
  kubernetesNamespace: jobs
  flinkApplicationDefaults:
    spec:
      serviceAccount: own
      flinkConfiguration: {state.backend.type: rocksdb, web.cancel.enable: "true"}
"""
    spec = SPEC.replace("  serviceAccount: flink\n", "").replace("0.5", '"500m"')
    spec += "  flinkEnvironment: e\n  flinkConfiguration: {state.backend.type: hashmap}\n"
    apps = {"e": cmf("FlinkEnvironment", "e", environment), "a": cmf("FlinkApplication", "a", spec)}
    found = keys(one(plant(folder("jobs", **apps)), "a"))
    assert chain(found["state.backend.type"]) == [("rocksdb", "environment"), ("hashmap", "spec")]
    assert chain(found["web.cancel.enable"]) == [("true", "environment")]
    account = found["kubernetes.service-account"].origin
    assert (account.value, account.object) == ("own", "FlinkEnvironment/flink/e")
    assert found["kubernetes.namespace"].origin.value == "jobs"
    assert found["kubernetes.taskmanager.cpu.amount"].origin.value == "0.5"


def test_an_environment_that_is_not_here_is_an_assumption(plant: Plant) -> None:
    spec = SPEC + "  flinkEnvironment: far\n"
    job = one(plant(folder("jobs", a=cmf("FlinkApplication", "a", spec))), "a")
    assert any("FlinkEnvironment 'far', which is not here" in one for one in job.assuming)


OPERATOR = f"""\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: operator, namespace: argocd}}
spec:
  project: default
  destination: {{server: https://kubernetes.default.svc, namespace: flink}}
  sources:
  - {{repoURL: {URL}, targetRevision: main, ref: values}}
  - chart: flink-kubernetes-operator
    repoURL: https://c.example.com
    targetRevision: 1.14.0
    helm:
      valueFiles: [$values/base.yaml, $values/dev.yaml]
"""
VALUES = """\
defaultConfiguration:
  flink-conf.yaml: |
    state.backend.type: rocksdb
    kubernetes.operator.default-configuration.namespace.flink.web.cancel.enable: true
    kubernetes.operator.default-configuration.flink-version.v1_19+.rest.port: 8085
    kubernetes.operator.default-configuration.flink-version.v2_0+.rest.port: 8086
"""
JOBS = "clusters/dev/jobs"
FLEET = folder("clusters/dev/apps", operator=OPERATOR, jobs=application("jobs", JOBS)) | {
    "clusters/dev/root.yaml": application("root", "clusters/dev/apps"),
    "base.yaml": "defaultConfiguration:\n  flink-conf.yaml: |\n    parallelism.default: 7\n",
    "dev.yaml": VALUES,
}


def test_the_operators_own_configuration_is_below_the_resource(plant: Plant) -> None:
    root = plant(FLEET | folder(JOBS, a=flink("FlinkDeployment", "a", SPEC + OPTIONS)))
    job = one(root, "a", JOBS)
    found = keys(job)
    assert (job.release and job.release.text, job.assuming) == ("1.14", [])
    assert chain(found["state.backend.type"]) == [("rocksdb", "operator-values")]
    at = found["state.backend.type"].origin.at
    assert at and (at.file, at.line, at.column) == ("dev.yaml", 3, 25)
    assert chain(found["taskmanager.numberOfTaskSlots"]) == [("2", "spec"), ("1", "operator-chart")]
    # A later value file replaces the whole text.
    assert chain(found["parallelism.default"]) == [("1", "operator-chart")]
    assert found["web.cancel.enable"].origin.value == "true"
    assert found["rest.port"].origin.value == "8085"
    assert found["env.java.default-opts.all"].origin.layer == "operator-chart"
    assert not any("default-configuration" in key for key in found)


def test_a_chart_that_appends_nothing_has_no_defaults(plant: Plant) -> None:
    values = {"dev.yaml": VALUES.replace(":\n", ":\n  append: false\n", 1)}
    jobs = folder(JOBS, a=flink("FlinkDeployment", "a", SPEC))
    assert "parallelism.default" not in keys(one(plant(FLEET | values | jobs), "a", JOBS))


def test_values_that_are_not_here_are_an_assumption(plant: Plant) -> None:
    operator = {"clusters/dev/apps/operator.yaml": OPERATOR.replace("$values/dev.yaml", "own.yaml")}
    jobs = folder(JOBS, a=flink("FlinkDeployment", "a", SPEC))
    job = one(plant(FLEET | operator | jobs), "a", JOBS)
    assert "operator-values" not in {key.origin.layer for key in job.keys}
    assert job.assuming == [
        "that the operator's own configuration, which is not here, sets nothing"
    ]


def test_the_configuration_file_of_the_tool_declares_the_operators(plant: Plant) -> None:
    text = 'operator:\n  version: "1.13"\n  defaults:\n    state.backend.type: rocksdb\n'
    jobs = folder("jobs", a=flink("FlinkDeployment", "a", SPEC))
    job = one(plant({".overlay.yaml": text} | jobs), "a")
    origin = keys(job)["state.backend.type"].origin
    assert (origin.layer, origin.at and origin.at.line) == ("overlay-config", 4)
    assert (job.release and job.release.text, job.assuming) == ("1.13", [])


SESSION = flink(
    "FlinkDeployment",
    "c",
    SPEC + "  flinkConfiguration: {state.savepoints.dir: s3://b/sp, state.backend.type: hashmap}\n",
)
SESSION_JOB = flink(
    "FlinkSessionJob",
    "j",
    "  deploymentName: c\n  job: {jarURI: 'https://x.example/a.jar', parallelism: 4}\n"
    "  flinkConfiguration: {state.backend.type: rocksdb, taskmanager.numberOfTaskSlots: '8',\n"
    "    state.savepoints.dir: s3://own/sp}\n",
)


def test_a_session_job_has_its_clusters_configuration_under_its_own(plant: Plant) -> None:
    job = one(plant(folder("jobs", c=SESSION, j=SESSION_JOB)), "j")
    found = keys(job)
    assert chain(found["state.backend.type"]) == [
        ("rocksdb", "spec"),
        ("hashmap", "session-cluster"),
    ]
    assert found["parallelism.default"].origin.value == "4"
    assert found["pipeline.name"].origin.value == "j"
    assert found["kubernetes.cluster-id"].origin.value == "c"
    assert "cannot change" in found["taskmanager.numberOfTaskSlots"].note
    # The operator writes the cluster's directory under the name that outranks the job's.
    assert found["execution.checkpointing.savepoint-dir"].origin.value == "s3://b/sp"
    assert "execution.checkpointing.savepoint-dir outranks" in found["state.savepoints.dir"].note


def test_names_of_one_option_and_unknown_ones_have_no_effect(plant: Plant) -> None:
    options = """\
  flinkConfiguration:
    state.checkpoints.dir: s3://b/old
    execution.checkpointing.dir: s3://b/new
    jobmanager.cpu: '2'
    kubernetes.operator.periodic.savepoint.intervall: 1h
    my.own.setting: x
    my.api-key: abc
"""
    job = one(plant(folder("jobs", a=flink("FlinkDeployment", "a", SPEC + options + JOB))), "a")
    found = keys(job)
    assert found["execution.checkpointing.dir"].applies
    assert not found["state.checkpoints.dir"].applies
    assert "execution.checkpointing.dir outranks" in found["state.checkpoints.dir"].note
    assert found["jobmanager.cpu"].note == "Flink 1.20 knows no such option"
    wrong = found["kubernetes.operator.periodic.savepoint.intervall"]
    assert wrong.note == "operator 1.15 knows no such option"
    assert found["my.own.setting"].applies
    assert found["my.api-key"].origin.value == "******"
    assert job.values["my.api-key"] == "abc"


def test_a_configured_savepoint_is_taken_away(plant: Plant) -> None:
    options = "  flinkConfiguration: {execution.savepoint.path: s3://b/sp}\n"
    job = one(plant(folder("jobs", a=flink("FlinkDeployment", "a", SPEC + options + JOB))), "a")
    assert chain(keys(job)["execution.savepoint.path"]) == [
        (None, "operator"),
        ("s3://b/sp", "spec"),
    ]


def test_keys_that_yaml_cannot_have_together_are_a_problem(plant: Plant) -> None:
    spec = SPEC.replace("v1_20", "v2_0").replace("1.20.3", "2.0.1")
    options = "  flinkConfiguration: {high-availability: kubernetes, high-availability.storageDir: s3://b}\n"
    job = one(plant(folder("jobs", a=flink("FlinkDeployment", "a", spec + options))), "a")
    assert any("high-availability cannot have a value beside" in one for one in job.problems)


POOL = cmf(
    "FlinkComputePool",
    "p",
    "  type: DEDICATED\n  flinkEnvironment: e\n  clusterSpec:\n"
    + "".join(f"  {line}\n" for line in SPEC.splitlines())
    + "    flinkConfiguration: {state.backend.type: hashmap}\n",
)
ENVIRONMENT = cmf(
    "FlinkEnvironment",
    "e",
    "  kubernetesNamespace: jobs\n"
    "  statementDefaults:\n"
    "    detached: {flinkConfiguration: {execution.checkpointing.interval: 1 min}}\n"
    "    interactive: {flinkConfiguration: {execution.checkpointing.interval: 2 min}}\n",
)


def statement(name: str, sql: str) -> str:
    spec = f"  flinkEnvironment: e\n  computePoolName: p\n  statement: {sql}\n  parallelism: 3\n"
    return cmf(
        "FlinkStatement", name, spec + "  flinkConfiguration: {state.backend.type: rocksdb}\n"
    )


def test_a_statement_has_its_pool_below_and_the_environment_above(plant: Plant) -> None:
    sql = {"i": "INSERT INTO a SELECT 1", "s": "SELECT 1", "d": "CREATE TABLE a (i INT)"}
    files = {name: statement(name, text) for name, text in sql.items()}
    root = plant(folder("jobs", e=ENVIRONMENT, p=POOL, **files))
    insert = keys(one(root, "i"))
    assert chain(insert["state.backend.type"]) == [
        ("rocksdb", "statement"),
        ("hashmap", "compute-pool"),
    ]
    assert chain(insert["execution.checkpointing.interval"]) == [("1 min", "statement-defaults")]
    assert chain(insert["parallelism.default"]) == [("3", "statement")]
    assert insert["taskmanager.memory.process.size"].origin.object == "FlinkComputePool/flink/p"
    assert keys(one(root, "s"))["execution.checkpointing.interval"].origin.value == "2 min"
    table = one(root, "d")
    assert (table.keys, table.notes) == (
        [],
        ["CMF runs this statement itself, without a Flink cluster"],
    )
    assert "parallelism.default" not in keys(one(root, "p"))


PODS = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: jm, namespace: flink}
spec:
  selector: {matchLabels: {a: b}}
  template:
    metadata: {labels: {a: b}}
    spec:
      containers:
      - name: main
        image: flink:1.20.3
        args: [jobmanager, -Drest.port=8085]
        env:
        - {name: JOB_MANAGER_RPC_ADDRESS, value: jm}
        - name: FLINK_PROPERTIES
          value: |
            rest.port: 8084
            jobmanager.memory.process.size: 1600m
MOUNT
"""
CONF = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: conf, namespace: flink}
data:
  config.yaml: |
    rest: {port: 8083}
    jobmanager: {rpc.address: other}
"""
MOUNT = "        volumeMounts: [{name: c, mountPath: /opt/flink/conf}]\n"
VOLUME = "      volumes: [{name: c, configMap: {name: conf}}]"


def test_plain_pods_have_files_the_entry_point_properties_and_arguments(plant: Plant) -> None:
    pods = PODS.replace("MOUNT", MOUNT.replace("/opt/flink/conf", "/seed") + VOLUME)
    job = one(plant(folder("jobs", jm=pods, conf=CONF)), "jm")
    found = keys(job)
    assert chain(found["rest.port"]) == [
        ("8085", "argument"),
        ("8084", "flink-properties"),
        ("8083", "config-file"),
    ]
    assert chain(found["jobmanager.rpc.address"]) == [
        ("jm", "entry-point"),
        ("other", "config-file"),
    ]
    assert found["blob.server.port"].origin.value == "6124"
    assert (job.role, job.release, job.memory("jobmanager").process) == (
        *("jobmanager", None, 1600 * 1024**2),
    )


def test_nobody_writes_to_a_mounted_configuration(plant: Plant) -> None:
    pods = PODS.replace("MOUNT", MOUNT + VOLUME)
    job = one(plant(folder("jobs", jm=pods, conf=CONF)), "jm")
    found = keys(job)
    assert chain(found["rest.port"]) == [("8085", "argument"), ("8083", "config-file")]
    assert chain(found["jobmanager.rpc.address"]) == [("other", "config-file")]
    assert "FLINK_PROPERTIES has no effect" in job.notes[0]


def test_blue_is_the_first_of_two_clusters(plant: Plant) -> None:
    spec = "  template:\n    spec:\n" + "".join(
        f"    {line}\n" for line in (SPEC + JOB).splitlines()
    )
    job = one(plant(folder("jobs", a=flink("FlinkBlueGreenDeployment", "a", spec))), "a")
    assert keys(job)["kubernetes.cluster-id"].origin.value == "a-blue"
    assert "a-green" in job.notes[0]


def test_patches_of_an_overlay_stand_over_the_base(plant: Plant) -> None:
    files = folder("base", a=flink("FlinkDeployment", "a", SPEC + OPTIONS))
    files["jobs/kustomization.yaml"] = "resources: [../base]\npatches:\n- path: p.yaml\n"
    files["jobs/p.yaml"] = flink(
        "FlinkDeployment",
        "a",
        "  flinkConfiguration: {taskmanager.numberOfTaskSlots: '4'}\n"
        "  taskManager: {resource: {memory: 3Gi}}\n",
    )
    found = keys(one(plant(files), "a"))
    slots = found["taskmanager.numberOfTaskSlots"]
    places = [f"{one.at.file}:{one.at.line}" for one in (slots.origin, *slots.over) if one.at]
    assert places == ["jobs/p.yaml:5", "base/a.yaml:11"]
    size = found["taskmanager.memory.process.size"]
    assert chain(size) == [("3221225472", "operator"), ("2Gi", "operator")]


def test_manifests_that_nothing_builds_are_found_in_their_directory(plant: Plant) -> None:
    root = plant({"examples/a.yaml": flink("FlinkDeployment", "a", SPEC)})
    assert [job.label for job in world_of(root, "examples")] == ["FlinkDeployment/flink/a"]


@pytest.mark.parametrize("name", ["a", "FlinkDeployment/a", "flink/a", "flinkdeployment/flink/*"])
def test_an_object_is_named_in_many_ways(plant: Plant, name: str) -> None:
    files = {"a": flink("FlinkDeployment", "a", SPEC), "j": SESSION_JOB}
    assert [job.obj.name for job in world_of(plant(folder("jobs", **files)), "jobs", name)] == ["a"]


def test_an_unknown_object_is_told_with_those_that_are_there(plant: Plant) -> None:
    root = plant(folder("jobs", a=flink("FlinkDeployment", "orders", SPEC)))
    with pytest.raises(UsageError, match="did you mean 'orders'.*\n.*FlinkDeployment/flink/orders"):
        world_of(root, "jobs", "ordres")


def test_a_key_is_explained_under_any_of_its_names(plant: Plant) -> None:
    job = one(plant(folder("jobs", a=flink("FlinkDeployment", "a", SPEC + OPTIONS))), "a")
    found = explained(job, "execution.checkpointing.dir")
    assert found and found.key == "state.checkpoints.dir"
    default = explained(job, "state.checkpoints.num-retained")
    assert default and (default.key, default.origin.layer, default.origin.value) == (
        *("execution.checkpointing.num-retained", "flink", "1"),
    )
    assert explained(job, "no.such.key") is None
