"""Bring the jars of requirements/maven.lock into .cache/maven, or write that lock.

`fetch.py` leaves every jar alone whose digest is the locked one, so it needs the network only for
what is missing. `fetch.py --lock` takes the coordinates of maven.in and writes their digests.
MAVEN_REPOSITORY is the address of another repository to ask, a mirror for example.
"""

import hashlib
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WANTED = ROOT / "requirements" / "maven.in"
LOCK = ROOT / "requirements" / "maven.lock"
FOLDER = ROOT / ".cache" / "maven"
TRIES = 3

Download = Callable[[str, Path], Path]


def lines(path: Path) -> Iterator[str]:
    """The lines of a file that say something."""
    for line in path.read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            yield line.strip()


def jar(coordinate: str) -> str:
    """The file name of group:artifact:version, as Maven has it."""
    _, artifact, version = coordinate.split(":")
    return f"{artifact}-{version}.jar"


def digest(path: Path) -> str:
    """The digest as the lock writes it."""
    with path.open("rb") as file:
        return "sha256:" + hashlib.file_digest(file, "sha256").hexdigest()


def download(coordinate: str, folder: Path) -> Path:
    """One jar, below `folder`."""
    from jgo.maven import MavenContext

    mirror = os.environ.get("MAVEN_REPOSITORY")
    context = MavenContext(
        repo_cache=folder, remote_repos={"mirror": mirror} if mirror else None, timeout=60
    )
    group, artifact, version = coordinate.split(":")
    return context.project(group, artifact).at_version(version).artifact().resolve()


def patiently(coordinate: str, get: Download) -> tuple[Path, tempfile.TemporaryDirectory[str]]:
    """The same, tried again when the network fails; a broken piece is never taken for the jar."""
    for tried in range(1, TRIES + 1):
        space = tempfile.TemporaryDirectory(dir=FOLDER, prefix=".download-")
        try:
            return get(coordinate, Path(space.name)), space
        except Exception as error:
            space.cleanup()
            if tried == TRIES:
                sys.exit(f"error: {coordinate} could not be fetched: {error}")
    raise AssertionError


def bring(coordinate: str, wanted: str, get: Download = download) -> None:
    """Have the jar of a coordinate in FOLDER; another digest than `wanted` stops everything."""
    target = FOLDER / jar(coordinate)
    if target.exists() and digest(target) == wanted:
        return
    sys.stdout.write(f"fetching {coordinate}\n")
    path, space = patiently(coordinate, get)
    with space:
        if (found := digest(path)) != wanted:
            sys.exit(f"error: {coordinate} has {found}, and requirements/maven.lock wants {wanted}")
        path.replace(target)


def sync(get: Download = download) -> None:
    """Make FOLDER hold the jars of the lock and no other."""
    locked = [line.split() for line in lines(LOCK)]
    FOLDER.mkdir(parents=True, exist_ok=True)
    for coordinate, wanted in locked:
        bring(coordinate, wanted, get)
    for extra in set(FOLDER.glob("*.jar")) - {FOLDER / jar(name) for name, _ in locked}:
        extra.unlink()


def lock(get: Download = download) -> None:
    """Write the lock anew from the coordinates that are wanted."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    written = []
    for coordinate in sorted(lines(WANTED)):
        path, space = patiently(coordinate, get)
        with space:
            written.append(f"{coordinate} {digest(path)}\n")
    LOCK.write_text("".join(written))


if __name__ == "__main__":
    lock() if "--lock" in sys.argv[1:] else sync()
