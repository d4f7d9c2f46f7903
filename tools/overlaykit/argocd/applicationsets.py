"""The Applications that an ApplicationSet makes, as far as its generators' data are here.

Git directories and files, lists, matrices and merges are worked out as Argo CD does; a generator
that asks something living (clusters, pull requests, a plugin) is named as the reason why not.
Source: Argo CD, applicationset/generators; "Generators".
"""

import posixpath
import re
from collections.abc import Callable, Iterator
from typing import Any

from msgspec import Struct, field

from overlaykit.argocd.applications import GROUP, TEMPLATED
from overlaykit.argocd.globs import matches, matches_path
from overlaykit.argocd.templates import Missing, NotRead, fill, normalize
from overlaykit.render.objects import Object
from overlaykit.source import Path

Params = dict[str, Any]
_KINDS = ("list", "git", "matrix", "merge")


def is_application_set(obj: Object) -> bool:
    return obj.kind == "ApplicationSet" and obj.group == GROUP


class Listing(Struct, frozen=True):
    """What a generator may read: the files and folders of this repository."""

    files: list[str]
    folders: list[str]
    read: Callable[[str], list[Any]]
    is_own: Callable[[str], bool]


class Expansion(Struct):
    """What an ApplicationSet makes; `unseen`: why it could not be worked out.

    `missing`: the template's field and the expression that no generator gives a value.
    """

    applications: list[Object] = field(default_factory=list)
    unseen: str = ""
    missing: list[tuple[Path, str]] = field(default_factory=list)


class _Mode(Struct, frozen=True):
    go: bool
    strict: bool


def uses_go(obj: Object) -> bool:
    return obj.get("spec", "goTemplate") is True


def is_strict(obj: Object) -> bool:
    """Whether a missing parameter stops the ApplicationSet."""
    options = obj.get("spec", "goTemplateOptions")
    return isinstance(options, list) and "missingkey=error" in options


def expand(obj: Object, listing: Listing) -> Expansion:
    """The Applications of an ApplicationSet, or why they cannot be known."""
    template, generators = obj.get("spec", "template"), obj.get("spec", "generators")
    if not isinstance(template, dict) or not isinstance(generators, list):
        return Expansion(unseen="it has no template or no generators")
    if obj.get("spec", "templatePatch"):
        return Expansion(unseen="a templatePatch may change everything")
    mode = _Mode(uses_go(obj), is_strict(obj))
    found = Expansion()
    try:
        rows = [row for one in generators for row in _rows(one, {}, mode, listing)]
    except NotRead as error:
        return Expansion(unseen=str(error))
    except Missing as error:
        found.missing.append((("spec", "generators"), str(error)))
        return found
    for row in rows:
        _add(found, obj, template, row, mode)
    return found


def _add(found: Expansion, obj: Object, template: Params, row: Params, mode: _Mode) -> None:
    try:
        filled = fill(template, row, mode.go, mode.strict)
    except NotRead as error:
        found.unseen = f"its template is not read here ({error})"
        return
    except Missing as error:
        _note(found, ("spec", "template"), str(error))
        return
    metadata = filled.get("metadata") if isinstance(filled.get("metadata"), dict) else {}
    name = str(metadata.get("name") or "")
    if TEMPLATED.search(name):
        _note(found, ("spec", "template", "metadata", "name"), name)
        return
    # Applications live in the namespace of their ApplicationSet.
    metadata = {**metadata, "namespace": obj.namespace} if obj.namespace else metadata
    data = {"apiVersion": f"{GROUP}/v1alpha1", "kind": "Application", **filled}
    found.applications.append(Object({**data, "metadata": metadata}))


def _note(found: Expansion, at: Path, what: str) -> None:
    if (at, what) not in found.missing:
        found.missing.append((at, what))


def _rows(generator: Any, above: Params, mode: _Mode, listing: Listing) -> list[Params]:
    """The parameter sets of one generator. Raises NotRead and Missing."""
    if not isinstance(generator, dict):
        raise NotRead("a generator is no mapping")
    kinds = [key for key in generator if key != "selector"]
    if not kinds:
        return []
    if len(kinds) > 1 or kinds[0] not in _KINDS:
        raise NotRead(f"the {'/'.join(kinds)} generator needs what is not in the repository")
    kind = kinds[0]
    body = generator[kind] if isinstance(generator[kind], dict) else {}
    if body.get("template"):
        raise NotRead("a generator overrides the template")
    if above:
        body = _interpolated(body if kind in ("list", "git") else {}, body, above, mode)
    rows = _READERS[kind](body, mode, listing)
    return [row for row in rows if _selects(generator.get("selector"), row)]


def _interpolated(nested: Params, body: Params, above: Params, mode: _Mode) -> Params:
    """The second generator of a matrix, with what the first gives."""
    try:
        return {**body, **fill(nested, above, mode.go, mode.strict)}
    except Missing as error:
        raise NotRead(f"a generator uses {error}") from None


def _list(body: Params, mode: _Mode, listing: Listing) -> list[Params]:
    if body.get("elementsYaml"):
        raise NotRead("a list generator reads elementsYaml")
    if TEMPLATED.search(str(body.get("elements"))):
        raise NotRead("the elements of a list generator are templated")
    rows = []
    for element in body.get("elements") or ():
        if not isinstance(element, dict):
            raise NotRead("an element of a list generator is no mapping")
        rows.append(dict(element) if mode.go else flat(element))
    return rows


def _git(body: Params, mode: _Mode, listing: Listing) -> list[Params]:
    if TEMPLATED.search(str({k: v for k, v in body.items() if k != "values"})):
        raise NotRead("the git generator is templated")
    if not listing.is_own(str(body.get("repoURL") or "")):
        raise NotRead("the git generator reads another repository")
    if body.get("directories"):
        rows: list[tuple[Any, str, str]] = [
            ({}, path, "") for path in _picked(body["directories"], _folders(listing), False)
        ]
    else:
        files = _picked(body.get("files"), listing.files, True)
        rows = [(data, posixpath.dirname(n) or ".", n) for n in files for data in listing.read(n)]
    return [_git_row(body, data, path, name, mode) for data, path, name in rows]


def _folders(listing: Listing) -> list[str]:
    """The folders that Argo CD looks at: no hidden ones."""
    return [f for f in listing.folders if f and not any(p.startswith(".") for p in f.split("/"))]


def _picked(items: Any, names: list[str], crosses: bool) -> list[str]:
    """The names that the patterns include and none excludes; `crosses`: a star crosses `/`."""
    patterns: list[tuple[str, bool]] = []
    for item in items if isinstance(items, list) else ():
        if not isinstance(item, dict) or not isinstance(item.get("path"), str):
            raise NotRead("a git generator has an entry without path")
        patterns.append((item["path"], item.get("exclude") is True))
    chosen: dict[str, None] = {}
    for pattern, excluded in sorted(patterns, key=lambda pair: pair[1]):
        for name in names:
            hit = matches(pattern, name) if crosses else matches_path(pattern, name)
            if hit is None:
                raise NotRead(f"the pattern {pattern}")
            if hit and excluded:
                chosen.pop(name, None)
            elif hit:
                chosen[name] = None
    return sorted(chosen)


def _git_row(body: Params, data: Any, path: str, name: str, mode: _Mode) -> Params:
    if not isinstance(data, dict):
        raise NotRead(f"{name} is no mapping")
    base = posixpath.basename(path)
    about: Params = {"path": path, "basename": base, "basenameNormalized": normalize(base)}
    about["segments"] = path.split("/")
    if name:
        filename = posixpath.basename(name)
        about.update(filename=filename, filenameNormalized=normalize(filename))
    prefix = str(body.get("pathParamPrefix") or "")
    if mode.go:
        row = {**data, **({prefix: {"path": about}} if prefix else {"path": about})}
    else:
        row = {**flat(data), **_plain_path(f"{prefix}.path" if prefix else "path", about)}
    values = body.get("values")
    if isinstance(values, dict):
        filled = fill(values, row, mode.go, mode.strict)
        row.update({"values": filled} if mode.go else flat({"values": filled}))
    return row


def _plain_path(key: str, about: Params) -> Params:
    found = {f"{key}.{k}": v for k, v in about.items() if k not in ("path", "segments")}
    segments = {f"{key}[{n}]": part for n, part in enumerate(about["segments"])}
    return {key: about["path"], **found, **segments}


def _matrix(body: Params, mode: _Mode, listing: Listing) -> list[Params]:
    first, second = _two(body, 2)
    found = []
    for a in _rows(first, {}, mode, listing):
        for b in _rows(second, a, mode, listing):
            found.append(_merged(b, a))
    return found


def _merge(body: Params, mode: _Mode, listing: Listing) -> list[Params]:
    keys = body.get("mergeKeys")
    if not isinstance(keys, list) or not keys:
        raise NotRead("a merge generator has no mergeKeys")
    base, *others = _two(body, 0)
    rows = _rows(base, {}, mode, listing)
    for other in others:
        above = {_key(row, keys): row for row in _rows(other, {}, mode, listing)}
        rows = [_merged(row, above.get(_key(row, keys), {})) for row in rows]
    return rows


def _key(row: Params, keys: list[Any]) -> str:
    return repr([row.get(str(key)) for key in keys])


def _two(body: Params, exactly: int) -> list[Any]:
    generators = body.get("generators")
    if not isinstance(generators, list) or len(generators) < 2:
        raise NotRead("a matrix or merge has fewer than two generators")
    if exactly and len(generators) != exactly:
        raise NotRead("a matrix has other than two generators")
    return generators


def _merged(below: Params, above: Params) -> Params:
    found = dict(below)
    for key, value in above.items():
        under = found.get(key)
        if isinstance(under, dict) and isinstance(value, dict):
            found[key] = _merged(under, value)
        else:
            found[key] = value
    return found


_READERS: dict[str, Callable[[Params, _Mode, Listing], list[Params]]] = {
    "list": _list,
    "git": _git,
    "matrix": _matrix,
    "merge": _merge,
}


def flat(data: Params, prefix: str = "") -> Params:
    """Nested data with dotted names, every value a text, as plain templates see them."""
    found: Params = {}
    for key, value in data.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict):
            found.update(flat(value, f"{name}."))
        elif isinstance(value, list):
            found.update(flat({str(n): one for n, one in enumerate(value)}, f"{name}."))
        else:
            found[name] = str(value).lower() if isinstance(value, bool) else str(value)
    return found


def _selects(selector: Any, row: Params) -> bool:
    """Whether a label selector picks a parameter set. Raises NotRead for an unknown operator."""
    if not isinstance(selector, dict) or not selector:
        return True
    labels = flat(row)
    wanted = selector.get("matchLabels")
    pairs = wanted.items() if isinstance(wanted, dict) else ()
    if any(labels.get(str(key)) != str(value) for key, value in pairs):
        return False
    rules = selector.get("matchExpressions")
    return all(_satisfies(rule, labels) for rule in (rules if isinstance(rules, list) else ()))


def _satisfies(rule: Any, labels: Params) -> bool:
    rule = rule if isinstance(rule, dict) else {}
    value = labels.get(str(rule.get("key")))
    values = [str(one) for one in rule.get("values") or ()]
    answers = {
        "In": value in values,
        "NotIn": value not in values,
        "Exists": value is not None,
        "DoesNotExist": value is None,
    }
    if rule.get("operator") not in answers:
        raise NotRead("a selector has an unknown operator")
    return answers[rule["operator"]]


def possible_paths(obj: Object) -> Iterator[re.Pattern[str]]:
    """What the paths of the Applications look like, wherever the generators' data are."""
    for at in (("source",), ("sources",)):
        found = obj.get("spec", "template", "spec", *at)
        for source in found if isinstance(found, list) else [found]:
            path = source.get("path") if isinstance(source, dict) else None
            if isinstance(path, str):
                parts = re.split(r"\{\{.*?\}\}", path)
                yield re.compile(".*".join(re.escape(part) for part in parts))


def evidence(obj: Object, has: Callable[[str], bool]) -> Iterator[tuple[str, bool]]:
    """(URL, whether its patterns name something here) of every git generator."""
    for body in _git_bodies(obj.get("spec", "generators")):
        url = body.get("repoURL")
        for item in (*(body.get("directories") or ()), *(body.get("files") or ())):
            path = item.get("path") if isinstance(item, dict) else None
            if isinstance(url, str) and isinstance(path, str) and not TEMPLATED.search(path):
                fixed = re.split(r"[*?\[{]", path)[0].rpartition("/")[0]
                if fixed:
                    yield url, has(fixed)


def is_chosen_by_git(obj: Object, text: str) -> bool:
    """Whether a templated text is filled in from names or contents that a git generator reads."""
    generators = obj.get("spec", "generators")
    if next(_git_bodies(generators), None) is None:
        return False
    only_git = all(isinstance(one, dict) and "git" in one for one in generators)
    return only_git or re.search(r"\bpath\b", text) is not None


def _git_bodies(generators: Any) -> Iterator[Params]:
    for one in generators if isinstance(generators, list) else ():
        for key, body in one.items() if isinstance(one, dict) else ():
            if key == "git" and isinstance(body, dict):
                yield body
            elif isinstance(body, dict):
                yield from _git_bodies(body.get("generators"))
