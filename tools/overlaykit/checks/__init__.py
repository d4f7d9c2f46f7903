"""The checks: one module each, found by looking into the folders of this package.

A module has LEVEL, a docstring that is its page, and one function whose name says what it is
given: `check_object(obj, world)`, `check_unit(unit, world)`, `check_file(document, world)`,
`check_repository(world)` or `check_comments(comments, findings)`. It yields Problems. With
DRAFTS = True an object check is also given the source objects of folders that do not build. A
function `mend(problem, place, world)` gives the edits of a problem once its place is known.
"""

import contextlib
import importlib
import inspect
import pkgutil
import threading
from collections.abc import Callable, Iterator
from functools import cache
from types import ModuleType
from typing import Any

from msgspec import Struct

from overlaykit.findings import Edit, Problem

_LOADING = threading.Lock()
INPUTS = ("object", "unit", "file", "repository", "comments")


class Check(Struct, frozen=True):
    """A check: `id` is its family and name, `input` what `run` is given before the world."""

    id: str
    level: str
    page: str
    input: str
    run: Callable[..., Iterator[Problem]]
    drafts: bool = False
    mend: Callable[..., tuple[Edit, ...]] | None = None

    @property
    def law(self) -> str:
        """The first line of its page."""
        return self.page.splitlines()[0]


def ids() -> list[str]:
    """The ids of all checks, sorted; imports none of them."""
    found: list[str] = []
    for family in pkgutil.iter_modules(__path__):
        if family.ispkg:
            folder = [f"{path}/{family.name}" for path in __path__]
            names = (module.name for module in pkgutil.iter_modules(folder))
            found.extend(check_id(family.name, name) for name in names)
    return sorted(found)


def check_id(family: str, name: str) -> str:
    return f"{family}/{name.replace('_', '-')}"


def load_all() -> dict[str, Check]:
    with _LOADING:
        return _all()


@cache
def _all() -> dict[str, Check]:
    return {check: load(check) for check in ids()}


@contextlib.contextmanager
def loading() -> Iterator[None]:
    """All checks are read while the block waits for other programs."""
    reader = threading.Thread(target=load_all, daemon=True)
    reader.start()
    try:
        yield
    finally:
        reader.join()


def load(check: str) -> Check:
    family, _, name = check.partition("/")
    module = importlib.import_module(f"{__name__}.{family}.{name.replace('-', '_')}")
    kind, run = _function(module)
    page = inspect.cleandoc(module.__doc__ or "")
    drafts, mend = getattr(module, "DRAFTS", False), getattr(module, "mend", None)
    return Check(check, module.LEVEL, page, kind, run, drafts, mend)


def _function(module: ModuleType) -> tuple[str, Any]:
    for kind in INPUTS:
        found = getattr(module, f"check_{kind}", None)
        if found is not None:
            return kind, found
    raise TypeError(f"{module.__name__} has no check function")
