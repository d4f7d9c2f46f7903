"""Mistakes to plant in this repository, a module for each family of checks."""

import importlib
import pkgutil
from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    name: str
    file: str
    old: str | None
    new: str
    check: str
    at: str = ""  # file of the finding where it is another one
    line: str = ""  # text of the line of the finding where it is another one
    level: str = "error"


def cases() -> list[Case]:
    """The cases of every module here."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return [case for name in names for case in importlib.import_module(f"planted.{name}").CASES]
