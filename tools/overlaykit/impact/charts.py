"""What a change of an Argo CD Application does: its chart, its values, where it deploys to."""

from msgspec.structs import replace

from overlaykit.argocd.applications import Application
from overlaykit.impact.effects import NOTHING, Changed, Effect, Level, Verdict, differences
from overlaykit.impact.pairs import Item, Pair
from overlaykit.kubernetes.flink import OPERATOR_CHART
from overlaykit.repo.values import values_of
from overlaykit.repo.world import value_files
from overlaykit.source import Path, Place

# The first step of a path into the values of a chart.
VALUES = "values"
CMF_CHART = "confluent-manager-for-apache-flink"
_WHY = {
    OPERATOR_CHART: "the operator restarts; jobs run on, and new defaults count from the next "
    "restart of each",
    CMF_CHART: "CMF restarts; jobs run on",
}
_UNSEEN = "that the chart, which is not rendered here, does no more than that"


def application_of(item: Item | None) -> Application | None:
    """An item as the Application that it is."""
    found = item.world.applications if item else ()
    return next((one for one in found if item and one.obj is item.obj), None)


def chart_of(application: Application | None) -> tuple[str, str]:
    """(name, version) of the chart of an Application; empty where it has none."""
    for source in application.sources if application else ():
        if source.chart:
            return source.chart_name, source.revision
    return "", ""


def changed(pair: Pair) -> Verdict:
    """The verdict on an Application that is there before and after, its value files included."""
    before, after = pair.sides
    old, new = application_of(before), application_of(after)
    found = tuple(differences(before.obj.data, after.obj.data))
    if old is None or new is None:
        return _plain(found)
    name, version = chart_of(new)
    values = _values(before, after, old, new) if name else ()
    was = chart_of(old)
    if name and (was != (name, version) or values):
        why = _WHY.get(name, "the chart is applied anew")
        if was != (name, version):
            why = f"chart {name} {was[1] or was[0]} -> {version}: {why}"
        changes = (*(replace(one, path=(VALUES, *one.path)) for one in values), *found)
        return Verdict(Effect.UPDATED, Level.CHANGE, why, "", changes, doubt=_UNSEEN)
    return _plain(found).doubting(_moved(after, old, new))


def _moved(item: Item, old: Application, new: Application) -> str:
    """What is taken for granted where an Application follows another revision from now on."""
    before = {source.path: source.revision for source in old.sources}
    for source in new.sources:
        was = before.get(source.path, source.revision)
        if source.path and item.world.is_own(source) and was != source.revision:
            return f"that revision {source.revision} holds the files of this tree"
    return ""


def _plain(found: tuple[Changed, ...]) -> Verdict:
    if not found:
        return NOTHING
    why = "the Application changes; what it deploys stands on lines of its own"
    return Verdict(Effect.UPDATED, Level.CHANGE, why, "", found)


def _values(before: Item, after: Item, old: Application, new: Application) -> tuple[Changed, ...]:
    return tuple(differences(values_of(old, before.world), values_of(new, after.world)))


def deleted(pair: Pair) -> tuple[str, Level, str]:
    """(state, level, why) of an Application that is deleted."""
    found = application_of(pair.before)
    if found is None or not found.cascades:
        return "", Level.CHANGE, "what it deployed runs on, and nobody syncs it"
    name, _ = chart_of(found)
    if name:
        why = "its cascade deletes what the chart's templates made; CRDs of its crds/ folder stay"
        return "", Level.RECREATE, why
    return "", Level.RECREATE, "its cascade deletes what it deployed"


def value_place(item: Item, path: Path) -> Place | None:
    """Where a value of the chart is set: the last of its value files that does."""
    found = application_of(item)
    tree = item.world.tree
    names = [name for name in value_files(found) if tree.is_file(name)] if found else []
    for name in reversed(names):
        for document in tree.documents_or_none(name):
            place = document.place_of(path, False)
            if place:
                return place
    return None
