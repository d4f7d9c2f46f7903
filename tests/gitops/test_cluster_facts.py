"""A fact is written once and arrives everywhere; a fact that does not arrive is seen."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

Object = dict[str, Any]
Render = Callable[[Path], list[Object]]
RenderText = Callable[[Path], str]
Load = Callable[[Path], Any]
Write = Callable[..., Path]

PLACEHOLDER = re.compile(r"\b(CLUSTER|STATE|LUA)\b")

# Values that occur nowhere else, so that finding one proves where it came from.
STRANGE = {
    "repository": {"url": "https://git.strange.test/r.git", "revision": "strange-branch"},
    "server": "https://strange-api.test",
    "argocd": {"namespace": "strange-argocd", "version": "3.5", "managedBy": "manifests"},
    "storageClass": "strange-class",
    "images": {"registry": "strange.test/mirror/docker", "quay": "strange.test/mirror/quay"},
    "charts": {"confluent": "https://strange.test/c", "jetstack": "https://strange.test/j"},
    "state": "s3://strange-bucket/a/checkpoints-of/ha/cluster",
    "kafka": {"bootstrapServers": "strange-kafka:9092"},
    "schemaRegistry": {"url": "https://strange-registry:8081"},
}


@pytest.fixture
def strange(copy: Path, load: Load) -> Path:
    """The copy, with a cluster whose facts are all strange."""
    file = copy / "overlays/demo/facts/cluster.yaml"
    facts = load(file)
    facts["metadata"]["name"] = "strange"
    facts["spec"] |= STRANGE
    file.write_text(yaml.safe_dump(facts))
    return copy


def workload_folders(root: Path, cluster: str) -> list[Path]:
    """What Argo CD builds: a job's folder is a layer inside of its workload's."""
    files = root.glob(f"overlays/{cluster}/**/kustomization.yaml")
    return sorted(file.parent for file in files if "jobs" not in file.parts)


def test_no_placeholder_is_left_in_any_render(
    cluster: str, root: Path, render_text: RenderText
) -> None:
    for folder in workload_folders(root, cluster):
        comments_gone = yaml.safe_load_all(render_text(folder))
        assert not PLACEHOLDER.search(yaml.safe_dump_all(comments_gone)), folder


def test_an_application_without_the_component_shows_its_placeholders(
    copy: Path, render_text: RenderText
) -> None:
    kustomization = copy / "overlays/demo/kustomization.yaml"
    text = kustomization.read_text()
    kustomization.write_text(text[: text.index("components:")])
    assert PLACEHOLDER.search(render_text(copy / "overlays/demo"))


def test_every_fact_of_an_application_arrives(
    strange: Path, render: Render, render_text: RenderText
) -> None:
    folder = strange / "overlays/demo"
    for item in render(folder):
        assert item["metadata"]["namespace"] == "strange-argocd"
    text = render_text(folder)
    for old in (
        "git.example.com",
        "kubernetes.default",
        "packages.confluent",
        "docker.io",
        "quay.io/",
    ):
        assert old not in text
    assert text.count("overlays/strange/") >= 20
    assert "overlays/demo" not in text


def test_registry_with_a_path_arrives_whole(strange: Path, render: Render) -> None:
    apps = {
        item["metadata"]["name"]: item["spec"]["sources"][1]["helm"]["valuesObject"]
        for item in render(strange / "overlays/demo")
        if len(item["spec"].get("sources", [])) == 2
    }
    docker = "strange.test/mirror/docker"
    assert apps["cfk-operator"]["image"]["registry"] == docker
    assert apps["cmf-operator"]["image"]["repository"] == f"{docker}/confluentinc"
    assert apps["flink-kubernetes-operator"]["image"]["repository"] == (
        f"{docker}/confluentinc/cp-flink-kubernetes-operator"
    )
    assert apps["cert-manager"]["imageRegistry"] == "strange.test/mirror/quay"
    assert apps["cmf-operator"]["persistence"]["storageClassName"] == "strange-class"


def test_facts_of_a_workload_arrive(strange: Path, render: Render) -> None:
    objects = {item["kind"]: item for item in render(strange / "overlays/demo/flink-resources")}
    assert objects["ConfigMap"]["data"] == {
        "KAFKA_BOOTSTRAP_SERVERS": "strange-kafka:9092",
        "SCHEMA_REGISTRY_URL": "https://strange-registry:8081",
    }
    assert objects["PersistentVolumeClaim"]["spec"]["storageClassName"] == "strange-class"


def test_state_prefix_with_awkward_parts_is_not_corrupted(strange: Path, render: Render) -> None:
    objects = render(strange / "overlays/demo/flink-resources")
    (environment,) = [item for item in objects if item["kind"] == "FlinkEnvironment"]
    configuration = environment["spec"]["flinkApplicationDefaults"]["spec"]["flinkConfiguration"]
    prefix = STRANGE["state"]
    assert configuration["execution.checkpointing.dir"] == f"{prefix}/checkpoints"
    assert configuration["execution.checkpointing.savepoint-dir"] == f"{prefix}/savepoints"
    assert configuration["high-availability.storageDir"] == f"{prefix}/ha"


def replacement_files(root: Path) -> list[Path]:
    components = [root / "apps/cluster-facts", *root.glob("workloads/*/components/cluster-facts")]
    return [f for c in components for f in c.glob("*.yaml") if f.name != "kustomization.yaml"]


def test_every_source_names_its_group(root: Path, load: Load) -> None:
    files = replacement_files(root)
    assert files
    for file in files:
        for replacement in load(file):
            source = replacement["source"]
            assert (source["group"], source["kind"]) == ("overlaykit.io", "Cluster"), file


def test_a_fact_with_slashes_is_never_replaced_by_path_parts(root: Path, load: Load) -> None:
    """A second component would count the parts of the stamped value and overwrite one of them."""
    for file in replacement_files(root):
        for replacement in load(file):
            if replacement["source"]["fieldPath"] in ("spec.state", "spec.images.registry"):
                options = [target.get("options", {}) for target in replacement["targets"]]
                assert {o.get("delimiter") for o in options} <= {
                    None,
                    "/checkpoints",
                    "/savepoints",
                    "/ha",
                    "/confluentinc",
                    "/flink-cdc",
                    "/flink-connectors",
                    "/openshift",
                    "/flink-session",
                    "/flink-sql",
                    "/library",
                    "/platform",
                }


def test_another_cluster_kind_does_no_harm(copy: Path, render: Render) -> None:
    other = {
        "apiVersion": "cluster.x-k8s.io/v1beta1",
        "kind": "Cluster",
        "metadata": {"name": "other", "namespace": "default"},
    }
    (copy / "overlays/demo/other.yaml").write_text(yaml.safe_dump(other))
    kustomization = copy / "overlays/demo/kustomization.yaml"
    kustomization.write_text(kustomization.read_text().replace("- facts", "- facts\n- other.yaml"))
    assert any(item["kind"] == "Application" for item in render(copy / "overlays/demo"))


def test_every_target_opts_in_by_label_or_by_name(root: Path, load: Load) -> None:
    for file in replacement_files(root):
        for replacement in load(file):
            for target in replacement["targets"]:
                select = target["select"]
                assert "overlaykit.io/facts" in select.get("labelSelector", "") or select["name"]


def test_an_object_without_the_label_is_left_alone(copy: Path, render: Render) -> None:
    foreign = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": "foreign", "namespace": "argocd"},
        "spec": {"project": "other", "destination": {"server": "s"}, "source": {"repoURL": "r"}},
    }
    (copy / "overlays/demo/foreign.yaml").write_text(yaml.safe_dump(foreign))
    kustomization = copy / "overlays/demo/kustomization.yaml"
    text = kustomization.read_text().replace("- facts", "- facts\n- foreign.yaml")
    kustomization.write_text(text)
    assert foreign in render(copy / "overlays/demo")


def test_cluster_facts_is_the_last_component(cluster: str, root: Path, load: Load) -> None:
    for folder in workload_folders(root, cluster):
        components = load(folder / "kustomization.yaml").get("components", [])
        stamps = [c.endswith("/cluster-facts") for c in components]
        assert True not in stamps[:-1], folder


def test_what_comes_after_cluster_facts_is_not_stamped(
    write_kustomization: Write, render_text: RenderText
) -> None:
    workload = "../../workloads/flink-resources"
    resources = ["../demo/facts", f"{workload}/base"]
    parts = [f"{workload}/components/{c}" for c in ("cluster-facts", "sample-application")]
    wrong = render_text(write_kustomization("wrong", resources, parts))
    right = render_text(write_kustomization("right", resources, parts[::-1]))
    assert "CLUSTER/confluentinc" in wrong
    assert "CLUSTER/confluentinc" not in right


def test_facts_are_never_applied(cluster: str, root: Path, render: Render) -> None:
    assert render(root / "overlays" / cluster / "facts") == []


def test_a_labelled_object_without_the_field_fails_the_build(copy: Path, render: Render) -> None:
    app = copy / "apps/flink-resources/application.yaml"
    app.write_text(app.read_text().replace("    path: overlays/CLUSTER/flink-resources\n", ""))
    with pytest.raises(subprocess.CalledProcessError) as failure:
        render(copy / "overlays/demo")
    assert "path" in failure.value.stderr
