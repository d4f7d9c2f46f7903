"""Who set a field on its way through Kustomize: the base, its patches, a fact."""

from collections.abc import Callable
from pathlib import Path

from overlaykit.render.engines import WORKER
from overlaykit.render.objects import Object
from overlaykit.render.provenance import Provenance
from overlaykit.render.workers import WorkerEngine
from overlaykit.repo.graph import Graph
from overlaykit.repo.tree import Tree
from overlaykit.source import Path as Steps

HEAD = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"
ABOUT = "apiVersion: flink.apache.org/v1beta1\nkind: FlinkDeployment\nmetadata: {name: a}\n"
FILES = {
    "base/kustomization.yaml": HEAD + "resources: [job.yaml]\n",
    "base/job.yaml": ABOUT + "spec:\n  mode: native\n  image: HERE/flink:1\n  flinkConfiguration:\n"
    "    a/b.c: '1'\n",
    "mid/kustomization.yaml": HEAD + "resources: [../base]\npatches:\n- path: p.yaml\n",
    "mid/p.yaml": ABOUT + "spec:\n  flinkConfiguration:\n    a/b.c: '2'\n",
    "dev/facts.yaml": "apiVersion: x.io/v1\nkind: Cluster\nmetadata:\n  name: f\n"
    "  annotations: {config.kubernetes.io/local-config: 'true'}\nspec:\n  registry: r.example\n",
    "dev/kustomization.yaml": HEAD
    + """\
resources: [../mid, facts.yaml]
patches:
- target: {kind: FlinkDeployment}
  patch: |
    - op: replace
      path: /spec/flinkConfiguration/a~1b.c
      value: '3'
replacements:
- source: {kind: Cluster, fieldPath: spec.registry}
  targets:
  - select: {kind: FlinkDeployment}
    fieldPaths: [spec.image]
    options: {delimiter: /flink, index: 0}
""",
}


def history(root: Path, *path: str) -> list[tuple[str, object]]:
    [render] = WorkerEngine(WORKER).build(root, ["dev"], lambda _: None, objects=True)
    data = [data for _, data in render.objects or () if data["kind"] == "FlinkDeployment"]
    steps: Steps = path
    found = Provenance(Graph(Tree(root)), "dev").history(Object(data[0]), steps)
    return [(f"{at.file}:{at.line}", value) for at, value in found]


def test_every_patch_and_the_base_stand_in_order(
    plant: Callable[[dict[str, str]], Path],
) -> None:
    assert history(plant(FILES), "spec", "flinkConfiguration", "a/b.c") == [
        ("dev/kustomization.yaml:9", "3"),
        ("mid/p.yaml:6", "2"),
        ("base/job.yaml:8", "1"),
    ]


def test_a_fact_that_writes_a_part_is_the_last_writer(
    plant: Callable[[dict[str, str]], Path],
) -> None:
    assert history(plant(FILES), "spec", "image") == [
        ("dev/facts.yaml:7", "r.example/flink:1"),
        ("base/job.yaml:6", "HERE/flink:1"),
    ]


def test_what_nobody_else_touched_has_one_writer(
    plant: Callable[[dict[str, str]], Path],
) -> None:
    assert history(plant(FILES), "spec", "mode") == [("base/job.yaml:5", "native")]
