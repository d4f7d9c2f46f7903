"""What has to be text is written so that YAML reads it as text.

Without quotes, YAML 1.1 reads `yes`, `on` and `y` as true, `0777` as 511 and `1.10` as the number
1.1. Where text is required, the API server (or Kustomize) refuses the value; and quoted by a
program that read it first, a version 1.10 has become 1.1. What Kustomize renders is judged: it
keeps the quotes of the value that a patch replaces.

Bad:
    # file: overlays/dev/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - settings.yaml
    # file: overlays/dev/settings.yaml
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: settings
    data:
      version: 1.10  # <- here

Good:
    # file: overlays/dev/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - settings.yaml
    # file: overlays/dev/settings.yaml
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: settings
    data:
      version: "1.10"

Source: YAML 1.1, the types bool, int and float; sigs.k8s.io/yaml.
"""

import re
from collections.abc import Iterator
from typing import Any

from yaml.nodes import ScalarNode

from overlaykit import disk
from overlaykit.edit import splice
from overlaykit.findings import Edit, Problem
from overlaykit.render.objects import Object, dotted
from overlaykit.repo.world import Unit, World
from overlaykit.source import Path, Place, SyntaxProblem, load

LEVEL = "error"

_TOKEN = re.compile(r"[^\s#,\[\]{}\"'&*!|>][^\s,\]}]*")


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    if unit.broken is not None:
        yield from _kustomizations(unit, world)
    for obj in unit.objects:
        for path in _mistyped(obj, world):
            yield from _problem(unit, world, obj, path)


def _kustomizations(unit: Unit, world: World) -> Iterator[Problem]:
    """Fields of kustomizations that Kustomize reads as text: it builds nothing else."""
    for layer in world.graph.closure(unit.folder):
        for path, node in layer.mistyped:
            at = layer.document.place(node)
            yield _quote(node.value, dotted(path), at, (_edit(layer.file, node),))


def _edit(file: str, node: ScalarNode) -> Edit:
    start, end = node.start_mark.index, node.end_mark.index
    return Edit(file, start, end, f'"{node.value}"')


def _mistyped(obj: Object, world: World) -> Iterator[Path]:
    """The numbers and booleans of an object where text is required."""
    found = dict.fromkeys(_metadata(obj))
    for one in world.judges.violations(obj) or ():
        value = obj.get(*one.path)
        wrong = one.kind == "type" and isinstance(value, bool | int | float)
        # A fraction where a whole number would do is no matter of quotes: schema/invalid says it.
        fraction = isinstance(value, float) and "a whole number or text" in one.message
        if wrong and not fraction and _wants_text(one.fix):
            found[one.path] = None
    yield from found


def _wants_text(fix: str) -> bool:
    return fix.endswith("in quotes")


def _metadata(obj: Object) -> Iterator[Path]:
    """What is text in every object, whatever its schema says of its metadata."""
    for key in ("name", "namespace"):
        if isinstance(obj.metadata.get(key), bool | int | float):
            yield "metadata", key
    for key in ("labels", "annotations"):
        pairs = obj.metadata.get(key)
        for name, value in (pairs if isinstance(pairs, dict) else {}).items():
            if isinstance(value, bool | int | float):
                yield "metadata", key, name


def _problem(unit: Unit, world: World, obj: Object, path: Path) -> Iterator[Problem]:
    place = unit.locate(obj, path, False)
    token = _token(world, place)
    if token is not None and _reads_as(token, obj.get(*path)):
        edits = _edit_at(world.tree.text(place.file), place, token)
        yield _quote(token, dotted(path), place, edits, obj.label, path)


def _token(world: World, place: Place) -> str | None:
    """The plain scalar that stands at a place."""
    try:
        lines = world.tree.text(place.file).splitlines()
    except disk.Unreadable:
        return None
    line = lines[place.line - 1] if place.line <= len(lines) else ""
    found = _TOKEN.match(line, place.column - 1)
    return found[0] if found else None


def _reads_as(token: str, value: Any) -> bool:
    try:
        read = load(f"k: {token}", "")[0].data["k"]
    except (SyntaxProblem, IndexError, TypeError, KeyError):
        return False
    return not isinstance(read, str) and bool(read == value)


def _edit_at(text: str, place: Place, token: str) -> tuple[Edit, ...]:
    """The edit that quotes a token, if the file is YAML with it: it may stand inside a text."""
    lines = text.splitlines(keepends=True)
    start = sum(map(len, lines[: place.line - 1])) + place.column - 1
    edit = Edit(place.file, start, start + len(token), f'"{token}"')
    try:
        load(splice(text, [edit]), "")
    except SyntaxProblem:
        return ()
    return (edit,)


def _quote(
    token: str,
    field: str,
    at: Place,
    edits: tuple[Edit, ...],
    label: str = "",
    path: Path = (),
) -> Problem:
    read = load(f"k: {token}", "")[0].data["k"]
    is_now = f"the boolean {str(read).lower()}" if isinstance(read, bool) else f"the number {read}"
    message = f"{token} is {is_now} in YAML, and {field} takes text"
    fix = f'write "{token}"' + (" (overlay validate --fix does)" if edits else "")
    return Problem(message, fix, at=at, path=path, object=label, edits=edits)
