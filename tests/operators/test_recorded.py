"""The operator 1.15.0 itself was asked (tests/engines/operator_judge.py); we say the same."""

import json
from collections import Counter
from pathlib import Path

import pytest

from helpers import ROOT
from operators.asked import agrees, differs, judged
from operators.documents import cases
from operators.pairs import pairs
from overlaykit.operator.request import Request
from overlaykit.operator.validator import validate

RECORDED = json.loads(Path(__file__).with_name("recorded.json").read_text())
CORPUS = ROOT.parent / "shared" / "corpora" / "operator-1.15-validator.jsonl"


def test_every_generated_resource_has_the_operators_verdict_and_words() -> None:
    said = RECORDED["validator"]
    wrong = []
    for case, one in zip(cases(len(said), RECORDED["seed"]), said, strict=True):
        told = ("REJECT", RECORDED["words"][one]) if isinstance(one, int) else (one, "")
        ours = judged(case)
        if not agrees(*told, ours):
            wrong.append((told, [rejection.message for rejection in ours], case))
    assert wrong == []


def test_the_generated_resources_meet_every_verdict_and_most_rules() -> None:
    counts = Counter(one if isinstance(one, str) else "REJECT" for one in RECORDED["validator"])
    assert min(counts.values()) > 50, counts
    assert set(counts) == {"OK", "REJECT", "PARSE", "CRASH"}
    assert len(RECORDED["words"]) > 100


def test_every_generated_change_has_the_operators_class() -> None:
    said = RECORDED["diff"]
    generated = list(pairs(len(said), RECORDED["seed"]))
    assert [differs(one) for one in generated] == said
    assert min(Counter(said).values()) > 30


@pytest.mark.skipif(not CORPUS.is_file(), reason="the corpus beside the repository is not here")
def test_the_corpus_has_the_operators_verdicts_and_words() -> None:
    rows = [json.loads(line) for line in CORPUS.read_text().splitlines()]
    documents = [row["document"] for row in rows]
    clusters = {d["metadata"]["name"]: d for d in documents if d["kind"] == "FlinkDeployment"}
    for row in rows:
        document = row["document"]
        session = clusters.get(document["spec"].get("deploymentName"))
        ours = validate(Request(document, session=session))
        assert agrees(row["verdict"], row["message"], ours), (row["case"], ours)
