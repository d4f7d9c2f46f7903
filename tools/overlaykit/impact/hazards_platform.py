"""Hazards of what jobs stand on: operators, CRDs, finalizers, Applications."""

from collections.abc import Iterator

from msgspec.structs import replace

from overlaykit.argocd.applications import FINALIZER
from overlaykit.impact.charts import CMF_CHART, application_of, chart_of, value_place
from overlaykit.impact.effects import Effect, Level
from overlaykit.impact.hazards import Context, Finder, Hazard, of_item
from overlaykit.impact.operated import JOBS
from overlaykit.impact.pairs import Pair
from overlaykit.kubernetes.flink import OPERATOR_CHART
from overlaykit.operator.versions import release
from overlaykit.repo.values import values_of

_CRD = "CustomResourceDefinition"
_NAME = ("metadata", "name")
_STATEFUL = (*JOBS, "FlinkStatement")
# What CMF cannot take back once its database holds something, with the chart's defaults.
_ONCE = {"cmf.database.type": "local", "encryption.enabled": False, "cmf.sql.production": False}


def operator_lowered(context: Context) -> Iterator[Hazard]:
    """An older release of the operator."""
    for pair in context.pairs.kinds(["Application"]):
        old, new = (chart_of(application_of(one)) for one in (pair.before, pair.after))
        if old[0] != OPERATOR_CHART or new[0] != OPERATOR_CHART or pair.after is None:
            continue
        before, after = release(old[1]), release(new[1])
        if before and after and after < before:
            message = (
                f"the operator goes back from {before.text} to {after.text} ({old[1]} -> {new[1]}):"
                " its CRDs stay those of the newer one, and what that wrote may not be readable"
            )
            fix = "go forward instead; or read the release notes and back up the resources first"
            path = _version(pair)
            yield of_item("operator-lowered", Level.RISK, pair, pair.after, message, fix, path)


def _version(pair: Pair) -> tuple[str | int, ...]:
    found = application_of(pair.after)
    for source in found.sources if found else ():
        if source.chart:
            return (*source.at, "targetRevision")
    return _NAME


def operator_removed(context: Context) -> Iterator[Hazard]:
    """No operator any more, where jobs of it are left."""
    for pair in context.pairs.kinds(["Application"]):
        chart = chart_of(application_of(pair.before))[0]
        if pair.after is not None or chart != OPERATOR_CHART:
            continue
        others = (chart_of(application_of(one.after))[0] for one in _beside(context, pair))
        jobs = [p for p in context.pairs.kinds(JOBS) if p.key.cluster == pair.key.cluster]
        if OPERATOR_CHART in others or not jobs:
            continue
        message = (
            f"the operator goes while {len(jobs)} of its resources are on the cluster: nobody "
            "looks after the jobs, and resources that are deleted hang on their finalizer"
        )
        fix = "remove the jobs first, wait until they are gone, then the operator"
        yield of_item("operator-removed", Level.RISK, pair, pair.item, message, fix, _NAME)


def _beside(context: Context, pair: Pair) -> list[Pair]:
    listed = context.pairs.kinds(["Application"])
    return [one for one in listed if one.key.cluster == pair.key.cluster and one.after]


def crd_removed(context: Context) -> Iterator[Hazard]:
    """A CRD that is deleted, and every object of its kind with it."""
    for pair in context.pairs.kinds([_CRD]):
        if pair.before is None:
            continue
        kind = pair.before.obj.get("spec", "names", "kind")
        users = [p.item.label for p in context.pairs.kinds([str(kind)]) if _lives(p, pair)]
        if pair.after is None and context.verdicts[pair].effect is Effect.PRUNED:
            told = f", {', '.join(users[:3])} among them" if users else ""
            message = f"the CRD goes, and every {kind} on the cluster with it{told}"
            fix = "keep it with argocd.argoproj.io/sync-options: Prune=false,Delete=false"
            yield of_item("crd-removed", Level.LOSS, pair, pair.before, message, fix, _NAME)
        elif pair.after is not None:
            yield from _versions(pair)


def _lives(other: Pair, pair: Pair) -> bool:
    return other.key.cluster == pair.key.cluster and other.key.group == pair.item.obj.get(
        "spec", "group"
    )


def _versions(pair: Pair) -> Iterator[Hazard]:
    """Versions that a CRD no longer serves."""
    old, new = (_served(one.obj.get("spec", "versions")) for one in pair.sides)
    if old - new:
        message = f"the CRD no longer serves {', '.join(sorted(old - new))}"
        fix = "move every object to a version that stays, then drop the old one"
        path = ("spec", "versions")
        yield of_item("crd-version-removed", Level.RISK, pair, pair.item, message, fix, path)


def _served(versions: object) -> set[str]:
    listed = versions if isinstance(versions, list) else []
    return {str(v.get("name")) for v in listed if isinstance(v, dict) and v.get("served", True)}


def finalizers(context: Context) -> Iterator[Hazard]:
    """Finalizers that go, and a cascade that comes to what jobs stand on."""
    for pair in context.pairs.all:
        if pair.before is None or pair.after is None or pair.is_same:
            continue
        old, new = (_finalizers(one.obj.metadata.get("finalizers")) for one in pair.sides)
        for name in sorted(old - new):
            message = f"the finalizer {name} goes: {_without(pair, name)}"
            fix = "leave it, or delete what it guards by hand first"
            at = ("metadata", "finalizers")
            yield of_item("finalizer-removed", Level.RISK, pair, pair.after, message, fix, at)
        chart = chart_of(application_of(pair.after))[0]
        for name in sorted(new - old) if chart else ():
            message = f"{name} comes to the chart {chart}: deleting the Application deletes it all"
            fix = "leave the finalizer out of Applications that jobs stand on"
            at = ("metadata", "finalizers")
            yield of_item("cascade-added", Level.RISK, pair, pair.after, message, fix, at)


def _finalizers(value: object) -> set[str]:
    return {str(one) for one in value} if isinstance(value, list) else set()


def _without(pair: Pair, name: str) -> str:
    if name.startswith(FINALIZER):
        return "deleting the Application later leaves all that it deployed behind"
    if pair.key.kind in JOBS:
        return "a deletion no longer waits for the operator, and pods and metadata stay behind"
    return "a deletion no longer waits for its controller"


def application_removed(context: Context) -> Iterator[Hazard]:
    """An Application that goes, with the jobs that it deployed."""
    for pair in context.pairs.kinds(["Application"]):
        old = application_of(pair.before)
        if pair.after is not None or pair.before is None or old is None:
            continue
        mine = [one for one in context.pairs.kinds(_STATEFUL) if _deployed(one, old.name)]
        lost = [one for one in mine if context.verdicts[one].effect is Effect.PRUNED]
        left = [one for one in mine if context.verdicts[one].effect is Effect.LEFT]
        if not lost and not left:
            continue  # it had no jobs, or another takes them over
        names = ", ".join(one.item.label for one in (lost or left)[:3])
        if lost:
            message = f"Application '{old.name}' goes, and {names} with their state"
            fix = "take savepoints first; to keep them running, remove its finalizer beforehand"
            level = Level.LOSS
        else:
            message = f"Application '{old.name}' goes; {names} run on, and nobody syncs them"
            fix = "delete them by hand once their state is safe"
            level = Level.RISK
        yield of_item("application-removed", level, pair, pair.before, message, fix, _NAME)


def _deployed(pair: Pair, name: str) -> bool:
    before = pair.before
    return before is not None and any(one.name == name for one in before.applications)


def cmf_once(context: Context) -> Iterator[Hazard]:
    """What CMF fixes when its database is first made."""
    for pair in context.pairs.kinds(["Application"]):
        old, new = application_of(pair.before), application_of(pair.after)
        if not old or not new or not pair.before or not pair.after:
            continue
        if chart_of(new)[0] != CMF_CHART:
            continue
        values = values_of(old, pair.before.world), values_of(new, pair.after.world)
        for name, default in _ONCE.items():
            was, now = (_value(one, name, default) for one in values)
            if was == now:
                continue
            message = (
                f"{name} of CMF changes from {was} to {now}: it is fixed when the database is "
                "first made, so CMF needs a new one and forgets what it manages"
            )
            fix = "plan a migration of CMF's database; set it before the first start"
            at = value_place(pair.after, tuple(name.split("."))) or pair.after.place(("spec",))
            found = of_item("cmf-database", Level.LOSS, pair, pair.after, message, fix, _NAME)
            yield replace(found, places=(at,))


def _value(values: dict[str, object], name: str, default: object) -> object:
    found: object = values
    for step in name.split("."):
        found = found.get(step) if isinstance(found, dict) else None
    return default if found is None else found


FINDERS: tuple[Finder, ...] = (
    operator_lowered,
    operator_removed,
    crd_removed,
    finalizers,
    application_removed,
    cmf_once,
)
