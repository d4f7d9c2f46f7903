"""The only reads and writes. Writes stay inside a root and land all or none.

A batch is staged in full beside its targets before the first rename, under a lock of the root.
A journal written before the renames lets the next run finish a batch that a kill cut short,
so the tree is as it was or as it was to be.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import stat
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO

from overlaykit.errors import CannotLook, UsageError

MAX_BYTES = 10_000_000
STATE = ".overlaykit"
SKIPPED = frozenset({".git", STATE, ".venv", ".cache", "node_modules", "__pycache__", ".terraform"})


class Unreadable(CannotLook):
    """A file that is there and cannot be read as text: `path` and `why`."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"{path}: {why}")
        self.path = path
        self.why = why


def read_bytes(path: Path, limit: int = MAX_BYTES) -> bytes:
    """The file's bytes; refuses what is larger than `limit` before reading it."""
    try:
        about = path.stat()
        if not stat.S_ISREG(about.st_mode):
            raise Unreadable(path, "is not a regular file")
        if about.st_size > limit:
            raise Unreadable(path, f"has {about.st_size:,} bytes; the limit is {limit:,}")
        return path.read_bytes()
    except OSError as error:
        raise Unreadable(path, error.strerror or str(error)) from error


def read_text(path: Path, limit: int = MAX_BYTES) -> str:
    """The file as text: UTF-8 (a byte order mark is dropped), or UTF-16 with its mark."""
    data = read_bytes(path, limit)
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Unreadable(path, f"is not UTF-8 text (line {line})") from error


def exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return False


def kind(path: str) -> str:
    """What is at a path, links followed: `file`, `folder`, `special` (a pipe, a device), `none`."""
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError):
        return "none"
    if stat.S_ISREG(mode):
        return "file"
    return "folder" if stat.S_ISDIR(mode) else "special"


def is_dir(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        return False


def is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        return False


def program(name: str) -> Path | None:
    """Where the machine has a program, by PATH."""
    found = shutil.which(name)
    return Path(found) if found else None


def real(path: Path) -> Path:
    """The path with every link followed; the path itself where a link leads in circles."""
    try:
        return path.resolve()
    except (OSError, RuntimeError):
        return path


def is_link(path: str) -> bool:
    return os.path.islink(path)


def list_dir(path: Path) -> list[Path]:
    """The entries of a folder, sorted; an unreadable folder has none."""
    try:
        return sorted(path.iterdir())
    except OSError:
        return []


def folders(path: Path) -> list[str]:
    """The names of the folders in a folder, links to folders too, sorted."""
    try:
        with os.scandir(path) as entries:
            return sorted(entry.name for entry in entries if entry.is_dir())
    except OSError:
        return []


def walk(root: Path) -> Iterator[Path]:
    """Every regular file below `root`, sorted, without machine folders and links to folders."""
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if name not in SKIPPED)
        for name in sorted(names):
            path = Path(folder, name)
            if path.is_file():
                yield path


def _target(root: Path, relative: str) -> Path:
    """The path to write, refused when it or a link on the way leads out of `root`."""
    target = root / relative
    if ".." in Path(relative).parts or Path(relative).is_absolute():
        raise UsageError(f"{relative}: leads out of {root}")
    if not target.parent.resolve().is_relative_to(root.resolve()):
        raise UsageError(f"{relative}: a link on the way leads out of {root}")
    return target


@contextlib.contextmanager
def _locked(root: Path) -> Iterator[Path]:
    """Hold the root's lock and its staging folder; the folder goes when no batch is left in it.

    The lock file lies outside the root: removing it there would let two writers hold two locks.
    """
    name = hashlib.sha256(str(root.resolve()).encode()).hexdigest()[:16]
    lock_path = Path(tempfile.gettempdir(), f"overlaykit-{os.getuid()}-{name}.lock")
    lock = os.open(lock_path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        state = root / STATE
        state.mkdir(parents=True, exist_ok=True)
        yield state
        if not (state / "journal.json").exists():
            shutil.rmtree(state, ignore_errors=True)
    finally:
        os.close(lock)


def _finish(root: Path, state: Path) -> None:
    """Carry out what the journal says; every step may have been done before."""
    journal = state / "journal.json"
    if not journal.exists():
        return
    plan = json.loads(journal.read_text())
    for relative, staged in plan["files"].items():
        target = _target(root, relative)
        if staged is None:
            target.unlink(missing_ok=True)
        elif (state / staged).exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            os.replace(state / staged, target)
    journal.unlink()


def recover(root: Path) -> None:
    """Finish a batch that an earlier run was killed in; nothing to do costs one look."""
    if (root / STATE / "journal.json").exists():
        with _locked(root) as state:
            _finish(root, state)


def _stage(state: Path, files: Mapping[str, bytes | None]) -> dict[str, str | None]:
    """Write every new content under `state`, synced; relative path to staged name."""
    folder = Path(tempfile.mkdtemp(prefix="batch-", dir=state))
    staged: dict[str, str | None] = {}
    for number, (relative, data) in enumerate(sorted(files.items())):
        staged[relative] = None
        if data is not None:
            path = folder / str(number)
            with open(path, "wb") as out:
                out.write(data)
                os.fsync(out.fileno())
            staged[relative] = f"{folder.name}/{number}"
    return staged


def _keep_modes(root: Path, state: Path, staged: Mapping[str, str | None]) -> None:
    for relative, name in staged.items():
        if name is not None:
            target = root / relative
            mode = target.stat().st_mode & 0o777 if target.exists() else 0o644
            (state / name).chmod(mode)


def _commit_journal(state: Path, staged: Mapping[str, str | None]) -> None:
    draft = state / "journal.tmp"
    with open(draft, "w") as out:
        json.dump({"files": staged}, out)
        out.flush()
        os.fsync(out.fileno())
    os.replace(draft, state / "journal.json")


def write_batch(root: Path, files: Mapping[str, bytes | None]) -> list[str]:
    """Write (or with None delete) files relative to `root`, all or none; the changed paths, sorted.

    A kill before the journal stands leaves the tree as it was; after it, the next run's
    `recover` finishes the batch. Files whose bytes are already right are not touched.
    """
    changed = {}
    for relative, data in files.items():
        target = _target(root, relative)
        now = target.read_bytes() if target.is_file() else None
        if now != data:
            changed[relative] = data
    if not changed:
        return []
    try:
        with _locked(root) as state:
            _finish(root, state)
            staged = _stage(state, changed)
            _keep_modes(root, state, staged)
            _commit_journal(state, staged)
            _finish(root, state)
    except OSError as error:
        raise CannotLook(f"{error.filename}: cannot be written: {error.strerror}") from error
    return sorted(changed)


def sizes(folder: Path) -> dict[Path, tuple[float, int]]:
    """Every file below a folder: when it was last written (seconds), and its bytes."""
    found = {}
    for path in walk(folder):
        with contextlib.suppress(OSError):
            about = path.stat()
            found[path] = (about.st_mtime, about.st_size)
    return found


def stamp(path: Path) -> str:
    """Size and dates of a file; the date of its inode changes with whatever is written to it."""
    try:
        return _stamp(path.stat())
    except OSError:
        return "none"


def _stamp(about: os.stat_result) -> str:
    return f"{about.st_size} {about.st_mtime_ns} {about.st_ctime_ns}"


def stamps(root: Path) -> list[str]:
    """Every file below `root` with its stamp, sorted; machine folders are left out."""
    found: list[str] = []
    todo = [str(root)]
    while todo:
        with os.scandir(todo.pop()) as entries:
            for entry in entries:
                if entry.is_file():
                    found.append(f"{entry.path} {_stamp(entry.stat())}")
                elif entry.is_dir(follow_symlinks=False) and entry.name not in SKIPPED:
                    todo.append(entry.path)
    return sorted(found)


def digest(root: Path, names: Iterable[str]) -> str:
    """A digest of files below `root`: their names, what they hold, where links lead."""
    found = hashlib.blake2b()
    for name in names:
        found.update(f"{name}\0{state(root, name)}\0".encode(errors="surrogateescape"))
    return found.hexdigest()


def state(root: Path, name: str) -> str:
    """What a path is: `none`, `folder`, or a digest of the file (and of where a link leads)."""
    path = f"{root}/{name}"
    try:
        with open(path, "rb") as file:
            whole = hashlib.file_digest(file, "blake2b").hexdigest()
    except IsADirectoryError:
        whole = "folder"
    except OSError as error:
        whole = "none" if isinstance(error, FileNotFoundError) else f"error {error.errno}"
    return f"{os.path.realpath(path)} {whole}" if os.path.islink(path) else whole


def touch(path: Path) -> None:
    with contextlib.suppress(OSError):
        os.utime(path)


def remove(path: Path) -> None:
    """Remove a file or a folder with all that is in it; nothing where it is not there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


@contextlib.contextmanager
def scratch_folder() -> Iterator[Path]:
    """A folder that is gone, with all that is in it, when the block ends."""
    with tempfile.TemporaryDirectory(prefix="overlay-") as name:
        yield Path(name).resolve()


def scratch(text: str = "") -> IO[bytes]:
    """A file without a name that holds a text, gone when it is closed."""
    file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 (the caller closes it)
    file.write(text.encode())
    file.seek(0)
    return file


def make_folder(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotLook(f"{path}: cannot be made: {error.strerror}") from error


def write_file(path: Path, text: str) -> None:
    """Write one file that the caller named (a report): a reader sees the old or the new text."""
    make_folder(path.parent)
    try:
        with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False) as out:
            out.write(text)
        os.chmod(out.name, 0o644)
        os.replace(out.name, path)
    except OSError as error:
        raise CannotLook(f"{path}: cannot be written: {error.strerror}") from error
