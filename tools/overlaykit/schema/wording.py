"""A validation error as a person wants it: what is there, what was allowed, what to write."""

import difflib
from collections.abc import Iterator
from typing import Any

from msgspec import Struct

# A list of what is allowed longer than this is cut.
_MANY = 12

_NOUNS = {
    "array": "a list",
    "boolean": "true or false",
    "integer": "a whole number",
    "null": "nothing",
    "number": "a number",
    "object": "a map",
    "string": "text",
}
_LIMITS = {
    "minimum": "at least {}",
    "maximum": "at most {}",
    "exclusiveMinimum": "more than {}",
    "exclusiveMaximum": "less than {}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minItems": "at least {} entries",
    "maxItems": "at most {} entries",
    "minProperties": "at least {} fields",
    "maxProperties": "at most {} fields",
}
# Patterns that many schemas share, by how they begin, and an example of what they take.
_SHAPES = {
    r"^(\+|-)?(([0-9]+": ("a Kubernetes quantity", "500m, 1 or 2Gi"),
    "^https?://": ("an http or https address", "https://host:port"),
    "^[a-z0-9]([-a-z0-9]*[a-z0-9])?": ("a DNS name", "lower case letters, digits and '-'"),
    "^[0-9]{4}-[0-9]{2}": ("a time", "2030-01-31T12:00:00Z"),
    "^(0|(([0-9]+)y)?": ("a Prometheus duration", "30s, 5m or 1h"),
}


class Said(Struct, frozen=True):
    path: list[str | int]
    kind: str
    message: str
    fix: str


def explain(error: Any, schema: dict[str, Any]) -> Iterator[Said]:
    """One jsonschema-rs error; of an unknown-field error one for each field."""
    for said in _explain(error, schema):
        yield Said(said.path, said.kind, _line(said.message), _line(said.fix))


def _explain(error: Any, schema: dict[str, Any]) -> Iterator[Said]:
    word = error.kind.name
    if word == "additionalProperties":
        yield from _unknown(error, schema)
    elif word in ("anyOf", "oneOf"):
        yield from _branches(error, schema)
    else:
        yield _SAY.get(word, _limit if word in _LIMITS else _other)(error)


def _line(text: str) -> str:
    """`text` on one line: names and values may hold line breaks."""
    return " ".join(text.split())


def _unknown(error: Any, schema: dict[str, Any]) -> Iterator[Said]:
    known = sorted(_parent(error, schema).get("properties", {}))
    for name in sorted(error.kind.unexpected):
        near = _near(name, known)
        where = f" in {_dotted(error.instance_path)}" if error.instance_path else ""
        if near:
            message = f"unknown field '{name}'{where}; did you mean '{near}'?"
            fix = f"write '{near}' instead of '{name}'"
        else:
            message = f"unknown field '{name}'{where}; allowed: {_some(known)}"
            fix = f"remove '{name}'"
        yield Said([*error.instance_path, name], "unknown-field", message, fix)


def _parent(error: Any, schema: Any) -> dict[str, Any]:
    """The part of the schema that the failed keyword stands in."""
    for step in list(error.schema_path)[:-1]:
        while isinstance(schema, dict) and "$ref" in schema and step not in schema:
            return {}
        try:
            schema = schema[step]
        except (KeyError, IndexError, TypeError):
            return {}
    return schema if isinstance(schema, dict) else {}


def _near(name: str, known: list[str]) -> str | None:
    """The known name that was probably meant; case and plural slips count as near."""
    lower = {one.lower(): one for one in reversed(known)}
    for guess in (name.lower(), f"{name.lower()}s", name.lower().removesuffix("s")):
        if guess in lower:
            return lower[guess]
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.7)
    return close[0] if close else None


def _missing(error: Any) -> Said:
    name, path = error.kind.property, list(error.instance_path)
    where = _dotted([*path, name])
    message = f"missing field '{name}'" + (f" in {_dotted(path)}" if path else "")
    return Said(path, "missing-field", message, f"add {where}")


def _type(error: Any) -> Said:
    return _mistyped(list(error.instance_path), error.instance, list(error.kind.types))


def _mistyped(path: list[str | int], value: Any, types: list[str]) -> Said:
    wanted = [name for name in types if name != "null"] or types
    if "number" in wanted:
        wanted = [name for name in wanted if name != "integer"]
    nouns = " or ".join(_NOUNS[name] for name in sorted(wanted))
    message = f"{_shown(value)} is {_is(value)}; {nouns} is wanted"
    return Said(path, "type", message, _retype(value, wanted, nouns))


def _retype(value: Any, wanted: list[str], nouns: str) -> str:
    if value is None:
        return f"write {nouns} or remove the field"
    if isinstance(value, str) and {"integer", "number"} & set(wanted) and _is_number(value):
        return f"write {value} without quotes"
    if isinstance(value, str) and "boolean" in wanted and value.lower() in ("true", "false"):
        return f"write {value.lower()} without quotes"
    if "string" in wanted and isinstance(value, bool | int | float):
        return f'write "{_plain(value)}" in quotes'
    if wanted == ["array"]:
        return "write a list: put '- ' before each entry"
    return f"write {nouns}"


def _enum(error: Any) -> Said:
    return _choice(list(error.instance_path), error.instance, list(error.kind.options))


def _choice(path: list[str | int], value: Any, options: list[Any]) -> Said:
    words = [_plain(option) for option in options if option is not None]
    near = _near(str(value), words)
    message = f"{_shown(value)} is not allowed; allowed: {_some(words)}"
    if near:
        message += f"; did you mean '{near}'?"
    return Said(path, "enum", message, f"write {near or _choose(words)}")


def _choose(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"one of {_some(words)}"


def _pattern(error: Any) -> Said:
    pattern, path = error.kind.pattern, list(error.instance_path)
    for start, (noun, example) in _SHAPES.items():
        if pattern.startswith(start):
            message = f"{_shown(error.instance)} is not {noun}"
            return Said(path, "pattern", message, f"write {noun}: {example}")
    message = f"{_shown(error.instance)} does not match {pattern}"
    return Said(path, "pattern", message, f"write a value that matches {pattern}")


def _limit(error: Any) -> Said:
    limit = _LIMITS[error.kind.name].format(error.kind.limit)
    value, path = error.instance, list(error.instance_path)
    size = f"has {len(value)}" if isinstance(value, list | dict) else "is out of range"
    if value == "":
        return Said(path, "range", "is empty", "write a value or remove the field")
    return Said(path, "range", f"{_shown(value)} {size}; {limit} wanted", f"write {limit}")


def _other(error: Any) -> Said:
    message = _line(str(error.message))[:300]
    return Said(list(error.instance_path), "other", message, "write what the schema allows")


def _branches(error: Any, schema: dict[str, Any]) -> Iterator[Said]:
    """anyOf and oneOf as one violation: the alternatives joined, or the nearest branch."""
    branches = [branch for branch in error.kind.context if branch]
    path, value = list(error.instance_path), error.instance
    if not branches:
        yield _other(error)
        return
    firsts = [branch[0] for branch in branches]
    names = {first.kind.name for first in firsts if list(first.instance_path) == path}
    if len(firsts) > 1 and names == {"type"} and _all_at(firsts, path):
        yield _mistyped(path, value, [name for one in firsts for name in one.kind.types])
    elif len(firsts) > 1 and names == {"required"} and _all_at(firsts, path):
        fields = _some(sorted({first.kind.property for first in firsts}))
        message = f"one of these fields is missing: {fields}"
        yield Said(path, "missing-field", message, f"add one of {fields}")
    else:
        yield from _explain(_nearest(branches, path), schema)


def _all_at(errors: list[Any], path: list[str | int]) -> bool:
    return all(list(error.instance_path) == path for error in errors)


def _nearest(branches: list[list[Any]], path: list[str | int]) -> Any:
    """The first error of the branch that was left deepest, and with the fewest errors."""
    typed = [b for b in branches if not (b[0].kind.name == "type" and _all_at(b, path))]
    return min(typed or branches, key=lambda b: (-len(list(b[0].instance_path)), len(b)))[0]


_SAY = {"required": _missing, "type": _type, "enum": _enum, "pattern": _pattern}


def _is(value: Any) -> str:
    if value is None:
        return "empty"
    for kind, noun in (
        (bool, "a boolean"),
        (str, "text"),
        (int, "a whole number"),
        (float, "a fraction"),
        (dict, "a map"),
        (list, "a list"),
    ):
        if isinstance(value, kind):
            return noun
    return type(value).__name__


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return not text[:1].isspace()


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "null" if value is None else str(value)


def _shown(value: Any) -> str:
    if isinstance(value, dict | list):
        return "this value"
    if value is None:
        return "the value"
    text = _line(_plain(value))
    text = text if len(text) <= 60 else f"{text[:57]}..."
    return f"'{text}'" if isinstance(value, str) else text


def _some(words: list[str]) -> str:
    shown = ", ".join(words[:_MANY]) or "nothing"
    return shown if len(words) <= _MANY else f"{shown} and {len(words) - _MANY} more"


def _dotted(path: list[str | int]) -> str:
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text
