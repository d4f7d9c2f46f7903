"""Which folder is the repository."""

from pathlib import Path

from overlaykit import disk
from overlaykit.errors import UsageError


def find_root(start: Path) -> Path:
    """The repository that `start` stands in: the nearest folder with .overlay.yaml or .git."""
    if not disk.is_dir(start):
        raise UsageError(f"{start} is not a directory")
    start = start.resolve()
    for folder in (start, *start.parents):
        if disk.exists(folder / ".overlay.yaml") or disk.exists(folder / ".git"):
            return folder
    return start


def below_checkout(root: Path) -> str:
    """The folders from the top of the checkout down to `root`, each with a slash; empty at the
    top, and without a checkout."""
    for folder in (root, *root.parents):
        if disk.exists(folder / ".git"):
            return "".join(f"{part}/" for part in root.relative_to(folder).parts)
    return ""
