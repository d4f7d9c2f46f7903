"""Generators of ConfigMaps and Secrets as the setter of a field."""

from overlaykit import disk
from overlaykit.render.reads import Generated
from overlaykit.repo.tree import Tree, join
from overlaykit.source import Path, Place


def generated_place(tree: Tree, made: Generated, path: Path) -> Place | None:
    """The option, literal, line or file that a generator's entry makes a field of."""
    if path == ("type",) or (len(path) == 2 and path[0] == "metadata"):
        return _at(made, (path[-1],))
    if path[:1] == ("metadata",):
        options = made.layer.document.place_of(("generatorOptions", *path[1:]))
        return _at(made, ("options", *path[1:])) or options
    if len(path) == 2 and path[0] in ("data", "binaryData"):
        key = str(path[1])
        return _literal(made, key) or _file(tree, made, key) or _line(tree, made, key)
    return None


def _at(made: Generated, path: Path) -> Place | None:
    return made.layer.document.place_of((*made.path, *path))


def _listed(made: Generated, field: str) -> list[str]:
    found = made.entry.get(field)
    return [str(text) for text in found] if isinstance(found, list) else []


def _literal(made: Generated, key: str) -> Place | None:
    for number, text in enumerate(_listed(made, "literals")):
        if text.split("=", 1)[0] == key:
            return _at(made, ("literals", number))
    return None


def _file(tree: Tree, made: Generated, key: str) -> Place | None:
    """The file that is the value; where it cannot be read, the entry that names it."""
    for number, text in enumerate(_listed(made, "files")):
        name, _, given = text.partition("=")
        if (name if given else name.rpartition("/")[2]) == key:
            file = join(made.layer.folder, given or name)
            return _at(made, ("files", number)) if _text(tree, file) is None else Place(file)
    return None


def _text(tree: Tree, file: str) -> str | None:
    try:
        return tree.text(file)
    except disk.Unreadable:
        return None


def _line(tree: Tree, made: Generated, key: str) -> Place | None:
    """The line of an env file that sets a key."""
    single = made.entry.get("env")
    for name in (*_listed(made, "envs"), *([str(single)] if single else ())):
        file = join(made.layer.folder, name)
        lines = (_text(tree, file) or "").splitlines()
        for number, line in reversed(list(enumerate(lines, 1))):
            if line.strip().split("=", 1)[0] == key:
                return Place(file, number, len(line) - len(line.lstrip()) + 1)
    return None
