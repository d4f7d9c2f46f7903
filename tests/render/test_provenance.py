"""Where a rendered field was set, proved by changing the text there."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from overlaykit.render.objects import Object, objects, strings
from overlaykit.render.plain import PlainEngine
from overlaykit.render.provenance import Provenance
from overlaykit.repo.graph import Graph
from overlaykit.repo.tree import Tree
from overlaykit.source import Path as Steps
from overlaykit.source import parse

Files = dict[str, str]
HEAD = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"
BASE = {
    "base/kustomization.yaml": HEAD + "resources:\n- deployment.yaml\n",
    "base/deployment.yaml": """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: jobs
spec:
  replicas: 1
  template:
    spec:
      containers:
      - name: main
        image: flink:1.20.2
        args: [a]
      - name: side
        image: log:1
""",
}


def locate(root: Path, folder: str, kind: str, path: Steps, key: bool = False) -> str:
    [render] = PlainEngine.found().build(root, [folder], lambda _: None)
    assert render.error is None, render.error
    obj = next(o for o in objects(parse(render.text)) if o.kind == kind)
    place = Provenance(Graph(Tree(root)), folder).locate(obj, path, key)
    return f"{place.file}:{place.line}:{place.column}"


IMAGE: Steps = ("spec", "template", "spec", "containers", 1, "image")
CASES = {
    "of the base": ("", {}, IMAGE, "base/deployment.yaml:14:16"),
    "strategic merge finds the item by name": (
        "patches:\n- path: p.yaml\n",
        {
            "dev/p.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: jobs}\n"
            "spec:\n  template:\n    spec:\n      containers:\n      - name: side\n        image: log:2\n"
        },
        ("spec", "template", "spec", "containers", 0, "image"),  # Kustomize puts it first
        "dev/p.yaml:9:16",
    ),
    "a patch that leaves the field alone": (
        "patches:\n- path: p.yaml\n",
        {
            "dev/p.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: jobs}\nspec: {replicas: 2}\n"
        },
        IMAGE,
        "base/deployment.yaml:14:16",
    ),
    "inline JSON 6902 with a selector": (
        "patches:\n- target:\n    kind: Deploy.*\n  patch: |-\n    - op: replace\n"
        "      path: /spec/template/spec/containers/1/image\n      value: log:3\n",
        {},
        IMAGE,
        "dev/kustomization.yaml:11:14",
    ),
    "the last patch wins": (
        "patches:\n- target: {kind: Deployment}\n  patch: |-\n    - {op: replace, path: /spec/replicas, value: 2}\n"
        "- target: {kind: Deployment}\n  patch: |-\n    - {op: replace, path: /spec/replicas, value: 3}\n",
        {},
        ("spec", "replicas"),
        "dev/kustomization.yaml:11:50",
    ),
    "a selector that matches nothing": (
        "patches:\n- target: {kind: Deployment, name: other}\n  patch: |-\n    - {op: replace, path: /spec/replicas, value: 2}\n",
        {},
        ("spec", "replicas"),
        "base/deployment.yaml:6:13",
    ),
    "images": (
        "images:\n- name: log\n  newTag: '9'\n",
        {},
        IMAGE,
        "dev/kustomization.yaml:7:11",
    ),
    "replicas": (
        "replicas:\n- name: jobs\n  count: 7\n",
        {},
        ("spec", "replicas"),
        "dev/kustomization.yaml:7:10",
    ),
    "namespace": (
        "namespace: dev\n",
        {},
        ("metadata", "namespace"),
        "dev/kustomization.yaml:5:12",
    ),
    "labels": (
        "labels:\n- pairs:\n    team: flink\n",
        {},
        ("metadata", "labels", "team"),
        "dev/kustomization.yaml:7:11",
    ),
    "a prefix does not hide the base": (
        "namePrefix: dev-\n",
        {},
        IMAGE,
        "base/deployment.yaml:14:16",
    ),
    "a component": (
        "components:\n- ../comp\n",
        {
            "comp/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n"
            "patches:\n- target: {kind: Deployment}\n  patch: |-\n    - {op: replace, path: /spec/replicas, value: 5}\n"
        },
        ("spec", "replicas"),
        "comp/kustomization.yaml:6:50",
    ),
}


@pytest.mark.parametrize(("extra", "files", "path", "place"), CASES.values(), ids=CASES.keys())
def test_the_place_of_a_field(
    plant: Callable[[Files], Path], extra: str, files: Files, path: Steps, place: str
) -> None:
    overlay = {"dev/kustomization.yaml": f"{HEAD}resources:\n- ../base\n{extra}"}
    root = plant({**BASE, **overlay, **files})
    assert locate(root, "dev", "Deployment", path) == place


def test_a_field_that_nobody_set_is_placed_at_its_parent(plant: Callable[[Files], Path]) -> None:
    root = plant({**BASE, "dev/kustomization.yaml": f"{HEAD}resources:\n- ../base\n"})
    missing: Steps = ("spec", "template", "spec", "containers", 0, "ports")
    assert locate(root, "dev", "Deployment", missing, key=True) == "base/deployment.yaml:10:9"


def replacement(select: str, options: str = "") -> Files:
    return {
        **BASE,
        "dev/facts.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: facts\ndata:\n  image: log:8\n",
        "dev/kustomization.yaml": f"{HEAD}resources:\n- ../base\n- facts.yaml\nreplacements:\n"
        "- source: {kind: ConfigMap, fieldPath: data.image}\n  targets:\n"
        f"  - select: {{kind: Deployment}}\n    fieldPaths: ['{select}']\n{options}",
    }


@pytest.mark.parametrize(
    "select",
    ["spec.template.spec.containers.1.image", "spec.template.spec.containers.[name=side].image"],
)
def test_a_replacement_is_placed_at_its_source(plant: Callable[[Files], Path], select: str) -> None:
    assert locate(plant(replacement(select)), "dev", "Deployment", IMAGE) == "dev/facts.yaml:6:10"


def test_a_replacement_of_a_part_leaves_the_base_in_charge(
    plant: Callable[[Files], Path],
) -> None:
    options = "    options: {delimiter: ':', index: 0}\n"
    root = plant(replacement("spec.template.spec.containers.1.image", options))
    assert locate(root, "dev", "Deployment", IMAGE) == "base/deployment.yaml:14:16"


def test_two_objects_of_like_names_are_told_apart(plant: Callable[[Files], Path]) -> None:
    config = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {}\ndata:\n  k: v\n"
    root = plant(
        {
            "dev/kustomization.yaml": f"{HEAD}namePrefix: x-\nresources:\n- a.yaml\n- ab.yaml\n",
            "dev/a.yaml": config.format("a"),
            "dev/ab.yaml": config.format("b-a"),
        }
    )
    chain = Provenance(Graph(Tree(root)), "dev")
    for name, file in (("x-a", "dev/a.yaml"), ("x-b-a", "dev/ab.yaml")):
        obj = Object({"kind": "ConfigMap", "apiVersion": "v1", "metadata": {"name": name}})
        base = chain.base(obj)
        assert base is not None
        assert base.file == file


def test_every_text_of_our_overlays_is_placed_where_it_is_written() -> None:
    """A scalar that is not put together from parts stands in the line it is placed at."""
    root = Path(__file__).resolve().parents[2]
    graph = Graph(Tree(root))
    folders = [f for f in graph.targets if f.startswith("overlays/") and f.count("/") == 2]
    wrong = []
    for render in PlainEngine.found().build(root, folders, lambda _: None):
        chain = Provenance(graph, render.folder)
        for obj in objects(parse(render.text)):
            generated = chain.base(obj) is None
            for path, text in strings(obj.data):
                if generated and path in (("apiVersion",), ("kind",)):
                    continue  # a generator's name stands for them
                place = chain.locate(obj, path)
                lines = graph.tree.text(place.file).splitlines()
                tail = text.splitlines()[0].rpartition("/")[2] if text else ""
                if re.search("CLUSTER|STATE|JOB", lines[place.line - 1]):
                    continue  # put together from the facts
                if tail not in lines[place.line - 1] and "\n" not in text:
                    wrong.append((render.folder, obj.label, path, str(place)))
    assert wrong == []
