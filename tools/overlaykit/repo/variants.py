"""What a folder renders to with other texts in some of its files: proof instead of a guess."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from overlaykit import disk
from overlaykit.render import engines
from overlaykit.render.engine import Render, Variant
from overlaykit.render.objects import Object
from overlaykit.repo.world import Unit, World
from overlaykit.source import SyntaxProblem


class Ask(Struct, frozen=True):
    """Render `folder` with the texts of `instead` (path to text)."""

    folder: str
    instead: Mapping[str, str]


def renders(world: World, asks: Sequence[Ask]) -> list[Render]:
    """The answer to each question; what cannot be asked is an error, as what does not build is."""
    can = {number: ask for number, ask in enumerate(asks) if _is_plain(world, ask)}
    variants = [
        Variant(ask.folder, ask.instead, sorted(set(world.graph.files(ask.folder))))
        for ask in can.values()
    ]
    answers = engines.default().vary(world.tree.root, variants) if variants else ()
    found = dict(zip(can, answers, strict=True))
    world.lost = world.lost or any(render.lost for render in found.values())
    no = "cannot be rendered with other texts"
    return [found.get(number) or Render(ask.folder, error=no) for number, ask in enumerate(asks)]


def objects_of(world: World, unit: Unit, render: Render) -> list[Object]:
    """The objects of a variant of a unit; none of one that does not build."""
    if render.error is not None:
        return []
    try:
        return world.reader.read(render, world.kubernetes(unit.cluster))
    except SyntaxProblem:
        return []


def same(world: World, unit: Unit, render: Render) -> bool:
    """Whether a render was made and is, to the letter, what the unit's own folder renders to."""
    found = objects_of(world, unit, render)
    alike = [obj.digest for obj in found] == [obj.digest for obj in unit.objects]
    return alike and render.error is None


def _is_plain(world: World, ask: Ask) -> bool:
    """Whether Kustomize knows each file by the path we call it by: it follows links, and a text
    given for the link would never be read."""
    root = world.tree.root
    return all(disk.real(root / name) == root / name for name in ask.instead)
