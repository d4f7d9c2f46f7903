"""What holds for every pod that a workload in the namespace of the jobs writes itself."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from .conftest import build

Object = dict[str, Any]

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("flink-cdc", "flink-connectors", "flink-session")
FOLDERS = [f for name in NAMES for f in sorted(ROOT.glob(f"overlays/*/{name}"))]


def pods(item: Object) -> Iterator[Object]:
    """The pod specs inside an object."""
    spec = item.get("spec", {})
    if item["kind"] in ("Deployment", "Job"):
        yield spec["template"]["spec"]
    if item["kind"] == "FlinkDeployment":
        yield spec["podTemplate"]["spec"]


def containers(pod: Object) -> list[Object]:
    return [*pod.get("initContainers", []), *pod["containers"]]


@pytest.fixture(params=FOLDERS, ids=lambda folder: str(folder.relative_to(ROOT / "overlays")))
def objects(request: pytest.FixtureRequest) -> list[Object]:
    return [item for item in yaml.safe_load_all(build(request.param)) if item]


def test_they_are_admitted_by_a_restricted_namespace(objects: list[Object]) -> None:
    found = [pod for item in objects for pod in pods(item)]
    assert found
    for pod in found:
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        for container in containers(pod):
            context = container["securityContext"]
            assert context["allowPrivilegeEscalation"] is False
            assert context["capabilities"] == {"drop": ["ALL"]}
            assert context["readOnlyRootFilesystem"] is True
        assert all("hostPath" not in volume for volume in pod.get("volumes", []))


def test_what_they_mount_they_declare(objects: list[Object]) -> None:
    for pod in (pod for item in objects for pod in pods(item)):
        declared = {volume["name"] for volume in pod["volumes"]}
        used = {m["name"] for c in containers(pod) for m in c["volumeMounts"]}
        assert used == declared
        mounts = {m["mountPath"] for m in pod["containers"][0]["volumeMounts"]}
        assert "/tmp" in mounts
        assert "/opt/flink/lib" not in mounts


def test_they_request_and_limit(objects: list[Object]) -> None:
    """The main container of a FlinkDeployment takes its resources from the spec beside it."""
    for pod in (pod for item in objects for pod in pods(item)):
        for container in containers(pod):
            if container["name"] != "flink-main-container":
                resources = container["resources"]
                assert {"cpu", "memory"} <= set(resources["requests"]) & set(resources["limits"])


def test_images_are_pinned_and_come_from_the_registry_of_the_facts(
    request: pytest.FixtureRequest, objects: list[Object]
) -> None:
    folder = request.node.callspec.params["objects"]
    facts = yaml.safe_load((folder.parent / "facts/cluster.yaml").read_text())
    images = re.findall(r"'image': '([^']+)'", str(objects))
    assert images
    for image in images:
        assert image.startswith(tuple(f"{name}/" for name in facts["spec"]["images"].values()))
        assert re.search(r":\d+\.\d+\.\d+", image)


def test_nothing_is_exposed_outside_of_the_cluster(objects: list[Object]) -> None:
    kinds = {item["kind"] for item in objects}
    assert not kinds & {"Ingress", "Secret"}
    services = [item["spec"] for item in objects if item["kind"] == "Service"]
    assert {spec.get("type", "ClusterIP") for spec in services} <= {"ClusterIP"}


def test_a_route_ends_at_pods_that_ask_for_a_login(objects: list[Object]) -> None:
    deployments = [item["spec"]["template"] for item in objects if item["kind"] == "Deployment"]
    for route in (item for item in objects if item["kind"] == "Route"):
        (service,) = [
            o
            for o in objects
            if o["metadata"]["name"] == route["spec"]["to"]["name"] and o["kind"] == "Service"
        ]
        wanted = service["spec"]["selector"].items()
        found = [pod for pod in deployments if wanted <= pod["metadata"]["labels"].items()]
        images = [c["image"] for pod in found for c in pod["spec"]["containers"]]
        assert images
        assert all("/origin-oauth-proxy:" in image for image in images)


def test_network_is_closed_first_and_every_policy_says_both_ways(objects: list[Object]) -> None:
    policies = [item["spec"] for item in objects if item["kind"] == "NetworkPolicy"]
    assert any("ingress" not in spec and "egress" not in spec for spec in policies)
    assert all(spec["policyTypes"] == ["Ingress", "Egress"] for spec in policies)
    assert all(spec["podSelector"]["matchLabels"] for spec in policies)
