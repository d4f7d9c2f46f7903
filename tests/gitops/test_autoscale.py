"""Many scaled jobs from one small place, each with its own name, state and size."""

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

Object = dict[str, Any]
Render = Callable[[Path], list[Object]]
Load = Callable[[Path], Any]
Write = Callable[..., Path]
Build = Callable[..., dict[str, Object]]

WORKLOAD = "../../workloads/flink-autoscale"
DIRS = {
    "execution.checkpointing.dir": "checkpoints",
    "execution.checkpointing.savepoint-dir": "savepoints",
    "high-availability.storageDir": "ha",
}
LABEL = {"overlaykit.io/workload": "flink-autoscale"}


def deployments(objects: list[Object]) -> dict[str, Object]:
    found = [item for item in objects if item["kind"] == "FlinkDeployment"]
    return {item["metadata"]["name"]: item for item in found}


def configuration(job: Object) -> dict[str, str]:
    return dict(job["spec"]["flinkConfiguration"])


def container(job: Object) -> Object:
    (found,) = job["spec"]["podTemplate"]["spec"]["containers"]
    return dict(found)


def environment(job: Object) -> dict[str, Any]:
    return {e["name"]: e.get("value") or e["valueFrom"] for e in container(job)["env"]}


@pytest.fixture(scope="session")
def objects(root: Path, render: Render) -> list[Object]:
    return render(root / "overlays/flink-demo/flink-autoscale")


@pytest.fixture(scope="session")
def job(objects: list[Object]) -> Object:
    return deployments(objects)["autoscaling-load"]


@pytest.fixture
def build(copy: Path, write_kustomization: Write, render: Render) -> Build:
    """The jobs of a cluster with the given components: each the demo job under another name."""

    def of(components: list[str], *names: str, patch: str = "") -> dict[str, Object]:
        folder = write_kustomization(
            "jobs",
            ["../flink-demo/facts", f"{WORKLOAD}/base", *(f"jobs/{name}" for name in names)],
            [f"{WORKLOAD}/components/{name}" for name in [*components, "cluster-facts"]],
        )
        demo = copy / "overlays/flink-demo/flink-autoscale/jobs/autoscaling-load"
        for name in names:
            shutil.copytree(demo, folder / "jobs" / name)
            for file in (folder / "jobs" / name).iterdir():
                text = file.read_text().replace("autoscaling-load", name)
                # One level less above the repository than the demo.
                file.write_text(text.replace("../../../../../", "../../../../"))
            own = folder / "jobs" / name / "flink-deployment-patch.yaml"
            own.write_text(patch or own.read_text())
        return deployments(render(folder))

    return of


def test_two_jobs_never_share_a_folder(build: Build) -> None:
    jobs = build([], "blue", "green")
    for key, part in DIRS.items():
        found = {name: configuration(one)[key] for name, one in jobs.items()}
        assert found == {
            name: f"s3://flink-state/flink-demo/{part}/{name}" for name in ("blue", "green")
        }


@pytest.mark.parametrize("name", ["checkpoints-a", "ha", "savepoints", "job", "a"])
def test_an_awkward_name_does_not_corrupt_its_folders(build: Build, name: str) -> None:
    values = configuration(build([], name)[name])
    for key, part in DIRS.items():
        assert values[key] == f"s3://flink-state/flink-demo/{part}/{name}"


def test_a_facts_prefix_with_awkward_parts_arrives_whole(copy: Path, build: Build) -> None:
    facts = copy / "overlays/flink-demo/facts/cluster.yaml"
    prefix = "s3://b/a/checkpoints-of/ha/c"
    facts.write_text(facts.read_text().replace("s3://flink-state/flink-demo", prefix))
    values = configuration(build([], "blue")["blue"])
    assert {key: values[key] for key in DIRS} == {k: f"{prefix}/{p}/blue" for k, p in DIRS.items()}


def test_an_image_of_its_own_is_kept_whole(build: Build) -> None:
    patch = {
        "apiVersion": "flink.apache.org/v1beta1",
        "kind": "FlinkDeployment",
        "metadata": {"name": "job", "namespace": "flink", "labels": {"overlaykit.io/facts": "job"}},
        "spec": {"image": "registry.example.com/team/orders:1.4.2"},
    }
    made = build([], "orders", patch=yaml.safe_dump(patch))["orders"]
    assert made["spec"]["image"] == "registry.example.com/team/orders:1.4.2"
    assert configuration(made)["high-availability.storageDir"].endswith("/flink-demo/ha/orders")


def test_image_is_pinned_mirrored_and_has_the_plugin_of_its_version(job: Object) -> None:
    spec = job["spec"]
    match = re.fullmatch(
        r"docker\.io/confluentinc/cp-flink:((\d+)\.(\d+)\.\d+-cp\d+)-java17", spec["image"]
    )
    assert match, spec["image"]
    assert spec["flinkVersion"] == f"v{match[2]}_{match[3]}"
    assert environment(job)["ENABLE_BUILT_IN_PLUGINS"] == f"flink-s3-fs-hadoop-{match[1]}.jar"
    assert container(job)["name"] == "flink-main-container"


def test_every_job_has_a_pinned_image_and_folders_of_its_own(
    cluster: str, root: Path, render: Render
) -> None:
    """An own image under the label of the stamped one would be cut down to the registry."""
    folder = root / "overlays" / cluster / "flink-autoscale"
    for name, one in deployments(render(folder) if folder.is_dir() else []).items():
        assert re.search(r"/[^/]+(:[\w.-]*\d[\w.-]*|@sha256:[0-9a-f]{64})$", one["spec"]["image"])
        assert {configuration(one)[key].rpartition("/")[2] for key in DIRS} == {name}


def test_the_autoscaler_is_bounded_and_consistent(job: Object) -> None:
    values = configuration(job)
    prefix = "job.autoscaler."
    low, target, high = (
        float(values[f"{prefix}utilization.{name}"]) for name in ("min", "target", "max")
    )
    assert values[f"{prefix}enabled"] == "true"
    assert 0 <= low <= target <= high <= 1
    least, most = (int(values[f"{prefix}vertex.{name}-parallelism"]) for name in ("min", "max"))
    assert least <= job["spec"]["job"]["parallelism"] <= most
    assert values["jobmanager.scheduler"] == "adaptive"
    groups = int(values["pipeline.max-parallelism"])
    assert most <= groups
    assert sum(groups % n == 0 for n in range(1, groups + 1)) >= 16


def test_no_key_of_the_original_guide_that_does_not_exist(job: Object) -> None:
    keys = " ".join(configuration(job))
    for wrong in ("kubernetes.operator.job", "parallelism.min", "grace-period", "access-key"):
        assert wrong not in keys
    for late in ("state.backend.incremental", "state.checkpoints.dir", "state.savepoints.dir"):
        assert late not in keys


def test_configuration_is_text_and_cpu_a_number(job: Object) -> None:
    assert all(isinstance(value, str) for value in configuration(job).values())
    for role in ("jobManager", "taskManager"):
        resource = job["spec"][role]["resource"]
        assert isinstance(resource["cpu"], int | float)
        assert re.fullmatch(r"\d+[mg]", resource["memory"])


def test_memory_is_said_once(job: Object) -> None:
    assert not any("memory" in key or "cpu" in key for key in configuration(job))
    assert "resources" not in container(job)


def test_a_restart_loses_nothing(job: Object) -> None:
    values = configuration(job)
    assert values["high-availability.type"] == "kubernetes"
    assert values["state.backend.type"] == "rocksdb"
    assert values["execution.checkpointing.externalized-checkpoint-retention"].startswith("RETAIN")
    assert job["spec"]["job"]["upgradeMode"] in ("last-state", "savepoint")
    assert job["spec"]["job"]["allowNonRestoredState"] is False


def test_pods_are_admitted_by_a_restricted_namespace(job: Object) -> None:
    pod = job["spec"]["podTemplate"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container(job)["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
    }


def test_identity_is_the_one_of_flink_resources(job: Object, objects: list[Object]) -> None:
    assert job["spec"]["serviceAccount"] == "flink"
    assert not {"ServiceAccount", "Role", "RoleBinding", "Namespace"} & {
        item["kind"] for item in objects
    }


@pytest.mark.parametrize("name", ["minio", "aws-s3"])
def test_keys_come_from_a_secret(build: Build, name: str) -> None:
    made = build([name], "blue")["blue"]
    for variable, key in (
        ("AWS_ACCESS_KEY_ID", "access-key"),
        ("AWS_SECRET_ACCESS_KEY", "secret-key"),
    ):
        wanted = {"secretKeyRef": {"name": "flink-state-credentials", "key": key}}
        assert environment(made)[variable] == wanted
    assert configuration(made)["s3.path.style.access"] == str(name == "minio").lower()
    assert ("s3.endpoint" in configuration(made)) == (name == "minio")


def test_irsa_has_no_keys(build: Build) -> None:
    made = build(["irsa"], "blue")["blue"]
    assert set(environment(made)) == {"ENABLE_BUILT_IN_PLUGINS"}
    assert "WebIdentity" in configuration(made)["fs.s3a.aws.credentials.provider"]


def test_two_ways_to_s3_are_refused(build: Build) -> None:
    with pytest.raises(subprocess.CalledProcessError) as failure:
        build(["minio", "irsa"], "blue")
    assert "overlaykit.io~1s3" in failure.value.stderr


def policies(objects: list[Object]) -> dict[str, Object]:
    found = [item for item in objects if item["kind"] == "NetworkPolicy"]
    return {
        item["metadata"]["name"].removeprefix("flink-autoscale-"): item["spec"] for item in found
    }


def test_everything_is_denied_but_the_flows(objects: list[Object], job: Object) -> None:
    found = policies(objects)
    assert set(found) == {"default-deny", "inside", "operator", "prometheus", "egress"}
    deny = found["default-deny"]
    assert deny == {"podSelector": {"matchLabels": LABEL}, "policyTypes": ["Ingress", "Egress"]}
    for spec in found.values():
        assert LABEL.items() <= spec["podSelector"]["matchLabels"].items()
    assert job["spec"]["podTemplate"]["metadata"]["labels"] == LABEL


def test_policies_name_the_ports_that_flink_opens(objects: list[Object], job: Object) -> None:
    found = policies(objects)
    inside = {port["port"] for port in found["inside"]["ingress"][0]["ports"]}
    pinned = ("taskmanager.data.port", "metrics.internal.query-service.port")
    assert inside == {*(int(configuration(job)[key]) for key in pinned), 6122, 6123, 6124, 8081}
    (scraped,) = found["prometheus"]["ingress"][0]["ports"]
    assert str(scraped["port"]) == configuration(job)["metrics.reporter.prom.port"]
    egress = {port["port"] for rule in found["egress"]["egress"] for port in rule["ports"]}
    assert {53, 443, 6443, 9000, 9092} <= egress


def test_metrics_are_scraped_once(
    root: Path, render: Render, job: Object, objects: list[Object]
) -> None:
    """The Service of flink-resources finds these pods: a second monitor would count them twice."""
    others = render(root / "overlays/flink-demo/flink-resources")
    (service,) = [o for o in others if o["kind"] == "Service"]
    assert service["spec"]["selector"] == {"type": "flink-native-kubernetes"}
    assert job["spec"]["mode"] == "native"
    (port,) = container(job)["ports"]
    assert port["containerPort"] == service["spec"]["ports"][0]["targetPort"]
    assert not {"PodMonitor", "ServiceMonitor"} & {item["kind"] for item in objects}


def test_dashboard_asks_for_what_the_monitor_labels(objects: list[Object]) -> None:
    (data,) = [o["data"] for o in objects if o["kind"] == "ConfigMap"]
    dashboard = json.loads(data["flink-autoscale-dashboard.json"])
    panels = [panel for panel in dashboard["panels"] if panel["type"] != "row"]
    assert dashboard["uid"] == "overlaykit-flink-autoscale"
    for target in (target for panel in panels for target in panel["targets"]):
        assert 'job="flink"' in target["expr"]
    assert all(panel["description"].endswith(".") for panel in panels)


def test_alerts_can_clear(objects: list[Object]) -> None:
    (rule,) = [o for o in objects if o["kind"] == "PrometheusRule"]
    for alert in rule["spec"]["groups"][0]["rules"]:
        counter = re.search(r"numRestarts|numberOf\w+Checkpoints", alert["expr"])
        assert not counter or "increase(" in alert["expr"]


def test_budget_selects_what_flink_labels(objects: list[Object]) -> None:
    (budget,) = [o["spec"] for o in objects if o["kind"] == "PodDisruptionBudget"]
    assert budget["selector"]["matchLabels"] == LABEL | {"component": "jobmanager"}


def test_every_job_folder_is_listed_and_named_like_its_job(root: Path, load: Load) -> None:
    for folder in root.glob("overlays/*/*/jobs/*"):
        listed = load(folder.parents[1] / "kustomization.yaml")["resources"]
        assert f"jobs/{folder.name}" in listed
        assert re.fullmatch(r"[a-z]([-a-z0-9]{0,43}[a-z0-9])?", folder.name)
        assert f"value: {folder.name}\n" in (folder / "kustomization.yaml").read_text()


def test_every_key_of_the_original_guide_is_in_the_table(root: Path) -> None:
    text = (root / "workloads/flink-autoscale/README.md").read_text()
    for key in (
        "jobs[].name", "defaults.s3.accessKey", "s3.secretKey", "flinkConfiguration",
        "state.backend.type", "state.backend.incremental", "state.checkpoints.dir",
        "state.savepoints.dir", "s3.endpoint", "s3.path.style.access",
        "s3.connection.ssl.enabled", "execution.checkpointing.interval", "autoscaler.enabled",
        "targetUtilization", "minParallelism", "maxParallelism", "metricsWindow",
        "stabilizationInterval", "scaleUpGracePeriod", "scaleDownGracePeriod",
        "serviceAccount.annotations", "helm install", "helm upgrade", "argocd/apps",
        "make flink/ui", "make logs/flink-jm", "make logs/flink-tm", "9249", "grep AWS",
        "mc ls", "describe flinkdeployment", "grep -i checkpoint",
    ):  # fmt: skip
        assert f"{key}" in text, key
