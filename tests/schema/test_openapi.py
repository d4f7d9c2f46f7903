"""From a CRD's structural schema to a JSON schema, rule by rule."""

from typing import Any

import pytest

from overlaykit.schema.openapi import DATE_TIME, convert, top_level
from overlaykit.schema.patterns import portable

OBJECT = {"type": "object", "properties": {"a": {"type": "string", "description": "prose"}}}


@pytest.mark.parametrize(
    ("structural", "schema"),
    [
        (OBJECT, {"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": False}),
        ({**OBJECT, "x-kubernetes-preserve-unknown-fields": True}, {"type": "object", "properties": {"a": {"type": "string"}}}),
        ({"type": "object"}, {"type": "object"}),
        ({"type": "object", "additionalProperties": {"type": "string"}}, {"type": "object", "additionalProperties": {"type": "string"}}),
        ({"type": "object", "additionalProperties": True}, {"type": "object"}),
        ({"x-kubernetes-int-or-string": True, "anyOf": [{"type": "integer"}, {"type": "string"}], "pattern": "^a"}, {"type": ["integer", "string"], "pattern": "^a"}),
        ({"type": "string", "nullable": True, "enum": ["a"]}, {"type": ["string", "null"], "enum": ["a", None]}),
        ({"type": "string", "format": "date-time"}, {"type": "string", "pattern": DATE_TIME}),
        ({"type": "string", "format": "byte", "default": "x", "x-kubernetes-validations": []}, {"type": "string"}),
        ({"type": "object", "properties": {}, "oneOf": [{"required": ["a"], "properties": {"a": {}}}]},
         {"type": "object", "additionalProperties": False, "oneOf": [{"required": ["a"], "properties": {"a": {}}}]}),
        ({"not": {"required": ["a"]}, "allOf": [{"minimum": 1}]}, {"not": {"required": ["a"]}, "allOf": [{"minimum": 1}]}),
    ],
)  # fmt: skip
def test_convert(structural: dict[str, Any], schema: dict[str, Any]) -> None:
    assert convert(structural) == schema


def test_an_embedded_resource_has_a_head() -> None:
    schema = convert({**OBJECT, "x-kubernetes-embedded-resource": True})
    assert set(schema["properties"]) == {"a", "apiVersion", "kind", "metadata"}
    assert schema["required"] == ["apiVersion", "kind"]


def test_the_top_level_is_closed_and_names_its_kind() -> None:
    schema = top_level({"type": "object", "properties": {"spec": OBJECT}}, "a/v1", "A")
    assert schema["additionalProperties"] is False
    assert schema["properties"]["kind"]["enum"] == ["A"]
    assert schema["properties"]["metadata"]["additionalProperties"] is False


@pytest.mark.parametrize(
    ("go", "shared"),
    [
        ("^a$", "^a$"),
        ("(?i)ab", "[aA][bB]"),
        ("^(?i)(on|off)?$", "^([oO][nN]|[oO][fF][fF])?$"),
        (r"(?i)\d[a-f1]", r"\d[a-f1A-F]"),
    ],
)
def test_portable_patterns(go: str, shared: str) -> None:
    assert portable(go) == shared
