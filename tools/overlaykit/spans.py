"""Where the parts of a YAML text begin and end, to the character; how its file is written.

A block collection's own end mark lies behind the comments that follow it, so ends are worked out
from its last child; an alias has the marks of its anchor and ends with its name.
"""

import re
from collections.abc import Iterable

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from overlaykit.emit import Style
from overlaykit.source import Document

_ALIAS = re.compile(r"\*[^\s,\]}]+")
_DASH = re.compile(r"^[ \t]*-(?=\s|$)", re.MULTILINE)


def style_of(text: str, document: Document) -> Style:
    newline = "\r\n" if "\r\n" in text else "\n"
    steps, dashes = list(_columns(document.node)), list(_columns(document.node, SequenceNode))
    return Style(newline, steps[0] if steps else 2, dashes[0] if dashes else 0)


def _columns(node: Node, kind: type[Node] = MappingNode) -> Iterable[int]:
    """How much deeper block collections of `kind` stand than the keys they belong to."""
    if isinstance(node, SequenceNode):
        for item in node.value:
            yield from _columns(item, kind)
    if not isinstance(node, MappingNode) or node.flow_style:
        return
    for key, value in node.value:
        deeper: int = value.start_mark.column - key.start_mark.column
        below = value.start_mark.line > key.start_mark.line
        if isinstance(value, kind) and not is_flow(value) and below and deeper >= 0:
            yield deeper
        yield from _columns(value, kind)


def position(node: Node, step: str | int) -> int:
    if isinstance(step, int):
        return step
    numbers = [n for n, (key, _) in enumerate(node.value) if getattr(key, "value", None) == step]
    return numbers[-1]


def is_flow(node: Node) -> bool:
    return bool(getattr(node, "flow_style", False))


def ends_of(text: str, node: Node) -> list[int]:
    """The offset behind each child of a collection."""
    found: list[int] = []
    lower = node.start_mark.index
    for part in node.value:
        key, value = part if isinstance(node, MappingNode) else (None, part)
        lower = end_of(text, value, key.end_mark.index if key is not None else lower)
        found.append(lower)
    return found


def end_of(text: str, node: Node, lower: int) -> int:
    """The offset behind a node that begins at `lower` or later; an alias ends with its name."""
    start: int = node.start_mark.index
    end: int = node.end_mark.index
    if start < lower:
        alias = _ALIAS.search(text, lower)
        return alias.end() if alias else lower
    if isinstance(node, ScalarNode):
        if node.style not in ("|", ">"):
            return end
        content = text[start:end]
        if "+" in content.partition("\n")[0]:
            return start + len(content.removesuffix("\n").removesuffix("\r"))
        return start + len(content.rstrip("\r\n"))
    return end if is_flow(node) or not node.value else ends_of(text, node)[-1]


def line_start(text: str, offset: int) -> int:
    return text.rfind("\n", 0, offset) + 1


def line_end(text: str, offset: int) -> int:
    """The offset of the line's end mark, or of the text's end."""
    found = text.find("\n", offset)
    if found < 0:
        return len(text)
    return found - 1 if found > offset and text[found - 1] == "\r" else found


def flow_cut(text: str, node: Node, index: int) -> tuple[int, int]:
    ends = ends_of(text, node)
    if index > 0:
        return ends[index - 1], ends[index]
    starts = [part[0] if isinstance(node, MappingNode) else part for part in node.value]
    return starts[0].start_mark.index, starts[1].start_mark.index


def block_cut(text: str, node: Node, index: int) -> tuple[int, int]:
    """The range of one entry of a block collection, with the comment lines right above it."""
    begins = _begins(text, node)
    begin, end = begins[index], ends_of(text, node)[index]
    line = line_start(text, begin)
    if text[line:begin].strip():  # it shares its line with the dash of a list
        return begin, begins[index + 1]
    start = comment_start(text, line, begin - line)
    stop = line_end(text, end)
    if stop < len(text):
        return start, text.index("\n", stop) + 1
    before = line_end(text, max(start - 2, 0)) if start else 0
    return (before if start else 0), stop


def _begins(text: str, node: Node) -> list[int]:
    """The offset of each key of a mapping, or of each dash of a list."""
    if isinstance(node, MappingNode):
        return [key.start_mark.index for key, _ in node.value]
    found: list[int] = [node.start_mark.index]
    for end in ends_of(text, node)[:-1]:
        dash = _DASH.search(text, line_end(text, end))
        found.append(dash.end() - 1 if dash else end)
    return found


def comment_start(text: str, line: int, indent: int) -> int:
    """Where the comment block right above a line begins; the head of a file is nobody's."""
    start = line
    while start > 0:
        above = line_start(text, start - 1)
        content = text[above:start].rstrip("\r\n")
        if content.startswith(("---", "%")):
            return line
        if content[:indent].strip() or content[indent : indent + 1] != "#":
            return start
        start = above
    return line if start == 0 else start
