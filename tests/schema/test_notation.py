from typing import Any

import pytest

from overlaykit.schema.notation import QUANTITY, BadNotation, crd, patch, structural


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        ("string", {"type": "string"}),
        ("a | b", {"type": "string", "enum": ["a", "b"]}),
        (["integer"], {"type": "array", "items": {"type": "integer"}}),
        ({"*": "string"}, {"type": "object", "additionalProperties": {"type": "string"}}),
        ({"a!": "name"}, {"type": "object", "properties": {"a": {"type": "string", "minLength": 1}}, "required": ["a"]}),
        ({"$type": "string", "pattern": "^a"}, {"type": "string", "pattern": "^a"}),
        ("quantity", {"x-kubernetes-int-or-string": True, "pattern": QUANTITY}),
        ("$other", {"type": "boolean"}),
    ],
)  # fmt: skip
def test_notation(value: Any, meant: dict[str, Any]) -> None:
    assert structural(value, {"other": "boolean"}) == meant


@pytest.mark.parametrize(
    ("value", "message"), [("strin", "spec: 'strin' is no type"), ("$x", "no 'x' under types"), (3, "3 is no type")]
)  # fmt: skip
def test_bad_notation_names_the_field(value: Any, message: str) -> None:
    with pytest.raises(BadNotation, match=message.replace("$", r"\$")):
        structural(value, {})


def thing() -> dict[str, Any]:
    part = {"a": "string", "list": [{"x": "string"}]}
    source = {"group": "g.io", "version": "v1", "kind": "Thing", "spec": part}
    return crd(source)


def spec(document: dict[str, Any]) -> dict[str, Any]:
    schema: dict[str, Any] = document["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    properties: dict[str, Any] = schema["properties"]["spec"]["properties"]
    return properties


def test_patch() -> None:
    document = thing()
    patch(document, [
        {"at": ["spec"], "set": {"b": "integer"}, "drop": ["a"]},
        {"at": ["spec.l*[]"], "set": {"y": "string"}},
        {"at": ["spec.b"], "replace": "any"},
    ])  # fmt: skip
    assert spec(document)["b"] == {"x-kubernetes-preserve-unknown-fields": True}
    assert "a" not in spec(document)
    assert set(spec(document)["list"]["items"]["properties"]) == {"x", "y"}


def test_a_patch_that_meets_nothing_has_gone_stale() -> None:
    with pytest.raises(BadNotation, match="spec.gone: the package has no such field"):
        patch(thing(), [{"at": ["spec.gone"], "replace": "any"}])
