"""Provenance put to the proof: change the text at a reported place and look at the render.

Strings and numbers are changed to texts of their own, many in one render: a field is proved when
its own text shows up in it. Booleans flip in renders that spell a number of their own. What these
leave open (parts of names, selectors, what makes the build fail) is changed alone.
"""

import base64
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from yaml.nodes import ScalarNode

from overlaykit.render.engines import WORKER
from overlaykit.render.objects import Object, objects
from overlaykit.render.provenance import Provenance
from overlaykit.render.workers import Request, WorkerEngine
from overlaykit.repo.graph import Graph
from overlaykit.repo.kustomization import Kustomization
from overlaykit.repo.tree import join
from overlaykit.source import Document, Place, parse, scalars
from overlaykit.source import Path as Steps

ORIGIN = "config.kubernetes.io/origin"
IDENTITY = (("apiVersion",), ("kind",), ("metadata", "name"), ("metadata", "namespace"))
OWN = (("apiVersion",), ("kind",), ("type",))  # of what a generator makes
NOTED = ("originAnnotations", "transformerAnnotations", "managedByLabel")
BATCH = 150
# An identity that patches or replacements ask for, or that another object has: the refusal is the
# effect.
ASKED = (
    *("no matches for Id", "nothing selected by", "already registered id"),
    "does not match a config",
)


@dataclass(frozen=True)
class Field:
    """One scalar of one rendered object, and the place that provenance reports for it."""

    number: int  # of the object in the render
    label: str
    path: Steps
    value: Any
    place: Place

    def __str__(self) -> str:
        return f"{self.label} {'.'.join(map(str, self.path))} = {self.value!r} @ {self.place}"


@dataclass(frozen=True)
class Token:
    """A scalar as it stands in a file: `text[start:end]`."""

    start: int
    end: int
    tag: str
    value: str
    style: str | None


def leaves(value: Any, path: Steps = ()) -> Iterator[tuple[Steps, Any]]:
    """Every scalar below a value with its path."""
    pairs: Iterable[tuple[str | int, Any]] = ()
    if isinstance(value, dict):
        pairs = value.items()
    elif isinstance(value, list):
        pairs = enumerate(value)
    elif value is not None:
        yield path, value
    for step, item in pairs:
        yield from leaves(item, (*path, step))


class Proof:
    """One built folder: its fields, and a verdict on each."""

    def __init__(self, graph: Graph, folder: str) -> None:
        self.graph, self.folder, self.root = graph, folder, graph.tree.root
        self.engine = WorkerEngine(WORKER)
        self.chain = Provenance(graph, folder)
        self._tokens: dict[str, dict[tuple[int, int], Token]] = {}

    def render(self, changes: list[Mapping[Place, str]]) -> list[list[Object] | str]:
        """Objects, or Kustomize's error, of the folder with each set of changes."""
        requests = [Request(self.folder, self._files(change)) for change in changes]
        built = self.engine.answer(self.root, requests, objects=True)
        return [r.error or list(objects(data for _, data in r.objects or ())) for r in built]

    @cached_property
    def _first(self) -> list[Object] | str:
        [found] = self.render([{}])
        return found

    @property
    def error(self) -> str | None:
        return self._first if isinstance(self._first, str) else None

    @property
    def built(self) -> list[Object]:
        assert not isinstance(self._first, str), self._first
        return self._first

    @cached_property
    def fields(self) -> list[Field]:
        return [
            Field(number, obj.label, path, value, self.chain.locate(obj, path))
            for number, obj in enumerate(self.built)
            for path, value in leaves(obj.data)
        ]

    def verdicts(self, keep: Callable[[Field], bool] = lambda _: True) -> dict[Field, str]:
        """Each field's verdict: "right", or what is wrong with its place."""
        fields = [field for field in self.fields if keep(field)]
        verdict = {f: "no scalar there" for f in fields if self.token(f.place) is None}
        rest = [f for f in fields if f not in verdict]
        flags = [f for f in rest if self._is_flag(f.place)]
        texts = [f for f in rest if f.path not in IDENTITY and not self._is_flag(f.place)]
        right = {*self._flipped(flags), *self._marked(texts)}
        verdict |= dict.fromkeys(right, "right")
        return verdict | self._alone([f for f in rest if f not in right])

    def excuse(self, field: Field, verdict: str) -> str:
        """Why no text changes a field, or its place is one that we do not follow; "" without."""
        read = self.chain.read(self.built[field.number])
        token = self.token(field.place)
        if read is None or verdict == "right":
            return ""
        if read.document is None and field.path in OWN and field.place == self.chain.first(read):
            return "a generated object's kind"
        if field.path[0] == "binaryData" and token and token.value.endswith(str(field.path[-1])):
            return "a file that is no text"
        if token and token.value in NOTED:
            return "what Kustomize notes of the build"
        if any(isinstance(s, Kustomization) and s.node("transformers") for s in read.steps):
            return "a transformer with a file of its own"
        return "tested by a patch" if "testing value" in verdict else ""

    def origins(self) -> list[tuple[Object, str]]:
        """Each object with the file that Kustomize says it came from."""
        [render] = self.engine.answer(self.root, [Request(self.folder, origin=True)], objects=True)
        assert render.error is None, render.error
        found = []
        for obj, (_, data) in zip(self.built, render.objects or (), strict=True):
            about = parse(Object(data).annotations[ORIGIN])[0]
            found.append((obj, join(self.folder, about.get("path") or about["configuredIn"])))
        return found

    # Changes

    def _files(self, changes: Mapping[Place, str]) -> dict[str, str]:
        found: dict[str, str] = {}
        ordered = sorted(((p, self._token(p), new) for p, new in changes.items()), key=_backwards)
        for place, token, new in ordered:
            text = found.get(place.file, self.graph.tree.text(place.file))
            found[place.file] = text[: token.start] + new + text[token.end :]
        return found

    def _token(self, place: Place) -> Token:
        token = self.token(place)
        assert token is not None, place
        return token

    def token(self, place: Place) -> Token | None:
        """The scalar at a place, None where there is none."""
        if place.file not in self._tokens:
            self._tokens[place.file] = tokens(self.graph, place.file)
        return self._tokens[place.file].get((place.line, place.column))

    def _others(self, place: Place) -> list[str]:
        """Other texts for a place, each of another part of it changed."""
        token = self._token(place)
        return [flipped(token)] if self._is_flag(place) else parts(token)

    def _is_flag(self, place: Place) -> bool:
        return self._token(place).tag.endswith(":bool")

    # Proofs

    def _marked(self, fields: list[Field]) -> Iterator[Field]:
        """Fields in which the text of their own place shows up."""
        places = sorted({field.place for field in fields})
        marks = {place: number for number, place in enumerate(places, 1)}
        for start in range(0, len(places), BATCH):
            part = {p: marks[p] for p in places[start : start + BATCH]}
            wanted = [field for field in fields if field.place in part]
            yield from self._marked_in(part, wanted)

    def _marked_in(self, marks: dict[Place, int], fields: list[Field]) -> Iterator[Field]:
        changes = {place: marked(self._token(place), n) for place, n in marks.items()}
        [found] = self.render([changes])
        if isinstance(found, str):
            half = len(marks) // 2
            for part in (list(marks)[:half], list(marks)[half:]) if half else ():
                some = [f for f in fields if f.place in set(part)]
                yield from self._marked_in({p: marks[p] for p in part}, some)
            return
        other = Match(self.built, found)
        for field in fields:
            number = marks[field.place]
            new = plain(other.value(field))
            if mark_text(number) in new or mark_number(number) in new:
                yield field

    def _flipped(self, fields: list[Field]) -> Iterator[Field]:
        """Fields that flip in just the renders in which their own place does."""
        places = sorted({field.place for field in fields})
        ids = {place: number for number, place in enumerate(places, 1)}
        changes = [
            {p: flipped(self._token(p)) for p in places if ids[p] >> bit & 1}
            for bit in range(len(places).bit_length())
        ]
        results = self.render(changes) if changes else []
        if any(isinstance(result, str) for result in results):
            return
        others = [Match(self.built, result) for result in results if not isinstance(result, str)]
        for field in fields:
            seen = [other.value(field) != field.value for other in others]
            if sum(on << bit for bit, on in enumerate(seen)) == ids[field.place]:
                yield field

    def _alone(self, fields: list[Field]) -> dict[Field, str]:
        """The fields' places changed one at a time, in every part of the text if need be."""
        tried = [
            (place, new)
            for place in sorted({field.place for field in fields})
            for new in self._others(place)
        ]
        results = self.render([{place: new} for place, new in tried]) if tried else []
        matches: dict[Place, list[Match | str]] = {}
        for (place, _), result in zip(tried, results, strict=True):
            match = result if isinstance(result, str) else Match(self.built, result)
            matches.setdefault(place, []).append(match)
        return {f: best_of(judged(f, match) for match in matches[f.place]) for f in fields}


def judged(field: Field, match: "Match | str") -> str:
    if isinstance(match, str):
        asked = field.path in IDENTITY and any(text in match for text in ASKED)
        return "right" if asked else f"refused: {match}"
    return "right" if match.value(field) != field.value else "no effect"


def best_of(verdicts: Iterable[str]) -> str:
    found = list(verdicts)
    return "right" if "right" in found else found[0]


def _backwards(change: tuple[Place, Token, str]) -> tuple[str, int]:
    place, token, _ = change
    return place.file, -token.start


class Match:
    """The objects of a render beside those of the same folder with changed texts."""

    def __init__(self, before: list[Object], after: list[Object]) -> None:
        self.pairs: dict[int, Object] = {}
        named = {key(obj): obj for obj in after}
        for number, obj in enumerate(before):
            if key(obj) in named:
                self.pairs[number] = named[key(obj)]
        taken = {id(obj) for obj in self.pairs.values()}
        rest = [obj for obj in after if id(obj) not in taken]
        for number, obj in enumerate(before):
            if number not in self.pairs and rest:
                best = max(rest, key=lambda other: alike(obj, other))
                rest.remove(best)
                self.pairs[number] = best

    def value(self, field: Field) -> Any:
        obj = self.pairs.get(field.number)
        return None if obj is None else obj.get(*field.path)


def key(obj: Object) -> tuple[str, ...]:
    return obj.api_version, obj.kind, obj.namespace, obj.name


def alike(one: Object, other: Object) -> int:
    """How many scalars two objects share; what they are called counts more."""
    shared = Counter(map(repr, leaves(one.data))) & Counter(map(repr, leaves(other.data)))
    same = sum(a == b or a in b or b in a for a, b in zip(key(one), key(other), strict=True))
    return sum(shared.values()) + 100 * same


# Texts


def plain(value: Any) -> str:
    """A value as text; a Secret's with what it encodes."""
    with suppress(ValueError):
        return f"{value}\n{base64.b64decode(str(value)).decode()}"
    return str(value)


def mark_text(number: int) -> str:
    return f"qz{number}x"


def mark_number(number: int) -> str:
    return str(7_000_000 + number)


def marked(token: Token, number: int) -> str:
    """Another text for a token, of its type, that holds the mark of `number`."""
    if token.tag.endswith((":int", ":float")):
        return mark_number(number)
    if re.fullmatch(r"\d+", token.value):
        return json.dumps(mark_number(number))
    mark = mark_text(number)
    if token.style == "entry":
        return token.value + mark
    if token.style in ("|", ">", "line"):
        return mark + token.value
    return json.dumps(token.value + mark, ensure_ascii=False)


def parts(token: Token) -> list[str]:
    """Texts for a token with the mark at its end, then in each of its words."""
    found = [marked(token, 1)]
    if token.tag.endswith(":str") and token.style in (None, "", "'", '"'):
        ends = [match.end() for match in re.finditer(r"\w+", token.value)]
        texts = [token.value[:end] + mark_text(1) + token.value[end:] for end in ends[:-1]]
        found += [json.dumps(text, ensure_ascii=False) for text in texts[:8]]
    return found


def flipped(token: Token) -> str:
    return "false" if token.value.lower() in ("true", "yes", "on", "y") else "true"


def tokens(graph: Graph, file: str) -> dict[tuple[int, int], Token]:
    """Every scalar of a file by line and column, those of inline patches among them."""
    text = graph.tree.text(file)
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    documents = graph.tree.documents_or_none(file)
    for kustomization in graph.kustomizations.values():
        if kustomization.file == file:
            documents = [*documents, *(d for p in kustomization.patches for d in p.inline)]
    found = {}
    for document in documents:
        for _, node in scalars(document.node):
            place = document.place(node)
            token = _token(document, node, text, starts)
            if token is not None:
                found[place.line, place.column] = token
    if not documents or not file.endswith((".yaml", ".yml", "Kustomization")):
        found = _lines(text, starts)
    return found


def _lines(text: str, starts: list[int]) -> dict[tuple[int, int], Token]:
    """A file that is no YAML: its lines."""
    found = {}
    for number, start in enumerate(starts, 1):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        found[number, 1] = Token(end, end, "tag:yaml.org,2002:str", "", "entry")
    return found


def _token(document: Document, node: ScalarNode, text: str, starts: list[int]) -> Token | None:
    if document.spots:
        # Embedded with escapes: a text goes in behind what opens it.
        line, column = document.spots[node.start_mark.index]
        place = starts[line] + column + {None: 0, "'": 1, '"': 2}.get(node.style, 0)
        return Token(place, place, node.tag, "", "line")

    def offset(mark: Any) -> int:
        column = mark.column + (
            document.column_offset if mark.line or document.column_offset else 0
        )
        return starts[mark.line + document.line_offset] + column

    start = offset(node.start_mark)
    skip = re.compile(r"(?:[&!]\S*\s+)*").match(text, start)
    start = skip.end() if skip else start
    if node.style in ("|", ">"):
        line = re.compile(r"[^\n]*\n\s*").match(text, start)
        return Token(line.end(), line.end(), node.tag, "", node.style) if line else None
    end = offset(node.end_mark)
    return Token(start, end, node.tag, node.value, node.style)
