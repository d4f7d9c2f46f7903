"""The tokens of SQL: nothing is lost, and quotes, comments and hints are what Flink takes them for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overlaykit.sql.statements import split
from overlaykit.sql.tokens import inside, is_script, refused, scan, telling

MARKS = (
    "'",
    "''",
    "`",
    "/*",
    "/*+",
    "*/",
    "--",
    "//",
    ";",
    "#",
    '"',
    "\\",
    "$",
    "{",
    "}",
    "(",
    ")",
)
WORDS = (
    "SELECT",
    "a1",
    "é",
    "1.5e3",
    "${A}",
    "BEGIN",
    "END",
    "SET",
    ",",
    ".",
    "=",
    " ",
    "\n",
    "\r\n",
    "\t",
)
PIECES = st.sampled_from([*MARKS, *WORDS])
TEXTS = st.lists(PIECES).map("".join) | st.text()


@given(TEXTS)
def test_the_tokens_are_the_text(text: str) -> None:
    tokens = scan(text)
    assert "".join(one.text for one in tokens) == text
    assert [one.start for one in tokens] == [
        sum(len(before.text) for before in tokens[:number]) for number in range(len(tokens))
    ]


@given(TEXTS)
def test_the_statements_are_the_text(text: str) -> None:
    found = split(text)
    assert "".join(text[one.start : one.end] for one in found) == text
    assert all(one.start <= token.start < one.end for one in found for token in one.tokens)


@given(st.lists(st.text(alphabet=st.characters(exclude_characters="\0"))))
def test_what_stands_in_quotes_divides_nothing(values: list[str]) -> None:
    quoted = ["'" + value.replace("'", "''") + "'" for value in values]
    text = "".join(f"SET 'a.b' = {one};\n" for one in quoted)
    found = [one for one in split(text) if one.tokens]
    assert [one.tokens[-1].value for one in found] == values


@given(
    st.lists(st.sampled_from(["INSERT INTO a SELECT 1", "INSERT INTO b SELECT ';'"]), min_size=1)
)
def test_a_statement_set_is_its_statements(inserts: list[str]) -> None:
    body = "; ".join(inserts)
    for text in (
        f"EXECUTE STATEMENT SET BEGIN {body}; END; SELECT 2",
        f"BEGIN STATEMENT SET; {body}; END; SELECT 2",
    ):
        found = [one for one in split(text) if one.says("INSERT", "INTO")]
        assert len(found) == len(inserts)
        assert all(one.in_set for one in found)
        assert not split(text)[-1].in_set


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("-- a ' b\nc", ["word"]),
        ("// it's\nc", ["word"]),
        ("/* a ' b ; */ c", ["word"]),
        ("/* a /* b */ c", ["word"]),
        ("/*+ OPTIONS('a'='*/') */", ["hint"]),
        ("a--b", ["word"]),
        ("'--' '/*'", ["string", "string"]),
        ("U&'\\00e4'", ["string"]),
        ("`a``b`", ["name"]),
        ("${A}", ["placeholder"]),
        ("$a", ["word"]),
        ("2*3", ["number", "symbol", "number"]),
    ],
)
def test_kinds(text: str, kinds: list[str]) -> None:
    assert [one.kind for one in telling(scan(text))] == kinds


@pytest.mark.parametrize(
    ("text", "value"), [("'it''s'", "it's"), ("`a``b`", "a`b"), ("U&'x'", "x"), ("plain", "plain")]
)
def test_a_value_is_without_its_quotes(text: str, value: str) -> None:
    assert scan(text)[0].value == value


def test_the_inside_of_a_hint_keeps_its_offsets() -> None:
    text = "SELECT /*+ OPTIONS('a' = 'b') */ 1"
    hint = next(one for one in scan(text) if one.kind == "hint")
    assert all(text.startswith(one.text, one.start) for one in inside(hint))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("# a", ["#"]),
        ("SELECT 1 # it's\n, 2 # b", ["#", "#"]),
        ("SELECT '#', `#` -- #", []),
        ('SELECT "a"', ['"', '"']),
        ("SELECT 'a", ["'"]),
        ("SELECT `a", ["`"]),
        ("SELECT 1 /* a", ["/"]),
        ("SELECT 4 / 2", []),
        ("SELECT 1 & 2 \\ 3", ["&", "\\"]),
        ("SELECT 'a # b", ["'"]),
    ],
)
def test_what_the_lexer_refuses(text: str, told: list[str]) -> None:
    assert [one.text for one in refused(scan(text))] == told


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("-- a\n/* b */\n# c\ncreate table t", True),
        ("SET 'a.b' = 'c'", True),
        ("#!/bin/bash\nset -e\n", False),
        ("set -euo pipefail\ncat <<EOF\nCREATE TABLE", False),
        ('{"CREATE": 1}', False),
        ("", False),
        ("-" * 5000 + "\nALTERED", False),
        ("-- a\n" * 5000 + "GRANT x", False),
    ],
)
def test_what_is_a_script(text: str, wanted: bool) -> None:
    assert is_script(text) is wanted


@pytest.mark.parametrize(
    "text", ["/*+ " + "''" * 3000, "'" + "''" * 3000, "-- " * 3000, "/*+'" * 500]
)
def test_what_never_ends_is_read_in_no_time(text: str) -> None:
    assert "".join(one.text for one in scan(text)) == text
