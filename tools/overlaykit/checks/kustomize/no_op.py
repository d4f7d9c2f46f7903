"""Every patch, image, label, replacement and component of a kustomization changes something.

What changes nothing is believed to be in force by whoever wrote it: a patch whose target is
misspelt is skipped without a word, and an image that only a custom resource holds keeps its tag.
Each such entry was proved by rendering without it. One whose target matches nothing is an error;
one that repeats what is so already is a warning, a namespace, label or annotation that does so an
info. An entry of a component counts when no overlay here gains from it.

Bad:
    # file: overlays/dev/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - quota.yaml
    patches:
    - target:
        kind: ResourceQuota
        name: qouta  # <- here
      patch: |
        - op: replace
          path: /spec/hard/pods
          value: "20"
    # file: overlays/dev/quota.yaml
    apiVersion: v1
    kind: ResourceQuota
    metadata:
      name: quota
      namespace: dev
    spec:
      hard:
        pods: "10"

Good:
    # file: overlays/dev/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - quota.yaml
    patches:
    - target:
        kind: ResourceQuota
        name: quota
      patch: |
        - op: replace
          path: /spec/hard/pods
          value: "20"
    # file: overlays/dev/quota.yaml
    apiVersion: v1
    kind: ResourceQuota
    metadata:
      name: quota
      namespace: dev
    spec:
      hard:
        pods: "10"

Source: Kustomize 5.8.1, rendered with and without the entry.
"""

import difflib
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from msgspec.structs import replace

from overlaykit.edit import CannotEdit
from overlaykit.findings import Problem
from overlaykit.render.effect import Effects, changes_of
from overlaykit.render.objects import Object, dotted, strings
from overlaykit.repo.idle import Idle, Search
from overlaykit.repo.parts import PATCHES, Part, cut, parts, without
from overlaykit.repo.tree import join
from overlaykit.repo.world import World
from overlaykit.source import Document, Path

LEVEL = "warning"

_USED = "that no other repository builds from this component"
_REMOVE = "remove the entry"
_BY_LABEL = {"labelSelector", "annotationSelector"}
_CONTENT = ("resources", "generators", "transformers", "configMapGenerator", "secretGenerator")


def check_repository(world: World) -> Iterator[Problem]:
    search = Search(world, _may_work)
    found = search.find()
    targeted = [one for one in found if one.part.field in PATCHES and one.part.patch.target]
    aimless = set(map(id, search.aimless(targeted)))
    for one in found:
        tell = _aimless_patch if id(one) in aimless else _TELL[one.part.field]
        problem = tell(one.part, _telling(one, search))
        if problem.fix == _REMOVE:
            problem = _with_edit(world, one, found, problem)
        if one.part.layer.is_component and not world.clusters:
            problem = problem.assuming(_USED)
        for cluster in {unit.cluster for unit in world.users[one.part.layer.folder]}:
            yield replace(problem, cluster=cluster)


def _telling(one: Idle, search: Search) -> Effects:
    """The user that shows most: one that has what a patch is for."""
    looks = [search.effects(unit) for unit in one.users]
    if one.part.field in PATCHES:
        for look in looks:
            if any(next(look.meant(one.part, d), None) for d in look.documents(one.part)):
                return look
    return looks[0]


def _may_work(part: Part, look: Effects) -> bool:
    """Whether an entry is there for what another cluster, or a later day, may bring.

    A replacement that writes somewhere, if only what is there: the value follows its source. What
    waits in a component for objects to opt in by a label. A component of such entries, or empty.
    """
    if part.field == "replacements":
        return any(_selected(part, look)) or _waits(part, _selects(part, look))
    if part.field in PATCHES:
        return _waits(part, [part.patch.target])
    if part.field != "components":
        return False
    layers = look.chain.graph.closure(join(part.layer.folder, str(part.data)))
    every = [one for layer in layers for one in parts(layer)]
    content = any(layer.data.get(field) for layer in layers for field in _CONTENT)
    return not content and all(_may_work(one, look) for one in every)


def _waits(part: Part, selects: Iterable[Any]) -> bool:
    if not part.layer.is_component:
        return False
    return all(isinstance(one, dict) and not _BY_LABEL.isdisjoint(one) for one in selects)


def _selects(part: Part, look: Effects) -> Iterator[Any]:
    for one in look.replacements(part):
        for target in one.get("targets") or ():
            yield target.get("select") if isinstance(target, dict) else None


def _selected(part: Part, look: Effects) -> Iterator[Object]:
    for select in _selects(part, look):
        yield from look.selected(select)


def _with_edit(world: World, one: Idle, found: list[Idle], problem: Problem) -> Problem:
    """With the edit that removes the entry, unless a file would be left behind.

    A list that goes whole keeps its first entry until the next run, for edits may not overlap.
    """
    part = one.part
    if part.field in PATCHES and part.patch.path is not None:
        fix = f"{_REMOVE}, and delete {part.patch.path} if nothing else uses it"
        return replace(problem, fix=fix)
    siblings = [x.part for x in found if x.part.layer is part.layer and x.part.field == part.field]
    whole = len(siblings) == len(part.layer.data[part.field]) > 1
    if problem.level == "info" or (whole and part is siblings[0]):
        return problem
    text = world.tree.text(part.layer.file)
    try:
        edit = cut(part.layer.file, text, without(text, [part]))
    except CannotEdit:
        return problem
    return replace(problem, fix=f"{_REMOVE} (overlay validate --fix does)", edits=(edit,))


# --- patches ---


def _aimless_patch(part: Part, look: Effects) -> Problem:
    target = part.patch.target or {}
    message = f"this patch changes nothing: its target ({_said(target)}) matches no object here"
    # Who gives a pattern, or a kind alone, means as many as there are.
    level = "error" if re.fullmatch(r"[\w.-]+", str(target.get("name", ""))) else None
    for late, was in filter(None, (look.late(target, obj) for obj in look.selected(target))):
        what = target.get(late)
        fix = f"write {late}: {was}" if was else f"remove {late} from the target"
        message += f"; the {late} '{what}' is given only after the patches"
        return Problem(message, fix, at=part.place("target", late), level=level)
    key, there = _culprit(target, look)
    fix = _mend(key, str(target.get(key)), there)
    problem = Problem(message, fix, at=part.place("target", key), level=level)
    empty = next(_empty_files(part, look), None)
    return problem.assuming(f"that {empty} stays empty") if empty else problem


def _empty_files(part: Part, look: Effects) -> Iterator[str]:
    """Resource files without an object: a program may fill them, as Flux does."""
    graph = look.chain.graph
    for layer in graph.closure(part.layer.folder):
        for name in graph.manifests(layer.folder):
            if not graph.tree.documents_or_none(name):
                yield name


def _culprit(select: dict[str, Any], look: Effects) -> tuple[str, list[str]]:
    """The key of a selector without which it would match, and what could stand there."""
    of: dict[str, Callable[[Object], str]] = {
        "name": lambda obj: read.object.name if (read := look.chain.read(obj)) else obj.name,
        "kind": lambda obj: obj.kind,
        "group": lambda obj: obj.group,
        "version": lambda obj: obj.api_version.rpartition("/")[2],
        "namespace": lambda obj: obj.namespace,
    }
    for key in (*of, "labelSelector", "annotationSelector"):
        rest = {name: value for name, value in select.items() if name != key}
        objects = list(look.selected(rest)) if key in select and rest else []
        if objects:
            return key, sorted({of[key](obj) for obj in objects}) if key in of else []
    return next((key for key in of if key in select), next(iter(select))), []


def _mend(key: str, value: str, there: list[str]) -> str:
    close = difflib.get_close_matches(value, there, 1, 0.6)
    shown = close or [one for one in there if one][:5]
    if not shown:
        return "write what an object here has, bring the object it is for, or remove the entry"
    return f"write {key}: {' or '.join(shown)}, or remove the entry"


def _said(select: dict[str, Any]) -> str:
    return ", ".join(f"{key} {value}" for key, value in select.items())


def _idle_patch(part: Part, look: Effects) -> Problem:
    for document in look.documents(part):
        for obj in look.meant(part, document):
            for path, value, how in changes_of(document):
                if how == "set" and _differs(obj.get(*path), value):
                    return Problem(_overridden(obj, path, document, look), _REMOVE, at=part.place())
            message = f"this patch changes nothing: {obj.label} is so without it"
            return Problem(message, _REMOVE, at=part.place())
    what = "meets no object here" if look.documents(part) else "is empty"
    return Problem(f"this patch changes nothing: it {what}", _REMOVE, at=part.place())


def _differs(now: Any, wanted: Any) -> bool:
    return not isinstance(wanted, dict | list) and str(now) != str(wanted)


def _overridden(obj: Object, path: Path, document: Document, look: Effects) -> str:
    place = look.chain.locate(obj, path)
    what = f"this patch changes nothing: {dotted(path)} of {obj.label} is"
    if place.file == document.file:  # of a replacement that writes a part of the value
        return f"{what} written over later"
    return f"{what} set again at {place.file}:{place.line}"


# --- images, replicas, replacements, components ---


def _image(part: Part, look: Effects) -> Problem:
    data = part.data if isinstance(part.data, dict) else {}
    name = str(data.get("name"))
    at = part.place("name")
    images = list(_images(look, containers=True))
    wanted = _wanted_image(data)
    if any(image == wanted or _image_name(image) == wanted for image in images):
        message = f"this entry changes nothing: '{wanted}' is there without it"
        return Problem(message, _REMOVE, at=at, level="info")
    same = [image for image in images if _image_name(image) == name]
    if same:
        message = f"this entry changes nothing: '{name}' becomes {same[0]} later"
        return Problem(message, _REMOVE, at=at)
    for image, (obj, path) in _images(look, containers=False).items():
        if _image_name(image) == name:
            return _held_elsewhere(part, name, obj, path)
    message = f"this entry changes nothing: no container here has the image '{name}'"
    there = {_image_name(image) for image in images}
    close = difflib.get_close_matches(name, sorted(there), 1, 0.6) or sorted(there)[:5]
    fix = f"write name: {' or '.join(close)}, or remove it" if close else "remove it"
    return Problem(message, fix, at=at)


def _wanted_image(data: dict[str, Any]) -> str:
    name = str(data.get("newName") or data.get("name"))
    if data.get("digest"):
        return f"{name}@{data['digest']}"
    return f"{name}:{data['newTag']}" if data.get("newTag") else name


def _held_elsewhere(part: Part, name: str, obj: Object, path: Path) -> Problem:
    message = (
        f"this entry changes nothing: only {dotted(path)} of {obj.label} has the image '{name}', "
        "and Kustomize's images looks at containers alone"
    )
    return Problem(message, f"set {dotted(path)} with a patch", at=part.place("name"))


def _images(look: Effects, containers: bool) -> dict[str, tuple[Object, Path]]:
    """The images of containers, or what custom resources hold elsewhere, each with one place."""
    found: dict[str, tuple[Object, Path]] = {}
    for obj in look.objects:
        for path, text in strings(obj.data):
            inside = path[-3:-2] in (("containers",), ("initContainers",))
            if str(path[-1]).lower().endswith("image") and inside == containers:
                found.setdefault(text, (obj, path))
    return found


def _image_name(image: str) -> str:
    """An image without its tag and digest; the colon of a registry's port stays."""
    return re.sub(r":[^/:]*$", "", image.partition("@")[0])


def _replicas(part: Part, look: Effects) -> Problem:
    name, count = part.data.get("name"), part.data.get("count")
    message = f"'{name}' has {count} replicas without this entry"
    return Problem(message, _REMOVE, at=part.place("name"))


def _replacement(part: Part, look: Effects) -> Problem:
    for number, one in enumerate(look.replacements(part)):
        for index, target in enumerate(one.get("targets") or ()):
            select = target.get("select") if isinstance(target, dict) else None
            if isinstance(select, dict) and select:
                key, there = _culprit(select, look)
                at = part.place("targets", index, "select", key)
                message = f"this replacement changes nothing: no object here is {_said(select)}"
                fix = _mend(key, str(select.get(key)), there)
                return Problem(message, fix, at=part.place() if number else at)
    message = "this replacement changes nothing: it has no target"
    return Problem(message, "give it targets, or remove it", at=part.place())


def _component(part: Part, look: Effects) -> Problem:
    folder = join(part.layer.folder, str(part.data))
    layers = look.chain.graph.closure(folder)
    every = [one for layer in layers for one in parts(layer) if one.field in PATCHES]
    meant = (look.meant(one, d) for one in every for d in look.documents(one))
    if any(next(objects, None) for objects in meant):
        message = f"what the component {part.data} sets is so without it"
        return Problem(message, "leave it out, if it is not to last", at=part.place(), level="info")
    message = f"the component {part.data} changes nothing: it meets no object here"
    fix = "list what it is for under resources, or leave it out"
    return Problem(message, fix, at=part.place())


def _namespace(part: Part, look: Effects) -> Problem:
    message = f"every object here is in namespace '{part.data}' without this entry"
    return Problem(message, _REMOVE, at=part.place(), level="info")


def _pairs(part: Part, look: Effects) -> Problem:
    pairs = ", ".join(f"{key}: {value}" for key, value in part.pairs.items())
    message = f"every object here has '{pairs}' without this entry"
    return Problem(message, _REMOVE, at=part.place(), level="info")


_TELL: dict[str, Callable[[Part, Effects], Problem]] = {
    **dict.fromkeys(PATCHES, _idle_patch),
    **dict.fromkeys(("labels", "commonLabels", "commonAnnotations"), _pairs),
    "namespace": _namespace,
    "images": _image,
    "replicas": _replicas,
    "replacements": _replacement,
    "components": _component,
}
