"""The pinned packages that schemas are made of, brought to this machine by their own clients.

What sync needs of a package is kept under `.cache/schemas`, so a second sync needs no network.
"""

import fnmatch
import hashlib
import io
import json
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from overlaykit import disk, process
from overlaykit.errors import CannotLook

# The largest artefact is Argo CD's module, 56 MB.
_LIMIT = 200_000_000
_PATIENCE = 600.0


class Inputs(Struct, frozen=True):
    """What one source consists of: the digest of its artefact, and the texts taken from it."""

    digest: str
    files: Mapping[str, str]


def fetch(name: str, source: Mapping[str, Any], cache: Path) -> Inputs:
    """The inputs of a package source, from the cache where it has this version."""
    key = hashlib.sha256(json.dumps(source, sort_keys=True).encode()).hexdigest()[:12]
    kept = f"{name}-{source['version']}-{key}.json"
    if disk.is_file(cache / kept):
        data = json.loads(disk.read_text(cache / kept, _LIMIT))
        return Inputs(data["digest"], data["files"])
    archive, prefix = _CLIENTS[source["from"]](source, cache)
    content = disk.read_bytes(archive, _LIMIT)
    inputs = Inputs(f"sha256:{sha256(content)}", _extract(content, prefix, _wanted(source)))
    if not inputs.files:
        raise CannotLook(f"{source['package']} {source['version']} has none of the wanted files")
    data = {"digest": inputs.digest, "files": dict(inputs.files)}
    disk.write_batch(cache, {kept: json.dumps(data, sort_keys=True).encode()})
    return inputs


def local(folder: Path, patterns: list[str]) -> Inputs:
    """The inputs of a source that lies in the repository."""
    files = {
        path.relative_to(folder).as_posix(): disk.read_text(path)
        for path in disk.walk(folder)
        if any(fnmatch.fnmatch(path.relative_to(folder).as_posix(), p) for p in patterns)
    }
    return Inputs(digest(files), files)


def digest(files: Mapping[str, str]) -> str:
    """One digest of several texts and their names."""
    lines = [f"{sha256(files[name].encode())}  {name}\n" for name in sorted(files)]
    return f"sha256:{sha256(''.join(lines).encode())}"


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _wanted(source: Mapping[str, Any]) -> list[str]:
    if "minors" in source:
        folder = "kubernetes_validate/kubernetes-json-schema"
        return [f"{folder}/v{minor}.*-local-strict/_definitions.json" for minor in source["minors"]]
    patterns: list[str] = source["files"]
    return patterns


def _extract(content: bytes, prefix: str, patterns: list[str]) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = [name for name in sorted(archive.namelist()) if name.startswith(prefix)]
        return {
            name.removeprefix(prefix): archive.read(name).decode()
            for name in names
            if any(fnmatch.fnmatch(name.removeprefix(prefix), pattern) for pattern in patterns)
        }


def _run(argv: list[str], package: str) -> str:
    try:
        done = process.run(argv, timeout=_PATIENCE)
    except process.Missing as error:
        raise CannotLook(f"{package} is fetched with '{argv[0]}': {error}") from error
    if done.code:
        last = (done.err.strip() or done.out.strip() or "no output").splitlines()[-1]
        raise CannotLook(f"{package} could not be fetched: {' '.join(argv)}: {last}")
    return done.out


def _pypi(source: Mapping[str, Any], cache: Path) -> tuple[Path, str]:
    package, version, folder = source["package"], source["version"], cache / "wheels"
    flags = ["--quiet", "--no-deps", "--only-binary", ":all:", "--dest", str(folder)]
    wanted = f"{package}=={version}"
    _run([sys.executable, "-m", "pip", "download", *flags, wanted], wanted)
    return _only(folder, f"{package.replace('-', '_')}-{version}-*.whl"), ""


def _go(source: Mapping[str, Any], cache: Path) -> tuple[Path, str]:
    wanted = f"{source['package']}@{source['version']}"
    told = json.loads(_run(["go", "mod", "download", "-json", wanted], wanted))
    return Path(told["Zip"]), f"{wanted}/"


def _maven(source: Mapping[str, Any], cache: Path) -> tuple[Path, str]:
    wanted, folder = f"{source['package']}:{source['version']}", cache / "jars"
    flags = [f"-Dartifact={wanted}", f"-DoutputDirectory={folder}", "-Dmdep.useBaseVersion=true"]
    _run(["mvn", "--batch-mode", "--quiet", "dependency:copy", *flags], wanted)
    return _only(folder, f"{source['package'].partition(':')[2]}-{source['version']}.jar"), ""


def _only(folder: Path, pattern: str) -> Path:
    found = [path for path in disk.list_dir(folder) if fnmatch.fnmatch(path.name, pattern)]
    if len(found) != 1:
        raise CannotLook(f"{folder} should hold one {pattern} after the download")
    return found[0]


_CLIENTS = {"pypi": _pypi, "go": _go, "maven": _maven}
