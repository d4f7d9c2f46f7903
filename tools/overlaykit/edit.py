"""Byte-keeping edits: text is spliced at known offsets, everything else stays as it was.

`set_value`, `insert`, `append` and `remove` take the text of a YAML file and a path into one of
its documents and give the new text. Only the lines of that value change; comments, quoting,
indentation and line ends stay. Each result is read back: an edit that would change anything else
(an alias, a merge key, a form that is not known here) is refused, never made.
"""

import re
from collections.abc import Iterable
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from overlaykit.emit import Style, inline, is_literal, item, pair, quoted, told
from overlaykit.errors import UsageError
from overlaykit.findings import Edit
from overlaykit.loader import Loader
from overlaykit.source import Document, Path, SyntaxProblem, load
from overlaykit.spans import (
    block_cut,
    comment_start,
    end_of,
    ends_of,
    flow_cut,
    is_flow,
    line_end,
    line_start,
    position,
    style_of,
)

_ANCHOR = re.compile(r"(?:&\S*[ \t]+)?")


class CannotEdit(UsageError):
    """This place cannot be changed without changing something else too."""


def splice(text: str, edits: Iterable[Edit]) -> str:
    """`text` with every edit carried out; of two that overlap the first (by offset) wins."""
    parts: list[str] = []
    done = 0
    for edit in sorted(set(edits), key=lambda one: (one.start, one.end, one.text)):
        if edit.start < done:
            continue
        parts += [text[done : edit.start], edit.text]
        done = edit.end
    return "".join([*parts, text[done:]])


def set_value(text: str, path: Path, value: Any, document: int = 0, comment: str = "") -> str:
    """`text` with `value` (plain data) at `path`; missing mappings on the way are made.

    A `comment` (lines without `#`) is written above the last key of `path` where it is new.
    """
    found = _document(text, document)
    if found is None:
        return _checked(
            text,
            text + _first(text, nest(path, value), comment, len(path) - 1),
            document,
            path,
            value,
        )
    node, key, lower = found.node, None, 0
    for depth, step in enumerate(path):
        if _is_null(node) and depth:
            value = nest(path[depth:], value)
            path = path[:depth]
            break
        own = _own(text, node, step)
        if own is None:
            new = _added(
                text, node, path[depth:], value, depth == 0, comment, style_of(text, found)
            )
            return _checked(text, new, document, path, value)
        key, node, lower = own
    if _same(_at(_load(text)[document].data, path), value):
        return text
    new = _replaced(text, node, key, lower, value, style_of(text, found), _in_flow(found, path))
    return _checked(text, new, document, path, value)


def remove(text: str, path: Path, document: int = 0) -> str:
    """`text` without what is at `path`, its comment, and the mappings that this empties."""
    found = _document(text, document)
    chain: list[tuple[Node, str | int]] = []
    node = found.node if found else None
    for step in path:
        own = _own(text, node, step) if node is not None else None
        if node is None or own is None:
            return text
        chain.append((node, step))
        node = own[1]
    assert found is not None
    while len(chain) > 1 and len(chain[-1][0].value) == 1:
        chain.pop()
    container, step = chain[-1]
    if len(container.value) == 1:
        start, end = container.start_mark.index, end_of(text, container, 0)
        empty = "{}" if isinstance(container, MappingNode) else "[]"
        new = text[:start] + empty + text[end:]
    else:
        cut = flow_cut if is_flow(container) else block_cut
        start, end = cut(text, container, position(container, step))
        new = text[:start] + text[end:]
    return _checked(text, new, document, path[: len(chain)], _GONE)


def insert(text: str, path: Path, index: int, value: Any, document: int = 0) -> str:
    """`text` with `value` as item `index` of the list at `path`, which is made where missing."""
    found = _document(text, document)
    listed = found.find(path) if found else None
    if found is None or listed is None or _is_null(listed[1]):
        return set_value(text, path, [value], document)
    node = listed[1]
    if not isinstance(node, SequenceNode):
        raise CannotEdit(f"{_dotted(path)} is not a list")
    items = list(_at(_load(text)[document].data, path))
    index = min(index, len(items))
    items.insert(index, value)
    style = style_of(text, found)
    new = (_into_flow if is_flow(node) else _into_block)(text, node, index, value, style)
    return _checked(text, new, document, path, items)


def append(text: str, path: Path, value: Any, document: int = 0) -> str:
    """`text` with `value` as the last item of the list at `path`, which is made where missing."""
    return insert(text, path, 1_000_000_000, value, document)


def cut_comment(text: str, path: Path, words: str, document: int = 0) -> str:
    """`text` without the comment `# words` at the end of the line that names `path`."""
    found = _document(text, document)
    place = found.find(path) if found else None
    if place is None:
        return text
    key, node = place
    at = node if isinstance(node, ScalarNode) or key is None else key
    end = line_end(text, at.end_mark.index)
    start = end - len(words) - 2
    if text[start:end] != f"# {words}" or start < at.end_mark.index:
        return text
    return text[:start].rstrip(" \t") + text[end:]


def nest(path: Path, value: Any) -> Any:
    """`value` wrapped in one mapping a step of `path`."""
    for step in reversed(path):
        if isinstance(step, int):
            raise CannotEdit(f"{_dotted(path)}: there is no such item in the list")
        value = {step: value}
    return value


# --- reading ------------------------------------------------------------------------------------


class _Gone:
    """What the value of a removed path is expected to be."""


_GONE = _Gone()


def _document(text: str, index: int) -> Document | None:
    """A document with its nodes as they are written: reading the values resolves merge keys."""
    documents = _load(text)
    if index < len(documents):
        found = documents[index]
        return Document("", _compose(text)[found.index], text, found.index)
    if index == 0:
        return None
    raise CannotEdit(f"there is no document {index + 1}")


def _load(text: str) -> list[Document]:
    try:
        return load(text, "")
    except SyntaxProblem as problem:
        raise CannotEdit(f"line {problem.line}: is no YAML: {problem.what}") from problem


def _compose(text: str) -> list[Node]:
    loader = Loader(text)
    nodes = []
    try:
        while loader.check_node():
            node = loader.get_node()
            nodes.append(node if node is not None else ScalarNode("", ""))
    except yaml.YAMLError as error:
        raise CannotEdit(f"the file cannot be edited: {error}") from error
    finally:
        loader.dispose()
    return nodes


def _own(text: str, node: Node, step: str | int) -> tuple[Node | None, Node, int] | None:
    """Key, value, and the offset behind which the value begins; merge keys are not looked into."""
    if isinstance(node, SequenceNode) and isinstance(step, int):
        if not -1 < step < len(node.value):
            return None
        return None, node.value[step], ([node.start_mark.index, *ends_of(text, node)][step])
    if isinstance(node, MappingNode):
        for key, value in reversed(node.value):
            if isinstance(key, ScalarNode) and key.value == str(step):
                return key, value, key.end_mark.index
        return None
    raise CannotEdit(f"'{step}' cannot be set below what is not a mapping")


def _is_null(node: Node) -> bool:
    return isinstance(node, ScalarNode) and node.tag == "tag:yaml.org,2002:null"


def _in_flow(document: Document, path: Path) -> bool:
    """Whether a collection above `path` is written in brackets."""
    above = (document.find(path[:length]) for length in range(len(path)))
    return any(found is not None and is_flow(found[1]) for found in above)


# --- writing ------------------------------------------------------------------------------------


def _first(text: str, value: Any, comment: str, level: int) -> str:
    """What a file without a value gets."""
    newline = "\r\n" if "\r\n" in text else "\n"
    gap = newline if text and not text.endswith("\n") else ""
    return gap + newline.join(told(value, 0, Style(newline, 2, 0), comment, level)) + newline


def _added(
    text: str, node: Node, steps: Path, value: Any, root: bool, comment: str, style: Style
) -> str:
    """`text` with a new key in the mapping `node`."""
    if not isinstance(node, MappingNode) or isinstance(steps[0], int):
        raise CannotEdit(f"{_dotted(steps)}: there is no such item")
    made = nest(steps, value)
    start, end = node.start_mark.index, node.end_mark.index
    if node.flow_style and not node.value and root:
        lines = told(made, 0, style, comment, len(steps) - 1)
        return text[:start] + style.newline.join(lines) + text[end:]
    if node.flow_style:
        pair = inline(made)[1:-1]
        if not node.value:
            return text[: start + 1] + pair + text[start + 1 :]
        last = ends_of(text, node)[-1]
        return f"{text[:last]}, {pair}{text[last:]}"
    first = node.value[0][0].start_mark.index
    indent = first - line_start(text, first)
    lines = told(made, indent, style, comment, len(steps) - 1)
    return _after(text, ends_of(text, node)[-1], lines, style)


def _after(text: str, offset: int, lines: list[str], style: Style) -> str:
    """`text` with whole lines below the line of `offset`."""
    at = line_end(text, offset)
    return text[:at] + style.newline + style.newline.join(lines) + text[at:]


def _replaced(
    text: str, node: Node, key: Node | None, lower: int, value: Any, style: Style, flow: bool
) -> str:
    """`text` with another value where `node` stands."""
    start: int = node.start_mark.index
    end = end_of(text, node, lower)
    if start < lower:
        raise CannotEdit(f"line {text.count(chr(10), 0, lower) + 1}: the value is an alias")
    block = not isinstance(node, ScalarNode) and not is_flow(node)
    lines = (isinstance(value, dict | list) and bool(value)) or is_literal(value)
    if lines and not flow and key is not None:
        colon = text.index(":", key.end_mark.index)
        first = key.start_mark.index
        made = pair("", value, first - line_start(text, first), style)
        return text[:colon] + style.newline.join([made[0].lstrip(), *made[1:]]) + text[end:]
    if block and key is not None:
        start = text.index(":", key.end_mark.index) + 1
        return f"{text[:start]} {inline(value)}{text[end:]}"
    anchor = _ANCHOR.match(text, start, end)
    start = anchor.end() if anchor else start
    gap = " " if start == end and text[start - 1 : start] in (":", "-", ",") else ""
    return text[:start] + gap + _like(node, value, flow) + text[end:]


def _like(node: Node, value: Any, flow: bool) -> str:
    """`value` on one line, in the quotes that the old one has."""
    style = getattr(node, "style", None)
    if isinstance(value, str):
        if style == "'" and value.isprintable():
            return "'" + value.replace("'", "''") + "'"
        if style == '"':
            return quoted(value)
    return inline(value, flow)


def _into_flow(text: str, node: Node, index: int, value: Any, style: Style) -> str:
    made = inline(value, True)
    if not node.value:
        at = node.start_mark.index + 1
        return text[:at] + made + text[at:]
    if index == 0:
        at = node.value[0].start_mark.index
        return f"{text[:at]}{made}, {text[at:]}"
    at = ends_of(text, node)[index - 1]
    return f"{text[:at]}, {made}{text[at:]}"


def _into_block(text: str, node: Node, index: int, value: Any, style: Style) -> str:
    dash: int = node.start_mark.index
    begin = line_start(text, dash)
    lines = item(value, dash - begin, style)
    if index > 0:
        return _after(text, ends_of(text, node)[index - 1], lines, style)
    if text[begin:dash].strip():
        raise CannotEdit("the first item of this list shares its line with another")
    at = comment_start(text, begin, dash - begin)
    return text[:at] + style.newline.join(lines) + style.newline + text[at:]


# --- checking -----------------------------------------------------------------------------------


def _checked(before: str, after: str, index: int, path: Path, value: Any) -> str:
    """`after`, if it reads as `before` with only `path` changed. Raises CannotEdit."""
    try:
        was, now = load(before, ""), load(after, "")
    except SyntaxProblem as problem:
        raise CannotEdit(f"{_dotted(path)} cannot be changed here: {problem.what}") from problem
    expected = [_copy(document.data) for document in was] or [None]
    expected[index] = _with(expected[index], path, value)
    if not _same(expected, [document.data for document in now]):
        raise CannotEdit(
            f"{_dotted(path)} cannot be changed here alone (an alias, a repeated key, or a form "
            "that the tool does not write): edit it by hand"
        )
    return after


def _copy(value: Any) -> Any:
    """A copy in which nothing is shared, however the text does it."""
    if isinstance(value, dict):
        return {key: _copy(item) for key, item in value.items()}
    return [_copy(item) for item in value] if isinstance(value, list) else value


def _with(data: Any, path: Path, value: Any) -> Any:
    """`data` with `value` at `path`; for _GONE without it."""
    if not path:
        return value
    step, rest = path[0], path[1:]
    if isinstance(data, list) and isinstance(step, int):
        if rest:
            data[step] = _with(data[step], rest, value)
        elif value is _GONE:
            del data[step]
        else:
            data[step] = value
        return data
    data = {} if data is None else data
    key = next((key for key in data if str(key) == str(step)), step)
    if not rest and value is _GONE:
        del data[key]
    else:
        data[key] = _with(data.get(key), rest, value)
    return data


def _same(one: Any, other: Any) -> bool:
    """Deep equality that tells 1 from true and from "1"."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(_same(v, other[k]) for k, v in one.items())
    if isinstance(one, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return bool(one == other or one != one)


def _at(data: Any, path: Path) -> Any:
    for step in path:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return _GONE
    return data


def _dotted(path: Path) -> str:
    from overlaykit.render.objects import dotted

    return dotted(path)
