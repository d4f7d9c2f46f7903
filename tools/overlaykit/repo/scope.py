"""What a change touches: the clusters to judge again, and the files that belong to no other.

A cluster is judged whole: what one of its workloads renders can make another's wave, reference or
name wrong. A change that reaches something outside every cluster is a change to all.
"""

import contextlib
import hashlib
import posixpath
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

from overlaykit import config, disk
from overlaykit.config import Config
from overlaykit.errors import CannotLook
from overlaykit.findings import Finding
from overlaykit.repo import index as indexes
from overlaykit.repo.before import Commit
from overlaykit.repo.clusters import place_name
from overlaykit.repo.git import Git
from overlaykit.repo.index import Index, Readers
from overlaykit.repo.kustomization import NAMES
from overlaykit.repo.tree import YAML, Tree

# A word for what `git add` has gathered, where a ref is wanted.
STAGED = "INDEX"
# What decides about every file.
_OF_ALL = frozenset({config.FILE, ".gitignore", ".gitattributes"})


class Scope(Struct, frozen=True):
    """`clusters` to judge; None: all of them, and what belongs to none. `files` have changed.

    `beside`: clusters that those build from, which are read and not judged. `others`: with what
    belongs to no cluster; then all is read, and these are the clusters that are not judged.
    `git`: of the checkout that is judged, or that what is judged comes from. `compared`: the older
    commit. `hidden`: the paths that files name which are not looked at.
    """

    files: frozenset[str] = frozenset()
    clusters: frozenset[str] | None = None
    glob: str = ""
    beside: frozenset[str] = frozenset()
    git: Git | None = None
    compared: Commit | None = None
    others: frozenset[str] | None = None
    hidden: frozenset[str] = frozenset()
    _of_folder: dict[str, str] = field(default_factory=dict)

    def cluster(self, name: str) -> str:
        folder = name.rpartition("/")[0]
        found = self._of_folder.get(folder)
        if found is None:
            found = self._of_folder[folder] = self._cluster(folder)
        return found

    def _cluster(self, folder: str) -> str:
        # Below the folder of a cluster all is of that cluster, unless a pattern goes deeper.
        above = self.cluster(folder) if folder.count("/") > self.glob.count("/") else ""
        return above or place_name(f"{folder}/", self.glob)[0]

    def reads(self, name: str) -> bool:
        """Whether a file is looked at: it changed, or belongs to no cluster left out."""
        if self.clusters is None or self.others is not None or name in self.files:
            return True
        cluster = self.cluster(name)
        return not cluster or cluster in self.clusters or cluster in self.beside

    def judges(self, cluster: str) -> bool:
        if self.others is not None:
            return cluster not in self.others
        return self.clusters is None or cluster in self.clusters

    def needs(self, cluster: str) -> bool:
        """Whether what a cluster renders is wanted, be it to compare with."""
        return self.others is None or cluster not in self.others or cluster in self.beside

    def knows_users(self, name: str) -> bool:
        """Whether all that builds from a file is looked at."""
        if self.clusters is None and self.others is None:
            return True
        return name in self.files or bool(self.cluster(name))

    def hiding(self, index: Index) -> "Scope":
        """This scope, knowing what is used by files that it does not look at."""
        found = (path for path, readers in self.named(index) if not all(map(self.reads, readers)))
        return replace(self, hidden=frozenset(found))

    def named(self, index: Index) -> Iterator[tuple[str, Sequence[str]]]:
        """The paths that files of another cluster may name, each with files that do."""
        yield from index.far.items()
        depth = self.glob.count("/")
        for reader, paths in index.own.items() if depth else ():
            if reader.count("/") <= depth:
                yield from ((path, (reader,)) for path in paths)

    def keeps(self, finding: Finding) -> bool:
        """Whether a finding is one of what changed."""
        if self.clusters is None or finding.file in self.files:
            return True
        if self.others is not None:
            return not finding.clusters or any(c not in self.others for c in finding.clusters)
        return not self.clusters.isdisjoint(finding.clusters)


Part = tuple[Path, Scope]


def of_shard(git: Git, number: int, count: int, checks: list[str]) -> Scope:
    """Part `number` (from 1) of `count`: some clusters, each always in the same part whatever
    other clusters there are; one part has what belongs to no cluster, too."""
    tree = Tree(git.root, git=git)
    glob = config.load(tree, checks).clusters
    whole = Scope(glob=glob)
    known = {whole.cluster(name) for name in tree.files} - {""}
    own = frozenset(name for name in known if _shard(name, count) == number)
    index = indexes.of_tree(tree)
    beside = _beside(index, whole, own)
    others = frozenset(known - own) if _shard("", count) == number else None
    found = Scope(clusters=own, glob=glob, beside=beside, git=git, others=others)
    return found.hiding(index)


def _shard(cluster: str, count: int) -> int:
    return int(hashlib.sha256(cluster.encode()).hexdigest(), 16) % count + 1


@contextlib.contextmanager
def of_change(git: Git, change: str, checks: list[str]) -> Iterator[Part]:
    """The tree to judge, and what a change reaches in it.

    `change` is a REF (compared with the working tree), A..B or A...B (B is judged), or INDEX
    (what is staged, compared with HEAD). Raises UsageError and CannotLook.
    """
    if not git.is_at_hand:
        raise CannotLook(f"--changed needs git: {git.root} is no checkout, or git is missing")
    old, new = _ends(git, change)
    if new is None:
        now = indexes.of_checkout(git)
        found = _scope(git, Tree(git.root, git=git), (old, None), now, checks)
        yield git.root, replace(found, compared=Commit(git, old))
        return
    with disk.scratch_folder() as folder:
        git.unpack(new, folder)
        tree = Tree(folder)
        found = _scope(git, tree, (old, new), indexes.of_tree(tree), checks)
        yield folder, replace(found, compared=Commit(git, old, new))


@contextlib.contextmanager
def of_both(git: Git, change: str, checks: list[str]) -> Iterator[tuple[Part, Part]]:
    """The tree before a change and the tree after it, each with what the change reaches in it.

    `change`: see `of_change`; of the tree before, only what is read is there.
    """
    if not git.is_at_hand:
        raise CannotLook(f"two trees need git: {git.root} is no checkout, or git is missing")
    old, new = _ends(git, change)
    with disk.scratch_folder() as before, disk.scratch_folder() as after:
        if new is None:
            after, now = git.root, indexes.of_checkout(git)
        else:
            git.unpack(new, after)
            now = indexes.of_tree(Tree(after))
        scope, then = _reached(git, Tree(after), (old, new), now, checks)
        was, found = _placed(scope, then), _placed(scope, now)
        git.unpack_some(old, was.reads, before)
        yield (before, was), (after, found)


def _ends(git: Git, change: str) -> tuple[str, str | None]:
    """The commit (or tree) to compare with, and the one to judge; None: the working tree."""
    if change == STAGED:
        return git.commit("HEAD"), git.staged()
    for dots in ("...", ".."):
        first, found, last = change.partition(dots)
        if found:
            old, new = git.commit(first or "HEAD"), git.commit(last or "HEAD")
            return (git.merge_base(old, new) if dots == "..." else old), new
    return git.commit(change), None


def _scope(
    git: Git, tree: Tree, ends: tuple[str, str | None], now: Index, checks: list[str]
) -> Scope:
    return _placed(_reached(git, tree, ends, now, checks)[0], now)


def _reached(
    git: Git, tree: Tree, ends: tuple[str, str | None], now: Index, checks: list[str]
) -> tuple[Scope, Index]:
    """What a change reaches, and the index as it was before."""
    changed = git.changed(*ends)
    settings = config.load(tree, checks)
    scope = Scope(frozenset(changed), frozenset(), settings.clusters, git=git)
    if not changed:
        return scope, now
    with disk.scratch_folder() as folder:
        git.unpack_changed(*ends, folder)
        before = Index()
        before.renew(Tree(folder), changed)
    readers = Readers([now, before])
    then = now.without(changed)
    then.join(before)
    reached = readers.touched(changed)
    if any(_concerns_all(tree, name, scope, readers, settings) for name in reached):
        return replace(scope, clusters=None), then
    return replace(scope, clusters=frozenset(filter(None, map(scope.cluster, reached)))), then


def _placed(scope: Scope, index: Index) -> Scope:
    """A scope with what is looked at beside its clusters, and what is not."""
    if not scope.clusters:
        return scope
    return replace(scope, beside=_beside(index, scope, scope.clusters)).hiding(index)


def _beside(now: Index, scope: Scope, clusters: frozenset[str]) -> frozenset[str]:
    """The clusters whose files others build from or deploy, directly or not, and those whose
    Applications deploy others: what these say decides about them all."""
    near: dict[str, set[str]] = {}
    for path, readers in scope.named(now):
        others = _meant(now, scope, path) - {""}
        for reader in readers if others else ():
            own = scope.cluster(reader)
            for other in others - {own}:
                near.setdefault(own, set()).add(other)
                if own and posixpath.basename(reader) not in NAMES:
                    near.setdefault(other, set()).add(own)
    found = set(clusters)
    todo = list(clusters)
    while todo:
        for cluster in near.get(todo.pop(), set()) - found:
            found.add(cluster)
            todo.append(cluster)
    return frozenset(found - clusters)


def _meant(now: Index, scope: Scope, path: str) -> set[str]:
    """The cluster of a path; of a pattern, those of the folders that it may mean."""
    if not indexes.is_pattern(path):
        return {scope.cluster(f"{path}/")}
    return {scope.cluster(f"{one}/") for one in now.folders() if indexes.meets(path, one)}


def _concerns_all(tree: Tree, name: str, scope: Scope, readers: Readers, settings: Config) -> bool:
    """Whether a file that a change reaches decides about more than some clusters."""
    if name in _OF_ALL or any(name.startswith(f"{folder}/") for folder in settings.schemas):
        return True
    if scope.cluster(name) or not name.endswith(YAML) or readers.are_of(name):
        return False
    if not tree.is_file(name):
        return True
    try:
        return posixpath.basename(name) in NAMES or "apiVersion" in tree.text(name)
    except disk.Unreadable:
        return True
