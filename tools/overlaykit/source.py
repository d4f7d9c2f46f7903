"""YAML text as documents that know the file, line and column of every node."""

import copy
import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any

import yaml
from msgspec import Struct
from msgspec.structs import replace
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from overlaykit.errors import CannotLook
from overlaykit.loader import MERGE, Loader, PatientLoader
from overlaykit.loader import value as read_value

Path = tuple[str | int, ...]

MAX_DEPTH = 100
MAX_NODES = 1_000_000


class SyntaxProblem(CannotLook):
    """Text that is no YAML (or too deep, too large): `line` and `column` count from 1."""

    def __init__(self, what: str, line: int, column: int) -> None:
        super().__init__(what)
        self.what, self.line, self.column = what, line, column


class Place(Struct, frozen=True, order=True):
    """Where a person looks: a file relative to the repository root, line and column from 1."""

    file: str
    line: int = 1
    column: int = 1


class Document(Struct, dict=True):
    """One YAML document. `line_offset` and `column_offset` move text embedded in another file.

    `spots`: the line and column, from 0, of each character of text that is embedded with escapes.
    """

    file: str
    node: Node
    text: str
    index: int = 0
    line_offset: int = 0
    column_offset: int = 0
    spots: list[tuple[int, int]] | None = None

    @cached_property
    def data(self) -> Any:
        """The document as plain values; keys are text, the last duplicate key wins."""
        return to_data(self.node)

    def moved(self, file: str) -> "Document":
        """The same document as it stands in another file."""
        found = copy.copy(self)
        found.file = file
        return found

    def place(self, node: Node | None = None) -> Place:
        mark = (node or self.node).start_mark
        if self.spots and mark.index < len(self.spots):
            line, column = self.spots[mark.index]
            return Place(self.file, line + 1, column + 1)
        line = mark.line + 1 + self.line_offset
        return Place(self.file, line, mark.column + 1 + self.column_offset)

    def find(self, path: Path) -> tuple[Node | None, Node] | None:
        """The key node (None in a list) and the value node at `path`; None where it is not set."""
        key: Node | None = None
        node = self.node
        for step in path:
            found = child(node, step)
            if found is None:
                return None
            key, node = found
        return key, node

    def place_of(self, path: Path, key: bool = False) -> Place | None:
        """The place of the value at `path`, or with `key` of the key that names it."""
        found = self.find(path)
        if found is None:
            return None
        return self.place(found[0] if key and found[0] is not None else found[1])

    def nearest(self, path: Path) -> Place:
        """The place of the deepest ancestor of `path` that is set here."""
        for length in range(len(path), 0, -1):
            place = self.place_of(path[:length], key=True)
            if place:
                return place
        return self.place()


def child(node: Node, step: str | int) -> tuple[Node | None, Node] | None:
    """The (key, value) nodes one step below `node`; a merge key (`<<`) is looked through."""
    if isinstance(node, SequenceNode) and isinstance(step, int):
        return (None, node.value[step]) if -1 < step < len(node.value) else None
    if not isinstance(node, MappingNode):
        return None
    for key, value in reversed(node.value):
        if isinstance(key, ScalarNode) and key.value == str(step):
            return key, value
    for key, value in node.value:
        if key.tag == MERGE:
            for source in value.value if isinstance(value, SequenceNode) else [value]:
                found = child(source, step)
                if found:
                    return found
    return None


def elements(node: Node | None) -> list[Node]:
    """The items of a sequence; none of anything else."""
    return node.value if isinstance(node, SequenceNode) else []


def scalars(node: Node, path: Path = ()) -> Iterator[tuple[Path, ScalarNode]]:
    """Every scalar value below `node` with its path."""
    if isinstance(node, ScalarNode):
        yield path, node
    elif isinstance(node, MappingNode):
        for key, value in node.value:
            if isinstance(key, ScalarNode):
                yield from scalars(value, (*path, key.value))
    elif isinstance(node, SequenceNode):
        for number, value in enumerate(node.value):
            yield from scalars(value, (*path, number))


def mappings(node: Node) -> Iterator[MappingNode]:
    """Every mapping at or below `node`, once each however often it is aliased."""
    seen: set[int] = set()
    todo = [node]
    while todo:
        current = todo.pop()
        if id(current) in seen or isinstance(current, ScalarNode):
            continue
        seen.add(id(current))
        if isinstance(current, MappingNode):
            yield current
            todo.extend(value for _, value in reversed(current.value))
        elif isinstance(current, SequenceNode):
            todo.extend(reversed(current.value))


def items(document: Document) -> list[Document]:
    """The objects of a document: itself, or the items of a Kubernetes `List`."""
    kind, listed = document.find(("kind",)), document.find(("items",))
    if not kind or not listed or not str(getattr(kind[1], "value", "")).endswith("List"):
        return [document]
    if not isinstance(listed[1], SequenceNode):
        return [document]
    return [replace(document, node=node) for node in listed[1].value]


def to_data(node: Node) -> Any:
    """The plain values of a node. Raises SyntaxProblem."""
    try:
        return read_value(node)
    except yaml.MarkedYAMLError as error:
        raise _syntax_problem(error) from error
    except (yaml.YAMLError, AttributeError, TypeError, ValueError, OverflowError) as error:
        mark = node.start_mark
        what = _oneline(str(error))
        raise SyntaxProblem(what, mark.line + 1, mark.column + 1) from error


def load(text: str, file: str) -> list[Document]:
    """The documents of `text`, empty ones left out. Raises SyntaxProblem."""
    _refuse_depth(text)
    try:
        return _load(Loader(text), text, file)
    except SyntaxProblem as problem:
        if "duplicate anchor" not in problem.what:
            raise _earlier(problem, text) from problem
        return _load(PatientLoader(text), text, file)


def _earlier(problem: SyntaxProblem, text: str) -> SyntaxProblem:
    """A line without its colon reads on into the next, where the parser first objects."""
    if not problem.what.startswith("mapping values are not allowed") or problem.line < 2:
        return problem
    before, line = text.splitlines()[problem.line - 2 : problem.line]
    indent = len(line) - len(line.lstrip())
    if ":" in before or before.lstrip().startswith("#") or len(before.lstrip()) == 0:
        return problem
    if len(before) - len(before.lstrip()) != indent:
        return problem
    return SyntaxProblem("a key without a colon", problem.line - 1, indent + 1)


def _load(loader: Any, text: str, file: str) -> list[Document]:
    documents = []
    try:
        index = 0
        while loader.check_node():
            node = loader.get_node()
            empty = isinstance(node, ScalarNode) and node.value == ""
            if node is not None and not empty:
                if "*" in text or len(text) > MAX_NODES:
                    _refuse_size(node)
                documents.append(Document(file, node, text, index))
                _ = documents[-1].data  # what cannot be read as values is refused here
            index += 1
    except yaml.MarkedYAMLError as error:
        raise _syntax_problem(error) from error
    except yaml.YAMLError as error:
        raise SyntaxProblem(_oneline(str(error)), 1, 1) from error
    finally:
        loader.dispose()
    return documents


def parse(text: str) -> list[Any]:
    """The plain values of every document of rendered text; no positions. Raises SyntaxProblem."""
    return [document.data for document in load(text, "") if document.data is not None]


def _oneline(text: str) -> str:
    return " ".join(text.split())


def _syntax_problem(error: yaml.MarkedYAMLError) -> SyntaxProblem:
    mark = error.problem_mark or error.context_mark
    if error.context_mark and re.search("simple key|flow|quoted scalar", error.context or ""):
        mark = error.context_mark  # where it began; the problem is seen only lines later
    what = _oneline(error.problem or error.context or "is not YAML")
    if error.context and error.problem:
        what = _oneline(f"{error.problem} ({error.context})")
    return SyntaxProblem(what, mark.line + 1 if mark else 1, mark.column + 1 if mark else 1)


_DEEP = re.compile(r"(?:- ){20}|^[ ]{300}", re.MULTILINE)


def _refuse_depth(text: str) -> None:
    """Refuse deep nesting before the recursive composer meets it; plain text skips the scan."""
    if text.count("[") + text.count("{") < 200 and not _DEEP.search(text):
        return
    depth = 0
    try:
        for event in yaml.parse(text, Loader=Loader):
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            if depth > MAX_DEPTH:
                what = f"is nested more than {MAX_DEPTH} levels deep"
                mark = event.start_mark
                raise SyntaxProblem(what, mark.line + 1 if mark else 1, 1)
    except yaml.MarkedYAMLError as error:
        raise _syntax_problem(error) from error


def _refuse_size(node: Node) -> None:
    """Refuse a document that its aliases would blow up, or that holds itself."""
    sizes: dict[int, int] = {}
    if _size(node, sizes, set()) > MAX_NODES:
        mark = node.start_mark
        what = f"grows to more than {MAX_NODES:,} values through its aliases"
        raise SyntaxProblem(what, mark.line + 1, 1)


def _size(node: Node, sizes: dict[int, int], open_nodes: set[int]) -> int:
    if isinstance(node, ScalarNode):
        return 1
    if id(node) in open_nodes:
        mark = node.start_mark
        raise SyntaxProblem("an alias refers to itself", mark.line + 1, mark.column + 1)
    if id(node) not in sizes:
        open_nodes.add(id(node))
        pairs = isinstance(node, MappingNode)
        children = [part for pair in node.value for part in (pair if pairs else (pair,))]
        sizes[id(node)] = 1 + sum(_size(part, sizes, open_nodes) for part in children)
        open_nodes.discard(id(node))
    return sizes[id(node)]


def embedded(document: Document, node: ScalarNode) -> list[Document]:
    """The YAML inside a scalar (an inline patch), placed in the file that holds it.

    Exact for all but folded blocks (`>`), which may point lines too high. Raises SyntaxProblem in
    coordinates of the file.
    """
    lines, columns = _content_offset(document, node)
    try:
        inner = load(node.value, document.file)
    except SyntaxProblem as problem:
        raise SyntaxProblem(problem.what, problem.line + lines, problem.column + columns) from None
    spots = None if node.style in ("|", ">") else _spots(document, node)
    for one in inner:
        one.line_offset, one.column_offset, one.spots = lines, columns, spots
    return inner


# What stands for one character, or a fold, in a flow scalar of each style.
_FOLD = r"[ \t]*\n\s*|."
_PIECES = {
    '"': re.compile(rf"\\(?:x..|u.{{4}}|U.{{8}}|\n[ \t]*|.)|{_FOLD}", re.DOTALL),
    "'": re.compile(rf"''|{_FOLD}", re.DOTALL),
}
_PLAIN = re.compile(_FOLD, re.DOTALL)


def _spots(document: Document, node: ScalarNode) -> list[tuple[int, int]] | None:
    """Where each character of a quoted or plain scalar stands; None where it is as it reads."""
    start, end = node.start_mark, node.end_mark
    raw = document.text.splitlines(keepends=True)[start.line : end.line + 1]
    if not raw or (start.line == end.line and "\\" not in raw[0] and "''" not in raw[0]):
        return None
    found: list[tuple[int, int]] = []
    line, column = start.line, start.column + (node.style in ("'", '"'))
    text = "".join(raw)[column:]
    for piece in _PIECES.get(node.style or "", _PLAIN).findall(text):
        if len(found) >= len(node.value):
            break
        found += [(line, column)] * _length(piece)
        line += piece.count("\n")
        column = len(piece) - piece.rindex("\n") - 1 if "\n" in piece else column + len(piece)
    return found


def _length(piece: str) -> int:
    """How many characters a piece of a flow scalar stands for: lines are folded."""
    if "\n" not in piece:
        return 1
    return 0 if piece.startswith("\\") else max(1, piece.count("\n") - 1)


def _content_offset(document: Document, node: ScalarNode) -> tuple[int, int]:
    """Lines and columns between a scalar's content and the file it stands in."""
    mark = node.start_mark
    if node.style in ("|", ">"):
        for line in document.text.splitlines()[mark.line + 1 :]:
            if line.strip():
                indent = len(line) - len(line.lstrip(" "))
                return mark.line + 1 + document.line_offset, indent + document.column_offset
    quote = 1 if node.style in ("'", '"') else 0
    return mark.line + document.line_offset, mark.column + quote + document.column_offset
