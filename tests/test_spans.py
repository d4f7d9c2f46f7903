"""Where nodes end, however they are written."""

import pytest

from overlaykit.source import load
from overlaykit.spans import comment_start, ends_of, line_end, style_of

ENDS = [
    ("a: 1  # c\nb: 2\n", ["a: 1", "b: 2"]),
    ("a:\n  b: 1\n# end\nc: {d: [1]}\n", ["a:\n  b: 1", "c: {d: [1]}"]),
    ("a: |\n  x\n\n# c\nb: >-\n  y\n", ["a: |\n  x", "b: >-\n  y"]),
    ("a: &n {x: 1}\nb: *n\nc:\n", ["a: &n {x: 1}", "b: *n", "c:"]),
    ("a: 'x\n\n  y'\nb: \"z\"", ["a: 'x\n\n  y'", 'b: "z"']),
]


@pytest.mark.parametrize(("text", "parts"), ENDS)
def test_ends(text: str, parts: list[str]) -> None:
    node = load(text, "")[0].node
    ends = ends_of(text, node)
    starts = [key.start_mark.index for key, _ in node.value]
    assert [text[start:end] for start, end in zip(starts, ends, strict=True)] == parts


STYLES = [
    ("a: 1\n", ("\n", 2, 0)),
    ("a:\r\n    b:\r\n    - 1\r\n", ("\r\n", 4, 0)),
    ("l:\n  - a:\n        b: 1\n", ("\n", 4, 2)),
]


@pytest.mark.parametrize(("text", "style"), STYLES)
def test_style(text: str, style: tuple[str, int, int]) -> None:
    found = style_of(text, load(text, "")[0])
    assert (found.newline, found.step, found.dash) == style


def test_the_head_of_a_file_belongs_to_no_key() -> None:
    assert comment_start("# head\na: 1\n", 7, 0) == 7
    assert comment_start("z: 0\n# of a\na: 1\n", 12, 0) == 5
    assert comment_start("---\n# head\na: 1\n", 11, 0) == 11


def test_line_end() -> None:
    assert [line_end("a\r\nb", at) for at in (0, 3)] == [1, 4]
