"""security/image: which references may bring another image."""

from pathlib import Path

import pytest
from flink_trees import deployment, job, main, told

from overlaykit.kubernetes.images import read

CHECK = "security/image"
DIGEST = "sha256:" + "a" * 64


@pytest.mark.parametrize(
    "text",
    [
        "busybox",
        "busybox:latest",
        "registry.test:5000/busybox",
        "web:stable-alpine",
        "web:1.0-SNAPSHOT",
        "web:main",
        "flink:1.20",
        "flink:1.20-java17",
        "flink:java17",
        "apache/flink:scala_2.12-java17",
        "confluentinc/cp-flink:1.19",
    ],
)
def test_a_reference_that_moves(text: str) -> None:
    image = read(text)
    assert image is not None
    assert image.moves


@pytest.mark.parametrize(
    "text",
    [
        "registry.test:5000/busybox:1.36",
        f"busybox@{DIGEST}",
        f"busybox:latest@{DIGEST}",
        "postgres:16",  # of others only words are told
        "web:main-3f2a91c",
        "web:latestish1",
        "flink:1.20.3",
        "flink:1.20.3-scala_2.12-java17",
        "confluentinc/cp-flink-sql:1.19-cp10",
        "my-flink-job:1.20",
    ],
)
def test_a_reference_that_stays(text: str) -> None:
    image = read(text)
    assert image is not None
    assert not image.moves


@pytest.mark.parametrize("text", ["", None, 7, "${IMAGE}", "{{ .Values.image }}", "<image>:1"])
def test_what_somebody_fills_in_is_no_reference(text: object) -> None:
    assert read(text) is None


def test_init_containers_and_sidecars_of_flink(tmp_path: Path) -> None:
    template = main()
    template["spec"]["initContainers"] = [{"name": "jars", "image": "curl"}]
    template["spec"]["containers"].append({"name": "log", "image": "vector:nightly"})
    found = told(tmp_path, CHECK, job(podTemplate=template))
    rest = "another image may run after a restart"
    assert sorted(found) == [
        ("warning", f"curl has no tag: {rest}"),
        ("warning", f"the tag nightly of vector moves: {rest}"),
    ]


def test_images_that_openshift_replaces(tmp_path: Path) -> None:
    pod = deployment(image="web:latest")
    pod["metadata"]["annotations"] = {"image.openshift.io/triggers": "[]"}
    assert told(tmp_path, CHECK, pod) == []


def test_never_pulled(tmp_path: Path) -> None:
    [(level, message)] = told(tmp_path, CHECK, job(imagePullPolicy="Never"))
    assert level == "warning"
    assert "Never" in message
    assert told(tmp_path, CHECK, job(imagePullPolicy="Always")) == []
