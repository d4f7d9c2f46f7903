"""What git says of a checkout: its files, what changed, the content of a commit. Reads only."""

import contextlib
import re
import threading
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path

from overlaykit import disk, process
from overlaykit.errors import CannotLook, UsageError

# The mode of a path that is not there.
_NONE = "000000"
_COMMIT = re.compile(r"[0-9a-f]{40,64}")


class Git:
    """git on the checkout at `root`. Every method raises CannotLook where git refuses."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._changes: dict[tuple[str, str | None], dict[str, str]] = {}

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

    @cached_property
    def untracked(self) -> list[str]:
        """Files that are not in the index and not ignored; asked once."""
        return _names(self._run("ls-files", "-z", "--others", "--exclude-standard"))

    def look_ahead(self) -> None:
        """Begin to ask for what is not in the index, while other things are asked."""
        threading.Thread(target=self._ask_ahead, daemon=True).start()

    def _ask_ahead(self) -> None:
        with contextlib.suppress(CannotLook):  # whoever needs it is told
            _ = self.untracked

    def changed(self, old: str, new: str | None = None) -> set[str]:
        """The paths that differ between a commit and another one, or the working tree: changed,
        added (untracked files too), deleted, both names of a rename."""
        found = set(self._differences(old, new))
        return found if new else found | set(self.untracked)

    def _differences(self, old: str, new: str | None) -> dict[str, str]:
        """Path to what `old` has there, as `update-index` reads it: mode and object. Asked once."""
        if (old, new) not in self._changes:
            argv = ["diff", "--no-ext-diff", "--no-renames", "--raw", "--no-abbrev", "-z", old]
            fields = _names(self._run(*argv, *([new] if new else []), "--"))
            found: dict[str, str] = {}
            for about, name in zip(fields[::2], fields[1::2], strict=True):
                mode, _, content, *_ = about[1:].split()
                # In the middle of a merge a path comes twice, once as nothing.
                if name not in found or mode != _NONE:
                    found[name] = f"{mode} {content}"
            self._changes[old, new] = found
        return self._changes[old, new]

    def text(self, commit: str, name: str) -> str | None:
        """A file of a commit; None where it is not there."""
        argv = ["git", "--no-optional-locks", "cat-file", "blob", f"{commit}:{name}"]
        done = process.run(argv, cwd=self.root, timeout=300)
        return done.out if done.code == 0 else None

    def is_published(self, commit: str) -> bool:
        """Whether a branch of a remote has a commit, or no remote is known."""
        listed = ["for-each-ref", "--count=1", "--format=%(refname)", "refs/remotes"]
        if not self._run(*listed).strip():
            return True
        return bool(self._run(*listed[:-1], f"--contains={commit}", "refs/remotes").strip())

    def unpack(self, commit: str, folder: Path) -> None:
        """Write the files of a commit below a folder.

        Neither the working tree nor its index is touched. Raises CannotLook.
        """
        self._run("read-tree", commit, env=_index(folder))
        self._check_out(folder)

    def unpack_some(self, commit: str, wanted: Callable[[str], bool], folder: Path) -> None:
        """As `unpack`, but only the wanted files."""
        names = _names(self._run("ls-tree", "-r", "-z", "--name-only", commit))
        listed = "".join(f"{name}\0" for name in names if wanted(name))
        env = _index(folder)
        self._run("read-tree", commit, env=env)
        argv = ["checkout-index", "-z", "--stdin", "--quiet", f"--prefix={folder}/"]
        self._run(*argv, stdin=listed, env=env)
        disk.remove(folder / ".index")

    def unpack_changed(self, old: str, new: str | None, folder: Path) -> None:
        """Write what the commit `old` has at the paths that `changed` gives; all else is left."""
        listed = "".join(
            f"{entry}\t{name}\0"
            for name, entry in self._differences(old, new).items()
            if not entry.startswith(_NONE)
        )
        self._run("update-index", "-z", "--index-info", stdin=listed, env=_index(folder))
        self._check_out(folder)

    def _check_out(self, folder: Path) -> None:
        env = _index(folder)
        self._run("checkout-index", "--all", "--quiet", f"--prefix={folder}/", env=env)
        disk.remove(folder / ".index")


def _index(folder: Path) -> dict[str, str]:
    """An index of our own, so that the checkout's stays as it is."""
    return {"GIT_INDEX_FILE": str(folder / ".index")}


def _names(text: str) -> list[str]:
    return [name for name in text.split("\0") if name]
