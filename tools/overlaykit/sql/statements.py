"""The statements of a text, and what every reader of one needs."""

from msgspec import Struct

from overlaykit.sql.tokens import Token, inside, scan, telling

Name = tuple[str, ...]


class Option(Struct, frozen=True):
    """`'key' = 'value'`, with the offset of each."""

    key: str
    value: str
    key_start: int
    start: int


Options = dict[str, Option]


class Statement(Struct, frozen=True):
    """One statement without its semicolon; `tokens` are those that mean something.

    The INSERTs of a statement set are statements of their own, `in_set`. `start` and `end`: the
    part of the text that it is cut from, semicolon included.
    """

    tokens: tuple[Token, ...]
    start: int
    end: int
    in_set: bool = False

    def says(self, *words: str) -> bool:
        """Whether it begins with these words."""
        return [one.upper for one in self.tokens[: len(words)]] == list(words)


def split(text: str) -> list[Statement]:
    """The statements of a text in their order; what they are cut from makes up the text."""
    found: list[Statement] = []
    current: list[Token] = []
    start, in_set = 0, False
    tokens = scan(text)
    for token in tokens:
        if token.kind == "symbol" and token.text == ";":
            in_set = _add(found, current, start, token.end, in_set)
            current, start = [], token.end
        else:
            current.append(token)
    if start < len(text):
        _add(found, current, start, len(text), in_set)
    return found


def _add(found: list[Statement], tokens: list[Token], start: int, end: int, in_set: bool) -> bool:
    """Add a statement; returns whether a statement set is open behind it."""
    rest = telling(tokens)
    words = [one.upper for one in rest[:4]]
    if words[:3] == ["BEGIN", "STATEMENT", "SET"]:
        in_set = True
    elif words == ["EXECUTE", "STATEMENT", "SET", "BEGIN"]:
        in_set, rest = True, rest[4:]
    elif words == ["END"]:
        in_set = False
    found.append(Statement(tuple(rest), start, end, in_set))
    return in_set


class Cursor:
    """A position in the tokens of a statement; what is not there is left where it is."""

    def __init__(self, tokens: tuple[Token, ...] | list[Token], at: int = 0) -> None:
        self.tokens, self.at = tokens, at

    def peek(self, ahead: int = 0) -> Token | None:
        at = self.at + ahead
        return self.tokens[at] if at < len(self.tokens) else None

    def next_is(self, *texts: str) -> bool:
        """Whether these words or symbols come next."""
        ahead = [self.peek(number) for number in range(len(texts))]
        return [one.upper if one else "" for one in ahead] == list(texts)

    def skip(self, *texts: str) -> bool:
        """Go beyond these words or symbols, if they come next."""
        found = self.next_is(*texts)
        self.at += len(texts) if found else 0
        return found

    def name(self) -> tuple[Name, Token] | None:
        """A name of one or more parts, and its first token."""
        first = self.peek()
        if first is None or not first.is_name:
            return None
        parts = [first.value]
        self.at += 1
        while (dot := self.peek()) and dot.text == "." and (part := self.peek(1)) and part.is_name:
            parts.append(part.value)
            self.at += 2
        return tuple(parts), first

    def options(self) -> Options:
        """`( 'key' = 'value', … )`; empty where that does not come next."""
        found: Options = {}
        if not self.skip("("):
            return found
        while (key := self.peek()) is not None and key.text != ")":
            equals, value = self.peek(1), self.peek(2)
            if key.kind == "string" and equals and equals.text == "=" and value:
                if value.kind == "string":
                    found[key.value] = Option(key.value, value.value, key.start, value.start)
                self.at += 2
            self.at += 1
        self.at += 1
        return found

    def group(self) -> list[Token]:
        """What stands in the brackets that come next, without them."""
        if not self.next_is("("):
            return []
        first, depth = self.at + 1, 0
        while (token := self.peek()) is not None:
            depth += {"(": 1, ")": -1}.get(token.text, 0)
            self.at += 1
            if depth == 0:
                break
        return list(self.tokens[first : self.at - 1])

    def hints(self) -> Options:
        """The OPTIONS of the hints that come next."""
        found: Options = {}
        while (token := self.peek()) is not None and token.kind == "hint":
            self.at += 1
            within = Cursor(inside(token))
            while (one := within.peek()) is not None:
                within.at += 1
                if one.upper == "OPTIONS":
                    found |= within.options()
        return found
