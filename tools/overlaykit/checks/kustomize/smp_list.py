"""A merge patch of a custom resource keeps the list entries that it does not name.

Kustomize merges the lists of Kubernetes' own kinds by name. Of a custom resource it knows no
schema: a patch with one container, variable or volume replaces the whole list, and the sidecar or
variable that the base has is gone. What is dropped was seen by rendering without the patch. A JSON
6902 patch adds to a list without replacing it.

Bad:
    # file: overlays/dev/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - deployment.yaml
    patches:
    - path: patch.yaml
    # file: overlays/dev/deployment.yaml
    apiVersion: flink.apache.org/v1beta1
    kind: FlinkDeployment
    metadata:
      name: orders
    spec:
      podTemplate:
        spec:
          containers:
          - name: flink-main-container
          - name: log-shipper
            image: registry.example.com/log-shipper:1.0.0
    # file: overlays/dev/patch.yaml
    apiVersion: flink.apache.org/v1beta1
    kind: FlinkDeployment
    metadata:
      name: orders
    spec:
      podTemplate:
        spec:
          containers:  # <- here
          - name: flink-main-container
            env:
            - name: REGION
              value: eu

Good:
    # file: overlays/dev/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - deployment.yaml
    patches:
    - path: patch.yaml
      target:
        kind: FlinkDeployment
        name: orders
    # file: overlays/dev/deployment.yaml
    apiVersion: flink.apache.org/v1beta1
    kind: FlinkDeployment
    metadata:
      name: orders
    spec:
      podTemplate:
        spec:
          containers:
          - name: flink-main-container
          - name: log-shipper
            image: registry.example.com/log-shipper:1.0.0
    # file: overlays/dev/patch.yaml
    - op: add
      path: /spec/podTemplate/spec/containers/0/env
      value:
      - name: REGION
        value: eu

Source: Kustomize 5.8.1, rendered with and without the patch.
"""

import re
from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from overlaykit.edit import CannotEdit, set_value
from overlaykit.emit import Style, inline, item
from overlaykit.findings import Edit, Problem
from overlaykit.render.effect import Effects
from overlaykit.render.lists import NotPlain, by_name, dropped, merged, operations
from overlaykit.render.objects import Object, dotted
from overlaykit.render.patches import pointer_steps, selects
from overlaykit.repo.parts import PATCHES, Part, cut, parts, without
from overlaykit.repo.tree import join
from overlaykit.repo.variants import Ask, objects_of, renders
from overlaykit.repo.world import Unit, World
from overlaykit.schema.store import API_SERVER_GROUPS
from overlaykit.source import Document, Path

LEVEL = "warning"


class _Case(Struct, frozen=True, eq=False):
    """A patch that may drop entries of an object's lists in a unit."""

    part: Part
    document: Document
    unit: Unit
    look: Effects
    obj: Object


def check_repository(world: World) -> Iterator[Problem]:
    cases = [case for folder in sorted(world.users) for case in _cases(world, folder)]
    asks = [_without(world, case) for case in cases]
    answers = iter(renders(world, [ask for ask in asks if ask is not None]))
    for case, ask in zip(cases, asks, strict=True):
        before = _same(objects_of(world, case.unit, next(answers)), case.obj) if ask else None
        if before is not None:
            clusters = {unit.cluster for unit in world.users[case.part.layer.folder]}
            for problem in _problems(world, case, before):
                yield from (replace(problem, cluster=cluster) for cluster in clusters)


def _cases(world: World, folder: str) -> Iterator[_Case]:
    """The patches of a folder that may drop something, each in one of its users."""
    every = [part for part in parts(world.graph.kustomizations[folder]) if part.field in PATCHES]
    for part in every:
        for unit in world.users[folder] if _has_lists(world, part) else ():
            assert unit.chain is not None
            look = Effects(unit.chain, unit.objects)
            found = next(_suspects(part, unit, look), None)
            if found is not None:
                yield found
                break


def _has_lists(world: World, part: Part) -> bool:
    """Whether a patch has a list of named entries; asked before anything is looked up."""
    documents = part.patch.inline
    if part.patch.path is not None:
        documents = world.tree.documents_or_none(join(part.layer.folder, part.patch.path))
    return any(_named(one.data) for one in documents if isinstance(one.data, dict))


def _named(data: object) -> bool:
    if isinstance(data, dict):
        return any(bool(by_name(value)) or _named(value) for value in data.values())
    return False


def _suspects(part: Part, unit: Unit, look: Effects) -> Iterator[_Case]:
    for document in look.documents(part):
        if isinstance(document.data, dict) and _named(document.data):
            for obj in look.meant(part, document):
                if obj.group not in API_SERVER_GROUPS and _may_drop(look, document, obj):
                    yield _Case(part, document, unit, look, obj)


def _may_drop(look: Effects, document: Document, obj: Object) -> bool:
    """Whether the object's file, or another patch of it, has entries that the render lacks."""
    base = look.chain.base(obj)
    others = [one for one in _other_patches(look, obj) if one is not document]
    for one in [*([base] if base else []), *others]:
        if isinstance(one.data, list):
            if any(_lacks(obj, operation) for operation in one.data):
                return True
        elif next(dropped(one.data, obj.data, document.data), None):
            return True
    return False


def _other_patches(look: Effects, obj: Object) -> Iterator[Document]:
    read = look.chain.read(obj)
    for layer in look.chain.graph.closure(look.chain.folder):
        for part in parts(layer):
            for document in look.documents(part) if part.field in PATCHES else ():
                if read is not None and selects(part.patch, document, obj, read):
                    yield document


def _lacks(obj: Object, operation: object) -> bool:
    """Whether a JSON 6902 operation adds a named entry that the render has not."""
    data = operation if isinstance(operation, dict) else {}
    entry, steps = data.get("value"), pointer_steps(str(data.get("path")))[:-1]
    if data.get("op") != "add" or not isinstance(entry, dict) or "name" not in entry:
        return False
    path: Path = tuple(int(step) if step.isdigit() else step for step in steps)
    names = by_name(obj.get(*path))
    return bool(names) and entry["name"] not in names


def _without(world: World, case: _Case) -> Ask | None:
    file = case.part.layer.file
    try:
        return Ask(case.unit.folder, {file: without(world.tree.text(file), [case.part])})
    except CannotEdit:
        return None


def _same(objects: list[Object], wanted: Object) -> Object | None:
    for obj in objects:
        if (obj.api_version, obj.label) == (wanted.api_version, wanted.label):
            return obj
    return None


def _problems(world: World, case: _Case, before: Object) -> Iterator[Problem]:
    lost = list(dropped(before.data, case.obj.data, case.document.data))
    if not lost:
        return
    fix, edits = _fix(world, case, before)
    for path, names in lost:
        said = ", ".join(f"'{name}'" for name in names)
        message = (
            f"the patch replaces the list {dotted(path)} of {case.obj.label} and drops {said}: "
            "Kustomize merges no lists of custom resources"
        )
        at = case.document.place_of(path, key=True)
        yield Problem(message, fix, at=at, path=path, edits=edits, object=case.obj.label)


# --- the JSON 6902 form ---


def _fix(world: World, case: _Case, before: Object) -> tuple[str, tuple[Edit, ...]]:
    patch = case.document.data
    try:
        found = operations(before.data, patch)
    except NotPlain:
        return "restate the entries in the patch, or write it as a JSON 6902 patch", ()
    told = "write it as a JSON 6902 patch"
    texts = _rewritten(world, case, found)
    if texts and _proved(world, case, before, texts):
        edits = tuple(cut(name, world.tree.text(name), text) for name, text in texts.items())
        return f"{told} (overlay validate --fix does)", edits
    return f"{told}: {', '.join(inline(one) for one in found)}", ()


def _rewritten(world: World, case: _Case, found: list[dict[str, object]]) -> dict[str, str]:
    """The files with the patch in its other form; none where that is not simple."""
    part, target = case.part, case.part.patch.target
    alone = len(case.look.documents(part)) == 1
    if part.field != "patches" or not alone or (target and _many(case)):
        return {}
    lines = [line for one in found for line in item(one, 0, Style("\n", 2, 0))]
    text = "\n".join(lines) + "\n"
    files = {part.layer.file: world.tree.text(part.layer.file)}
    try:
        if part.patch.path is None:
            _keeps_comments(part.patch.inline[0].text)
            files[part.layer.file] = set_value(files[part.layer.file], (*part.path, "patch"), text)
        else:
            name = join(part.layer.folder, part.patch.path)
            files[name] = _head(world, name) + text
        if not target:
            files[part.layer.file] = set_value(
                files[part.layer.file], (*part.path, "target"), _target(case.document)
            )
    except CannotEdit:
        return {}
    return files


def _many(case: _Case) -> bool:
    return len(list(case.look.meant(case.part, case.document))) > 1


def _target(document: Document) -> dict[str, str]:
    obj = Object(document.data)
    version = obj.api_version.rpartition("/")[2]
    found = {"group": obj.group, "version": version, "kind": obj.kind, "name": obj.name}
    return found | ({"namespace": obj.namespace} if obj.namespace else {})


def _head(world: World, name: str) -> str:
    """The comments at the head of a patch file. Raises CannotEdit where others would be lost."""
    users = sum(
        world.graph.target(layer, entry) == name
        for layer in world.graph.kustomizations.values()
        for entry in layer.entries
    )
    text = world.tree.text(name)
    head = re.match(r"(?:#.*\n|---\n)*", text)
    assert head is not None
    _keeps_comments(text[head.end() :])
    if users != 1:
        raise CannotEdit(f"{name} is used more than once")
    return head[0]


def _keeps_comments(text: str) -> None:
    if re.search(r"(?:^|\s)#", text):
        raise CannotEdit("its comments would be lost")


def _proved(world: World, case: _Case, before: Object, texts: dict[str, str]) -> bool:
    """Whether the other form renders to the base with the patch merged into it."""
    [render] = renders(world, [Ask(case.unit.folder, texts)])
    found = objects_of(world, case.unit, render)
    now = _same(found, case.obj)
    rest = [obj.digest for obj in found if obj is not now]
    same = [obj.digest for obj in case.unit.objects if obj is not case.obj]
    return now is not None and rest == same and now.data == _wanted(before, case)


def _wanted(before: Object, case: _Case) -> object:
    patch = _body(case.document.data)
    return merged(before.data, patch)


def _body(data: dict[str, object]) -> dict[str, object]:
    """A merge patch without what only says whom it is for."""
    found = {key: value for key, value in data.items() if key not in ("apiVersion", "kind")}
    metadata = found.get("metadata")
    if isinstance(metadata, dict):
        found["metadata"] = {k: v for k, v in metadata.items() if k not in ("name", "namespace")}
    return found
