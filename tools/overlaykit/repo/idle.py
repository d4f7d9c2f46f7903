"""Entries of kustomizations without which every render stays the same, to the letter.

A quick look (`render.effect`) leaves the few that may be idle; each is then taken out and what it
belongs to is rendered without it. An entry of a base has to be idle in the base's own build, which
is all that the base hands on; one of a component in every build that takes the component in. Of
entries that are idle only while another stays, one stays.
"""

from collections.abc import Callable, Iterable

from msgspec import Struct

from overlaykit import disk
from overlaykit.edit import CannotEdit, remove, set_value
from overlaykit.render.effect import Effects
from overlaykit.repo.parts import Part, parts, without
from overlaykit.repo.variants import Ask, renders, same
from overlaykit.repo.world import NotSeen, Unit, World

# That one of these is redundant says little, and a fleet may have one in each overlay.
CHEAP = ("namespace", "labels", "commonLabels", "commonAnnotations")
MOST_CHEAP = 500
_PROBE = '[{"op": "add", "path": "/overlaykitProbe", "value": "met"}]'


class Idle(Struct, frozen=True, eq=False):
    """An entry that may be idle, with the units in which that shows."""

    part: Part
    users: list[Unit]


Harmless = Callable[[Part, Effects], bool]


class Search:
    """`find` gives the idle entries in the order of their files; not those that are `harmless`."""

    def __init__(self, world: World, harmless: Harmless) -> None:
        self.world = world
        self._harmless = harmless
        self._effects: dict[str, Effects] = {}

    def effects(self, unit: Unit) -> Effects:
        """The quick look at a unit."""
        if unit.folder not in self._effects:
            assert unit.chain is not None
            self._effects[unit.folder] = Effects(unit.chain, unit.objects)
        return self._effects[unit.folder]

    def find(self) -> list[Idle]:
        found = self._proved(self._few(self._suspects()), slice(0, 1))
        found = [one for one in found if not self._works(one.part, one.users[1:])]
        return self._together(self._proved(found, slice(1, None)))

    def _suspects(self) -> list[Idle]:
        found = []
        for folder in sorted(self.world.users):
            users = self._users(folder)
            for part in parts(self.world.graph.kustomizations[folder]):
                if not self._works(part, users[:1]):
                    found.append(Idle(part, users))
        return found

    def _users(self, folder: str) -> list[Unit]:
        """The folder's own build; also what builds from it, where its render is not all it has."""
        users = self.world.users[folder]
        own = [unit for unit in self.world.units_of.get(folder, ()) if unit.chain is not None]
        if own and not self._has_local(folder):
            return own
        return [*own, *(unit for unit in users if unit not in own)]

    def _has_local(self, folder: str) -> bool:
        """Whether a build may have objects that it does not render."""
        graph = self.world.graph
        names = (name for layer in graph.closure(folder) for name in graph.manifests(layer.folder))
        return any("local-config" in _text(self.world, name) for name in names)

    def _works(self, part: Part, users: Iterable[Unit]) -> bool:
        looks = (self.effects(unit) for unit in users)
        return any(look.of(part) or self._harmless(part, look) for look in looks)

    def _few(self, found: list[Idle]) -> list[Idle]:
        cheap = [one for one in found if one.part.field in CHEAP]
        left = set(map(id, cheap[MOST_CHEAP:]))
        if left:
            what = f"{len(left)} namespaces, labels and annotations that may change nothing"
            self.world.not_seen.append(NotSeen(what, "rendering without each of them takes long"))
        return [one for one in found if id(one) not in left]

    def _proved(self, found: list[Idle], which: slice) -> list[Idle]:
        """Those that are idle in some of their users."""
        asked = [(one, unit) for one in found for unit in one.users[which]]
        changed = self._changed([(unit, [one.part]) for one, unit in asked])
        bad = {id(one) for (one, _), yes in zip(asked, changed, strict=True) if yes}
        return [one for one in found if id(one) not in bad]

    def _changed(self, asked: list[tuple[Unit, list[Part]]]) -> list[bool]:
        """Whether each unit is another without these entries; yes where that cannot be tried."""
        asks = [self._ask(unit, gone) for unit, gone in asked]
        answers = iter(renders(self.world, [ask for ask in asks if ask is not None]))
        return [
            ask is None or not same(self.world, unit, next(answers))
            for ask, (unit, _) in zip(asks, asked, strict=True)
        ]

    def _ask(self, unit: Unit, gone: list[Part]) -> Ask | None:
        files: dict[str, list[Part]] = {}
        for part in gone:
            files.setdefault(part.layer.file, []).append(part)
        try:
            texts = {name: without(_text(self.world, name), some) for name, some in files.items()}
        except CannotEdit:
            return None
        return Ask(unit.folder, texts)

    def aimless(self, found: list[Idle]) -> list[Idle]:
        """Of idle patches with a target, those whose target matches nothing.

        In their place an operation that changes any object it meets is put.
        """
        found = [one for one in found if not any(self._meets(one.part, u) for u in one.users)]
        asks = [self._probe(one) for one in found]
        answers = iter(renders(self.world, [ask for some in asks for ask in some]))
        kept = []
        for one, some in zip(found, asks, strict=True):
            got = [next(answers) for _ in some]
            pairs = zip(one.users, got, strict=False)
            if some and all(same(self.world, unit, render) for unit, render in pairs):
                kept.append(one)
        return kept

    def _meets(self, part: Part, unit: Unit) -> bool:
        """Whether a patch is for an object that was always called as it is."""
        look = self.effects(unit)
        meant = (obj for one in look.documents(part) for obj in look.meant(part, one))
        target = part.patch.target or {}
        return any(not look.late(target, obj) for obj in meant)

    def _probe(self, one: Idle) -> list[Ask]:
        file, path = one.part.layer.file, one.part.path
        text = _text(self.world, file)
        try:
            text = set_value(remove(text, (*path, "path")), (*path, "patch"), _PROBE)
        except CannotEdit:
            return []
        return [Ask(unit.folder, {file: text}) for unit in one.users]

    def _together(self, found: list[Idle]) -> list[Idle]:
        """The entries that can all go at once."""
        mine: dict[str, list[Idle]] = {}
        for one in found:
            for unit in one.users:
                mine.setdefault(unit.folder, []).append(one)
        units = {unit.folder: unit for one in found for unit in one.users}
        crowded = [folder for folder, some in mine.items() if len(some) > 1]
        asked = [(units[folder], [one.part for one in mine[folder]]) for folder in crowded]
        together = zip(crowded, self._changed(asked), strict=True)
        stays: set[int] = set()
        for folder in [folder for folder, changed in together if changed]:
            stays |= self._needed(units[folder], mine[folder])
        return [one for one in found if id(one) not in stays]

    def _needed(self, unit: Unit, found: list[Idle]) -> set[int]:
        """Of entries that cannot all go, those that stay: the first of them."""
        gone: list[Part] = []
        stays = set()
        for one in reversed(found):
            [changed] = self._changed([(unit, [*gone, one.part])])
            if changed:
                stays.add(id(one))
            else:
                gone.append(one.part)
        return stays


def _text(world: World, name: str) -> str:
    try:
        return world.tree.text(name)
    except disk.Unreadable:
        return ""
