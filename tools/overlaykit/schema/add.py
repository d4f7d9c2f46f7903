"""A user's CRDs as schemas: from files, a chart's crds/, or a live cluster through kubectl."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from overlaykit import disk, process, source
from overlaykit.errors import CannotLook, UsageError
from overlaykit.schema import crd

KIND = "CustomResourceDefinition"
_SUFFIXES = (".yaml", ".yml", ".json")


class Added(Struct):
    """Schemas ready to write: file name to text, and where each came from (file:line)."""

    files: dict[str, str] = field(default_factory=dict)
    origin: dict[str, str] = field(default_factory=dict)

    def take(self, document: Any, place: str) -> None:
        try:
            made = crd.schemas(document)
        except crd.NotACrd as error:
            raise UsageError(f"{place}: {error}") from error
        for name, text in made.items():
            if self.files.get(name, text) != text:
                raise UsageError(f"{place}: {name} is defined otherwise at {self.origin[name]}")
            self.files[name] = text
            self.origin.setdefault(name, place)


def from_paths(paths: Sequence[Path]) -> Added:
    """Every CRD in these files and folders. Raises UsageError for one that holds none."""
    added = Added()
    for path in paths:
        before = len(added.origin)
        for file in _files(path):
            from_text(_read(file), str(file), added)
        if len(added.origin) == before:
            raise UsageError(f"{path}: holds no {KIND}")
    return added


def _files(path: Path) -> Iterator[Path]:
    """The manifests at `path`; of a chart also the templates, so a CRD in one is not missed."""
    if not disk.exists(path):
        raise UsageError(f"{path}: does not exist")
    if not disk.is_dir(path):
        yield path
        return
    yield from (file for file in disk.walk(path) if file.suffix in _SUFFIXES)


def _read(file: Path) -> str:
    try:
        return disk.read_text(file)
    except disk.Unreadable as error:
        raise UsageError(str(error)) from error


def from_text(text: str, name: str, added: Added) -> None:
    """Add the CRDs of one file; a file that names none is passed over unread."""
    if KIND not in text:
        return
    try:
        documents = source.load(text, name)
    except source.SyntaxProblem as problem:
        raise UsageError(f"{name}:{problem.line}:{problem.column}: {_why(text, problem)}") from None
    for document in documents:
        place = document.place()
        for inner in crd.unfold(document.data):
            if crd.is_crd(inner):
                added.take(inner, f"{name}:{place.line}")


def _why(text: str, problem: source.SyntaxProblem) -> str:
    if "{{" not in text:
        return problem.what
    return (
        "is a Helm template; render it first: "
        "helm template --include-crds CHART | overlay schemas add -"
    )


def from_cluster(context: str | None) -> Added:
    """Every CRD that a live cluster serves; `context` is kubectl's, else the current one."""
    argv = ["kubectl", "get", "customresourcedefinitions", "--output", "json"]
    argv += ["--context", context] if context else []
    try:
        done = process.run(argv, timeout=120)
    except process.Missing as error:
        raise CannotLook("--from-cluster needs kubectl, which is not on this machine") from error
    if done.code:
        why = (done.err.strip() or "failed").splitlines()[-1]
        raise CannotLook(f"{' '.join(argv)}: {why}")
    added = Added()
    for document in crd.unfold(json.loads(done.out)):
        if crd.is_crd(document):
            added.take(document, f"cluster:{document.get('metadata', {}).get('name', '?')}")
    if not added.files:
        raise CannotLook(f"the cluster serves no {KIND}, or this account may not list them")
    return added


def write(root: Path, out: str, added: Added) -> list[str]:
    """Write the schemas into the folder `out` of the repository; the paths that changed."""
    folder = Path(out).as_posix().rstrip("/")
    files = {f"{folder}/{name}": text.encode() for name, text in added.files.items()}
    return disk.write_batch(root, dict(files))


def summary(added: Added, written: Sequence[str], out: str, listed: Sequence[str]) -> str:
    """What was done, and what the user still has to do."""
    same = len(added.files) - len(written)
    lines = [*written, f"{len(written)} schemas written to {out}, {same} were there already"]
    if Path(out).as_posix().rstrip("/") not in [Path(one).as_posix() for one in listed]:
        lines.append(
            f"to use them, add to .overlay.yaml:\n  schemas: [{', '.join([*listed, out])}]"
        )
    return "\n".join(lines) + "\n"
