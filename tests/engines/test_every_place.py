"""Provenance proved for every scalar of every shipped folder: see tests/render/proof.py.

OVERLAYKIT_REPOSITORIES (folders, separated by colons) names more repositories to prove it on.
"""

from collections import Counter
from pathlib import Path

import pytest

from engines.test_kustomize import OTHERS
from helpers import ROOT
from overlaykit.repo.graph import Graph
from overlaykit.repo.tree import Tree
from render.proof import Proof

# Fields that no text changes, or whose setter we do not follow: these may grow fewer, not more.
OWN, BINARY = "a generated object's kind", "a file that is no text"
TRANSFORMER, TESTED = "a transformer with a file of its own", "tested by a patch"
KNOWN = {
    ROOT.name: {OWN: 18},
    "cluster-config": {OWN: 6},
    "osow": {OWN: 12},
    "gitops-catalog": {OWN: 110, BINARY: 5, TRANSFORMER: 36, TESTED: 14},
}


def known(root: Path) -> dict[str, int]:
    return KNOWN[ROOT.name] if root == ROOT else KNOWN.get(root.name.rpartition("+")[2], {OWN: 999})


def proofs(root: Path) -> list[Proof]:
    graph = Graph(Tree(root))
    return [Proof(graph, folder) for folder in graph.targets]


@pytest.mark.parametrize("root", [ROOT, *OTHERS], ids=lambda root: root.name)
def test_changing_the_text_at_any_place_changes_the_field(root: Path) -> None:
    excused, wrong, fields = Counter[str](), [], 0
    for proof in proofs(root):
        for field, verdict in proof.verdicts().items() if proof.error is None else ():
            fields += 1
            excuse = proof.excuse(field, verdict)
            excused[excuse] += 1
            if verdict != "right" and not excuse:
                wrong.append(f"{proof.folder}: {field}: {verdict[:200]}")
    excused.pop("", None)
    print(f"{root.name}: {fields} scalars, excused {dict(excused)}")  # noqa: T201
    assert wrong == []
    assert fields > 100
    assert {one: n for one, n in excused.items() if n > known(root).get(one, 0)} == {}


@pytest.mark.parametrize("root", [ROOT, *OTHERS], ids=lambda root: root.name)
def test_the_file_of_every_object_is_the_one_that_kustomize_names(root: Path) -> None:
    wrong = []
    for proof in proofs(root):
        for obj, file in proof.origins() if proof.error is None else ():
            place = proof.chain.locate(obj, ("kind",))
            if place.file != file:
                wrong.append(f"{proof.folder}: {obj.label}: {place.file}, not {file}")
    assert wrong == []
