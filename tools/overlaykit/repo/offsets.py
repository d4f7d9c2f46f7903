"""Where each character of a text stands in the file that it was written in.

The text of a YAML value is folded, indented or escaped there; the text of a file is as it is.
"""

from overlaykit.source import Place

Spots = list[tuple[int, int]]
_SPACES = " \t\r\n"
# What may follow a backslash and stands for a space of some kind.
_ESCAPED_SPACES = "nrt \n\r\t"


def spots(raw: str, at: Place, text: str, is_yaml: bool = True) -> Spots | None:
    """The line and column (from 1) of each character; None where the text is not found there."""
    start = start_of(raw, at)
    if not is_yaml:
        return _aligned(raw, start, text, "")
    style = raw[start : start + 1]
    quote = style if style in ("'", '"') else ""
    if style in ("|", ">"):
        start = raw.find("\n", start)
    elif quote:
        start += 1
    # A literal of a generator: key=text.
    literal = raw.find("=", start) + 1
    return _aligned(raw, start, text, quote) or _aligned(raw, literal, text, quote)


def start_of(raw: str, at: Place) -> int:
    """The offset of a place."""
    start = 0
    for _ in range(at.line - 1):
        start = raw.find("\n", start) + 1
    return start + at.column - 1


def _aligned(raw: str, start: int, text: str, quote: str) -> Spots | None:
    """Both texts side by side: all but spaces, and what quotes and escapes add, is the same."""
    found: list[int] = []
    here = start
    for char in text:
        if char in _SPACES:
            found.append(here)
            continue
        while here < len(raw) and (raw[here] != char or _is_escape(raw, here, quote)):
            step = _skipped(raw, here, quote)
            if not step:
                return None
            here += step
        if here >= len(raw):
            return None
        found.append(here)
        here += 1
    return _places(raw, found)


def _is_escape(raw: str, here: int, quote: str) -> bool:
    """Whether a backslash stands for the character behind it."""
    return quote == '"' and raw[here] == "\\" and raw[here + 1 : here + 2] not in ("\\", "")


def _skipped(raw: str, here: int, quote: str) -> int:
    """How many characters of the file stand for nothing, or a space; 0 where they do for more."""
    if raw[here] in _SPACES:
        return 1
    if quote == '"' and raw[here] == "\\":
        return 2 if raw[here + 1 : here + 2] in _ESCAPED_SPACES else 1
    return 1 if quote == "'" and raw[here] == "'" else 0


def _places(raw: str, offsets: list[int]) -> Spots:
    found: Spots = []
    line, begin, seen = 1, 0, 0
    for offset in offsets:
        newlines = raw.count("\n", seen, offset)
        if newlines:
            line, begin = line + newlines, raw.rfind("\n", 0, offset) + 1
        elif seen == 0:
            begin = raw.rfind("\n", 0, offset) + 1
        seen = max(seen, offset)
        found.append((line, offset - begin + 1))
    return found
