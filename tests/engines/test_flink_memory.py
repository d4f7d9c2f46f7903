"""Real Flink accepts the memory of every JobManager and TaskManager that the overlays configure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from flink import memory

from helpers import ROOT
from overlaykit.render.objects import Object, objects
from overlaykit.render.plain import PlainEngine
from overlaykit.repo.graph import Graph
from overlaykit.repo.tree import Tree
from overlaykit.source import parse

# Task heap below this starts and then dies of the first real job.
LEAST_HEAP = 128


@dataclass(frozen=True)
class Cluster:
    """One Flink cluster that a render makes: its name and its effective configuration."""

    name: str
    configuration: dict[str, Any]


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


def clusters_of(rendered: list[Object]) -> Iterator[Cluster]:
    environments = {o.name: o for o in rendered if o.kind == "FlinkEnvironment"}
    for name, environment in environments.items():
        yield Cluster(f"environment {name}", defaults(environment))
    for obj in rendered:
        own = flat(obj.get("spec", "flinkConfiguration"))
        if obj.kind == "FlinkApplication":
            environment = environments[str(obj.get("spec", "flinkEnvironment"))]
            yield Cluster(obj.name, {**own, **resources(obj), **defaults(environment)})
        elif obj.kind == "FlinkDeployment":
            yield Cluster(obj.name, {**own, **resources(obj)})
        elif obj.kind == "FlinkComputePool":
            pool = Object({"spec": obj.get("spec", "clusterSpec")})
            yield Cluster(
                obj.name, {**flat(pool.get("spec", "flinkConfiguration")), **resources(pool)}
            )
        elif obj.kind == "ConfigMap" and obj.get("data", "config.yaml"):
            content = yaml.safe_load(str(obj.get("data", "config.yaml")))
            yield Cluster(obj.name, flat(content))


def defaults(environment: Object) -> dict[str, Any]:
    return flat(environment.get("spec", "flinkApplicationDefaults", "spec", "flinkConfiguration"))


def shipped() -> list[Any]:
    graph = Graph(Tree(ROOT))
    folders = [f for f in graph.targets if f.startswith("overlays/") and f.count("/") == 2]
    found = []
    for render in PlainEngine.found().build(ROOT, folders, lambda _: None):
        for cluster in clusters_of(list(objects(parse(render.text)))):
            found.append(pytest.param(cluster, id=f"{render.folder[9:]}-{cluster.name}"))
    return found


@pytest.mark.parametrize("cluster", shipped())
def test_flink_starts_with_what_we_ship(cluster: Cluster, tmp_path: Path) -> None:
    sizes = {k: v for k, v in cluster.configuration.items() if "memory" in k or "Slots" in k}
    for process in ("jobmanager", "taskmanager"):
        verdict = memory(process, sizes, tmp_path)
        assert verdict.refusal == "", (process, sizes)
        if process == "taskmanager":
            assert verdict.mebibytes("taskmanager.memory.task.heap.size") >= LEAST_HEAP


@pytest.mark.parametrize(
    ("process", "size", "starts"),
    [
        ("taskmanager", "982m", True),
        ("taskmanager", "981m", False),
        ("jobmanager", "577m", True),
        ("jobmanager", "576m", False),
        ("taskmanager", "4Gi", False),
    ],
)
def test_flink_refuses_what_is_too_small_or_no_size(
    process: str, size: str, starts: bool, tmp_path: Path
) -> None:
    verdict = memory(process, {f"{process}.memory.process.size": size}, tmp_path)
    assert (verdict.refusal == "") == starts, verdict


def test_the_smallest_guide_value_leaves_almost_no_heap(tmp_path: Path) -> None:
    verdict = memory("taskmanager", {"taskmanager.memory.process.size": "1024m"}, tmp_path)
    assert round(verdict.mebibytes("taskmanager.memory.task.heap.size"), 1) == 25.6
