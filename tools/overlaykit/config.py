"""`.overlay.yaml`: optional; every key has a default, an unknown one is refused."""

import difflib
import posixpath
import re
from collections.abc import Iterable
from fnmatch import fnmatch
from typing import Any

from msgspec import Struct, field

from overlaykit import disk
from overlaykit.errors import UsageError
from overlaykit.findings import LEVELS
from overlaykit.repo.tree import Tree
from overlaykit.source import Document, SyntaxProblem

FILE = ".overlay.yaml"
# The newest that schemas are shipped for: fields are only ever added.
KUBERNETES = "1.37"
_KEYS: dict[str, type[object]] = {
    "levels": dict,
    "exclude": list,
    "clusters": str,
    "external": list,
    "schemas": list,
    "kubernetes": dict,
    "argocd": dict,
    "operator": dict,
}
_KIND: dict[type[object], str] = {dict: "a mapping", list: "a list of strings", str: "a string"}


class Config(Struct, frozen=True):
    """`levels`: check to level or "off"; `exclude`: globs; `clusters`: a glob of folders."""

    levels: dict[str, str] = field(default_factory=dict)
    exclude: tuple[str, ...] = ()
    clusters: str = ""
    external: tuple[str, ...] = ()
    schemas: tuple[str, ...] = ()
    kubernetes: str = KUBERNETES
    argocd: str = ""
    operator: str = ""
    operator_defaults: dict[str, str] = field(default_factory=dict)

    def excludes(self, name: str) -> bool:
        """Whether a file or folder, or a folder above it, matches an exclude glob."""
        while name and self.exclude:
            if any(fnmatch(name, glob) or fnmatch(f"{name}/", glob) for glob in self.exclude):
                return True
            name = posixpath.dirname(name)
        return False


def load(tree: Tree, checks: list[str]) -> Config:
    """The configuration of a repository. Raises UsageError with the line at fault."""
    if not tree.is_file(FILE):
        return Config()
    try:
        documents = tree.documents(FILE)
    except SyntaxProblem as problem:
        raise UsageError(f"{FILE}:{problem.line}:{problem.column}: {problem.what}") from problem
    except disk.Unreadable as problem:
        raise UsageError(str(problem)) from problem
    if not documents:
        return Config()
    data = documents[0].data
    if not isinstance(data, dict):
        raise UsageError(f"{FILE}:1:1: a mapping is wanted, with the keys {', '.join(_KEYS)}")
    _check_keys(documents[0], data, _KEYS, ())
    _check_levels(documents[0], data.get("levels") or {}, checks)
    found = _config(documents[0], data)
    _check_folders(tree, documents[0], found.schemas)
    return found


def _config(document: Document, data: dict[str, Any]) -> Config:
    operator = data.get("operator") or {}
    _check_keys(document, operator, {"version": str, "defaults": dict}, ("operator",))
    for name in ("kubernetes", "argocd"):
        _check_keys(document, data.get(name) or {}, {"version": str}, (name,))
    _check_version(document, (data.get("kubernetes") or {}).get("version"))
    return Config(
        levels=dict(data.get("levels") or {}),
        exclude=tuple(map(str, data.get("exclude") or ())),
        clusters=data.get("clusters") or "",
        external=tuple(map(str, data.get("external") or ())),
        schemas=tuple(map(str, data.get("schemas") or ())),
        kubernetes=str((data.get("kubernetes") or {}).get("version") or KUBERNETES),
        argocd=str((data.get("argocd") or {}).get("version") or ""),
        operator=str(operator.get("version") or ""),
        operator_defaults={k: str(v) for k, v in (operator.get("defaults") or {}).items()},
    )


def _check_keys(
    document: Document,
    data: dict[str, Any],
    allowed: dict[str, type[object]],
    under: tuple[str, ...],
) -> None:
    for key, value in data.items():
        place = document.nearest((*under, str(key)))
        where = f"{place.file}:{place.line}:{place.column}"
        if key not in allowed:
            close = difflib.get_close_matches(str(key), allowed, 1)
            hint = f"; did you mean '{close[0]}'?" if close else ""
            raise UsageError(f"{where}: '{key}' is not one of {', '.join(allowed)}{hint}")
        listed = value if isinstance(value, list) else []
        if any(not isinstance(item, str) for item in listed):
            raise UsageError(f"{where}: '{key}' must be a list of strings")
        if value is not None and not isinstance(value, allowed[key]):
            hint = ' (quote it: "1.34")' if allowed[key] is str else ""
            raise UsageError(f"{where}: '{key}' must be {_KIND[allowed[key]]}{hint}")


def _check_version(document: Document, version: str | None) -> None:
    if version is not None and not re.fullmatch(r"v?1\.\d{2}(?:\.\d+)?", version):
        place = document.nearest(("kubernetes", "version"))
        where = f"{place.file}:{place.line}:{place.column}"
        raise UsageError(f"{where}: '{version}' is no Kubernetes version; write it as \"1.34\"")


def _check_folders(tree: Tree, document: Document, folders: Iterable[str]) -> None:
    for number, folder in enumerate(folders):
        if not tree.is_dir(folder) or not tree.is_inside(folder):
            place = document.place_of(("schemas", number)) or document.place()
            where = f"{place.file}:{place.line}:{place.column}"
            raise UsageError(f"{where}: '{folder}' is no folder of this repository")


def _check_levels(document: Document, levels: dict[str, Any], checks: list[str]) -> None:
    for check, level in levels.items():
        place = document.nearest(("levels", str(check)))
        where = f"{place.file}:{place.line}:{place.column}"
        if check not in checks:
            close = difflib.get_close_matches(str(check), checks, 1)
            hint = f"; did you mean '{close[0]}'?" if close else ""
            raise UsageError(f"{where}: there is no check '{check}'{hint}")
        if level not in (*LEVELS, "off"):
            wanted = ", ".join((*LEVELS, '"off"'))
            raise UsageError(f"{where}: level '{level}' is not one of {wanted}")
