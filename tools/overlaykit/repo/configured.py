"""Which jobs a target and a name on the command line mean."""

import difflib
from fnmatch import fnmatch
from typing import TYPE_CHECKING

from overlaykit.errors import UsageError
from overlaykit.repo.effective import Configured, Key
from overlaykit.repo.operated_layers import is_configured, of_resource
from overlaykit.repo.standalone import of_pods
from overlaykit.repo.target import folders_of, matches

if TYPE_CHECKING:
    from overlaykit.repo.world import Unit, World


def configured(world: "World", unit: "Unit") -> list[Configured]:
    """The Flink clusters and jobs of a unit."""
    plain = {id(job.obj): job for job in world.flinks.jobs(unit) if job.role}
    found = []
    for obj in unit.objects:
        if is_configured(obj):
            found.append(of_resource(world, unit, obj))
        elif id(obj) in plain:
            found.append(of_pods(world, unit, plain[id(obj)]))
    return found


def find(world: "World", target: str, wanted: str = "") -> tuple[list[Configured], list["Unit"]]:
    """The jobs of a target that a name means, in order, and the folders that do not build.

    Raises UsageError for a name that means none of them.
    """
    units = _units(world, target)
    found = [one for unit in units for one in configured(world, unit)]
    found.sort(key=lambda one: (one.unit.folder, one.obj.kind, one.namespace, one.obj.name))
    broken = [unit for unit in units if unit.broken is not None]
    chosen = [one for one in found if _is_meant(one, wanted)]
    if wanted and not chosen:
        raise UsageError(_unknown(target, wanted, found))
    return chosen, broken


def _units(world: "World", target: str) -> list["Unit"]:
    """What a target renders, each object once: a folder that another builds from shows there."""
    folders = folders_of(world, target)
    units = [unit for unit in world.units if matches(unit.folder, folders)]
    exact = [unit for unit in units if unit.folder in folders and len(folders) == 1]
    if exact:
        return exact
    above = {unit.folder: world.graph.ancestors(unit.folder) for unit in units}
    outer = [unit for unit in units if not (above[unit.folder] - {unit.folder}) & above.keys()]
    return [unit for unit in outer if unit.judged] or outer


def _is_meant(one: Configured, wanted: str) -> bool:
    """Whether `name`, `Kind/name` or `Kind/namespace/name`, each a glob, names an object."""
    kind, name = one.obj.kind, one.obj.name
    names = (name, f"{kind}/{name}", f"{one.namespace}/{name}", f"{kind}/{one.namespace}/{name}")
    return not wanted or any(fnmatch(text.lower(), wanted.lower()) for text in names)


def _unknown(target: str, wanted: str, found: list[Configured]) -> str:
    names = [one.obj.name for one in found]
    close = difflib.get_close_matches(wanted.rpartition("/")[2], names, 1, 0.5)
    hint = f"; did you mean '{close[0]}'?" if close else ""
    listed = ", ".join(one.label for one in found) or "nothing"
    return f"{target} has no Flink cluster or job '{wanted}'{hint}\n  it has: {listed}"


def with_key(found: list[Configured], key: str) -> list[Configured]:
    """The jobs that have an option. Raises UsageError where none has."""
    kept = [one for one in found if explained(one, key)]
    if found and not kept:
        names = {name for one in found for name in (*one.stack.keys, *one.known.options)}
        close = difflib.get_close_matches(key, sorted(names), 3, 0.6)
        hint = f"; did you mean {' or '.join(close)}?" if close else ""
        raise UsageError(f"'{key}' is no option of Flink or its operator here{hint}")
    return kept


def explained(one: Configured, key: str) -> Key | None:
    """A key of a job, set or not, under whatever name; None for one that nobody knows."""
    keys = {known.key: known for known in one.keys}
    option = one.known.find(key)
    names = [key, *([option.key, *(name for name, _ in option.former)] if option else [])]
    found = next((keys[name] for name in names if name in keys), None)
    return found or one.default(option.key if option else key)
