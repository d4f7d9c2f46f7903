"""Each character of a text is found again in the YAML that holds it."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from overlaykit.repo.offsets import spots
from overlaykit.source import Place, load

WORDS = st.sampled_from(
    ["SELECT", "'it''s'", "`a`", '"b"', "-- c", "é", ";", "(", "x.y", "=", ":", "#"]
)
SPACES = st.sampled_from([" ", "\n", "\n\n", "  ", "\n    "])
TEXTS = st.lists(st.tuples(WORDS, SPACES), min_size=1).map(
    lambda all_: "".join(a + b for a, b in all_)
)


@pytest.mark.parametrize("style", [None, "|", ">", "'", '"'])
@given(text=TEXTS)
def test_a_value_of_any_style(style: str | None, text: str) -> None:
    raw = "# head\n" + yaml.safe_dump(
        {"a": {"b": text}}, default_style=style, allow_unicode=True, width=40
    )
    [document] = load(raw, "f.yaml")
    place = document.place_of(("a", "b"))
    assert place is not None
    found = spots(raw, place, text)
    assert found is not None
    lines = raw.splitlines()
    for char, (line, column) in zip(text, found, strict=True):
        assert char.isspace() or lines[line - 1][column - 1] == char


@given(TEXTS)
def test_a_file(text: str) -> None:
    found = spots(text, Place("f.sql"), text, is_yaml=False)
    lines = text.split("\n")
    assert found is not None
    for char, (line, column) in zip(text, found, strict=True):
        assert char.isspace() or lines[line - 1][column - 1] == char


def test_the_literal_of_a_generator() -> None:
    raw = "- job.sql=SELECT 1\n"
    found = spots(raw, Place("k.yaml", 1, 3), "SELECT 1")
    assert found is not None
    assert found[0] == (1, 11)


@pytest.mark.parametrize("text", ["SELECT 2", "SELECT 1 and more"])
def test_another_text_is_not_found(text: str) -> None:
    assert spots("a: SELECT 1\n", Place("f.yaml", 1, 4), text) is None
