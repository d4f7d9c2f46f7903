"""The words of an impact: what is done, what becomes of the state, how bad it is."""

from collections.abc import Iterable, Iterator
from enum import IntEnum, StrEnum
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from overlaykit.source import Path


class Level(IntEnum):
    """How much an effect asks of those who approve it, the least first."""

    NOTHING = 0
    CHANGE = 1
    SCALE = 2
    RESTART = 3
    REDEPLOY = 4
    REFUSE = 5
    RISK = 6
    RECREATE = 7
    LOSS = 8

    @property
    def word(self) -> str:
        return self.name.lower()


# Why of what needs no words.
APPLIED, NEW = "applied in place", "it is new"


class Effect(StrEnum):
    """What is done to an object."""

    NOTHING = "nothing"
    UPDATED = "updated in place"
    CREATED = "created"
    STARTED = "started"
    STOPPED = "suspended"
    SCALED = "in-place scale"
    ROLLED = "rolling restart"
    RESTARTED = "stateful restart"
    EMPTIED = "restart with empty state"
    REDEPLOYED = "savepoint redeploy"
    RISKED = "state at risk"
    REFUSED = "refused"
    RECREATED = "recreated"
    PRUNED = "pruned"
    LEFT = "left behind"
    UNKNOWN = "not known"


class Changed(Struct, frozen=True):
    """A field that changed, at a path of the object."""

    path: Path
    before: Any = None
    after: Any = None


class Verdict(Struct, frozen=True):
    """What happens to an object: `state` is empty where it has none; `why` is a sentence.

    `changes` are the fields that decided; `notes` what else to know; `doubt` what the verdict
    takes for granted, empty where it is proved.
    """

    effect: Effect
    level: Level
    why: str
    state: str = ""
    changes: tuple[Changed, ...] = ()
    notes: tuple[str, ...] = ()
    doubt: str = ""

    def noting(self, *notes: str) -> "Verdict":
        return replace(self, notes=(*self.notes, *filter(None, notes)))

    def doubting(self, doubt: str) -> "Verdict":
        return replace(self, doubt=self.doubt or doubt)


NOTHING = Verdict(Effect.NOTHING, Level.NOTHING, "nothing changed")


def differences(before: Any, after: Any, path: Path = ()) -> Iterator[Changed]:
    """The fields in which two values differ; items of lists are told apart by their names."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys([*before, *after]):
            yield from differences(before.get(key), after.get(key), (*path, str(key)))
    elif _are_alike(before, after):
        for number, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from differences(old, new, (*path, number))
    elif before != after:
        yield Changed(path, before, after)


def _are_alike(before: Any, after: Any) -> bool:
    """Whether two lists have the same items, changed or not, in the same places."""
    if not isinstance(before, list) or not isinstance(after, list) or len(before) != len(after):
        return False
    return [_name(one) for one in before] == [_name(one) for one in after]


def _name(item: Any) -> Any:
    return item.get("name", item.get("key")) if isinstance(item, dict) else None


def below(changes: Iterable[Changed], *path: str) -> tuple[Changed, ...]:
    """The changes at or below a path, or of something around it."""
    return tuple(
        one for one in changes if one.path[: len(path)] == path or path[: len(one.path)] == one.path
    )
