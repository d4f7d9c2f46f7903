"""Plain values as YAML text."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overlaykit.emit import Style, inline, pair, quoted, scalar
from overlaykit.source import load

SCALARS = [
    ("4096m", "4096m"),
    ("a b", "a b"),
    ("https://a.example.com/x:1", "https://a.example.com/x:1"),
    ("4", '"4"'),
    ("true", '"true"'),
    ("y", '"y"'),
    ("", '""'),
    ("a: b", '"a: b"'),
    ("# no", '"# no"'),
    ("a:", '"a:"'),
    (" a", '" a"'),
    ("1.34", '"1.34"'),
    ("é", "é"),
]


@pytest.mark.parametrize(("text", "written"), SCALARS)
def test_scalar(text: str, written: str) -> None:
    assert scalar(text) == written


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_reads_back(text: str) -> None:
    assert load(f"k: {scalar(text)}", "")[0].data == {"k": text}
    assert load(f"k: [{inline(text, True)}]", "")[0].data == {"k": [text]}


def test_what_cannot_be_seen_is_escaped() -> None:
    assert quoted("a\x7f\u200b") == '"a\\U0000007f\\U0000200b"'


BLOCKS = [
    (1, ["k: 1"]),
    ({}, ["k: {}"]),
    ({"a": {"b": "x"}}, ["k:", "  a:", "    b: x"]),
    (["x", {"a": 1, "b": 2}], ["k:", "- x", "- a: 1", "  b: 2"]),
    ("one\ntwo\n", ["k: |", "  one", "  two"]),
    ("one\ntwo", ["k: |-", "  one", "  two"]),
    ("one\n\n", ['k: "one\\n\\n"']),
]


@pytest.mark.parametrize(("value", "lines"), BLOCKS)
def test_blocks(value: Any, lines: list[str]) -> None:
    assert pair("k", value, 0, Style("\n", 2, 0)) == lines
