"""A schema as small text: what repeats is said once, what changes shows as one line in git."""

import json
from collections import Counter
from typing import Any

Schema = dict[str, Any]

# Below this many characters a reference saves nothing.
_WORTH = 120
_NAMED = ("properties", "definitions")
_LISTED = ("anyOf", "oneOf", "allOf")
_SINGLE = ("items", "additionalProperties", "not")


def dense(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def factor(schema: Schema) -> Schema:
    """The same schema with every repeated part under `definitions`, named in order of use."""
    seen: Counter[str] = Counter()
    _count(schema, seen)
    names: dict[str, str] = {}
    definitions: Schema = {}
    body = _children(schema, lambda child: _shared(child, seen, names, definitions))
    if definitions:
        body["definitions"] = {**body.get("definitions", {}), **definitions}
    return body


def _shared(node: Any, seen: Counter[str], names: dict[str, str], definitions: Schema) -> Any:
    if not isinstance(node, dict):
        return node
    text = dense(node)
    if len(text) >= _WORTH and seen[text] > 1 and text in names:
        return {"$ref": f"#/definitions/{names[text]}"}
    body = _children(node, lambda child: _shared(child, seen, names, definitions))
    if len(text) < _WORTH or seen[text] < 2:
        return body
    names[text] = f"d{len(names)}"
    definitions[names[text]] = body
    return {"$ref": f"#/definitions/{names[text]}"}


def _count(node: Any, seen: Counter[str]) -> None:
    """Count equal parts; a part met again is not entered again: its own parts go with it."""
    if not isinstance(node, dict):
        return
    text = dense(node)
    seen[text] += 1
    if seen[text] == 1:
        _children(node, lambda child: _count(child, seen))


def _children(node: Schema, change: Any) -> Schema:
    """`node` with `change` applied to each child schema."""
    changed = dict(node)
    for key in _NAMED:
        if isinstance(node.get(key), dict):
            changed[key] = {name: change(node[key][name]) for name in sorted(node[key])}
    for key in _LISTED:
        if isinstance(node.get(key), list):
            changed[key] = [change(child) for child in node[key]]
    for key in _SINGLE:
        if isinstance(node.get(key), dict):
            changed[key] = change(node[key])
    return changed


def text(schema: Schema) -> str:
    """JSON with one line for each definition and for each other key of the top level."""
    lines = []
    for key in sorted(schema):
        value = schema[key]
        if key in _NAMED and isinstance(value, dict) and value:
            inner = ",\n".join(f"{dense(name)}:{dense(value[name])}" for name in sorted(value))
            lines.append(f"{dense(key)}:{{\n{inner}}}")
        else:
            lines.append(f"{dense(key)}:{dense(value)}")
    return "{" + ",\n".join(lines) + "}\n"
