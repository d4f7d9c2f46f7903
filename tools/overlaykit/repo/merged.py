"""Where the field of a pod that several templates make is written, or would be."""

from overlaykit.kubernetes.pods import Pod, Template, templates
from overlaykit.render.objects import Object
from overlaykit.repo.together import Placed
from overlaykit.repo.world import Unit
from overlaykit.source import Path, Place


def place_of(
    unit: Unit, pod: Pod, environment: Placed | None, container: str, wanted: Path
) -> tuple[Place, Path]:
    """The place of a field of a merged pod: in the template that has most of its path.

    `wanted` is inside of the pod's spec, or inside of `container`.
    """
    best: tuple[int, Unit, Object, Path] | None = None
    owners = [(unit, pod.obj, template) for template in pod.sources]
    if environment is not None:
        owners += [(environment.unit, environment.obj, t) for t in templates(environment.obj)]
    for owner, obj, template in owners:
        path = _path(template, container, wanted)
        depth = _depth(obj, path)
        if best is None or depth > best[0]:
            best = (depth, owner, obj, path)
    if best is None:
        path = ("spec",)
        return unit.locate(pod.obj, path, True), path
    _, owner, obj, path = best
    return owner.locate(obj, path, True), path


def _path(template: Template, container: str, wanted: Path) -> Path:
    if not container:
        return (*template.at, "spec", *wanted)
    for one in template.containers():
        if one.name == container:
            return (*one.at, *wanted)
    return (*template.at, "spec", "containers")


def _depth(obj: Object, path: Path) -> int:
    """How many steps of a path are there."""
    return max((n for n in range(len(path) + 1) if obj.get(*path[:n]) is not None), default=0)
