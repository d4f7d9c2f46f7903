"""The operator's own classes say what we say, of other resources and changes each time."""

import random

import pytest
from operator_judge import CLASSES, ask

from operators.asked import agrees, differs, judged
from operators.documents import cases
from operators.pairs import pairs

SEED = random.randrange(10**6)

pytestmark = pytest.mark.skipif(
    not CLASSES, reason="OVERLAYKIT_OPERATOR names no built operator (see operator_judge.py)"
)


def test_the_validator_agrees() -> None:
    generated = list(cases(10_000, SEED))
    for case, said in zip(generated, ask(generated), strict=True):
        ours = judged(case)
        assert agrees(said["verdict"], said["message"], ours), (SEED, case, said, ours)


def test_the_classes_of_changes_agree() -> None:
    generated = list(pairs(10_000, SEED))
    for case, said in zip(generated, ask(generated), strict=True):
        assert differs(case) == said["verdict"], (SEED, case)
