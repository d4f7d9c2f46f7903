"""Which schemas there are, and which of them counts where two have one kind."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

from overlaykit import disk, source
from overlaykit.errors import UsageError


class Row(Struct, frozen=True, order=True):
    """One kind of one source. Kubernetes' own kinds: `kubernetes` names the minors that have it."""

    group: str
    kind: str
    versions: tuple[str, ...]
    source: str
    kubernetes: tuple[str, ...] = ()


def user_folders(root: Path) -> list[str]:
    """The folders under `schemas:` of the repository's .overlay.yaml."""
    path = root / ".overlay.yaml"
    if not disk.is_file(path):
        return []
    try:
        documents = source.parse(disk.read_text(path))
    except source.SyntaxProblem as problem:
        raise UsageError(f".overlay.yaml:{problem.line}:{problem.column}: {problem.what}") from None
    data = documents[0] if documents and isinstance(documents[0], dict) else {}
    return [str(folder) for folder in data.get("schemas") or ()]


def rows(builtin: Path, root: Path, folders: Sequence[str]) -> list[Row]:
    """Every known kind, sorted; the user's folders stand for their own source."""
    found: dict[tuple[str, str, str], tuple[set[str], set[str]]] = {}
    for path, origin, minor in _files(builtin, root, folders):
        for group, version, kind in _kinds(path):
            versions, minors = found.setdefault((group, kind, origin), (set(), set()))
            versions.add(version)
            minors.update([minor] if minor else [])
    return sorted(
        Row(group, kind, tuple(sorted(versions)), origin, tuple(sorted(minors)))
        for (group, kind, origin), (versions, minors) in found.items()
    )


def _files(builtin: Path, root: Path, folders: Sequence[str]) -> Iterator[tuple[Path, str, str]]:
    """(file, source, Kubernetes minor or "") of every schema."""
    for folder in folders:
        for path in disk.walk(root / folder):
            if path.suffix == ".json":
                yield path, folder, ""
    origins = _origins(builtin)
    for part in ("crds", "kubernetes"):
        for path in disk.walk(builtin / part):
            minor = path.parent.name.removeprefix("v") if part == "kubernetes" else ""
            yield path, origins.get(path.relative_to(builtin).as_posix(), "built-in"), minor


def _origins(builtin: Path) -> dict[str, str]:
    """File to `package version`, from the lock where it lies beside the schemas."""
    lock = builtin / "lock.json"
    if not disk.is_file(lock):
        return {}
    entries: dict[str, Any] = json.loads(disk.read_text(lock))["sources"]
    return {path: _title(name, entry) for name, entry in entries.items() for path in entry["files"]}


def _title(name: str, entry: dict[str, Any]) -> str:
    patch = f"+ {entry['patch']}" if "patch" in entry else ""
    return " ".join(filter(None, [entry.get("package", name), entry.get("version", ""), patch]))


def _kinds(path: Path) -> Iterator[tuple[str, str, str]]:
    """(group, version, kind) from the schema itself, else from the names of folder and file."""
    properties = json.loads(disk.read_text(path)).get("properties", {})
    api_versions = properties.get("apiVersion", {}).get("enum")
    kinds = properties.get("kind", {}).get("enum")
    if api_versions and kinds:
        for api_version in api_versions:
            group, _, version = api_version.rpartition("/")
            yield group, version, kinds[0]
    elif "_" in path.stem:
        kind, _, version = path.stem.rpartition("_")
        yield path.parent.name, version, kind


def table(found: Sequence[Row]) -> str:
    """The rows as text, columns as wide as they need."""
    head = ("GROUP", "KIND", "VERSIONS", "SOURCE")
    lines = [
        head,
        *((r.group or "(core)", r.kind, ", ".join(r.versions), _where(r)) for r in found),
    ]
    widths = [max(len(line[column]) for line in lines) for column in range(3)]
    padded = (
        "  ".join(
            [*(f"{cell:{width}}" for cell, width in zip(line, widths, strict=False)), line[3]]
        )
        for line in lines
    )
    return "\n".join(padded) + "\n"


def _where(row: Row) -> str:
    return f"{row.source} ({', '.join(row.kubernetes)})" if row.kubernetes else row.source


def as_json(found: Sequence[Row]) -> str:
    data = [
        {
            "group": row.group,
            "kind": row.kind,
            "versions": list(row.versions),
            "source": row.source,
            "kubernetes": list(row.kubernetes),
        }
        for row in found
    ]
    return json.dumps({"version": 1, "schemas": data}, indent=2) + "\n"
