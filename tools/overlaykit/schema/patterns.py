"""Go's regular expressions in the language that JSON schema engines share.

CRD patterns are Go's. Of what Go has and ECMA 262 has not, CRDs use the inline flag `(?i)`.
"""

import re
from collections.abc import Callable
from typing import Any

_IGNORE_CASE = re.compile(r"^(\^?)\(\?i\)")
# An escaped character, a whole character class, or one letter.
_PIECE = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]|[A-Za-z]", re.DOTALL)


def portable(pattern: str) -> str:
    """`pattern` with a leading `(?i)` spelled out: `^(?i)ab$` is `^[aA][bB]$`."""
    found = _IGNORE_CASE.match(pattern)
    if not found:
        return pattern
    return found.group(1) + _PIECE.sub(_either_case, pattern[found.end() :])


def _either_case(found: re.Match[str]) -> str:
    text = found.group()
    if text.startswith("\\"):
        return text
    if text.startswith("["):
        return text[:-1] + _ranges(text[1:-1]) + "]"
    return f"[{text.lower()}{text.upper()}]"


def _ranges(inside: str) -> str:
    """What a class must also hold so that both cases match: its ranges and letters, swapped."""
    ranges: list[str] = re.findall(r"[a-z]-[a-z]|[A-Z]-[A-Z]", inside)
    rest = re.sub(r"\\.|[a-zA-Z]-[a-zA-Z]", "", inside)
    return "".join(part.swapcase() for part in [*ranges, *re.findall(r"[A-Za-z]", rest)])


def repair(schema: Any, works: Callable[[str], bool]) -> Any:
    """`schema` with every pattern made portable, and one that still does not work left out."""
    if isinstance(schema, list):
        return [repair(child, works) for child in schema]
    if not isinstance(schema, dict):
        return schema
    repaired = {key: repair(value, works) for key, value in schema.items()}
    if isinstance(repaired.get("pattern"), str):
        repaired["pattern"] = portable(repaired["pattern"])
        if not works(repaired["pattern"]):
            del repaired["pattern"]
    return repaired
