"""The Flink environment runs real jobs, keeps their state and leaves the rest to them."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Object = dict[str, Any]
Render = Callable[[Path], list[Object]]
Load = Callable[[Path], Any]
Write = Callable[..., Path]

pytestmark = pytest.mark.runs("flink-resources")
MIB = {"m": 1, "g": 1024}
# The checkpoint, savepoint and recovery locations of Flink 1.20.
STATE = ("execution.checkpointing.dir", "execution.checkpointing.savepoint-dir")


def parts(pattern: str, text: str) -> tuple[str, ...]:
    """The groups of a pattern that must be in the text."""
    match = re.search(pattern, text)
    assert match, text
    return match.groups()


def mebibytes(size: str) -> int:
    number, unit = parts(r"^(\d+)([mg])$", size)
    return int(number) * MIB[unit]


def configuration(environment: Object) -> dict[str, str]:
    defaults = environment["spec"]["flinkApplicationDefaults"]
    return dict(defaults["spec"]["flinkConfiguration"])


def pod_of(environment: Object) -> Object:
    """The pod that every job of an environment starts as."""
    template = environment["spec"]["flinkApplicationDefaults"]["spec"]["podTemplate"]
    return dict(template["spec"])


@pytest.fixture
def objects(cluster: str, root: Path, render: Render) -> list[Object]:
    return render(root / "overlays" / cluster / "flink-resources")


@pytest.fixture
def environment(objects: list[Object]) -> Object:
    (found,) = [item for item in objects if item["kind"] == "FlinkEnvironment"]
    return found


@pytest.fixture
def sample(root: Path, render: Render, write_kustomization: Write) -> dict[str, Object]:
    """The objects of a cluster on an object store that runs the sample application."""
    workload = "../../workloads/flink-resources"
    names = ("sample-application", "s3-state", "cluster-facts")
    components = [f"{workload}/components/{c}" for c in names]
    folder = write_kustomization("sample", ["../flink-demo/facts", f"{workload}/base"], components)
    return {item["kind"]: item for item in render(folder)}


def test_memory_leaves_a_heap_that_runs_real_jobs(environment: Object) -> None:
    values = configuration(environment)
    assert mebibytes(values["taskmanager.memory.process.size"]) >= 1728
    assert mebibytes(values["jobmanager.memory.process.size"]) >= 1600


def test_patch_of_flink_demo_takes_effect(root: Path, render: Render) -> None:
    objects = render(root / "overlays/flink-demo/flink-resources")
    (environment,) = [item for item in objects if item["kind"] == "FlinkEnvironment"]
    values = configuration(environment)
    assert values["taskmanager.memory.process.size"] == "4096m"
    assert values["taskmanager.numberOfTaskSlots"] == "4"


def test_sample_application_leaves_memory_to_the_environment(sample: Object) -> None:
    spec = sample["FlinkApplication"]["spec"]
    for role in ("jobManager", "taskManager"):
        assert "memory" not in spec.get(role, {}).get("resource", {})
    assert not any("memory" in key for key in spec["flinkConfiguration"])


def test_configuration_values_are_strings(environment: Object, sample: Object) -> None:
    for values in (
        configuration(environment),
        sample["FlinkApplication"]["spec"]["flinkConfiguration"],
    ):
        assert all(isinstance(value, str) for value in values.values())


def test_application_repeats_no_key_of_the_environment(environment: Object, sample: Object) -> None:
    """The environment would win, and the application's value would be a dead letter."""
    own = sample["FlinkApplication"]["spec"]["flinkConfiguration"]
    assert set(own) & set(configuration(environment)) == set()


def test_state_survives_the_pod(environment: Object, objects: list[Object]) -> None:
    volumes = [item for item in objects if item["kind"] == "PersistentVolumeClaim"]
    for key in (*STATE, "high-availability.storageDir"):
        location = configuration(environment)[key]
        assert location.startswith("s3://") or (
            volumes and location.startswith("file:///flink-state/")
        )


def test_references_point_to_rendered_objects(environment: Object, objects: list[Object]) -> None:
    names = {(item["kind"], item["metadata"]["name"]) for item in objects}
    assert ("CMFRestClass", environment["spec"]["cmfRestClassRef"]["name"]) in names
    for application in (item for item in objects if item["kind"] == "FlinkApplication"):
        assert ("FlinkEnvironment", application["spec"]["flinkEnvironment"]) in names
        assert ("CMFRestClass", application["spec"]["cmfRestClassRef"]["name"]) in names
        assert ("ServiceAccount", application["spec"]["serviceAccount"]) in names


def test_waves_inside_follow_the_order_of_need(objects: list[Object]) -> None:
    order = ["ServiceAccount", "CMFRestClass", "FlinkEnvironment", "FlinkApplication"]
    waves = {
        item["kind"]: int(item["metadata"]["annotations"]["argocd.argoproj.io/sync-wave"])
        for item in objects
        if item["kind"] in order
    }
    found = [waves[kind] for kind in order if kind in waves]
    assert found == sorted(set(found))


def test_three_lists_of_namespaces_agree(environment: Object, root: Path, load: Load) -> None:
    namespace = environment["spec"]["kubernetesNamespace"]
    cfk = load(root / "workloads/cfk-operator/values.yaml")
    operator = load(root / "workloads/flink-kubernetes-operator/values.yaml")
    assert cfk["namespaced"] is True
    assert {namespace, environment["metadata"]["namespace"]} <= set(cfk["namespaceList"])
    assert operator["watchNamespaces"] == [namespace]


def test_controllers_of_the_kinds_are_on(root: Path, load: Load) -> None:
    assert load(root / "workloads/cfk-operator/values.yaml")["enableCMFDay2Ops"] is True


def test_state_plugin_is_on_and_of_the_version_of_the_image(sample: Object) -> None:
    environment = sample["FlinkEnvironment"]
    assert configuration(environment)[STATE[0]].startswith("s3://")
    image = sample["FlinkApplication"]["spec"]["image"]
    (version,) = parts(r":(\d+\.\d+\.\d+-cp\d+)", image)
    (container,) = pod_of(environment)["containers"]
    plugins = {entry["name"]: entry.get("value") for entry in container["env"]}
    assert container["name"] == "flink-main-container"
    assert plugins["ENABLE_BUILT_IN_PLUGINS"] == f"flink-s3-fs-hadoop-{version}.jar"


def test_image_and_flink_version_agree(sample: Object) -> None:
    spec = sample["FlinkApplication"]["spec"]
    major, minor = parts(r":(\d+)\.(\d+)\.", spec["image"])
    assert spec["flinkVersion"] == f"v{major}_{minor}"


def test_pods_of_all_jobs_are_admitted_by_a_restricted_namespace(
    environment: Object, sample: Object, root: Path, load: Load
) -> None:
    labels = load(root / "workloads/namespaces/base/flink.yaml")["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"
    pod = pod_of(environment)
    assert "podTemplate" not in sample["FlinkApplication"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    (container,) = pod["containers"]
    assert container["securityContext"]["allowPrivilegeEscalation"] is False
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}


def two_jobs(write_kustomization: Write, render: Render) -> list[Object]:
    """Two copies of the sample application, each named by a layer of its own."""
    workload = "../../workloads/flink-resources"
    sample = [f"{workload}/components/sample-application"]
    for name in ("blue", "green"):
        write_kustomization(name, [], sample, namePrefix=f"{name}-")
    resources = ["../flink-demo/facts", f"{workload}/base", "../blue", "../green"]
    stamps = [f"{workload}/components/cluster-facts"]
    return render(write_kustomization("jobs", resources, stamps))


def test_two_jobs_never_share_a_state_directory(write_kustomization: Write, render: Render) -> None:
    """Flink parts jobs by job id and by cluster id, unless a job names a place of its own."""
    objects = two_jobs(write_kustomization, render)
    jobs = [item for item in objects if item["kind"] == "FlinkApplication"]
    (environment,) = [item for item in objects if item["kind"] == "FlinkEnvironment"]
    assert {job["metadata"]["name"] for job in jobs} == {
        "blue-state-machine-example",
        "green-state-machine-example",
    }
    assert {job["spec"]["flinkEnvironment"] for job in jobs} == {"default"}
    keys = {key for job in jobs for key in job["spec"]["flinkConfiguration"]}
    keys |= set(configuration(environment))
    assert "execution.checkpointing.create-subdir" not in keys
    assert "kubernetes.cluster-id" not in keys


def test_demo_storage_mounts_the_state_into_every_job(
    write_kustomization: Write, render: Render
) -> None:
    workload = "../../workloads/flink-resources"
    names = ("sample-application", "demo-storage", "cluster-facts")
    components = [f"{workload}/components/{name}" for name in names]
    folder = write_kustomization("stored", ["../demo/facts", f"{workload}/base"], components)
    objects = {item["kind"]: item for item in render(folder)}
    pod = pod_of(objects["FlinkEnvironment"])
    claim = objects["PersistentVolumeClaim"]["metadata"]["name"]
    assert pod["volumes"][0]["persistentVolumeClaim"]["claimName"] == claim
    mount = pod["containers"][0]["volumeMounts"][0]["mountPath"]
    location = configuration(objects["FlinkEnvironment"])[STATE[0]]
    assert location.startswith(f"file://{mount}/")
