"""What Argo CD does with an object that is gone from the repository, or that it may not patch.

Source: Argo CD, "Sync Options", "App Deletion" and "Automated Sync Policy"; gitops-engine,
pkg/sync/sync_context.go.
"""

from collections.abc import Iterator

from msgspec import Struct

from overlaykit.argocd.applications import Application
from overlaykit.argocd.hooks import DELETE_POLICY, is_hook, sync_options, values
from overlaykit.impact.pairs import Item, Pair, Pairs, Side
from overlaykit.kubernetes.pods import mapping
from overlaykit.repo.world import Unit

_NOBODY = "that what applies this folder, which is not here, prunes what is gone"


class Removal(Struct, frozen=True):
    """Whether an object that is gone from the repository is deleted, and why."""

    deletes: bool
    why: str
    doubt: str = ""


def removal(pairs: Pairs, item: Item, seen: frozenset[str] = frozenset()) -> Removal:
    """What becomes of an object that only the tree before has; `seen`: Applications asked."""
    owners = [one for one in item.applications if one.name not in seen]
    if not owners:
        return Removal(True, "it is gone from the repository", _NOBODY)
    found = [_by(pairs, item, one, seen) for one in owners]
    # With several owners one that deletes is enough.
    return next((one for one in found if one.deletes), found[0])


def _by(pairs: Pairs, item: Item, old: Application, seen: frozenset[str]) -> Removal:
    new = same(pairs.new, old)
    if new is not None:
        return _pruned(item, new)
    gone = application_removal(pairs, old, seen)
    if not gone.deletes:
        return Removal(False, f"{old.title} is not deleted: {gone.why}", gone.doubt)
    if not old.cascades:
        return Removal(
            False, f"{old.title} is deleted without a cascade: what it deployed runs on", gone.doubt
        )
    if "Delete=false" in sync_options(item.obj):
        return Removal(False, f"{old.title} is deleted; Delete=false keeps the object", gone.doubt)
    why = f"{old.title} is deleted, and its finalizer deletes what it deployed"
    return Removal(True, why, gone.doubt)


def _pruned(item: Item, new: Application) -> Removal:
    """An Application that is still there prunes an object, or does not."""
    options = {*new.options, *sync_options(item.obj)}
    if is_hook(item.obj):
        return Removal(False, "a hook is not pruned; it is only not run again")
    if "Prune=false" in options:
        return Removal(False, "Prune=false keeps it; its Application stays OutOfSync")
    if "Prune=confirm" in options:
        return Removal(False, "Prune=confirm keeps it until somebody confirms")
    automated = new.automated
    if automated is None:
        return Removal(True, f"{new.title} prunes it when somebody syncs it with prune")
    if automated.get("prune") is not True:
        why = f"{new.title} does not prune (automated.prune is off): it runs on, OutOfSync"
        return Removal(False, why)
    return Removal(True, f"{new.title} prunes it")


def same(side: Side, application: Application) -> Application | None:
    """The Application of the same name beside the same Argo CD."""
    return side.applications.get((application.cluster, application.name))


def application_removal(
    pairs: Pairs, old: Application, seen: frozenset[str] = frozenset()
) -> Removal:
    """What becomes of an Application that is gone."""
    if old.generated:
        return _generated(pairs, old)
    item = pairs.old.item_of.get(id(old.obj))
    above = seen | {old.name}
    if item is None or all(one.name in above for one in item.applications):
        doubt = "that somebody deletes the Application, which no other here deploys"
        return Removal(True, "it is gone from the repository", doubt)
    return removal(pairs, item, above)


def _generated(pairs: Pairs, old: Application) -> Removal:
    """An Application that an ApplicationSet made."""
    sets = {obj.name: obj for unit in pairs.new.units for obj in unit.objects}
    found = sets.get(old.generated)
    policy = mapping(found.get("spec", "syncPolicy")) if found else {}
    if policy.get("preserveResourcesOnDeletion") is True:
        return Removal(False, "preserveResourcesOnDeletion keeps what it deployed")
    if policy.get("applicationsSync") in ("create-only", "create-update"):
        why = f"ApplicationSet '{old.generated}' never deletes ({policy['applicationsSync']})"
        return Removal(False, why)
    return Removal(True, f"ApplicationSet '{old.generated}' no longer makes it")


def replaces(item: Item) -> bool:
    """Whether every change deletes the object first."""
    return {"Replace=true", "Force=true"} <= item.options


def forces(item: Item) -> bool:
    """Whether an object that cannot be patched is deleted and made anew."""
    return "Force=true" in item.options and "ServerSideApply=true" not in item.options


def runs_again(item: Item) -> bool:
    """Whether an object is a hook that each sync makes anew, as Argo CD does by default."""
    policies = set(values(item.obj, DELETE_POLICY))
    anew = not policies or bool({"BeforeHookCreation", "HookSucceeded"} & policies)
    return is_hook(item.obj) and anew


def waits(item: Item) -> str:
    """Why a change is not applied by itself; empty where it is."""
    found = item.applications
    if found and all(one.automated is None for one in found):
        return f"{found[0].title} does not sync by itself: it happens when somebody syncs it"
    return ""


def doubt(item: Item) -> str:
    """What is taken for granted of the Application that applies an object."""
    told = (item.world.assumption_on(one) for one in item.applications)
    return next(filter(None, (item.unit.assuming, *told)), "")


def adopted(pair: Pair, pairs: Pairs) -> str:
    """Why an object that stays may be deleted all the same: its Application was renamed."""
    if pair.before is None or pair.after is None or not pair.before.applications:
        return ""
    names = {one.name for one in pair.after.applications}
    for old in pair.before.applications:
        goes = names and old.cascades and same(pairs.new, old) is None
        if goes and application_removal(pairs, old).deletes:
            new = min(names)
            return (
                f"Application '{old.name}' is deleted with a cascade while '{new}' takes its "
                "objects over: what it still owns at that moment is deleted"
            )
    return ""


def broken_units(side: Side) -> Iterator[Unit]:
    return (unit for unit in side.units if unit.broken is not None)
