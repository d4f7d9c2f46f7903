"""Flink versions as people write them."""

import pytest

from overlaykit.flink import versions


@pytest.mark.parametrize(
    ("image", "version"),
    [
        ("flink:1.20.3-scala_2.12-java17", (1, 20)),
        ("docker.io/confluentinc/cp-flink:1.19.1-cp2", (1, 19)),
        ("registry.example.com:5000/a/cp-flink-sql:1.19-cp8@sha256:0", (1, 19)),
        ("flink:2.0", (2, 0)),
        ("flink", None),
        ("flink:latest", None),
        ("ghcr.io/apache/flink-kubernetes-operator:1.15.0", None),
        ("orders:1.20.3", None),
        ("apache/flink-cdc:3.5.0", None),
        (None, None),
    ],
)
def test_images(image: object, version: versions.Version | None) -> None:
    assert versions.of_image(image) == version


@pytest.mark.parametrize(
    ("image", "version"),
    [
        ("registry.example.com/team/flink-orders:2.1.1-202603231630", (2, 1)),
        ("my-flink:1.20.3", (1, 20)),
        ("my-flink:v1.19.0.4", (1, 19)),
        ("my-flink:1.1.0", None),
        ("my-flink:2.30.0", None),
        ("my-flink:1.20", None),
        ("orders:1.20.3", None),
        ("flink-kubernetes-operator:1.15.0", None),
        (None, None),
    ],
)
def test_an_image_of_ones_own(image: str | None, version: versions.Version | None) -> None:
    assert versions.of_own_image(image) == version


def test_spec() -> None:
    assert versions.of_spec("v1_20") == (1, 20)
    assert versions.of_spec("1.20") is None
    assert versions.of_spec(2) is None


def test_files() -> None:
    assert versions.config_files((1, 18)) == ("flink-conf.yaml",)
    assert versions.config_files((1, 19)) == ("flink-conf.yaml", "config.yaml")
    assert versions.config_files((2, 0)) == ("config.yaml",)
