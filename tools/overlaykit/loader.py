"""libyaml with the scalar rules of the API server: YAML text to nodes, nodes to values.

Scalars resolve as the API server reads them: YAML 1.1 booleans with `y` and `n`, octal `0777`,
no base-60 numbers and no dates
(source: sigs.k8s.io/yaml, which decodes with go-yaml v2 rules).
"""

import re
from collections.abc import Iterator
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

MAX_DIGITS = 1000
MERGE = "tag:yaml.org,2002:merge"
_MAP = "tag:yaml.org,2002:map"


class Loader(yaml.CSafeLoader):
    """libyaml's parser with the scalar rules of the API server, and with keys as text."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012


def _construct_int(loader: Loader, node: ScalarNode) -> int | float | str:
    text = node.value.replace("_", "")
    sign, digits = (text[0], text[1:]) if text[0] in "+-" else ("", text)
    base = 10
    for prefix, value in (("0x", 16), ("0o", 8), ("0b", 2)):
        if digits.lower().startswith(prefix):
            base, digits = value, digits[2:]
    if base == 10 and len(digits) > 1 and digits[0] == "0":
        base = 8
    if len(digits) > MAX_DIGITS:
        return float(sign + digits) if base == 10 else text
    return int(sign + digits, base)


def _construct_map(loader: Any, node: MappingNode) -> Iterator[dict[str, Any]]:
    """A mapping whose keys are text, as in JSON: `1: x` has the key "1"."""
    data: dict[str, Any] = {}
    yield data
    for key, value in _pairs(node):
        name = key.value if isinstance(key, ScalarNode) else str(loader.construct_object(key, True))
        data[name] = loader.construct_object(value, deep=True)


def _pairs(node: Node) -> list[tuple[Node, Node]]:
    """The pairs of a mapping, those of its merge keys (`<<`) first; the nodes stay as written."""
    if not isinstance(node, MappingNode):
        mark = node.start_mark
        raise yaml.constructor.ConstructorError(None, None, "a merge key wants a mapping", mark)
    merged: list[tuple[Node, Node]] = []
    own: list[tuple[Node, Node]] = []
    for key, value in node.value:
        if key.tag != MERGE:
            own.append((key, value))
            continue
        for source in reversed(value.value) if isinstance(value, SequenceNode) else [value]:
            merged += _pairs(source)
    return merged + own


def _construct_bool(loader: Loader, node: ScalarNode) -> bool:
    return node.value.lower() in ("y", "yes", "true", "on")


Loader.add_implicit_resolver(
    "tag:yaml.org,2002:bool",
    re.compile(
        r"^(?:y|Y|yes|Yes|YES|n|N|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$"
    ),
    list("yYnNtTfFoO"),
)
Loader.add_implicit_resolver(
    "tag:yaml.org,2002:int",
    re.compile(r"^[-+]?(?:0[xX][0-9a-fA-F_]+|0[oO]?[0-7_]+|0[bB][01_]+|0|[1-9][0-9_]*)$"),
    list("-+0123456789"),
)
Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(
        r"^(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
        r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$"
    ),
    list("-+0123456789."),
)
Loader.add_implicit_resolver(MERGE, re.compile(r"^(?:<<)$"), ["<"])
Loader.add_implicit_resolver(
    "tag:yaml.org,2002:null", re.compile(r"^(?:~|null|Null|NULL|)$"), ["~", "n", "N", ""]
)
Loader.add_constructor("tag:yaml.org,2002:int", _construct_int)
Loader.add_constructor("tag:yaml.org,2002:bool", _construct_bool)
Loader.add_constructor(_MAP, _construct_map)


class Constructor(yaml.constructor.SafeConstructor):
    pass


for _tag, _function in Loader.yaml_constructors.items():
    Constructor.add_constructor(_tag, _function)
Constructor.add_constructor(None, lambda self, node: _untagged(self, node))


def _untagged(constructor: Any, node: Node) -> Any:
    """A node with a private tag (`!vault`, `!Ref`) is read as its plain value."""
    if isinstance(node, MappingNode):
        return constructor.construct_mapping(node, deep=True)
    if isinstance(node, SequenceNode):
        return constructor.construct_sequence(node, deep=True)
    return node.value


Loader.add_constructor(None, _untagged)


class PatientLoader(yaml.SafeLoader):
    """PyYAML's own parser, ten times slower, which can be taught that an anchor may be reused.

    libyaml refuses a second `&name`; YAML 1.2 (3.2.2.2) and Kustomize take the last one.
    """

    yaml_implicit_resolvers = Loader.yaml_implicit_resolvers
    yaml_constructors = Loader.yaml_constructors

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.NodeEvent) and not self.check_event(yaml.AliasEvent):
            self.anchors.pop(self.peek_event().anchor, None)  # type: ignore[no-untyped-call]
        return super().compose_node(parent, index)
