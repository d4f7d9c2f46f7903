"""Flink SQL as tokens that put together give the text again, character by character.

What Flink's lexer takes: comments are `-- …`, `// …` and `/* … */`, which do not nest; `/*+ … */`
is a hint. Names are quoted with backticks and text with apostrophes, each doubled inside of itself;
a backslash means nothing (source: Calcite's grammar with the dialect that Flink chooses).
"""

import re
from collections.abc import Iterable, Iterator
from itertools import chain, islice, repeat

from msgspec import Struct

_TOKEN = re.compile(
    r"""
      (?P<space>\s+)
    | (?P<hint>/\*\+(?:'[^']*'|[^'])*?\*/)
    | (?P<comment>--[^\n]*|//[^\n]*|/\*(?!\+).*?\*/)
    | (?P<hash>\#[^\n]*)
    | (?P<string>(?:[Uu]&)?'(?:[^']|'')*')
    | (?P<name>`(?:[^`]|``)*`)
    | (?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
    | (?P<placeholder>\$\{[^}'`]*\})
    | (?P<word>[^\W\d][\w$]*|\$[\w$]*)
    | (?P<symbol>.)
    """,
    re.DOTALL | re.VERBOSE,
)
_OPEN = {"'": "text", "`": "a quoted name", "/": "a comment"}
# Characters that no token of Flink begins with.
_FOREIGN = {
    "@": "no name begins with it",
    "&": "AND is the word",
    "~": "it has no bit operators",
    "\\": "an apostrophe inside of text is doubled",
    '"': "names stand in backticks, text in apostrophes",
}


class Token(Struct, frozen=True):
    """A piece of a text; `start` is its offset there."""

    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)

    @property
    def is_name(self) -> bool:
        """Whether it may name something: a word, also one that is reserved, or in backticks."""
        return self.kind in ("word", "name")

    @property
    def upper(self) -> str:
        """A bare word in capitals; other tokens as they are."""
        return self.text.upper() if self.kind == "word" else self.text

    @property
    def value(self) -> str:
        """What a quoted token says, without its quotes."""
        if self.kind in ("string", "name"):
            quote = self.text[-1]
            return self.text[self.text.index(quote) + 1 : -1].replace(quote * 2, quote)
        return self.text


class Lexical(Struct, frozen=True):
    """A place that Flink's lexer stops at, and why."""

    start: int
    text: str
    why: str


def scan(text: str, start: int = 0) -> list[Token]:
    """Every token of a text, spaces and comments too; offsets count from `start`."""
    return [
        Token(str(found.lastgroup), found[0], start + found.start())
        for found in _TOKEN.finditer(text)
    ]


# What the statements of a script begin with, as far as scripts begin with them.
_BEGINNINGS = frozenset(
    {"CREATE", "SET", "INSERT", "EXECUTE", "BEGIN", "USE", "DROP", "ADD", "LOAD", "ALTER", "RESET"}
)


def is_script(text: str) -> bool:
    """Whether a text begins as SQL does; a shell knows `set` as well."""
    if text.startswith("#!"):
        return False
    found = (Token(str(one.lastgroup), one[0], one.start()) for one in _TOKEN.finditer(text))
    first, second = islice(chain(_telling(found), repeat(None)), 2)
    begins = first is not None and first.kind == "word" and first.upper in _BEGINNINGS
    return begins and second is not None and second.kind in ("word", "string", "placeholder")


def telling(tokens: list[Token]) -> list[Token]:
    """Without spaces and comments, nor what somebody took for a comment."""
    return list(_telling(tokens))


def _telling(tokens: Iterable[Token]) -> Iterator[Token]:
    return (one for one in tokens if one.kind not in ("space", "comment", "hash"))


def inside(hint: Token) -> list[Token]:
    """The tokens inside of a hint."""
    return telling(scan(hint.text[3:-2], hint.start + 3))


def refused(tokens: list[Token]) -> Iterator[Lexical]:
    """What Flink's lexer does not take; nothing behind the first quote that is never closed."""
    for number, token in enumerate(tokens):
        if token.kind == "hash":
            yield Lexical(token.start, "#", "a comment begins with --")
        if token.kind != "symbol":
            continue
        if token.text in _FOREIGN:
            yield Lexical(token.start, token.text, _FOREIGN[token.text])
        after = tokens[number + 1] if number + 1 < len(tokens) else None
        if token.text == "/" and not (after and after.text[:1] == "*"):
            continue
        if token.text in _OPEN:
            yield Lexical(token.start, token.text, f"{_OPEN[token.text]} is never closed")
            return
