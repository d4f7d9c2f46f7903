"""The same object before and after a change: two worlds matched by cluster and name."""

import re
from collections.abc import Iterable, Iterator
from functools import cached_property

from msgspec import Struct, field

from overlaykit.argocd.applications import Application
from overlaykit.argocd.hooks import sync_options
from overlaykit.kubernetes.scope import namespaced
from overlaykit.operator.request import Request
from overlaykit.render.objects import Object
from overlaykit.repo.operators import Operator
from overlaykit.repo.scope import Scope
from overlaykit.repo.world import Unit, World
from overlaykit.source import Path, Place

# What Kustomize puts behind the name of what it generates: no vowels, nor 0, 1 and 3.
_HASH = re.compile(r"-[2456789bcdfghkmt]{10}$")
_GENERATED = ("ConfigMap", "Secret")
# What is not applied to any cluster.
_FACTS = "overlaykit.io"
_LOCAL = "config.kubernetes.io/local-config"


class Key(Struct, frozen=True, order=True):
    """What an object is called where it runs; the version of its API does not matter."""

    cluster: str
    group: str
    kind: str
    namespace: str
    name: str


class Item(Struct, frozen=True, eq=False, dict=True):
    """An object on one side of a change."""

    obj: Object
    unit: Unit
    side: "Side"
    namespace: str

    @property
    def world(self) -> World:
        return self.side.world

    @cached_property
    def applications(self) -> list[Application]:
        return self.world.together.deployers(self.unit)

    @cached_property
    def options(self) -> set[str]:
        """The sync options that hold for it: its own and its Application's."""
        own = set(sync_options(self.obj))
        return own.union(*(one.options for one in self.applications))

    @property
    def label(self) -> str:
        parts = (self.obj.kind, self.namespace, self.obj.name)
        return "/".join(part for part in parts if part)

    def place(self, path: Path, key: bool = False) -> Place:
        return self.unit.locate(self.obj, path, key)


class Side(Struct, dict=True):
    """The repository before or after: what is applied, and the folders that cannot be seen."""

    world: World
    scope: Scope
    _requests: dict[int, dict[int, tuple[Request, Operator]]] = field(default_factory=dict)

    @cached_property
    def units(self) -> list[Unit]:
        """The units that the change may concern."""
        judged = self.world.judged
        return [one for one in judged if not one.cluster or self.scope.judges(one.cluster)]

    @cached_property
    def hidden(self) -> set[str]:
        """The folders that do not build, here or at all."""
        broken = {unit.folder for unit in self.units if unit.broken is not None}
        unseen = {folder for one in self.world.not_seen for folder in one.where}
        return broken | (unseen - self.world.units_of.keys())

    @cached_property
    def items(self) -> dict[Key, Item]:
        found: dict[Key, Item] = {}
        for unit in self.units:
            for obj in unit.objects:
                if is_applied(obj):
                    item = Item(obj, unit, self, self._namespace(unit, obj))
                    for cluster in self.clusters(unit):
                        found.setdefault(key_of(cluster, item), item)
        return found

    def _namespace(self, unit: Unit, obj: Object) -> str:
        if namespaced(obj.group, obj.kind, self.world.scopes) is False:
            return ""
        return self.world.together.namespace(unit, obj)

    @cached_property
    def item_of(self) -> dict[int, Item]:
        """The items by their objects."""
        return {id(item.obj): item for item in self.items.values()}

    @cached_property
    def applications(self) -> dict[tuple[str, str], Application]:
        """The Applications by cluster and name."""
        return {(one.cluster, one.name): one for one in self.world.applications}

    def request(self, item: Item) -> tuple[Request, Operator] | None:
        """An item as the operator gets it; None of what it does not look at."""
        unit = item.unit
        if id(unit) not in self._requests:
            found = self.world.operated.requests(unit)
            told = {id(obj): (request, operator) for obj, request, operator in found}
            self._requests[id(unit)] = told
        return self._requests[id(unit)].get(id(item.obj))

    def clusters(self, unit: Unit) -> list[str]:
        """The clusters that a unit runs on; where nobody names one, what stands for it."""
        together = self.world.together
        known = sorted(together.clusters(unit))
        if known:
            return known
        return [next((one.name for one in together.deployers(unit)), unit.folder or ".")]


class Pair(Struct, frozen=True, eq=False):
    """An object before and after; one of them may be missing."""

    key: Key
    before: Item | None
    after: Item | None

    @property
    def item(self) -> Item:
        found = self.after or self.before
        if found is None:
            raise LookupError("a pair of nothing")
        return found

    @property
    def sides(self) -> tuple[Item, Item]:
        """Before and after, of an object that is there on both sides."""
        if self.before is None or self.after is None:
            raise LookupError(f"{self.item.label} is on one side only")
        return self.before, self.after

    @property
    def is_same(self) -> bool:
        """Whether it is the same to the letter, and applied by the same."""
        if self.before is None or self.after is None:
            return False
        return self.before.obj.data == self.after.obj.data


def is_applied(obj: Object) -> bool:
    return obj.group != _FACTS and obj.annotations.get(_LOCAL) != "true" and bool(obj.name)


def key_of(cluster: str, item: Item) -> Key:
    obj = item.obj
    name = _HASH.sub("", obj.name) if obj.kind in _GENERATED else obj.name
    return Key(cluster, obj.group, obj.kind, item.namespace, name)


class Pairs(Struct, dict=True):
    """Both sides, matched."""

    old: Side
    new: Side

    @cached_property
    def all(self) -> list[Pair]:
        """Every object that both sides can see, in order."""
        return sorted(self._all(), key=lambda pair: pair.key)

    def _all(self) -> Iterator[Pair]:
        for key in self.old.items.keys() | self.new.items.keys():
            before, after = self._applied(self.old, key), self._applied(self.new, key)
            if before is None and after is None:
                continue
            if before is None and after and _is_hidden(self.old, after.unit):
                continue
            if after is None and before and _is_hidden(self.new, before.unit):
                continue
            yield Pair(key, before, after)

    def _applied(self, side: Side, key: Key) -> Item | None:
        """The object on a side, if something applies it there.

        A folder that Applications deploy on one side only is not applied on the other.
        """
        item = side.items.get(key)
        if item is None or item.applications:
            return item
        other = self.new if side is self.old else self.old
        if _is_base(item.unit, other):
            return None
        deployers = other.world.deployers.get(item.unit.folder, ())
        lost = any(one.folder in side.hidden for one in deployers)
        return item if lost or not deployers else None

    @cached_property
    def of_kind(self) -> dict[str, list[Pair]]:
        found: dict[str, list[Pair]] = {}
        for pair in self.all:
            found.setdefault(pair.key.kind, []).append(pair)
        return found

    def kinds(self, names: Iterable[str]) -> list[Pair]:
        return [pair for name in names for pair in self.of_kind.get(name, ())]

    def find(self, like: Pair, kind: str, name: object) -> Pair | None:
        """Another object of the cluster of one, in its namespace if there is such a one."""
        found = [
            pair
            for pair in self.of_kind.get(kind, ())
            if pair.key.name == name and pair.key.cluster == like.key.cluster
        ]
        near = [pair for pair in found if pair.key.namespace == like.key.namespace]
        return next(iter([*near, *found]), None)


def _is_base(unit: Unit, other: Side) -> bool:
    """Whether a unit of no cluster only stands alone since nothing builds from it any more."""
    twins = other.world.units_of.get(unit.folder, ())
    return not unit.cluster and bool(twins) and not any(twin.judged for twin in twins)


def _is_hidden(side: Side, unit: Unit) -> bool:
    return unit.folder in side.hidden
