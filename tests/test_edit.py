"""Edits keep every byte that is not theirs: by example, and over every YAML file that is here."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from overlaykit import edit
from overlaykit.edit import CannotEdit
from overlaykit.source import Path as Steps
from overlaykit.source import load

pytestmark = pytest.mark.whole

ROOT = Path(__file__).resolve().parents[1]
FILES = sorted(
    path
    for folder in ("apps", "overlays", "workloads", "schemas/sources")
    for path in (ROOT / folder).rglob("*.yaml")
)


def data(text: str) -> list[Any]:
    return [document.data for document in load(text, "")]


SET = [
    ("a: 1\n", ("a",), 2, "a: 2\n"),
    ("a: 1  # why\nb: 2", ("a",), "x y", "a: x y  # why\nb: 2"),
    ("a: 'x'\nb: \"y\"\n", ("a",), "it's", "a: 'it''s'\nb: \"y\"\n"),
    ("a: \"1\"\r\nb: 2\r\n", ("a",), "4", "a: \"4\"\r\nb: 2\r\n"),
    ("a:\nb: 2\n", ("a",), "x", "a: x\nb: 2\n"),
    ("a: |\n  one\n  two\n# end\nb: 2\n", ("a",), "x", "a: x\n# end\nb: 2\n"),
    ("a: {b: 1, c: 2}\n", ("a", "c"), "x, y", 'a: {b: 1, c: "x, y"}\n'),
    ("a: {b: 1}\n", ("a", "c"), 2, "a: {b: 1, c: 2}\n"),
    ("a: {}\nb: 1\n", ("a", "c", "d"), 2, "a: {c: {d: 2}}\nb: 1\n"),
    ("a:\n    b: 1\n    # end\n", ("a", "c", "d"), 2, "a:\n    b: 1\n    c:\n        d: 2\n    # end\n"),
    ("a:\n  b: 1", ("a", "c"), 2, "a:\n  b: 1\n  c: 2"),
    ("a:\r\n  b: 1\r\n", ("c",), "x", "a:\r\n  b: 1\r\nc: x\r\n"),
    ("l:\n  - a: 1\n    b: 2\n", ("l", 0, "c"), 3, "l:\n  - a: 1\n    b: 2\n    c: 3\n"),
    ("# head\n{}\n", ("a", "b"), "4Gi", "# head\na:\n  b: 4Gi\n"),
    ("# head\n", ("a",), 1, "# head\na: 1\n"),
    ("", ("a",), 1, "a: 1\n"),
    ("a:\n  b:\nc: 1\n", ("a", "b", "d"), 2, "a:\n  b:\n    d: 2\nc: 1\n"),
    ("a: 1\nb: [x]\n", ("b",), ["w", "z"], "a: 1\nb:\n- w\n- z\n"),
    ("a:\n  - x\nb: 1\n", ("a",), [], "a: []\nb: 1\n"),
    ("a: 1\n", ("b",), "x: 1\ny\n", "a: 1\nb: |\n  x: 1\n  y\n"),
    ("a: |\n  x\nb: 1\n", ("a",), "y\nz\n", "a: |\n  y\n  z\nb: 1\n"),
    ("a: &n\n  b: 1\nc: 2\n", ("a", "b"), 3, "a: &n\n  b: 3\nc: 2\n"),
    ("a: &n 1\nb: 2\n", ("a",), 3, "a: &n 3\nb: 2\n"),
    ("x: &a {k: 1}\nz:\n  <<: *a\n", ("z", "k"), 3, "x: &a {k: 1}\nz:\n  <<: *a\n  k: 3\n"),
    ("é: 1\nb: 2\n", ("b",), "ü", "é: 1\nb: ü\n"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "path", "value", "after"), SET)
def test_set(before: str, path: Steps, value: Any, after: str) -> None:
    assert edit.set_value(before, path, value) == after
    assert edit.set_value(after, path, value) == after


REMOVE = [
    ("a: 1\nb: 2\n", ("a",), "b: 2\n"),
    ("a: 1\nb: 2", ("b",), "a: 1"),
    ("a: 1\r\nb: 2\r\nc: 3\r\n", ("b",), "a: 1\r\nc: 3\r\n"),
    ("z: 0\n# of a\n# and more\na: 1\n# of b\nb: 2\n", ("a",), "z: 0\n# of b\nb: 2\n"),
    ("# head\na: 1\nb: 2\n", ("a",), "# head\nb: 2\n"),
    ("z: 0\n# a section\n\na: 1\n", ("a",), "z: 0\n# a section\n\n"),
    ("a:\n  # of b\n  b:\n    c: 1\nd: 2\n", ("a", "b", "c"), "d: 2\n"),
    ("# head\na:\n  b: 1\n", ("a", "b"), "# head\n{}\n"),
    ("a: {b: 1, c: 2, d: 3}\n", ("a", "c"), "a: {b: 1, d: 3}\n"),
    ("a: {b: 1, c: 2}\n", ("a", "b"), "a: {c: 2}\n"),
    ("l:\n- a: 1\n  b: 2\n- c\n", ("l", 0, "a"), "l:\n- b: 2\n- c\n"),
    ("l:\n- a: 1\n# of c\n- c\n- d\n", ("l", 1), "l:\n- a: 1\n- d\n"),
    ("l: [a, b]\n", ("l", 0), "l: [b]\n"),
    ("l:\n- a\nb: 1\n", ("l", 0), "b: 1\n"),
    ("a: |\n  text\n\nb: 1\n", ("a",), "\nb: 1\n"),
    ("a: 1\n", ("b", "c"), "a: 1\n"),
    ("a: &n 1\nb: *n\nc: 2\n", ("b",), "a: &n 1\nc: 2\n"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "path", "after"), REMOVE)
def test_remove(before: str, path: Steps, after: str) -> None:
    assert edit.remove(before, path) == after
    if isinstance(path[-1], str):
        assert edit.remove(after, path) == after


INSERT = [
    ("l:\n- a\n- c\n", 1, "b", "l:\n- a\n- b\n- c\n"),
    ("l:\n# of a\n- a\n", 0, "b", "l:\n- b\n# of a\n- a\n"),
    ("l:\n- a\n# Last\n- z\n", 1, "b", "l:\n- a\n- b\n# Last\n- z\n"),
    ("l:\n  - a  # why\n", 9, {"path": "x", "t": {"k": 1}}, "l:\n  - a  # why\n  - path: x\n    t:\n      k: 1\n"),
    ("l: [a, b]\n", 1, "x", "l: [a, x, b]\n"),
    ("l: []\n", 0, "x", "l: [x]\n"),
    ("a: 1\n", 0, "x", "a: 1\nl:\n- x\n"),
    ("b:\n  - 1\n", 0, "x", "b:\n  - 1\nl:\n  - x\n"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "index", "value", "after"), INSERT)
def test_insert(before: str, index: int, value: Any, after: str) -> None:
    assert edit.insert(before, ("l",), index, value) == after


REFUSED = [
    ("a: &n 1\nb: *n\n", ("a",), 2),
    ("a: &n 1\nb: *n\n", ("b",), 2),
    ("a: 1\n", ("a", "b"), 2),
    ("a: [1]\n", ("a", 3), 2),
    ("a: &n {k: 1}\nb: *n\n", ("b", "j"), 2),
]


@pytest.mark.parametrize(("text", "path", "value"), REFUSED)
def test_what_would_change_something_else_is_refused(text: str, path: Steps, value: Any) -> None:
    with pytest.raises(CannotEdit):
        edit.set_value(text, path, value)


def test_the_second_document_is_edited_alone() -> None:
    before = "a: 1\n---\n# of it\na: 1\n...\n---\na: 3\n"
    assert edit.set_value(before, ("a",), 2, document=1) == before.replace("it\na: 1", "it\na: 2")
    assert edit.set_value(before, ("b",), 2, document=0) == "a: 1\nb: 2" + before[4:]


def test_a_new_key_may_bring_a_comment_which_goes_with_it() -> None:
    after = edit.set_value("a:\n  b: 1\n", ("a", "c"), 2, comment="why\nreally")
    assert after == "a:\n  b: 1\n  # why\n  # really\n  c: 2\n"
    assert edit.remove(after, ("a", "c")) == "a:\n  b: 1\n"


def test_cut_comment() -> None:
    assert edit.cut_comment("a:\n  b: x  # assumed\n", ("a", "b"), "assumed") == "a:\n  b: x\n"
    assert edit.cut_comment("a:  # assumed\n- x\n", ("a",), "assumed") == "a:\n- x\n"
    assert edit.cut_comment("a: x # other\n", ("a",), "assumed") == "a: x # other\n"


def places(value: Any, path: Steps = ()) -> list[tuple[Steps, Any]]:
    """Every path below a value with what stands there."""
    items: list[Any] = []
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))
    found: list[tuple[Steps, Any]] = []
    for key, item in items:
        found += [((*path, key), item), *places(item, (*path, key))]
    return found


def with_value(value: Any, path: Steps, new: Any) -> Any:
    copy: Any = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = with_value(copy[path[0]], path[1:], new) if path[1:] else new
    return copy


def variants(text: str) -> list[str]:
    """The text as it is, and with CRLF and without its last newline.

    A block scalar at the very end keeps its newline: without it, it is another value.
    """
    crlf = text.replace("\n", "\r\n")
    last = data(text)[-1]
    while isinstance(last, dict | list) and last:
        last = list(last.values() if isinstance(last, dict) else last)[-1]
    return [text, crlf if isinstance(last, str) and "\n" in last else crlf.removesuffix("\r\n")]


def some(items: list[Any], count: int = 5) -> list[Any]:
    """At most `count` items, spread evenly, the last among them."""
    return items[:: -max(1, len(items) // count)]


def changed_lines(before: str, after: str) -> int:
    """How many lines of `before` are no longer there."""
    rest = after.splitlines(keepends=True)
    return sum(line not in rest for line in before.splitlines(keepends=True))


@pytest.mark.parametrize("file", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_scalar_of_every_file_can_be_set_alone(file: Path) -> None:
    for text in variants(file.read_text()):
        for number, document in enumerate(data(text)):
            scalars = [(p, v) for p, v in places(document) if isinstance(v, str | int)]
            for path, value in some(scalars):
                after = edit.set_value(text, path, "new text: 1", number)
                assert data(after)[number] == with_value(document, path, "new text: 1")
                lines = 1 + (value.count("\n") if isinstance(value, str) else 0)
                assert changed_lines(text, after) <= lines + 1
                if "\n" not in str(value):
                    assert edit.set_value(after, path, value, number).count("\n") == text.count(
                        "\n"
                    )


@pytest.mark.parametrize("file", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_key_added_to_every_mapping_of_every_file_goes_without_a_trace(file: Path) -> None:
    for text in variants(file.read_text()):
        for number, document in enumerate(data(text)):
            mappings = [((), document), *places(document)]
            for path, _ in some([(p, v) for p, v in mappings if isinstance(v, dict) and v]):
                after = edit.set_value(text, (*path, "added", "below"), "4Gi", number)
                assert changed_lines(text, after) <= (1 if "{" in text or text[-1:] != "\n" else 0)
                assert edit.remove(after, (*path, "added", "below"), number) == text


@pytest.mark.parametrize("file", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_an_item_added_to_every_list_of_every_file_goes_without_a_trace(file: Path) -> None:
    for text in variants(file.read_text()):
        for number, document in enumerate(data(text)):
            lists = [(p, v) for p, v in places(document) if isinstance(v, list) and v]
            for path, value in some(lists):
                for index in {0, 1, len(value)}:
                    after = edit.insert(text, path, index, {"path": "x.yaml"}, number)
                    assert edit.remove(after, (*path, index), number) == text


@pytest.mark.parametrize("file", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_key_of_every_file_can_be_removed_alone(file: Path) -> None:
    for text in variants(file.read_text()):
        for number, document in enumerate(data(text)):
            for path, _ in some(places(document)):
                after = edit.remove(text, path, number)
                left = data(after)[number]
                assert len(places(left)) < len(places(document))


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
VALUES = st.one_of(TEXTS, st.integers(), st.booleans(), st.none(), st.lists(TEXTS, max_size=3))


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(value=VALUES, block=st.booleans())
def test_any_value_reads_back_as_it_was_given(value: Any, block: bool) -> None:
    text = "# c\na:\n  b: 1\n  c: [x]\n" if block else "a: {b: 1, c: [x]}\n"
    for path in (("a", "b"), ("a", "n"), ("a", "c", 0)):
        if path[-1] == 0 and isinstance(value, list):
            continue
        assert edit.set_value(text, path, value) != ""
    assert data(edit.set_value(text, ("a", "n"), value))[0]["a"]["n"] == value
    assert edit.remove(edit.set_value(text, ("a", "n"), value), ("a", "n")) == text
