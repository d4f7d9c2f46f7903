"""Every place that provenance reports, proved on a sample: tests/engines proves them all."""

from pathlib import Path

import pytest

from engines.trees import Tree as Made
from helpers import ROOT
from overlaykit.render.provenance import Provenance
from overlaykit.repo.graph import Graph
from overlaykit.repo.tree import Tree
from overlaykit.source import Place
from render.proof import Proof

pytestmark = pytest.mark.whole

SAMPLE = (
    "overlays/demo",
    "overlays/flink-demo/flink-resources",
    "overlays/flink-demo/flink-autoscale/jobs/autoscaling-load",
    "workloads/argocd-config/base",
)


def unexplained(proof: Proof) -> list[str]:
    verdicts = proof.verdicts().items()
    return [
        f"{field}: {verdict}"
        for field, verdict in verdicts
        if verdict != "right" and not proof.excuse(field, verdict)
    ]


@pytest.mark.parametrize("folder", SAMPLE)
def test_changing_the_text_at_a_place_changes_the_field(folder: str) -> None:
    proof = Proof(Graph(Tree(ROOT)), folder)
    assert len(proof.fields) > 10
    assert unexplained(proof) == []


def test_the_places_in_made_trees(tmp_path: Path) -> None:
    fields = 0
    for seed in range(40):
        Made(tmp_path / str(seed), seed).make()
        proof = Proof(Graph(Tree(tmp_path / str(seed))), "top")
        if proof.error is None:
            fields += len(proof.fields)
            assert unexplained(proof) == [], seed
    assert fields > 500


def test_a_wrong_place_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """The proof itself can fail: every field placed at the first one's text."""
    proof = Proof(Graph(Tree(ROOT)), SAMPLE[1])
    somewhere = proof.fields[0].place
    monkeypatch.setattr(Provenance, "locate", lambda *_: Place(somewhere.file, somewhere.line, 13))
    again = Proof(Graph(Tree(ROOT)), SAMPLE[1])
    verdicts = list(again.verdicts().values())
    assert verdicts.count("right") <= len(again.built)


@pytest.mark.parametrize("folder", SAMPLE)
def test_the_file_is_the_one_that_kustomize_names(folder: str) -> None:
    proof = Proof(Graph(Tree(ROOT)), folder)
    for obj, file in proof.origins():
        assert proof.chain.locate(obj, ("kind",)).file == file
