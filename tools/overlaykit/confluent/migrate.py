"""Environments and applications in a shape that no CRD ever had, turned into the one they have.

Older guides write the Flink options of an environment right below its spec, give it the addresses
of Kafka and Schema Registry, and let an application refer to its environment as to an object of
Kubernetes. Text in, text out: only the lines of the field change, comments stay.
"""

import re
from typing import Any

from yaml.nodes import MappingNode, Node

from overlaykit.source import Document, Path, SyntaxProblem, load
from overlaykit.spans import end_of, is_flow, line_end, line_start

_DEFAULTS = "flinkApplicationDefaults"
_OPTIONS: Path = ("spec", "flinkConfiguration")
_REFERENCE: Path = ("spec", "flinkEnvironmentRef")
_NAMESPACE: Path = ("spec", "kubernetesNamespace")
_ADDRESSES: tuple[Path, ...] = (("spec", "kafkaCluster"), ("spec", "schemaRegistry"))
_WHY = {
    "kafkaCluster": "Kafka is named by jobs and by FlinkKafkaDatabase:",
    "schemaRegistry": "Schema Registry is named by jobs and by FlinkKafkaCatalog:",
}


def migrated(text: str, document: Document, path: Path) -> str | None:
    """A text with the field at `path` of one of its documents in the right shape.

    None where it is none of these fields, or cannot be moved without a person.
    """
    data = document.data
    kind = data.get("kind") if isinstance(data, dict) else None
    new = None
    if kind == "FlinkEnvironment" and path == _OPTIONS:
        new = _nested(text, document)
    elif kind == "FlinkEnvironment" and path in _ADDRESSES:
        new = _commented(text, document, path)
    elif kind == "FlinkEnvironment" and path == ("spec",):
        new = _with_namespace(text, document)
    elif kind == "FlinkApplication" and path == _REFERENCE:
        new = _named(text, document)
    return new if new is not None and _is_right(text, new, document, path) else None


def advice(kind: str, path: Path, value: Any) -> str:
    """Where a field of older guides belongs; empty for any other."""
    if kind == "FlinkEnvironment" and path == _OPTIONS:
        return f"move it to {_DEFAULTS}.spec.flinkConfiguration"
    if kind == "FlinkEnvironment" and path in _ADDRESSES:
        owner = "FlinkKafkaDatabase" if path[-1] == "kafkaCluster" else "FlinkKafkaCatalog"
        return f"remove '{path[-1]}': jobs name it themselves, SQL by a {owner}"
    if kind == "FlinkApplication" and path == _REFERENCE:
        name = value.get("name") if isinstance(value, dict) else None
        return f"write flinkEnvironment: {name}" if isinstance(name, str) else ""
    return ""


def is_old(data: Any) -> bool:
    """Whether an environment was written for a CRD that never was, so that no cluster has it."""
    spec = data.get("spec") if isinstance(data, dict) else None
    return isinstance(spec, dict) and any(
        field in spec for field in ("flinkConfiguration", "kafkaCluster", "schemaRegistry")
    )


def _block(text: str, document: Document, path: Path) -> tuple[Node, Node, int, int] | None:
    """Key, value, and the range of the lines of a field that has lines of its own."""
    found, above = document.find(path), document.find(path[:-1])
    if found is None or above is None or is_flow(above[1]):
        return None
    key, value = found
    if key is None:
        return None
    start = line_start(text, key.start_mark.index)
    if text[start : key.start_mark.index].strip() or value.start_mark.index < key.end_mark.index:
        return None  # it shares its line, or is an alias
    return key, value, start, line_end(text, end_of(text, value, key.end_mark.index))


def _nested(text: str, document: Document) -> str | None:
    found = _block(text, document, _OPTIONS)
    if found is None or document.find(("spec", _DEFAULTS)) is not None:
        return None
    key, _, start, end = found
    indent, newline = " " * key.start_mark.column, _newline(text)
    moved = [_deeper(line) for line in text[start:end].splitlines(keepends=True)]
    head = f"{indent}{_DEFAULTS}:{newline}{indent}  spec:{newline}"
    return text[:start] + head + "".join(moved) + text[end:]


def _deeper(line: str) -> str:
    return f"    {line}" if line.strip() else line


def _commented(text: str, document: Document, path: Path) -> str | None:
    found = _block(text, document, path)
    if found is None:
        return None
    key, _, start, end = found
    column, newline = key.start_mark.column, _newline(text)
    lines = text[start:end].splitlines(keepends=True)
    out = [line if not line.strip() else f"{line[:column]}# {line[column:]}" for line in lines]
    head = f"{' ' * column}# {_WHY[str(path[-1])]}{newline}"
    return text[:start] + head + "".join(out) + text[end:]


def _named(text: str, document: Document) -> str | None:
    found, name = _block(text, document, _REFERENCE), document.find((*_REFERENCE, "name"))
    if found is None or name is None or document.find(("spec", "flinkEnvironment")) is not None:
        return None
    key, value, start, end = found
    told = name[1].value if isinstance(name[1].value, str) else ""
    if not isinstance(value, MappingNode) or not told:
        return None
    indent, newline = " " * key.start_mark.column, _newline(text)
    comments = [] if is_flow(value) else _comments(text[start:end])
    kept = "".join(f"{indent}{comment}{newline}" for comment in comments)
    tail = "" if not is_flow(value) else text[end_of(text, value, key.end_mark.index) : end]
    written = text[name[1].start_mark.index : name[1].end_mark.index]
    return f"{text[:start]}{kept}{indent}flinkEnvironment: {written}{tail}{text[end:]}"


def _comments(block: str) -> list[str]:
    """The comments of some lines without text values that hold one."""
    found = (re.search(r"(?:^|\s)(#.*)$", line.rstrip()) for line in block.splitlines())
    return [one[1] for one in found if one is not None]


def _with_namespace(text: str, document: Document) -> str | None:
    """The jobs' namespace is the environment's own; only where no cluster can have it otherwise."""
    spec, own = document.find(("spec",)), document.find(("metadata", "namespace"))
    if spec is None or own is None or not is_old(document.data) or is_flow(spec[1]):
        return None
    if not isinstance(spec[1], MappingNode) or document.find(_NAMESPACE) is not None:
        return None
    assert spec[0] is not None
    first = spec[1].value[0][0]
    indent, newline = " " * first.start_mark.column, _newline(text)
    written = text[own[1].start_mark.index : own[1].end_mark.index]
    at = line_end(text, spec[0].end_mark.index)
    return f"{text[:at]}{newline}{indent}kubernetesNamespace: {written}{text[at:]}"


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _is_right(text: str, new: str, document: Document, path: Path) -> bool:
    """Whether the new text says what it should, and nothing else has changed."""
    try:
        was, now = load(text, ""), load(new, "")
    except SyntaxProblem:
        return False
    if len(was) != len(now):
        return False
    for one, other in zip(was, now, strict=True):
        expected = _expected(one.data, path) if one.index == document.index else one.data
        if expected != other.data:
            return False
    return True


def _expected(data: Any, path: Path) -> Any:
    spec = dict(data["spec"])
    if path == ("spec",):
        spec["kubernetesNamespace"] = data["metadata"]["namespace"]
        return {**data, "spec": spec}
    value = spec.pop(path[-1])
    if path == _OPTIONS:
        spec[_DEFAULTS] = {"spec": {"flinkConfiguration": value}}
    elif path == _REFERENCE:
        spec["flinkEnvironment"] = value["name"]
    return {**data, "spec": spec or None}
