"""Rendered objects: Kubernetes objects with the parts everybody asks for."""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any

from msgspec import Struct

from overlaykit.render.engine import Render
from overlaykit.source import Document, Path, parse


class Object(Struct, dict=True):
    """One Kubernetes object as it will be applied; `kubernetes`: its cluster's minor, if known.

    A `draft` is an object of a folder that did not build, as its file has it before any patch.
    """

    data: dict[str, Any]
    kubernetes: str = ""
    draft: bool = False
    text_digest: str = ""

    def __post_init__(self) -> None:
        # Asked for so often that a property costs.
        self.api_version = str(self.data.get("apiVersion", ""))
        self.kind = str(self.data.get("kind", ""))
        # The API group; empty for the core group.
        self.group = self.api_version.rpartition("/")[0]

    @property
    def metadata(self) -> dict[str, Any]:
        found = self.data.get("metadata")
        return found if isinstance(found, dict) else {}

    @property
    def name(self) -> str:
        return str(self.metadata.get("name", ""))

    @property
    def namespace(self) -> str:
        return str(self.metadata.get("namespace") or "")

    @property
    def annotations(self) -> dict[str, Any]:
        found = self.metadata.get("annotations")
        return found if isinstance(found, dict) else {}

    @property
    def kind_and_name(self) -> tuple[str, str]:
        return self.kind, self.name

    @property
    def label(self) -> str:
        """Kind/namespace/name, or Kind/name without a namespace."""
        return "/".join(part for part in (self.kind, self.namespace, self.name) if part)

    @cached_property
    def digest(self) -> str:
        """The same for objects that are the same to the letter."""
        text = self.text_digest or json.dumps(self.data, sort_keys=True, default=str)
        return hashlib.sha256(f"{self.kubernetes}\0{self.draft}\0{text}".encode()).hexdigest()

    def get(self, *path: str | int) -> Any:
        """The value at a path, None where it is not set."""
        value: Any = self.data
        for step in path:
            if isinstance(value, dict):
                value = value.get(step)
            elif isinstance(value, list) and isinstance(step, int) and step < len(value):
                value = value[step]
            else:
                return None
        return value


def object_of(document: Document) -> Object:
    """The object that a document writes; an empty one where it writes something else."""
    return Object(document.data if isinstance(document.data, dict) else {})


def objects(documents: Iterable[Any], kubernetes: str = "") -> Iterator[Object]:
    """The objects among parsed documents; a `List` gives its items."""
    for data in documents:
        if not isinstance(data, dict):
            continue
        if data.get("kind") == "List" and isinstance(data.get("items"), list):
            yield from objects(data["items"], kubernetes)
        else:
            yield Object(data, kubernetes)


class Reader:
    """Reads renders; a document that many of them share is parsed once, by its text."""

    def __init__(self) -> None:
        self._seen: dict[str, list[Object]] = {}

    def read(self, render: Render, kubernetes: str) -> list[Object]:
        """The objects of a render. Raises SyntaxProblem."""
        if render.objects is None:
            return self._parsed(render.text, kubernetes)
        found = []
        for digest, data in render.objects:
            shared = self._seen.setdefault(digest, list(objects([data])))
            found += _shared(shared, digest, kubernetes)
        return found

    def _parsed(self, text: str, kubernetes: str) -> list[Object]:
        found = []
        for document in split(text):
            digest = hashlib.sha256(document.encode()).hexdigest()
            if digest not in self._seen:
                self._seen[digest] = list(objects(parse(document)))
            found += _shared(self._seen[digest], digest, kubernetes)
        return found


def _shared(found: list[Object], digest: str, kubernetes: str) -> list[Object]:
    name = digest if len(found) == 1 else ""
    return [Object(one.data, kubernetes, text_digest=name) for one in found]


def split(text: str) -> list[str]:
    """The documents of rendered text, each as it stands there."""
    return [part for part in re.split(r"^---\n", text, flags=re.MULTILINE) if part.strip()]


def strings(value: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Every string below a value with its path."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from strings(item, (*path, str(key)))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from strings(item, (*path, number))


def dotted(path: Path) -> str:
    """A path as people write it: spec.containers[0].image; a key with dots in brackets."""
    text = ""
    for step in path:
        if isinstance(step, int) or "." in step or "/" in step:
            text += f"[{step}]"
        else:
            text += f".{step}" if text else step
    return text
