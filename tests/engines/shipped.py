"""The Flink configurations that the overlays render, each as its cluster would get it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
import yaml

from helpers import ROOT
from overlaykit.render.objects import Object, objects
from overlaykit.render.plain import PlainEngine
from overlaykit.repo.graph import Graph
from overlaykit.repo.tree import Tree
from overlaykit.source import parse

# What a ConfigMap holds one key an option, or as the file of that name.
SIZE = "jobmanager.memory.process.size"
FILE = "config.yaml"


@dataclass(frozen=True)
class Shipped:
    """One Flink cluster that a render makes; `folder` is CLUSTER/WORKLOAD."""

    folder: str
    name: str
    configuration: dict[str, Any]

    @property
    def workload(self) -> str:
        return self.folder.split("/")[1]


def flat(value: Any, prefix: str = "") -> dict[str, Any]:
    """Flink configuration as dotted keys; the operator takes nested ones too."""
    found: dict[str, Any] = {}
    for key, item in (value or {}).items():
        if isinstance(item, dict):
            found.update(flat(item, f"{prefix}{key}."))
        else:
            found[prefix + key] = item
    return found


def quantity(text: str) -> str:
    """A Kubernetes quantity or Flink size as Flink writes it: 4Gi is 4g."""
    return re.sub(r"i$", "", text).lower()


def resources(obj: Object) -> dict[str, Any]:
    """What the operator makes of spec.*.resource: it outranks the configuration."""
    found = {}
    for role in ("jobManager", "taskManager"):
        size = obj.get("spec", role, "resource", "memory")
        if size:
            found[f"{role.lower()}.memory.process.size"] = quantity(str(size))
    return found


def defaults(environment: Object) -> dict[str, Any]:
    return flat(environment.get("spec", "flinkApplicationDefaults", "spec", "flinkConfiguration"))


def statements(pool: Object, rendered: list[Object]) -> dict[str, Any]:
    """What the statements of a pool set: they bring the checkpoints."""
    found: dict[str, Any] = {}
    for obj in rendered:
        if obj.kind == "FlinkStatement" and obj.get("spec", "computePoolName") == pool.name:
            found |= flat(obj.get("spec", "flinkConfiguration"))
    return found


def clusters_of(rendered: list[Object]) -> Iterator[tuple[str, dict[str, Any]]]:
    environments = {o.name: o for o in rendered if o.kind == "FlinkEnvironment"}
    for name, environment in environments.items():
        yield f"environment {name}", defaults(environment)
    for obj in rendered:
        own = flat(obj.get("spec", "flinkConfiguration"))
        if obj.kind == "FlinkApplication":
            # The environment wins: CMF says so, and it surprises.
            environment = environments[str(obj.get("spec", "flinkEnvironment"))]
            yield obj.name, {**own, **resources(obj), **defaults(environment)}
        elif obj.kind == "FlinkDeployment":
            yield obj.name, {**own, **resources(obj)}
        elif obj.kind == "ConfigMap" and obj.get("data", FILE):
            yield obj.name, flat(yaml.safe_load(str(obj.get("data", FILE))))
        elif obj.kind == "FlinkComputePool":
            pool = Object({"spec": obj.get("spec", "clusterSpec")})
            own = {**flat(pool.get("spec", "flinkConfiguration")), **statements(obj, rendered)}
            yield obj.name, {**own, **resources(pool)}
        elif obj.kind == "ConfigMap" and obj.get("data", SIZE):
            yield obj.name, dict(obj.data["data"])


@cache
def renders() -> dict[str, list[Object]]:
    """CLUSTER/WORKLOAD to what it renders."""
    graph = Graph(Tree(ROOT))
    folders = [f for f in graph.targets if f.startswith("overlays/") and f.count("/") == 2]
    built = PlainEngine.found().build(ROOT, folders, lambda _: None)
    return {r.folder.removeprefix("overlays/"): list(objects(parse(r.text))) for r in built}


def shipped() -> list[Shipped]:
    return [
        Shipped(folder, name, configuration)
        for folder, rendered in renders().items()
        for name, configuration in clusters_of(rendered)
    ]


def as_parameters(clusters: list[Shipped]) -> list[Any]:
    return [pytest.param(one, id=f"{one.folder}-{one.name}") for one in clusters]
