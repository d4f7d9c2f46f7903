"""A cluster with what it runs, and the texts that name a workload or a component of it."""

import difflib
from collections.abc import Iterable, Mapping

from msgspec import Struct, field

from overlaykit.errors import UsageError
from overlaykit.repo.clusters import FACTS, Cluster, clusters
from overlaykit.repo.tree import Tree
from overlaykit.repo.workloads import Workload, workloads
from overlaykit.scaffold import overlay
from overlaykit.scaffold.draft import Draft
from overlaykit.scaffold.facts import PROVIDED, flat


class Part(Struct, frozen=True):
    """A workload of a cluster, or one component of it."""

    cluster: str
    workload: str
    component: str = ""

    @property
    def text(self) -> str:
        return "/".join(filter(None, (self.cluster, self.workload, self.component)))


class Site(Struct):
    """A cluster with what it runs, as its kustomizations list it."""

    draft: Draft
    cluster: Cluster
    known: Mapping[str, Workload]
    facts: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.facts = self.facts or flat(self.cluster.facts)

    @property
    def folder(self) -> str:
        return self.cluster.folder

    @property
    def provided(self) -> set[str]:
        return overlay.provided_names(self.facts.get(PROVIDED, ""), self.known)

    def running(self) -> dict[str, list[str]]:
        """Each workload that runs, in sync order, with the components that are on."""
        apps = names(self.draft, self.folder, "resources")
        found = {}
        for name, workload in self.known.items():
            folder = f"{self.folder}/{name}"
            if name in apps or self.draft.has(f"{folder}/kustomization.yaml"):
                listed = {*tails(self.draft, folder, "workloads")}
                listed |= {*tails(self.draft, self.folder, "apps")}
                parts = workload.components
                found[name] = [c.name for c in parts if f"{name}/components/{c.name}" in listed]
        return found


def names(draft: Draft, folder: str, listed: str) -> list[str]:
    """The last parts of the entries of one list of a kustomization, in order."""
    kustomization = draft.kustomization(folder)
    entries = kustomization.data.get(listed) if kustomization else None
    return [str(entry).rpartition("/")[2] for entry in entries or ()]


def tails(draft: Draft, folder: str, root: str) -> list[str]:
    """The component entries of a kustomization, each as it stands below the folder `root`."""
    kustomization = draft.kustomization(folder)
    entries = kustomization.data.get("components") if kustomization else None
    return [str(entry).rpartition(f"../{root}/")[2] for entry in entries or ()]


def site(draft: Draft, name: str) -> Site:
    """A cluster by name with what it runs. Raises UsageError with those there are."""
    return Site(draft, cluster_of(draft.tree, name), workloads(draft.tree))


def cluster_of(tree: Tree, name: str) -> Cluster:
    """A cluster by name. Raises UsageError with those there are."""
    folder = f"overlays/{name}"
    if f"{folder}/{FACTS}" in tree.files:
        for document in tree.documents(f"{folder}/{FACTS}"):
            return Cluster(name, folder, document)
    known = [cluster.name for cluster in clusters(tree)]
    close = difflib.get_close_matches(name, known, 1)
    hint = f"; did you mean '{close[0]}'?" if close else ""
    there = ", ".join(known) or "none"
    raise UsageError(f"there is no cluster '{name}'{hint}\n  clusters: {there}")


def workload_of(known: Mapping[str, Workload], name: str) -> Workload:
    """A workload by name. Raises UsageError with those there are."""
    if name not in known:
        close = difflib.get_close_matches(name, known, 1)
        hint = f"; did you mean '{close[0]}'?" if close else ""
        raise UsageError(f"there is no workload '{name}'{hint}\n  workloads: {', '.join(known)}")
    return known[name]


def parse(targets: Iterable[str]) -> list[Part]:
    """CLUSTER/WORKLOAD[/COMPONENT] texts. Raises UsageError for another form."""
    found = []
    for text in targets:
        steps = text.strip("/").split("/")
        if len(steps) not in (2, 3) or not all(steps):
            raise UsageError(f"'{text}': write CLUSTER/WORKLOAD or CLUSTER/WORKLOAD/COMPONENT")
        found.append(Part(*steps))
    return found
