"""Kustomize trees made at random (from a seed): features combined as nobody would write them."""

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

Kustomization = dict[str, Any]
Choice = Callable[["Tree"], None]


class Tree:
    """A base, maybe a component, and an overlay `top` that combines them."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.random = random.Random(seed)
        self.top: Kustomization = {"resources": ["../base"]}
        self.base: Kustomization = {"resources": []}

    def write(self, name: str, content: Any) -> str:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content, indent=1))
        return name

    def make(self) -> Path:
        for number in range(self.random.randint(1, 4)):
            kind = self.random.choice([deployment, config, service, custom])
            self.base["resources"].append(f"{number}.yaml")
            self.write(f"base/{number}.yaml", kind(f"n{number}", self.random))
        features = [choice for choice in CHOICES if self.random.random() < 0.3]
        features += [choice for choice in REFUSED if self.random.random() < 0.05]
        self.random.shuffle(features)
        for choice in features:
            choice(self)
        self.write("base/kustomization.yaml", self.base)
        self.write("top/kustomization.yaml", self.top)
        return self.folder / "top"


def deployment(name: str, rng: random.Random) -> dict[str, Any]:
    containers = [
        {"name": f"c{n}", "image": f"example/{n}:1.0", "args": ["a", "b"]}
        for n in range(rng.randint(1, 3))
    ]
    template = {"metadata": {"labels": {"app": name}}, "spec": {"containers": containers}}
    spec = {"replicas": rng.randint(0, 5), "selector": {"matchLabels": {"app": name}}}
    return kind("apps/v1", "Deployment", name, spec={**spec, "template": template})


def config(name: str, rng: random.Random) -> dict[str, Any]:
    values = ["true", "0123", "1e3", "~", "", "a: b", "línea\nzwei\n", "12:30:45", " x", "\u2028"]
    return kind("v1", "ConfigMap", name, data={f"k{n}": v for n, v in enumerate(values)})


def service(name: str, rng: random.Random) -> dict[str, Any]:
    spec = {"selector": {"app": name}, "ports": [{"name": "web", "port": 80}]}
    return kind("v1", "Service", name, spec=spec)


def custom(name: str, rng: random.Random) -> dict[str, Any]:
    numbers = [1, 1.5, -0.0, 1e300, 123456789012345678, True, None, 0.1]
    spec = {"list": numbers, "image": "example/0:1.0", "flinkConfiguration": {"a.b/c": "1"}}
    return kind("example.com/v1", "Widget", name, spec=spec)


def kind(version: str, kind: str, name: str, **rest: Any) -> dict[str, Any]:
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name}, **rest}


def renamed(tree: Tree) -> None:
    tree.top |= {"namePrefix": "pre-", "nameSuffix": "-post", "namespace": "somewhere"}


def labelled(tree: Tree) -> None:
    selectors = tree.random.choice([True, False])
    tree.top["labels"] = [{"pairs": {"team": "a", "n": "1"}, "includeSelectors": selectors}]
    tree.top["commonAnnotations"] = {"note": "yes"}


def images(tree: Tree) -> None:
    tree.top["images"] = [{"name": "example/0", "newName": "mirror/x", "newTag": "2"}]
    tree.top["replicas"] = [{"name": tree.random.choice(["n0", "n9"]), "count": 7}]


def generators(tree: Tree) -> None:
    tree.write("top/some.properties", "a=b\n# c\nd=e=f\n")
    maps = [
        {"name": "lit", "literals": ["x=1", "y='2'"]},
        {"name": "file", "files": ["some.properties", "other=some.properties"]},
        {"name": "env", "envs": ["some.properties"], "options": {"disableNameSuffixHash": True}},
    ]
    tree.top["configMapGenerator"] = tree.random.sample(maps, tree.random.randint(1, 3))
    tree.top["secretGenerator"] = [{"name": "s", "literals": ["k=v"], "type": "Opaque"}]


def merge_patch(tree: Tree) -> None:
    patch = kind("apps/v1", "Deployment", "n0")
    patch["spec"] = {"template": {"spec": {"containers": [{"name": "c0", "image": "other:3"}]}}}
    tree.write("top/patch.yaml", patch)
    target = {"kind": tree.random.choice(["Deployment", "Widget"])}
    entry = {"path": "patch.yaml"}
    tree.top.setdefault("patches", []).append({**entry, "target": target})


def json_patch(tree: Tree) -> None:
    operations = [
        {"op": "add", "path": "/metadata/annotations/a~1b", "value": "c"},
        {"op": "replace", "path": "/kind", "value": "ConfigMap"},
    ]
    tree.top.setdefault("patches", []).append(
        {"patch": json.dumps(operations[: tree.random.randint(1, 2)]), "target": {"name": "n.*"}}
    )
    tree.base["commonAnnotations"] = {"first": "one"}


def deleting(tree: Tree) -> None:
    patch = "$patch: delete\n" + "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: n1}\n"
    tree.top.setdefault("patches", []).append({"patch": patch})


def component(tree: Tree) -> None:
    content = {
        "apiVersion": "kustomize.config.k8s.io/v1alpha1",
        "kind": "Component",
        "resources": ["extra.yaml"],
        "namePrefix": tree.random.choice(["", "comp-"]),
    }
    tree.write("component/extra.yaml", config("extra", tree.random))
    tree.write("component/kustomization.yaml", content)
    tree.top["components"] = ["../component"]


def replacement(tree: Tree) -> None:
    source = {"kind": "ConfigMap", "fieldPath": tree.random.choice(["data.k0", "metadata.name"])}
    field = tree.random.choice(["metadata.annotations.from", "spec.flinkConfiguration.[a.b/c]"])
    target = {"select": {"kind": "Widget"}, "fieldPaths": [field]}
    target["options"] = {"create": tree.random.choice([True, False])}
    tree.top["replacements"] = [{"source": source, "targets": [target]}]


def schema(tree: Tree) -> None:
    key = {"x-kubernetes-patch-merge-key": "name", "x-kubernetes-patch-strategy": "merge"}
    entry = {"type": "array", **key, "items": {"type": "object"}}
    gvk = [{"group": "example.com", "version": "v1", "kind": "Widget"}]
    spec = {"type": "object", "properties": {"list": entry}}
    widget = {"properties": {"spec": spec}, "x-kubernetes-group-version-kind": gvk}
    tree.write("top/schema.json", {"definitions": {"com.example.v1.Widget": widget}})
    where = tree.random.choice([tree.top, tree.base])
    where["openapi"] = {"path": "schema.json" if where is tree.top else "../top/schema.json"}


def chart(tree: Tree) -> None:
    tree.top["helmCharts"] = [
        {"name": "c", "repo": "https://charts.example.invalid", "version": "1"}
    ]


def remote(tree: Tree) -> None:
    tree.top["resources"].append("https://git.example.invalid/x//base?ref=v1")


def broken(tree: Tree) -> None:
    wrong: list[Kustomization] = [
        {"resources": ["../base", "missing.yaml"]},
        {"resources": ["../base", "../base"]},
        {"resource": ["../base"]},
        {"patches": [{"patch": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: nobody}\n"}]},
        {"resources": ["../../outside.yaml"]},
    ]
    tree.top |= tree.random.choice(wrong)


def ordered(tree: Tree) -> None:
    tree.top["sortOptions"] = {"order": tree.random.choice(["legacy", "fifo"])}
    tree.top["buildMetadata"] = tree.random.sample(
        ["originAnnotations", "transformerAnnotations", "managedByLabel"], 2
    )


CHOICES: list[Choice] = [
    renamed, labelled, images, generators, merge_patch, json_patch, component, replacement,
    schema, ordered,
]  # fmt: skip
# Kustomize refuses most of these.
REFUSED: list[Choice] = [deleting, chart, remote, broken]
