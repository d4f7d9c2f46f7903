"""Kustomize's refusals, each at the line to mend."""

from collections.abc import Callable
from pathlib import Path

import pytest

from overlaykit.render.blame import blame, shorten
from overlaykit.render.plain import PlainEngine
from overlaykit.repo.graph import Graph
from overlaykit.repo.tree import Tree

Files = dict[str, str]
HEAD = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"
CONFIG = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {}\ndata:\n  k: v\n"
TREE = {
    "base/kustomization.yaml": HEAD + "resources:\n- a.yaml\n",
    "base/a.yaml": CONFIG.format("a"),
    "comp/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n",
}
CASES = {
    "a file that is not there": ("resources:\n- ../base\n- b.yaml\n", {}, "dev/kustomization.yaml:5", "'b.yaml' does not exist"),
    "a base that is not there": ("resources:\n- ../bse\n", {}, "dev/kustomization.yaml:4", "'../bse' does not exist"),
    "a folder without a kustomization": ("resources:\n- ../base\n- sub\n", {"dev/sub/x.txt": ""}, "dev/kustomization.yaml:5", "has no kustomization.yaml"),
    "a component under resources": ("resources:\n- ../base\n- ../comp\n", {}, "dev/kustomization.yaml:5", "list it under components"),
    "a base under components": ("resources:\n- ../base\ncomponents:\n- ../base\n", {}, "dev/kustomization.yaml:6", "not a Component"),
    "an unknown field": ("resources:\n- ../base\nnamePrefx: x-\n", {}, "dev/kustomization.yaml:5", "did you mean 'namePrefix'"),
    "broken YAML": ("resources:\n- ../base\n- b.yaml\n", {"dev/b.yaml": "a: 1\nb\nc: 2\n"}, "dev/b.yaml:2", "YAML error"),
    "a broken kustomization": ("resources: [a\npatches: []\n", {}, "dev/kustomization.yaml:3", "YAML error"),
    "a patch for nobody": ("resources:\n- ../base\npatches:\n- path: p.yaml\n", {"dev/p.yaml": CONFIG.format("z")}, "dev/p.yaml:4", "no matches for Id"),
    "an inline patch for nobody": ("resources:\n- ../base\npatches:\n- patch: |-\n    apiVersion: v1\n    kind: ConfigMap\n    metadata:\n      name: z\n", {}, "dev/kustomization.yaml:10", "no matches for Id"),
    "a patch that is none": ("resources:\n- ../base\npatches:\n- path: p.yaml\n  target: {kind: ConfigMap}\n", {"dev/p.yaml": "just text\n"}, "dev/kustomization.yaml:6", "unable to parse"),
    "an operation on nothing": ("resources:\n- ../base\npatches:\n- target: {kind: ConfigMap}\n  patch: |-\n    - op: remove\n      path: /data/zz\n", {}, "dev/kustomization.yaml:9", "/data/zz"),
    "one object twice": ("resources:\n- ../base\n- a.yaml\n", {"dev/a.yaml": CONFIG.format("a")}, "base/a.yaml:4", "already registered id"),
    "one folder twice": ("resources:\n- ../base\n- ../base\n", {}, "dev/kustomization.yaml:5", "already registered id"),
    "a replacement from nothing": ("resources:\n- ../base\nreplacements:\n- source: {kind: Nothing}\n  targets: [{select: {kind: ConfigMap}, fieldPaths: [data.k]}]\n", {}, "dev/kustomization.yaml:5", "nothing selected"),
    "a replacement into nothing": ("resources:\n- ../base\nreplacements:\n- source: {kind: ConfigMap}\n  targets:\n  - select: {kind: ConfigMap}\n    fieldPaths:\n    - data.zz\n", {}, "dev/kustomization.yaml:10", "data.zz"),
    "a generator's file": ("resources:\n- ../base\nconfigMapGenerator:\n- name: x\n  files:\n  - k=none.txt\n", {}, "dev/kustomization.yaml:8", "'none.txt' does not exist"),
    "a file above": ("resources:\n- ../base/a.yaml\n", {}, "dev/kustomization.yaml:4", "not in or below"),
    "itself": ("resources:\n- ../dev\n", {}, "dev/kustomization.yaml:4", "cycle"),
    "out of the repository": ("resources:\n- ../../../x\n", {}, "dev/kustomization.yaml:4", "leads out of the repository"),
    "a duplicate key": ("resources:\n- a.yaml\n", {"dev/a.yaml": CONFIG.format("a") + "  k: w\n"}, "dev/a.yaml:7", "already defined"),
    "no kind": ("resources:\n- a.yaml\n", {"dev/a.yaml": "a: b\n"}, "dev/a.yaml:1", "missing Resource metadata"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "files", "place", "message"), CASES.values(), ids=CASES.keys())
def test_a_refusal_is_placed(
    plant: Callable[[Files], Path], text: str, files: Files, place: str, message: str
) -> None:
    root = plant({**TREE, "dev/kustomization.yaml": HEAD + text, **files})
    [render] = PlainEngine.found().build(root, ["dev"], lambda _: None)
    assert render.error is not None
    found = blame(Graph(Tree(root)), "dev", render.error)
    assert f"{found.place.file}:{found.place.line}" == place, found.message
    assert message in f"{found.message}; {found.fix}"
    assert str(root) not in found.message


def test_the_message_is_the_innermost_of_nested_ones() -> None:
    error = (
        "accumulating resources: accumulation err='accumulating resources from 'x': open "
        "/r/x: no such file': must build at directory: '/r/x': file is not directory"
    )
    assert shorten(error, Path("/r")) == "open x: no such file"
