"""What git says of a checkout: its files, what changed, the content of a commit. Reads only."""

import contextlib
import re
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path

from overlaykit import disk, process
from overlaykit.errors import CannotLook, UsageError

# The mode of a path that is not there.
_NONE = "000000"
_COMMIT = re.compile(r"[0-9a-f]{40,64}")
_LISTED = ("ls-files", "-z", "--cached")
_UNTRACKED = ("ls-files", "-z", "--others", "--exclude-standard")
_REMOTES = ("config", "--get-regexp", r"^remote\..*\.url$")


class Git:
    """git on the checkout at `root`. Every method raises CannotLook where git refuses."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._begun: dict[tuple[str, ...], process.Begun] = {}
        self._commits: dict[str, str] = {}
        self._changes: dict[tuple[str, str | None], dict[str, str]] = {}

    def _begin(
        self, *argv: str, stdin: str | None = None, env: Mapping[str, str] | None = None
    ) -> process.Begun:
        # No lock is taken: other git commands may run at the same time.
        return process.Begun(["git", "--no-optional-locks", *argv], self.root, stdin, env)

    def _run(
        self, *argv: str, stdin: str | None = None, env: Mapping[str, str] | None = None
    ) -> str:
        begun = self._begun.pop(argv, None) or self._begin(*argv, stdin=stdin, env=env)
        done = begun.result(timeout=300)
        if done.code != 0:
            raise CannotLook(f"git {argv[0]} fails: {done.err.strip() or done.code}")
        return done.out

    def look_ahead(self, ref: str | None) -> None:
        """Begin to ask for the files, and for what differs from a ref: the answers can be waited
        for while other things are done."""
        if not disk.exists(self.root / ".git"):
            return
        with contextlib.suppress(CannotLook, UsageError):  # whoever needs it is told
            asked = [_LISTED, _UNTRACKED, _REMOTES]
            if ref is not None:
                asked.append(_difference(self.commit(ref)))
            for argv in asked:
                self._begun[argv] = self._begin(*argv)

    @property
    def is_at_hand(self) -> bool:
        """Whether git is there and `root` is the top of a checkout."""
        if not disk.exists(self.root / ".git"):
            return False
        try:
            return bool(self._commits or self._run("rev-parse", "--git-dir"))
        except CannotLook:
            return False

    @cached_property
    def files(self) -> list[str] | None:
        """What git tracks or would track, sorted; None where git or a checkout is not at hand."""
        if not disk.exists(self.root / ".git"):
            return None
        try:
            found = dict.fromkeys([*_names(self._run(*_LISTED)), *self.untracked])
        except CannotLook:
            return None
        return sorted(found)

    @cached_property
    def remotes(self) -> list[str]:
        """The URLs of the checkout's remotes."""
        try:
            listed = self._run(*_REMOTES).splitlines()
        except CannotLook:
            return []  # there is none
        return [line.split(None, 1)[1] for line in listed if " " in line]

    def commit(self, ref: str) -> str:
        """The commit that a ref means, asked once. Raises UsageError for an unknown one."""
        if ref not in self._commits:
            asked = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
            done = self._begin(*asked).result()
            found = done.out.strip()
            if done.code != 0 or not _COMMIT.fullmatch(found):
                raise UsageError(f"'{ref}' is no commit, branch or tag of this repository")
            self._commits[ref] = found
        return self._commits[ref]

    def merge_base(self, one: str, other: str) -> str:
        return self._run("merge-base", one, other).strip()

    def staged(self) -> str:
        """A tree object of what is staged. Raises CannotLook in the middle of a merge."""
        return self._run("write-tree").strip()

    @cached_property
    def untracked(self) -> list[str]:
        """Files that are not in the index and not ignored; asked once."""
        return _names(self._run(*_UNTRACKED))

    def changed(self, old: str, new: str | None = None) -> set[str]:
        """The paths that differ between a commit and another one, or the working tree: changed,
        added (untracked files too), deleted, both names of a rename."""
        found = set(self._differences(old, new))
        return found if new else found | set(self.untracked)

    def _differences(self, old: str, new: str | None) -> dict[str, str]:
        """Path to what `old` has there, as `update-index` reads it: mode and object. Asked once."""
        if (old, new) not in self._changes:
            fields = _names(self._run(*_difference(old, new)))
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
        done = self._begin("cat-file", "blob", f"{commit}:{name}").result(timeout=300)
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


def _difference(old: str, new: str | None = None) -> tuple[str, ...]:
    """The question what differs between a commit and another one, or the working tree."""
    ends = (old, new) if new else (old,)
    return ("diff", "--no-ext-diff", "--no-renames", "--raw", "--no-abbrev", "-z", *ends, "--")


def _index(folder: Path) -> dict[str, str]:
    """An index of our own, so that the checkout's stays as it is."""
    return {"GIT_INDEX_FILE": str(folder / ".index")}


def _names(text: str) -> list[str]:
    return [name for name in text.split("\0") if name]
