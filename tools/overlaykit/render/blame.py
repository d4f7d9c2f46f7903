"""Kustomize's error message, turned into the file and line to mend.

Kustomize names files by machine path and patches by object id; what it means is looked up in the
graph, which knows the place of every reference.
"""

import re
from collections.abc import Iterator
from pathlib import Path as DiskPath

from overlaykit.render.objects import Object
from overlaykit.repo.broken import broken
from overlaykit.repo.graph import Broken, Graph
from overlaykit.repo.kustomization import NAMES, Kustomization
from overlaykit.repo.tree import join
from overlaykit.source import Document, Place, mappings


def blame(graph: Graph, folder: str, error: str) -> Broken:
    """The place to mend for the error that building `folder` gave."""
    error = error.replace('\\"', '"')
    short = shorten(error, graph.tree.root)
    static = list(broken(graph, folder))
    for found in static:
        if found.wanted and found.wanted in error:
            return found
    if static:
        return static[0]
    for explain in _EXPLAIN:
        place = explain(graph, folder, error)
        if place:
            return Broken(place, f"Kustomize refuses: {short}", _fix(error))
    kustomization = graph.kustomizations.get(folder)
    place = Place(kustomization.file) if kustomization else Place(join(folder, NAMES[0]))
    return Broken(place, f"Kustomize refuses: {short}", _fix(error))


def shorten(error: str, root: DiskPath) -> str:
    """One line without machine paths; of Kustomize's nested messages the innermost."""
    text = " ".join(error.replace(f"{root}/", "").replace(str(root), ".").split())
    text = re.sub(r"trouble configuring builtin (\w+) with config: `.*?`: ", r"\1: ", text)
    nested = re.compile(r"accumulateDirectory: \"recursed accumulation of path '[^']*': (.*)\"")
    while nested.search(text):
        text = nested.sub(r"\1", text)
    text = re.sub(r"^(?:accumulating (?:resources|components): )+", "", text)
    # Kustomize tries an entry as a file and as a folder, and tells of both failures.
    tried = re.search(r"accumulation err='accumulating resources from '[^']*': (.*)", text)
    if tried:
        as_file, _, as_folder = tried[1].partition("': ")
        text = as_file if "must resolve to a file" not in tried[1] else _last(tried[1])
        text = text if as_folder or text else tried[1]
    return text if len(text) <= 400 else text[:397] + "..."


def _last(text: str) -> str:
    """What stands after the last quoted path: the reason itself."""
    found = re.search(r"(?:may not add resource|cycle detected).*", text)
    return found[0] if found else text.rsplit("': ", 1)[-1]


def _fix(error: str) -> str:
    if "no matches for Id" in error:
        return "match the kind, name, namespace and API group of an object that is rendered here"
    if "already registered id" in error:
        return "list the object once, or change it with a patch"
    if "nothing selected" in error or "in replacement target" in error:
        return "select an object and a field that are rendered here"
    return "mend what Kustomize names"


def _patch_documents(
    graph: Graph, folder: str
) -> Iterator[tuple[Kustomization, Place, Document | None, str]]:
    """Every patch of the chain: where it is listed, its document, the path or empty text."""
    for kustomization in graph.closure(folder):
        for patch in kustomization.patches:
            documents = patch.inline
            if patch.path is not None:
                path = join(kustomization.folder, patch.path)
                documents = graph.tree.documents_or_none(path)
            for document in documents:
                yield kustomization, patch.place, document, patch.path or ""
            if not documents:
                yield kustomization, patch.place, None, patch.path or ""


def _unmatched_patch(graph: Graph, folder: str, error: str) -> Place | None:
    """`no matches for Id Kind.version.group/name.namespace`: the patch that names that object."""
    found = re.search(r"no matches for Id ([^;\s]+)", error)
    if not found:
        return None
    wanted = found[1]
    for _, listed, document, _ in _patch_documents(graph, folder):
        data = document.data if document is not None else None
        if isinstance(data, dict) and _object_id(Object(data)) == wanted:
            assert document is not None
            return document.place_of(("metadata", "name")) or listed
    return None


def _object_id(obj: Object) -> str:
    """An object's id as Kustomize prints it (source: kyaml/resid, ResId.String)."""
    version = obj.api_version.rpartition("/")[2] or "[noVer]"
    gvk = f"{obj.kind}.{version}.{obj.group or '[noGrp]'}"
    return f"{gvk}/{obj.name or '[noName]'}.{obj.namespace or '[noNs]'}"


def _unparsed_patch(graph: Graph, folder: str, error: str) -> Place | None:
    found = re.search(r'from \[path: "([^"]+)"\]', error)
    inline = re.search(r'from \[patch: "(.*)"\]', error, re.DOTALL)
    pointer = re.search(r"(?:path|key): ?[\"']?(/[^\s:\"']+)", error)
    for _, listed, document, path in _patch_documents(graph, folder):
        if found and path == found[1]:
            return listed
        if inline and document is None and not path:
            return listed
        if pointer and document is not None and isinstance(document.data, list):
            for number, operation in enumerate(document.data):
                if isinstance(operation, dict) and str(operation.get("path")) == pointer[1]:
                    return document.place_of((number, "path"))
    return None


def _duplicate(graph: Graph, folder: str, error: str) -> Place | None:
    """`already registered id`: the last entry or file that brings the object in."""
    found = re.search(r"already registered id: ([^\s']+)", error)
    if not found:
        return None
    places = []
    for kustomization in graph.closure(folder):
        for name in graph.manifests(kustomization.folder):
            for document in graph.tree.documents_or_none(name):
                if (
                    isinstance(document.data, dict)
                    and _object_id(Object(document.data)) == found[1]
                ):
                    places.append(document.place_of(("metadata", "name")) or document.place())
    if len(places) == 1:
        return _listed_twice(graph, folder, places[0].file) or places[0]
    return places[-1] if places else None


def _listed_twice(graph: Graph, folder: str, name: str) -> Place | None:
    """The second entry by which one file comes in."""
    seen: set[str] = set()
    for kustomization in graph.closure(folder):
        for entry in kustomization.entries:
            path = graph.target(kustomization, entry)
            if path is None:
                continue
            inside = path == name or (graph.is_build(path) and name in graph.files(path))
            if inside and entry.field in ("resources", "bases"):
                if path in seen:
                    return entry.place
                seen.add(path)
    return None


def _replacement(graph: Graph, folder: str, error: str) -> Place | None:
    source = re.search(r"fieldPath `([^`]+)` is missing for replacement source (\w+)", error)
    if source:
        return _source(graph, folder, source[1], source[2])
    field = re.search(r'(?:unable to find field|fieldPath) "([^"]+)"', error)
    if not field and "nothing selected by" not in error and "replacement" not in error:
        return None
    for kustomization in graph.closure(folder):
        if kustomization.node("replacements") is None:
            continue
        for name in (kustomization.file, *graph.files(kustomization.folder)):
            text = graph.tree.text(name) if name.endswith((".yaml", ".yml")) else ""
            for number, line in enumerate(text.splitlines(), 1):
                if field and field[1] in line:
                    return Place(name, number, line.index(field[1]) + 1)
        return kustomization.place("replacements")
    return None


def _source(graph: Graph, folder: str, field: str, kind: str) -> Place | None:
    """Where the object that a replacement reads from should have the field."""
    for kustomization in graph.closure(folder):
        for name in graph.manifests(kustomization.folder):
            for document in graph.tree.documents_or_none(name):
                if isinstance(document.data, dict) and document.data.get("kind") == kind:
                    return document.nearest(tuple(field.split(".")))
    return None


def _repeated_key(graph: Graph, folder: str, error: str) -> Place | None:
    """`mapping key "x" already defined`: the file and line, which Kustomize does not name."""
    found = re.search(r'line (\d+): mapping key "([^"]+)" already defined', error)
    if not found:
        return None
    for name in graph.yaml_files(folder):
        for document in graph.tree.documents_or_none(name):
            for mapping in mappings(document.node):
                keys = [key for key, _ in mapping.value if str(key.value) == found[2]]
                if len(keys) > 1:
                    return document.place(keys[1])
    return None


def _named_file(graph: Graph, folder: str, error: str) -> Place | None:
    """The deepest file of the chain that the message names, at the line it names."""
    line = re.search(r"line (\d+)", error)
    best = None
    for name in graph.files(folder):
        if _mentions(error, name, graph.tree.root):
            best = name
    if best is None:
        return None
    return Place(best, int(line[1]) if line else 1)


def _mentions(error: str, name: str, root: DiskPath) -> bool:
    if name.rpartition("/")[2] in NAMES:
        return str(root / name) in error
    base = re.escape(name.rpartition("/")[2])
    return re.search(rf"(?:^|[\s'\"/\[]){base}(?:$|[\s'\":\]])", error) is not None


_EXPLAIN = (
    _unmatched_patch,
    _unparsed_patch,
    _duplicate,
    _repeated_key,
    _replacement,
    _named_file,
)
