"""Factoring says the same thing in less text."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from overlaykit.schema.compact import factor, text

LEAF = st.sampled_from(
    [{"type": "string"}, {"type": "integer", "minimum": 1}, {"enum": ["x" * 150]}]
)
SCHEMA = st.recursive(
    LEAF,
    lambda inner: (
        st.dictionaries(st.sampled_from(["a", "items", "type", "$ref"]), inner).map(
            lambda fields: {"type": "object", "properties": fields}
        )
        | inner.map(lambda item: {"type": "array", "items": item})
        | st.lists(inner, min_size=1).map(lambda parts: {"anyOf": parts})
    ),
)


def spelled_out(node: Any, definitions: dict[str, Any], named: bool = False) -> Any:
    """`node` with its references replaced by what they name; `named` maps hold field names."""
    if isinstance(node, list):
        return [spelled_out(child, definitions) for child in node]
    if not isinstance(node, dict):
        return node
    if not named and isinstance(node.get("$ref"), str):
        return spelled_out(definitions[node["$ref"].rpartition("/")[2]], definitions)
    return {
        key: spelled_out(node[key], definitions, key == "properties" and not named) for key in node
    }


@settings(deadline=None)
@given(SCHEMA)
def test_factoring_keeps_the_meaning(schema: dict[str, Any]) -> None:
    made = json.loads(text(factor(schema)))
    assert spelled_out(made, made.pop("definitions", {})) == schema


@settings(deadline=None)
@given(SCHEMA)
def test_text_is_stable(schema: dict[str, Any]) -> None:
    shuffled = dict(reversed(list(schema.items())))
    assert text(factor(schema)) == text(factor(shuffled))


def test_what_repeats_is_said_once() -> None:
    big = {"enum": ["x" * 200]}
    made = factor({"properties": {"a": big, "b": {"items": big}}})
    assert made["definitions"] == {"d0": big}
