"""What git says of a checkout: its files, what changed, the content of a commit. Reads only."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from overlaykit import disk, process
from overlaykit.errors import CannotLook, UsageError

_COMMIT = re.compile(r"[0-9a-f]{40,64}")


class Git:
    """git on the checkout at `root`. Every method raises CannotLook where git refuses."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def _run(
        self, *argv: str, stdin: str | None = None, env: Mapping[str, str] | None = None
    ) -> str:
        # No lock is taken: other git commands may run at the same time.
        whole = ["git", "--no-optional-locks", *argv]
        done = process.run(whole, cwd=self.root, stdin=stdin, timeout=300, env=env)
        if done.code != 0:
            raise CannotLook(f"git {argv[0]} fails: {done.err.strip() or done.code}")
        return done.out

    @property
    def is_at_hand(self) -> bool:
        """Whether git is there and `root` is the top of a checkout."""
        if not disk.exists(self.root / ".git"):
            return False
        try:
            self._run("rev-parse", "--git-dir")
        except CannotLook:
            return False
        return True

    def commit(self, ref: str) -> str:
        """The commit that a ref means. Raises UsageError for an unknown one."""
        argv = ["git", "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}"]
        done = process.run(argv, cwd=self.root)
        found = done.out.strip()
        if done.code != 0 or not _COMMIT.fullmatch(found):
            raise UsageError(f"'{ref}' is no commit, branch or tag of this repository")
        return found

    def merge_base(self, one: str, other: str) -> str:
        return self._run("merge-base", one, other).strip()

    def staged(self) -> str:
        """A tree object of what is staged. Raises CannotLook in the middle of a merge."""
        return self._run("write-tree").strip()

    def untracked(self) -> list[str]:
        """Files that are not in the index and not ignored."""
        return _names(self._run("ls-files", "-z", "--others", "--exclude-standard"))

    def changed(self, old: str, new: str | None = None) -> set[str]:
        """The paths that differ between a commit and another one, or the working tree: changed,
        added (untracked files too), deleted, both names of a rename."""
        argv = ["diff", "--no-ext-diff", "--no-renames", "--name-only", "-z", old]
        found = set(_names(self._run(*argv, *([new] if new else []), "--")))
        return found if new else found | set(self.untracked())

    def unpack(self, commit: str, folder: Path, names: Iterable[str] | None = None) -> None:
        """Write the files of a commit (or those of `names` that it has) below a folder.

        Neither the working tree nor its index is touched. Raises CannotLook.
        """
        env = {"GIT_INDEX_FILE": str(folder / ".index")}
        self._run("read-tree", commit, env=env)
        prefix = f"--prefix={folder}/"
        if names is None:
            self._run("checkout-index", "--all", "--quiet", prefix, env=env)
        else:
            there = set(_names(self._run("ls-tree", "-r", "-z", "--name-only", commit)))
            listed = "".join(f"{name}\0" for name in names if name in there)
            self._run("checkout-index", "--quiet", prefix, "-z", "--stdin", stdin=listed, env=env)
        disk.remove(folder / ".index")


def _names(text: str) -> list[str]:
    return [name for name in text.split("\0") if name]
