"""Plain values as YAML text: one scalar, or the lines of a block in a file's own style."""

import json
import re
from functools import lru_cache
from typing import Any

from msgspec import Struct

from overlaykit.source import SyntaxProblem, load

_PLAIN = re.compile(r"[\w./@$-][^#\n]*")


@lru_cache(maxsize=1000)
def scalar(text: str) -> str:
    """A string as YAML: plain where it reads back as the same string, else in double quotes."""
    if _PLAIN.fullmatch(text) and ": " not in text and text == text.strip() and text[-1] != ":":
        try:
            if load(f"k: {text}", "")[0].data == {"k": text}:
                return text
        except SyntaxProblem:
            return quoted(text)
    return quoted(text)


def quoted(text: str) -> str:
    """A string in double quotes; what cannot be seen is escaped."""
    return "".join(map(_visible, json.dumps(text, ensure_ascii=False)))


def _visible(char: str) -> str:
    return char if char.isprintable() else f"\\U{ord(char):08x}"


class Style(Struct, frozen=True):
    """How a file is written: its line end, columns a level, columns of a list below its key."""

    newline: str
    step: int
    dash: int


def told(made: Any, indent: int, style: Style, comment: str, level: int) -> list[str]:
    """The lines of new keys, with a comment above the one `level` mappings inside the first."""
    lines = pairs(made, indent, style)
    pad = " " * (indent + level * style.step)
    return [*lines[:level], *(f"{pad}# {line}" for line in comment.splitlines()), *lines[level:]]


def pairs(value: dict[Any, Any], indent: int, style: Style) -> list[str]:
    return [line for key, item in value.items() for line in pair(_key(key), item, indent, style)]


def _key(key: Any) -> str:
    return scalar(key) if isinstance(key, str) and key else json.dumps(key)


def pair(key: str, value: Any, indent: int, style: Style) -> list[str]:
    """The lines of one key and its value in block form."""
    head = f"{' ' * indent}{key}:"
    if isinstance(value, dict) and value:
        return [head, *pairs(value, indent + style.step, style)]
    if isinstance(value, list) and value:
        return [head, *(line for v in value for line in item(v, indent + style.dash, style))]
    if is_literal(value):
        mark = "|" if value.endswith("\n") else "|-"
        pad = " " * (indent + style.step)
        body = [f"{pad}{line}" if line else "" for line in value.removesuffix("\n").split("\n")]
        return [f"{head} {mark}", *body]
    return [f"{head} {inline(value)}"]


def item(value: Any, indent: int, style: Style) -> list[str]:
    """The lines of one item of a block list whose dash stands at column `indent`."""
    if isinstance(value, dict) and value:
        lines = pairs(value, indent + 2, style)
        return [f"{' ' * indent}- {lines[0].lstrip()}", *lines[1:]]
    return [f"{' ' * indent}- {inline(value)}"]


def is_literal(value: Any) -> bool:
    """Whether a text is written as lines below a `|`."""
    if not isinstance(value, str) or "\n" not in value:
        return False
    plain = all(line.isprintable() for line in value.split("\n"))
    return plain and not value.startswith((" ", "\n")) and not value.endswith("\n\n")


def inline(value: Any, inside: bool = False) -> str:
    """A value on one line; `inside` brackets a plain text may hold none of their marks."""
    if isinstance(value, str):
        plain = scalar(value)
        if inside and set(plain) & set(",[]{}"):
            return quoted(value)
        return plain
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_key(k)}: {inline(v, True)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(inline(item, True) for item in value) + "]"
    return json.dumps(value)
