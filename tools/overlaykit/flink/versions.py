"""Flink versions as flinkVersion, images and jars name them, and what differs between them."""

import re
from typing import Any

Version = tuple[int, int]

_SPEC = re.compile(r"v([0-9]+)_([0-9]+)")
# flink:1.20.3-scala_2.12-java17, cp-flink:1.20.3-cp1, cp-flink-sql:1.19-cp8, with any registry.
_IMAGE = re.compile(r"(?:^|/)(?:[\w.-]*-)?flink(?:-sql)?:v?([12])\.([0-9]+)(?=[.-]|$)")
# The releases of Flink that images are made of, with three numbers as Flink counts.
_OWN_TAG = re.compile(r"v?(1(?=\.(?:1[4-9]|20)\.)|2(?=\.[0-4]\.))\.([0-9]+)\.[0-9]+(?=[.-]|$)")
_OTHERS = re.compile(r"operator|cdc|agent")
_CONFIG_YAML = (1, 19)


def of_spec(text: Any) -> Version | None:
    """(1, 20) of v1_20."""
    found = _SPEC.fullmatch(text) if isinstance(text, str) else None
    return (int(found[1]), int(found[2])) if found else None


def of_image(image: Any) -> Version | None:
    """The version in the tag of Flink's own images, of Confluent's and of those built so named."""
    text = image.partition("@")[0] if isinstance(image, str) else ""
    # Tags of other programs that have flink in their names count their own releases.
    if "operator" in text or "cdc" in text:
        return None
    found = _IMAGE.search(text)
    return (int(found[1]), int(found[2])) if found else None


def of_own_image(image: Any) -> Version | None:
    """What the tag of somebody's own image of Flink may say: flink-orders:2.1.1-7 is of Flink 2.1,
    if its tags do not count releases of its own."""
    text = image.partition("@")[0] if isinstance(image, str) else ""
    name, _, tag = text.rpartition("/")[2].partition(":")
    found = _OWN_TAG.match(tag) if "flink" in name and not _OTHERS.search(name) else None
    return (int(found[1]), int(found[2])) if found else None


def config_files(version: Version) -> tuple[str, ...]:
    """The configuration files that a version reads, the first that is there."""
    if version < _CONFIG_YAML:
        return ("flink-conf.yaml",)
    if version < (2, 0):
        return ("flink-conf.yaml", "config.yaml")
    return ("config.yaml",)


def text(version: Version) -> str:
    return f"{version[0]}.{version[1]}"
