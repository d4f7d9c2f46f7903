"""libyaml with the scalar rules of the API server: YAML text to nodes, nodes to values.

Scalars resolve as the API server reads them: YAML 1.1 booleans with `y` and `n`, octal `0777`,
no base-60 numbers and no dates
(source: sigs.k8s.io/yaml, which decodes with go-yaml v2 rules).
"""

import re
from collections.abc import Callable
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

MAX_DIGITS = 1000
MERGE = "tag:yaml.org,2002:merge"


class Loader(yaml.CSafeLoader):
    """libyaml's parser with the scalar rules of the API server."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012

    def resolve(self, kind: type[Node], value: str, implicit: Any) -> str:
        """The tag of a node without one: PyYAML's rule without its path resolvers, for speed."""
        if kind is ScalarNode:
            if implicit[0]:
                for tag, pattern in self.yaml_implicit_resolvers.get(value[:1], ()):
                    if pattern.match(value):
                        return tag
            return "tag:yaml.org,2002:str"
        return "tag:yaml.org,2002:" + ("seq" if kind is SequenceNode else "map")


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


def value(node: Node, seen: dict[int, Any] | None = None) -> Any:
    """The plain value of a node; keys are text, as in JSON. Raises yaml.MarkedYAMLError.

    Written out instead of PyYAML's constructors, which are five times slower: reading renders is
    most of what a run does. Nodes that aliases share are read once.
    """
    if isinstance(node, ScalarNode):
        read = _SCALARS.get(node.tag)
        return node.value if read is None else read(node.value)
    seen = {} if seen is None else seen
    if id(node) not in seen:
        if isinstance(node, SequenceNode):
            seen[id(node)] = [value(item, seen) for item in node.value]
        else:
            seen[id(node)] = {_name(key): value(item, seen) for key, item in pairs(node)}
    return seen[id(node)]


def _name(key: Node) -> str:
    return key.value if isinstance(key, ScalarNode) else str(value(key))


def pairs(node: Node) -> list[tuple[Node, Node]]:
    """The pairs of a mapping, those of its merge keys (`<<`) first."""
    if not isinstance(node, MappingNode):
        mark = node.start_mark
        raise yaml.constructor.ConstructorError(None, None, "a merge key wants a mapping", mark)
    own: list[tuple[Node, Node]] = node.value
    if not any(key.tag == MERGE for key, _ in own):
        return own
    merged: list[tuple[Node, Node]] = []
    for key, item in own:
        if key.tag == MERGE:
            for source in reversed(item.value) if isinstance(item, SequenceNode) else [item]:
                merged += pairs(source)
    return merged + [pair for pair in own if pair[0].tag != MERGE]


def _int(text: str) -> int | float | str:
    text = text.replace("_", "")
    sign, digits = (text[0], text[1:]) if text[0] in "+-" else ("", text)
    base = 10
    for prefix, number in (("0x", 16), ("0o", 8), ("0b", 2)):
        if digits.lower().startswith(prefix):
            base, digits = number, digits[2:]
    if base == 10 and len(digits) > 1 and digits[0] == "0":
        base = 8
    if len(digits) > MAX_DIGITS:
        return float(sign + digits) if base == 10 else text
    return int(sign + digits, base)


def _float(text: str) -> float:
    return float(text.replace("_", "").lower().replace(".inf", "inf").replace(".nan", "nan"))


# What a tag makes of a scalar's text; any other tag (`!vault`, `!!binary`) leaves the text.
_SCALARS: dict[str, Callable[[str], Any]] = {
    "tag:yaml.org,2002:int": _int,
    "tag:yaml.org,2002:float": _float,
    "tag:yaml.org,2002:bool": lambda text: text.lower() in ("y", "yes", "true", "on"),
    "tag:yaml.org,2002:null": lambda text: None,
}


class PatientLoader(yaml.SafeLoader):
    """PyYAML's own parser, ten times slower, which can be taught that an anchor may be reused.

    libyaml refuses a second `&name`; YAML 1.2 (3.2.2.2) and Kustomize take the last one.
    """

    yaml_implicit_resolvers = Loader.yaml_implicit_resolvers

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.NodeEvent) and not self.check_event(yaml.AliasEvent):
            self.anchors.pop(self.peek_event().anchor, None)  # type: ignore[no-untyped-call]
        return super().compose_node(parent, index)
