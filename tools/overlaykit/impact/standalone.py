"""Plain workloads that run Flink, and the ConfigMaps that pods read."""

from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from overlaykit.impact.effects import Effect, Level, Verdict
from overlaykit.impact.pairs import Item, Pair
from overlaykit.kubernetes.pods import mapping, templates
from overlaykit.operator.settings import Settings
from overlaykit.render.objects import strings
from overlaykit.repo.flinks import Job

_UNSEEN = "that no file which is not here switches high availability on"


def changed(pair: Pair, found: Verdict) -> Verdict:
    """The verdict on a plain object, with what it means for Flink."""
    before, after = pair.sides
    if found.effect is Effect.ROLLED:
        job = _flink(before)
        return _rolled(found, job) if job else found
    if pair.key.kind in ("ConfigMap", "Secret") and found.effect is Effect.UPDATED:
        return _packed(before, after, found)
    return found


def _flink(item: Item) -> Job | None:
    jobs = item.world.flinks.jobs(item.unit)
    return next((one for one in jobs if one.obj is item.obj and one.role), None)


def _rolled(found: Verdict, job: Job) -> Verdict:
    if job.role == "taskmanager":
        why = "the TaskManagers are replaced: jobs fail over and go on from their last checkpoint"
        return replace(
            found, effect=Effect.RESTARTED, why=why, state="kept, from the last checkpoint"
        )
    if Settings(job.flat).is_highly_available:
        why = "the JobManager is replaced, and high availability brings its jobs back"
        return replace(
            found, effect=Effect.RESTARTED, why=why, state="kept, from the last checkpoint"
        )
    why = "the JobManager is replaced without high availability: it forgets its jobs"
    lost = replace(found, effect=Effect.EMPTIED, level=Level.LOSS, why=why, state="lost")
    return lost.doubting(_UNSEEN)


def _packed(before: Item, after: Item, found: Verdict) -> Verdict:
    users = sorted(readers(after, after.obj.name))
    if before.obj.name != after.obj.name or not users:
        return found
    why = f"its readers ({', '.join(users[:3])}) see it when they start next; nothing restarts them"
    return replace(found, why=why)


def readers(item: Item, name: str) -> Iterator[str]:
    """The workloads of a unit whose pods name a ConfigMap or Secret."""
    for obj in item.unit.objects:
        if any(_names(template.spec, name) for template in templates(obj)):
            yield f"{obj.kind}/{obj.name}"


def _names(spec: dict[str, Any], name: str) -> bool:
    parts = [spec.get("volumes")]
    for group in ("containers", "initContainers"):
        listed = spec.get(group)
        for one in listed if isinstance(listed, list) else ():
            parts += [mapping(one).get("env"), mapping(one).get("envFrom")]
    return any(
        text == name and path[-1] in ("name", "secretName")
        for part in parts
        for path, text in strings(part)
        if len(path) > 2
    )
