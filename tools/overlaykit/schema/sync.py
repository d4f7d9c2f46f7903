"""schemas/ made from its sources, and the lock that says what it was made of."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from overlaykit import disk, source
from overlaykit.errors import CannotLook, UsageError
from overlaykit.schema import compact, crd, kubernetes, notation, sources
from overlaykit.schema.sources import Inputs, sha256

LOCK = "lock.json"
_GENERATED = ("crds", "kubernetes")


class Made(Struct, frozen=True):
    """One source with what was made of it: relative path to text."""

    name: str
    facts: Mapping[str, Any]
    digest: str
    files: Mapping[str, str]


def sync(schemas: Path) -> list[str]:
    """Make every file anew; the relative paths that changed. Needs the network once a version."""
    made = [_make(name, facts, schemas) for name, facts in _sources(schemas).items()]
    _refuse_moved(schemas, made)
    files: dict[str, bytes | None] = dict.fromkeys(_present(schemas))
    for one in made:
        files.update({path: text.encode() for path, text in one.files.items()})
    files[LOCK] = _lock_text(made, schemas).encode()
    return disk.write_batch(schemas, files)


def check(schemas: Path) -> list[str]:
    """Where the files differ from the lock, one line each; looks at this folder only."""
    locked = read_lock(schemas)
    wanted = {path: sha for one in locked.values() for path, sha in one["files"].items()}
    present = set(_present(schemas))
    problems = [f"{path}: is missing" for path in sorted(set(wanted) - present)]
    problems += [f"{path}: is not in the lock" for path in sorted(present - set(wanted))]
    for path in sorted(present & set(wanted)):
        if sha256(disk.read_bytes(schemas / path)) != wanted[path]:
            problems.append(f"{path}: is not what the lock says")
    return problems + _stale_sources(schemas, locked)


def summary(lines: list[str], checked: bool) -> str:
    """The last line of a sync (changed paths) or of a check (problems)."""
    if checked:
        return f"{len(lines)} differences: run 'overlay schemas sync'" if lines else "as locked"
    return f"{len(lines)} files changed" if lines else "nothing changed"


def _stale_sources(schemas: Path, locked: Mapping[str, Any]) -> list[str]:
    configured = _sources(schemas)
    problems = []
    for name in sorted(set(configured) | set(locked)):
        facts, entry = configured.get(name), locked.get(name)
        if facts is None or entry is None or entry["facts"] != _facts_digest(schemas, facts):
            problems.append(f"sources/: {name} was changed after the last sync")
    return problems


def read_lock(schemas: Path) -> dict[str, Any]:
    path = schemas / LOCK
    if not disk.is_file(path):
        raise CannotLook(f"{path} is missing: run 'overlay schemas sync'")
    locked: dict[str, Any] = json.loads(disk.read_text(path))["sources"]
    return locked


def _sources(schemas: Path) -> dict[str, Any]:
    path = schemas / "sources" / "sources.yaml"
    if not disk.is_file(path):
        raise UsageError("sync needs a checkout of overlaykit; to add CRDs of your own use 'add'")
    read: dict[str, Any] = _yaml(disk.read_text(path), path.name)
    return read


def _yaml(text: str, name: str) -> Any:
    try:
        documents = source.parse(text)
    except source.SyntaxProblem as error:
        raise CannotLook(f"{name}:{error.line}:{error.column}: {error.what}") from error
    return documents[0] if documents else {}


def _make(name: str, facts: Mapping[str, Any], schemas: Path) -> Made:
    inputs = _inputs(name, facts, schemas)
    maker = _kubernetes if "minors" in facts else _own if facts["from"] == "here" else _crds
    try:
        files = dict(maker(facts, inputs, schemas))
    except (notation.BadNotation, crd.NotACrd) as error:
        raise CannotLook(f"schemas of {name}: {error}") from error
    return Made(name, facts, inputs.digest, files)


def _inputs(name: str, facts: Mapping[str, Any], schemas: Path) -> Inputs:
    if facts["from"] == "here":
        return sources.local(schemas / "sources", facts["files"])
    return sources.fetch(name, facts, schemas.parent / ".cache" / "schemas")


def _kubernetes(
    facts: Mapping[str, Any], inputs: Inputs, schemas: Path
) -> Iterator[tuple[str, str]]:
    for name, text in inputs.files.items():
        release = name.split("/")[-2].removeprefix("v").split(".")
        folder = f"kubernetes/v{release[0]}.{release[1]}"
        for file, schema in kubernetes.bundles(json.loads(text)["$defs"]):
            yield f"{folder}/{file}", compact.text(schema)


def _crds(facts: Mapping[str, Any], inputs: Inputs, schemas: Path) -> Iterator[tuple[str, str]]:
    changes = _patches(facts, schemas)
    for name, text in inputs.files.items():
        for document in source.parse(text):
            if not crd.is_crd(document):
                raise CannotLook(f"{name} is no CustomResourceDefinition")
            notation.patch(document, changes.get(document["spec"]["names"]["kind"], []))
            for path, schema in crd.schemas(document).items():
                yield f"crds/{path}", schema


def _own(facts: Mapping[str, Any], inputs: Inputs, schemas: Path) -> Iterator[tuple[str, str]]:
    for name, text in inputs.files.items():
        for path, schema in crd.schemas(notation.crd(_yaml(text, name))).items():
            yield f"crds/{path}", schema


def _patches(facts: Mapping[str, Any], schemas: Path) -> dict[str, Any]:
    if "patch" not in facts:
        return {}
    path = schemas / "sources" / facts["patch"]
    patches: dict[str, Any] = _yaml(disk.read_text(path), path.name)
    return patches


def _refuse_moved(schemas: Path, made: list[Made]) -> None:
    """A package whose version stayed and whose content did not is no longer the one we pinned."""
    locked = read_lock(schemas) if disk.is_file(schemas / LOCK) else {}
    for one in made:
        before = locked.get(one.name, {})
        same = before.get("version") == one.facts.get("version") and "version" in one.facts
        if same and before["digest"] != one.digest:
            raise CannotLook(
                f"{one.facts['package']} {one.facts['version']} is {one.digest}, "
                f"the lock says {before['digest']}"
            )


def _facts_digest(schemas: Path, facts: Mapping[str, Any]) -> str:
    """A digest of everything in the repository that decides what this source makes."""
    names = [*facts["files"]] if facts["from"] == "here" else []
    names += [facts["patch"]] if "patch" in facts else []
    texts = dict(sources.local(schemas / "sources", names).files)
    texts["facts"] = json.dumps(facts, sort_keys=True)
    return sources.digest(texts)


def _lock_text(made: list[Made], schemas: Path) -> str:
    entries = {}
    for one in made:
        about = {key: one.facts[key] for key in ("package", "version", "patch") if key in one.facts}
        entries[one.name] = {
            "from": one.facts["from"],
            **about,
            "digest": one.digest,
            "facts": _facts_digest(schemas, one.facts),
            "files": {path: sha256(text.encode()) for path, text in one.files.items()},
        }
    return json.dumps({"sources": entries}, indent=1, sort_keys=True) + "\n"


def _present(schemas: Path) -> list[str]:
    """The generated files that lie here now."""
    folders = [schemas / name for name in _GENERATED]
    return [p.relative_to(schemas).as_posix() for folder in folders for p in disk.walk(folder)]
