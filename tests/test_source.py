"""YAML text with places, and the texts that are refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overlaykit.source import Place, SyntaxProblem, embedded, load, parse


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("y", True),
        ("off", False),
        ("0777", 511),
        ("0x1F", 31),
        ("1_000", 1000),
        ("08", 8.0),
        ("12:30", "12:30"),
        ("2026-01-01", "2026-01-01"),
        ("1e3", 1000.0),
        ("~", None),
        ("'y'", "y"),
        ("!vault abc", "abc"),
    ],
)
def test_scalars_read_as_the_api_server_reads_them(text: str, value: object) -> None:
    assert parse(f"k: {text}") == [{"k": value}]
    assert load(f"k: {text}", "f")[0].data == {"k": value}


def test_a_value_and_its_key_have_places() -> None:
    document = load("a:\n  b.c:\n  - d: 1\n", "f.yaml")[0]
    assert document.place_of(("a", "b.c", 0, "d")) == Place("f.yaml", 3, 8)
    assert document.place_of(("a", "b.c", 0, "d"), key=True) == Place("f.yaml", 3, 5)
    assert document.nearest(("a", "b.c", 7, "x")) == Place("f.yaml", 2, 3)
    assert document.place_of(("a", "x")) is None


def test_a_later_document_keeps_its_lines() -> None:
    assert load("a: 1\n---\nb: 2\n", "f")[1].place_of(("b",)) == Place("f", 3, 4)


def test_a_merge_key_adds_what_is_not_set() -> None:
    text = "base: &x {k: 1, j: 2}\nuse:\n  <<: *x\n  k: 3\n"
    document = load(text, "f")[0]
    assert document.data["use"] == parse(text)[0]["use"] == {"k": 3, "j": 2}
    assert document.place_of(("use", "k")) == Place("f", 4, 6)


def test_a_merge_key_is_looked_through() -> None:
    document = load("base: &x {k: 1}\nuse:\n  <<: *x\n", "f")[0]
    assert document.place_of(("use", "k")) == Place("f", 1, 14)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("patch: |-\n  kind: A\n  spec: 1\n", Place("f", 3, 9)),
        ("patch: |\n\n      kind: A\n      spec: 1\n", Place("f", 4, 13)),
        ("patch: '{kind: A, spec: 1}'\n", Place("f", 1, 25)),
    ],
)
def test_embedded_yaml_is_placed_in_its_file(text: str, place: Place) -> None:
    outer = load(text, "f")[0]
    found = outer.find(("patch",))
    assert found is not None
    assert embedded(outer, found[1])[0].place_of(("spec",)) == place  # type: ignore[arg-type]


BOMB = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9)
)


@pytest.mark.parametrize(
    ("text", "what", "line"),
    [
        ("a: 1\nb: [1,\n\nc: 2\n", "flow sequence", 2),
        ("a: 1\nb\nc: 2\n", "simple key", 2),
        ("a:\n  c d\n  e: 2\n", "without a colon", 2),
        ("a: 1\nb: c: d\n", "mapping values are not allowed", 2),
        ("a: &x {b: *x}\n", "refers to itself", 1),
        ("x: 1\n---\n" + BOMB, "through its aliases", 3),
        ("[" * 5000, "levels deep", 1),
        ("- " * 5000, "levels deep", 1),
        ("\t- a", "cannot start any token", 1),
        ("a: *nobody\n", "undefined alias", 1),
    ],
    ids=["flow", "key", "nocolon", "colon", "self", "bomb", "brackets", "dashes", "tab", "alias"],
)
def test_what_is_refused_says_where(text: str, what: str, line: int) -> None:
    with pytest.raises(SyntaxProblem, match=what) as error:
        load(text, "f")
    assert error.value.line == line


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        load(text, "f")
    except SyntaxProblem as problem:
        line = problem.line
        assert line >= 1
