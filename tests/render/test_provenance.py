"""Where a rendered field was set, proved by changing the text there."""

from collections.abc import Callable
from pathlib import Path

import pytest

from overlaykit.render.engines import WORKER
from overlaykit.render.objects import Object
from overlaykit.render.provenance import Provenance
from overlaykit.render.workers import WorkerEngine
from overlaykit.repo.graph import Graph
from overlaykit.repo.tree import Tree
from overlaykit.source import Path as Steps

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
    [render] = WorkerEngine(WORKER).build(root, [folder], lambda _: None, objects=True)
    assert render.error is None, render.error
    obj = next(Object(data) for _, data in render.objects or () if data["kind"] == kind)
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


CONFIG = "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {}}}\ndata:\n  k: v\n"
ROLES = (
    "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: me}\n---\n"
    "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: b}\n"
    "roleRef: {kind: ClusterRole, name: r, apiGroup: rbac.authorization.k8s.io}\n"
    "subjects:\n- kind: ServiceAccount\n  name: me\n"
)
DEPLOYED: Files = {"d.yaml": BASE["base/deployment.yaml"], "c.yaml": CONFIG.format("c")}
# The body of dev/kustomization.yaml, more files, the object's kind, the field, the place.
MORE: dict[str, tuple[str, Files, str, Steps, str]] = {
    "a label of the pods": (
        "resources: [d.yaml]\nlabels:\n- includeTemplates: true\n  pairs:\n    team: flink\n",
        DEPLOYED,
        "Deployment",
        ("spec", "template", "metadata", "labels", "team"),
        "dev/kustomization.yaml:7:11",
    ),
    "a common label in the selector": (
        "resources: [d.yaml]\ncommonLabels:\n  team: flink\n",
        DEPLOYED,
        "Deployment",
        ("spec", "selector", "matchLabels", "team"),
        "dev/kustomization.yaml:5:9",
    ),
    "a sibling's transformers write on its own objects only": (
        "resources: [d.yaml, ../other]\n",
        {
            **DEPLOYED,
            "other/kustomization.yaml": f"{HEAD}resources: [c.yaml]\ncommonLabels: {{a: sibling}}\n",
            "other/c.yaml": CONFIG.format("c"),
            "dev/d.yaml": DEPLOYED["d.yaml"].replace(
                "name: jobs", "name: jobs\n  labels: {a: own}"
            ),
        },
        "Deployment",
        ("metadata", "labels", "a"),
        "dev/d.yaml:5:15",
    ),
    "a component writes on what was read before it": (
        "resources: [d.yaml]\ncomponents: [../comp]\n",
        {
            **DEPLOYED,
            "comp/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\ncommonAnnotations: {a: b}\n",
        },
        "Deployment",
        ("metadata", "annotations", "a"),
        "comp/kustomization.yaml:3:24",
    ),
    "the namespace is the name of a Namespace": (
        "resources: [n.yaml]\nnamespace: here\n",
        {"n.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: there}\n"},
        "Namespace",
        ("metadata", "name"),
        "dev/kustomization.yaml:4:12",
    ),
    "a service account takes its namespace into a binding": (
        "resources: [r.yaml]\nnamespace: here\n",
        {"r.yaml": ROLES},
        "ClusterRoleBinding",
        ("subjects", 0, "namespace"),
        "dev/kustomization.yaml:4:12",
    ),
    "a binding that says another namespace keeps it": (
        "resources: [r.yaml]\nnamespace: here\n",
        {"r.yaml": f"{ROLES}  namespace: there\n"},
        "ClusterRoleBinding",
        ("subjects", 0, "namespace"),
        "dev/r.yaml:12:14",
    ),
    "a binding that says the namespace that its base gives keeps it": (
        "resources: [../base]\nnamespace: here\n",
        {
            "base/kustomization.yaml": f"{HEAD}resources: [r.yaml]\nnamespace: here\n",
            "base/r.yaml": f"{ROLES}  namespace: here\n",
        },
        "ClusterRoleBinding",
        ("subjects", 0, "namespace"),
        "base/r.yaml:12:14",
    ),
    "a binding that says the namespace of its account follows it": (
        "resources: [../base]\nnamespace: here\n",
        {
            "base/kustomization.yaml": f"{HEAD}resources: [r.yaml]\n",
            "base/r.yaml": f"{ROLES}  namespace: here\n".replace("me}", "me, namespace: here}"),
        },
        "ClusterRoleBinding",
        ("subjects", 0, "namespace"),
        "dev/kustomization.yaml:4:12",
    ),
    "a kind without namespaces keeps what it says": (
        "resources: [r.yaml]\nnamespace: here\n",
        {
            "r.yaml": "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: r, namespace: here}\n"
        },
        "ClusterRole",
        ("metadata", "namespace"),
        "dev/r.yaml:3:32",
    ),
    "a literal": (
        "configMapGenerator:\n- name: c\n  literals: [a=1, b=2]\n",
        {},
        "ConfigMap",
        ("data", "b"),
        "dev/kustomization.yaml:5:19",
    ),
    "a file is the value itself": (
        "configMapGenerator:\n- name: c\n  files: [b=some.lua]\n",
        {"some.lua": "return 1\n"},
        "ConfigMap",
        ("data", "b"),
        "dev/some.lua:1:1",
    ),
    "a line of an env file": (
        "secretGenerator:\n- name: c\n  envs: [some.env]\n",
        {"some.env": "# first\na=1\nb=2\n"},
        "Secret",
        ("data", "b"),
        "dev/some.env:3:1",
    ),
    "the namespace of a generated object": (
        "configMapGenerator:\n- name: c\n  namespace: here\n  literals: [a=1]\n",
        {},
        "ConfigMap",
        ("metadata", "namespace"),
        "dev/kustomization.yaml:5:14",
    ),
    "a generator that merges into one below": (
        "resources: [../made]\nconfigMapGenerator:\n- name: c\n  behavior: merge\n  literals: [a=2]\n",
        {
            "made/kustomization.yaml": f"{HEAD}configMapGenerator:\n- name: c\n  literals: [a=1, b=1]\n"
        },
        "ConfigMap",
        ("data", "a"),
        "dev/kustomization.yaml:7:14",
    ),
    "a generator that merges leaves the other keys": (
        "resources: [../made]\nconfigMapGenerator:\n- name: c\n  behavior: merge\n  literals: [a=2]\n",
        {
            "made/kustomization.yaml": f"{HEAD}configMapGenerator:\n- name: c\n  literals: [a=1, b=1]\n"
        },
        "ConfigMap",
        ("data", "b"),
        "made/kustomization.yaml:5:19",
    ),
    "a test of a patch sets nothing": (
        "resources: [c.yaml]\npatches:\n- target: {kind: ConfigMap}\n  patch: |-\n    - {op: test, path: /data/k, value: v}\n",
        DEPLOYED,
        "ConfigMap",
        ("data", "k"),
        "dev/c.yaml:5:6",
    ),
    "a list item that others were put before": (
        "resources: [a.yaml]\nreplacements:\n- source: {kind: A, fieldPath: metadata.name}\n  targets:\n"
        "  - select: {kind: A}\n    fieldPaths: [spec.l.1]\n    options: {delimiter: /, index: 1}\n"
        "patches:\n- target: {kind: A}\n  patch: |-\n    - {op: add, path: /spec/l/0, value: new}\n",
        {"a.yaml": "apiVersion: e.g/v1\nkind: A\nmetadata: {name: a}\nspec:\n  l: [x/y/z, w]\n"},
        "A",
        ("spec", "l", 1),
        "dev/a.yaml:5:7",
    ),
    "a patch in a file gives a new name": (
        "resources: [c.yaml]\npatches:\n- target: {kind: ConfigMap}\n  path: p.yaml\n",
        {**DEPLOYED, "p.yaml": "- {op: replace, path: /metadata/name, value: other}\n"},
        "ConfigMap",
        ("data", "k"),
        "dev/c.yaml:5:6",
    ),
    "a patch gives a new kind": (
        "resources: [c.yaml]\npatches:\n- target: {kind: ConfigMap}\n  options: {allowKindChange: true}\n"
        "  patch: |-\n    - {op: replace, path: /kind, value: Other}\n",
        DEPLOYED,
        "Other",
        ("data", "k"),
        "dev/c.yaml:5:6",
    ),
    "an inline patch with escapes": (
        'resources: [c.yaml]\npatches:\n- target: {kind: ConfigMap}\n  patch: "- op: replace\\n  path: \\"/data/k\\"\\n  value: w"\n',
        DEPLOYED,
        "ConfigMap",
        ("data", "k"),
        "dev/kustomization.yaml:6:56",
    ),
    "a replacement whose source is an item of a list": (
        "resources: [c.yaml, a.yaml]\nreplacements:\n- source: {kind: A, fieldPath: 'spec.l.[name=b].v'}\n  targets:\n"
        "  - select: {kind: ConfigMap}\n    fieldPaths: [data.k]\n",
        {
            **DEPLOYED,
            "a.yaml": "apiVersion: e.g/v1\nkind: A\nmetadata: {name: a}\nspec:\n  l:\n  - {name: a, v: '1'}\n  - {name: b, v: '2'}\n",
        },
        "ConfigMap",
        ("data", "k"),
        "dev/a.yaml:7:18",
    ),
    "a replacement that rejects the object": (
        "resources: [c.yaml]\nreplacements:\n- source: {kind: ConfigMap, fieldPath: metadata.name}\n  targets:\n"
        "  - select: {kind: ConfigMap}\n    reject: [{name: c}]\n    fieldPaths: [data.k]\n",
        DEPLOYED,
        "ConfigMap",
        ("data", "k"),
        "dev/c.yaml:5:6",
    ),
    "what Kustomize notes of the build": (
        "resources: [c.yaml]\nbuildMetadata: [managedByLabel]\n",
        DEPLOYED,
        "ConfigMap",
        ("metadata", "labels", "app.kubernetes.io/managed-by"),
        "dev/kustomization.yaml:4:17",
    ),
}


@pytest.mark.parametrize(("body", "files", "kind", "path", "place"), MORE.values(), ids=MORE.keys())
def test_the_place_in_a_folder(
    plant: Callable[[Files], Path], body: str, files: Files, kind: str, path: Steps, place: str
) -> None:
    here = {name if "/" in name else f"dev/{name}": text for name, text in files.items()}
    root = plant({"dev/kustomization.yaml": HEAD + body, **here})
    assert locate(root, "dev", kind, path) == place


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
