"""One kustomization file: what it refers to, entry by entry, each with its place."""

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any, TypeGuard

from msgspec import Struct
from msgspec import field as with_default
from yaml.nodes import Node, ScalarNode

from overlaykit.source import (
    Document,
    Path,
    Place,
    SyntaxProblem,
    child,
    elements,
    embedded,
    scalars,
)

NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")
REMOTE = re.compile(
    r"^(?:[a-z+]+://|git::|git@|[\w.-]+@[\w.-]+:|(?:www\.)?github\.com[:/])|\?ref=|\.git(?:$|//|\?|/)"
)
# Lists of paths; in the second group an entry may be inline YAML instead of a path.
_PATH_LISTS = ("resources", "bases", "components", "crds", "configurations")
_INLINE_LISTS = ("patchesStrategicMerge", "generators", "transformers", "validators")
_PATH_OBJECTS = ("patches", "patchesJson6902", "replacements")
_GENERATORS = ("configMapGenerator", "secretGenerator")
# Fields that Kustomize reads as text and nothing else; "*" is any key or position.
_TEXTS: tuple[tuple[str, ...], ...] = (
    *((key,) for key in ("namePrefix", "nameSuffix", "namespace")),
    *(("images", "*", key) for key in ("name", "newName", "newTag", "digest")),
    *((key, "*") for key in ("commonLabels", "commonAnnotations", "resources", "components")),
    *(("labels", "*", "pairs", "*"), ("replicas", "*", "name")),
    *((key, "*", below) for key in _GENERATORS for below in ("name", "namespace")),
    *((key, "*", "literals", "*") for key in _GENERATORS),
)


class Entry(Struct, frozen=True):
    """A reference of a kustomization: its field, the text as written, and where."""

    field: str
    text: str
    place: Place

    @property
    def remote(self) -> bool:
        return bool(REMOTE.search(self.text))


class Patch(Struct):
    """A patch as it stands in a kustomization: a file or inline, with or without a target."""

    field: str
    place: Place
    path: str | None = None
    inline: list[Document] = with_default(default_factory=list)
    target: dict[str, Any] | None = None


class Kustomization(Struct, dict=True):
    folder: str
    file: str
    document: Document

    @property
    def data(self) -> dict[str, Any]:
        return self.document.data if isinstance(self.document.data, dict) else {}

    @property
    def is_component(self) -> bool:
        return self.data.get("kind") == "Component"

    def node(self, name: str) -> Node | None:
        found = child(self.document.node, name)
        return found[1] if found else None

    def place(self, name: str) -> Place:
        """The place of a top-level field's key, else of the file."""
        return self.document.place_of((name,), key=True) or Place(self.file)

    @cached_property
    def entries(self) -> list[Entry]:
        """Every reference to a file or folder, in the order of the file's fields."""
        return list(self._entries())

    def _entries(self) -> Iterator[Entry]:
        for name in (*_PATH_LISTS, *_INLINE_LISTS):
            for node in elements(self.node(name)):
                if _is_text(node) and not _is_inline(node):
                    yield self._entry(name, node)
        for name in _PATH_OBJECTS:
            for node in elements(self.node(name)):
                yield from self._scalar(name, node, "path")
        yield from self._scalar("openapi", self.node("openapi"), "path")
        for name in _GENERATORS:
            for node in elements(self.node(name)):
                yield from self._generator(name, node)
        for node in elements(self.node("helmCharts")):
            yield from self._scalar("helmCharts", node, "valuesFile")
            found = child(node, "additionalValuesFiles")
            for value in elements(found[1] if found else None):
                if isinstance(value, ScalarNode):
                    yield self._entry("helmCharts", value)

    def _entry(self, name: str, node: ScalarNode) -> Entry:
        return Entry(name, node.value, self.document.place(node))

    def _scalar(self, name: str, node: Node | None, key: str) -> Iterator[Entry]:
        found = child(node, key) if node is not None else None
        if found and _is_text(found[1]):
            yield self._entry(name, found[1])

    def _generator(self, name: str, node: Node) -> Iterator[Entry]:
        yield from self._scalar(name, node, "env")
        for key in ("files", "envs"):
            found = child(node, key)
            for value in elements(found[1] if found else None):
                if isinstance(value, ScalarNode):
                    path = value.value.split("=", 1)[-1] if key == "files" else value.value
                    yield Entry(name, path, self.document.place(value))

    @cached_property
    def patches(self) -> list[Patch]:
        """Its patches in the order in which Kustomize applies them.

        Source: kustomize api, internal/target/kusttarget_configplugin.go (configureBuiltin*).
        """
        found = []
        for name in ("patchesStrategicMerge", "patches", "patchesJson6902"):
            for node in elements(self.node(name)):
                found.append(self._patch(name, node))
        return found

    def _patch(self, name: str, node: Node) -> Patch:
        patch = Patch(name, self.document.place(node))
        if isinstance(node, ScalarNode):
            if _is_inline(node):
                patch.inline = self._inline(node)
            else:
                patch.path = node.value
            return patch
        path, inline, target = child(node, "path"), child(node, "patch"), child(node, "target")
        if path and isinstance(path[1], ScalarNode):
            patch.path = path[1].value
        if inline and isinstance(inline[1], ScalarNode):
            patch.inline = self._inline(inline[1])
        if target:
            data = Document(self.file, target[1], self.document.text).data
            patch.target = data if isinstance(data, dict) else {}
        return patch

    def _inline(self, node: ScalarNode) -> list[Document]:
        try:
            return embedded(self.document, node)
        except SyntaxProblem:
            return []

    @cached_property
    def mistyped(self) -> list[tuple[Path, ScalarNode]]:
        """Numbers and booleans where Kustomize reads text, which it refuses."""
        found = []
        for path, node in scalars(self.document.node):
            is_text = node.tag in ("tag:yaml.org,2002:str", "tag:yaml.org,2002:null")
            if not is_text and any(_fits(path, pattern) for pattern in _TEXTS):
                found.append((path, node))
        return found

    @property
    def needs_plugins(self) -> bool:
        """Whether a listed generator, transformer or validator may run a program."""
        return any(self.node(name) for name in ("generators", "transformers", "validators"))

    @property
    def inflates_helm(self) -> bool:
        charts = [self.data.get("helmCharts"), self.data.get("helmChartInflationGenerator")]
        return any(isinstance(c, list) and any(isinstance(i, dict) for i in c) for c in charts)


def _fits(path: Path, pattern: tuple[str, ...]) -> bool:
    if len(path) != len(pattern):
        return False
    return all(want in ("*", step) for step, want in zip(path, pattern, strict=True))


def _is_inline(node: ScalarNode) -> bool:
    return "\n" in node.value or node.value.lstrip().startswith("{")


def _is_text(node: Node) -> TypeGuard[ScalarNode]:
    """Whether a node is a string that says something; Kustomize refuses other scalars itself."""
    return isinstance(node, ScalarNode) and node.tag == "tag:yaml.org,2002:str" and bool(node.value)
