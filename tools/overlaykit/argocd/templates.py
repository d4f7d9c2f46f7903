"""The templates of an ApplicationSet, filled in: plain `{{name}}` and the usual part of Go's.

Sources: Argo CD, applicationset/utils/utils.go; "Templates" and "Go Template" of its
documentation. What is not read here (if, range, other functions) raises NotRead.
"""

import re
from collections.abc import Callable
from typing import Any

_PLAIN = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_GO = re.compile(r"\{\{(-?)(.*?)(-?)\}\}", re.DOTALL)
_TOKEN = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|`([^`]*)`|(-?\d+)|(\.[\w.]*)|(\w+)|(\|)|(\S))')
_FIELD = re.compile(r"(?:\.\w+)+|\.")


class NotRead(Exception):
    """A template that is not read here; its text is the part that stopped us."""


class Missing(Exception):
    """A parameter that the generators do not give; its text is the expression."""


def normalize(name: str) -> str:
    """A name that may stand in a host name, as `normalize` and path.basenameNormalized do."""
    return re.sub(r"[^-a-z0-9.]", "-", name.lower())[:253].strip("-.")


_FUNCTIONS: dict[str, Callable[..., str]] = {
    "normalize": normalize,
    "lower": str.lower,
    "upper": str.upper,
    "trim": str.strip,
    "toString": str,
    "quote": lambda text: f'"{text}"',
    "squote": lambda text: f"'{text}'",
    "trimPrefix": lambda prefix, text: text.removeprefix(prefix),
    "trimSuffix": lambda suffix, text: text.removesuffix(suffix),
    "replace": lambda old, new, text: text.replace(old, new),
    "default": lambda other, text: text or other,
}


def fill(value: Any, params: dict[str, Any], go: bool, strict: bool) -> Any:
    """Every text in a value with its templates filled in; `strict`: as missingkey=error does.

    Raises NotRead and Missing.
    """
    if isinstance(value, str) and "{{" in value:
        return _go(value, params, strict) if go else _plain(value, params)
    if isinstance(value, dict):
        return {_text(fill(k, params, go, strict)): fill(v, params, go, strict)
                for k, v in value.items()}  # fmt: skip
    if isinstance(value, list):
        return [fill(item, params, go, strict) for item in value]
    return value


def _plain(text: str, params: dict[str, Any]) -> str:
    """Parameters by name; what is none stays as it is."""

    def found(match: re.Match[str]) -> str:
        value = params.get(match[1].strip())
        return value if isinstance(value, str) else match[0]

    return _PLAIN.sub(found, text)


def _go(text: str, params: dict[str, Any], strict: bool) -> str:
    parts, end, trims = [], 0, False
    for match in _GO.finditer(text):
        before = text[end : match.start()]
        before = before.lstrip() if trims else before
        parts.append(before.rstrip() if match[1] else before)
        if not match[2].strip().startswith("/*"):
            parts.append(_text(_pipeline(match[2].strip(), params, strict)))
        end, trims = match.end(), bool(match[3])
    rest = text[end:]
    return "".join(parts) + (rest.lstrip() if trims else rest)


def _text(value: Any) -> str:
    """A value as Go prints it."""
    if value is None:
        return "<no value>"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (str, int, float)):
        return str(value)
    raise NotRead(f"a {type(value).__name__} inside text")


def _pipeline(text: str, params: dict[str, Any], strict: bool) -> Any:
    commands: list[list[Any]] = [[]]
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or match[7] is not None:
            raise NotRead(text)
        at = match.end()
        if match[6]:
            commands.append([])
        else:
            commands[-1].append(_operand(match, params, strict))
    value: Any = None
    for number, command in enumerate(commands):
        value = _command(command if number == 0 else [*command, value], text)
    return value


class _Function(str):
    """The name of a function, to tell it from a text."""


def _operand(match: re.Match[str], params: dict[str, Any], strict: bool) -> Any:
    if match[1] is not None:
        return re.sub(r"\\(.)", r"\1", match[1])
    if match[2] is not None:
        return match[2]
    if match[3] is not None:
        return int(match[3])
    if match[4] is not None:
        return _field(match[4], params, strict)
    return _Function(match[5])


def _field(text: str, params: dict[str, Any], strict: bool) -> Any:
    if not _FIELD.fullmatch(text):
        raise NotRead(text)
    value: Any = params
    for step in text.strip(".").split(".") if text != "." else ():
        if isinstance(value, dict) and step in value:
            value = value[step]
        elif strict and isinstance(value, dict):
            raise Missing(text)
        elif value is None or isinstance(value, dict):
            value = None
        else:
            raise NotRead(text)
    return value


def _command(words: list[Any], text: str) -> Any:
    if not words:
        raise NotRead(text)
    first, rest = words[0], words[1:]
    if not isinstance(first, _Function):
        if rest:
            raise NotRead(text)
        return first
    if first == "index":
        return _index(rest, text)
    function = _FUNCTIONS.get(first)
    if function is None:
        raise NotRead(text)
    try:
        return function(*(_text(word) if word is not None else "" for word in rest))
    except TypeError:
        raise NotRead(text) from None


def _index(words: list[Any], text: str) -> Any:
    value, *steps = words or [None]
    for step in steps:
        if isinstance(value, dict) and isinstance(step, str):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and 0 <= step < len(value):
            value = value[step]
        elif isinstance(value, list) and isinstance(step, int):
            raise Missing(text)
        else:
            raise NotRead(text)
    return value
