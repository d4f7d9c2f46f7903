"""Everything a check may ask: the repository, what it renders to, and who deploys what."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from overlaykit.argocd import applicationsets
from overlaykit.argocd.applications import FLOATING, Application, Source, is_application, normal_url
from overlaykit.argocd.applications import own_urls as find_own_urls
from overlaykit.argocd.applicationsets import Expansion, Listing, is_application_set
from overlaykit.config import Config
from overlaykit.kubernetes.scope import Scopes, declared_scopes
from overlaykit.render.objects import Object, Reader
from overlaykit.render.provenance import Provenance
from overlaykit.repo.argocds import ArgoCDs
from overlaykit.repo.clusters import Cluster, clusters
from overlaykit.repo.graph import Broken, Graph
from overlaykit.repo.judges import Judges
from overlaykit.repo.together import Together
from overlaykit.repo.tree import Tree, join
from overlaykit.source import Document, Path, Place

if TYPE_CHECKING:
    from overlaykit.repo.before import Commit
    from overlaykit.repo.charts import Charts
    from overlaykit.repo.confluents import Confluents
    from overlaykit.repo.flinks import Flinks
    from overlaykit.repo.health import Healths
    from overlaykit.repo.operated import Operated
    from overlaykit.repo.operators import Operators
    from overlaykit.repo.sqls import Sqls

# Namespaces that every cluster has.
STANDING = ("default", "kube-system", "kube-public", "kube-node-lease")
Locate = Callable[[Object, Path, bool], Place]


class Unit(Struct):
    """What is judged as one: a rendered overlay, a folder of manifests, or a single file.

    `drafts` are the source objects of a folder that did not build. `judged` is false for a base
    that others build from: it is judged through them. `chain` is of a folder that was built.
    """

    folder: str
    cluster: str
    workload: str
    locate: Locate
    objects: list[Object] = field(default_factory=list)
    drafts: list[Object] = field(default_factory=list)
    broken: Broken | None = None
    judged: bool = True
    assuming: str = ""
    files: list[str] = field(default_factory=list)
    chain: Provenance | None = None


class NotSeen(Struct, frozen=True):
    """Something that cannot be looked at from here, and why; `where`: the folders it concerns."""

    what: str
    why: str
    where: tuple[str, ...] = ()


class World(Struct, dict=True):
    tree: Tree
    graph: Graph
    config: Config
    judges: Judges
    reader: Reader = field(default_factory=Reader)
    units: list[Unit] = field(default_factory=list)
    remotes: list[str] = field(default_factory=list)
    not_seen: list[NotSeen] = field(default_factory=list)
    lost: bool = False
    # Whether all that builds from a file is in this world, which may be a part of the repository.
    knows_users: Callable[[str], bool] = lambda name: True
    # The older commit that a change is judged against; None: the last one.
    compared: "Commit | None" = None
    # What files name that are not in this world.
    hidden: frozenset[str] = frozenset()

    @cached_property
    def clusters(self) -> list[Cluster]:
        return [c for c in clusters(self.tree) if not self.config.excludes(c.folder)]

    def kubernetes(self, cluster: str) -> str:
        """The Kubernetes minor that a cluster's facts name; empty where they do not."""
        found = self.cluster(cluster)
        version = found.fact("kubernetes", "version") if found else ""
        return version if re.fullmatch(r"1\.\d+", version) else ""

    @cached_property
    def _cluster_of(self) -> dict[str, Cluster]:
        return {cluster.name: cluster for cluster in self.clusters}

    def cluster(self, name: str) -> Cluster | None:
        return self._cluster_of.get(name)

    @property
    def judged(self) -> list[Unit]:
        return [unit for unit in self.units if unit.judged]

    @cached_property
    def applications(self) -> list[Application]:
        """Every Application: rendered, in a file of its own, or made by an ApplicationSet."""
        return self.applications_in(self.judged)

    def applications_in(self, units: Iterable[Unit]) -> list[Application]:
        """The Applications of some units, with those that their ApplicationSets make."""
        found = applications(units)
        for unit in units:
            for obj in unit.objects:
                if is_application_set(obj):
                    found += generated(unit, obj, self.expansion(obj))
        return found

    def expansion(self, obj: Object) -> Expansion:
        """What an ApplicationSet makes."""
        if obj.digest not in self._expansions:
            self._expansions[obj.digest] = applicationsets.expand(obj, self._listing)
        return self._expansions[obj.digest]

    def made_by(self, obj: Object) -> list[tuple[Path, Object]]:
        """The Applications that an object is or makes, with the field where they stand in it."""
        if is_application_set(obj):
            return [(("spec", "template"), one) for one in self.expansion(obj).applications]
        return [((), obj)] if is_application(obj) else []

    @cached_property
    def _expansions(self) -> dict[str, Expansion]:
        return {}

    @cached_property
    def _listing(self) -> Listing:
        def read(name: str) -> list[Any]:
            """The parameter sets that a file holds: a mapping, or a list of them."""
            data = [document.data for document in self.tree.documents_or_none(name)][:1]
            return data[0] if data and isinstance(data[0], list) else data

        # A generator lists what is there, also where only a part of it is judged.
        whole = self.whole_tree
        return Listing(whole.files, sorted(whole.filled), read, lambda url: self.is_own_url(url))

    @cached_property
    def whole_tree(self) -> Tree:
        """The files of the repository, also where only a part of it is judged."""
        whole = self.tree.whole
        if whole is not self.tree:
            whole.files = [name for name in whole.files if not self.config.excludes(name)]
        return whole

    @cached_property
    def own_urls(self) -> set[str]:
        """The repository URLs (normal form) that mean this repository."""
        known = [*self.remotes, *(c.fact("repository", "url") for c in self.clusters)]
        written = applications(self.judged)
        sets = (obj for unit in self.judged for obj in unit.objects if is_application_set(obj))
        told = [pair for obj in sets for pair in applicationsets.evidence(obj, self._exists)]
        return find_own_urls(written, known, self._exists, told)

    def _exists(self, path: str) -> bool:
        return self.tree.is_file(path) or self.tree.is_dir(path)

    def is_own(self, source: Source) -> bool:
        return self.is_own_url(source.url)

    def is_own_url(self, url: str) -> bool:
        return normal_url(url) in self.own_urls

    @cached_property
    def own_revisions(self) -> set[str]:
        """Revisions that mean the files here: the facts' and the one most Applications name."""
        found = {cluster.fact("repository", "revision") for cluster in self.clusters}
        sources = [s for a in self.applications for s in a.sources if self.is_own(s)]
        counts = Counter(source.revision for source in sources)
        return found | {revision for revision, _ in counts.most_common(1)}

    def assumption(self, source: Source) -> str:
        """What a verdict on a source's files takes for granted; empty where nothing."""
        if source.revision in FLOATING or source.revision in self.own_revisions:
            return ""
        return f"that revision {source.revision} holds the same files"

    def assumption_on(self, application: Application) -> str:
        """What a verdict on the content of an Application takes for granted."""
        own = (s for s in application.sources if s.path and self.is_own(s))
        doubts = (application.assuming, *(self.assumption(source) for source in own))
        return next(filter(None, doubts), "")

    def is_standing(self, namespace: str, application: Application) -> bool:
        """Whether a namespace is there before any sync: Kubernetes' own and Argo CD's."""
        return namespace in STANDING or namespace == application.obj.namespace

    def namespace_maker(self, namespace: str, application: Application) -> str:
        """The name of another Application here that makes a namespace; empty where none does."""
        makers = self._namespace_makers.get(namespace, ())
        return next((name for name in makers if name != application.name), "")

    @cached_property
    def _namespace_makers(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for one in self.applications:
            for unit in self.content(one):
                for obj in unit.objects:
                    if obj.kind in ("Namespace", "Project") and obj.name:
                        found.setdefault(obj.name, []).append(one.name)
            if "CreateNamespace=true" in one.options:
                found.setdefault(one.destination_namespace, []).append(one.name)
        return found

    def declared_wave(self, workload: str) -> int | None:
        """The wave that workloads/<name>/workload.yaml gives the workload's Application."""
        for document in self.tree.documents_or_none(f"workloads/{workload}/workload.yaml"):
            data = document.data if isinstance(document.data, dict) else {}
            found = Object(data).get("spec", "wave")
            return found if isinstance(found, int) else None
        return None

    def content(self, application: Application) -> list[Unit]:
        """The units that an Application deploys from this repository."""
        sources = [s for s in application.sources if s.path and self.is_own(s)]
        paths = dict.fromkeys(join("", source.path) for source in sources)
        units = [unit for path in paths for unit in self.units_of.get(path, ())]
        return units + self.charts.of(application)

    @cached_property
    def charts(self) -> "Charts":
        """The charts of the repository that were rendered."""
        from overlaykit.repo.charts import Charts

        return Charts(self)

    @cached_property
    def deployers(self) -> dict[str, list[Application]]:
        """Folder (or file) to the Applications that deploy it from this repository."""
        found: dict[str, list[Application]] = {}
        for application in self.applications:
            for unit in self.content(application):
                found.setdefault(unit.folder, []).append(application)
        return found

    @cached_property
    def healths(self) -> "Healths":
        """What every Argo CD of the repository knows of the health of objects."""
        from overlaykit.repo.health import Healths

        return Healths(self)

    @cached_property
    def units_of(self) -> dict[str, list[Unit]]:
        """Folder to its units."""
        found: dict[str, list[Unit]] = {}
        for unit in self.units:
            found.setdefault(unit.folder, []).append(unit)
        return found

    @cached_property
    def users(self) -> dict[str, list[Unit]]:
        """Folder to the judged units that build from it; only where all its users were built."""
        found: dict[str, list[Unit]] = {}
        for unit in self.judged:
            if unit.chain is not None and unit.broken is None:
                for layer in self.graph.closure(unit.folder):
                    found.setdefault(layer.folder, []).append(unit)
        return {folder: units for folder, units in found.items() if self._is_whole(folder, units)}

    def _is_whole(self, folder: str, units: list[Unit]) -> bool:
        if not self.knows_users(self.graph.kustomizations[folder].file):
            return False
        built = {unit.folder for unit in units}
        every = self.graph.ancestors(folder) | {folder}
        return all(self.graph.parents.get(f) or f in built for f in every)

    @cached_property
    def applications_of(self) -> dict[str, list[Application]]:
        """Folder to the Applications that it renders."""
        found: dict[str, list[Application]] = {}
        for application in self.applications:
            found.setdefault(application.folder, []).append(application)
        return found

    @cached_property
    def argocds(self) -> ArgoCDs:
        """Which Applications and AppProjects belong to one Argo CD."""
        return ArgoCDs(self)

    @cached_property
    def scopes(self) -> Scopes:
        """Which kinds live in a namespace, as the CRDs of the repository say."""
        crds = (o for u in self.units for o in u.objects if o.kind == "CustomResourceDefinition")
        return declared_scopes(crds)

    @cached_property
    def together(self) -> Together:
        """Which units share a cluster, and what they find there."""
        return Together(self)

    @cached_property
    def confluents(self) -> "Confluents":
        """CMF and Confluent for Kubernetes on the clusters."""
        from overlaykit.repo.confluents import Confluents

        return Confluents(self)

    @cached_property
    def operators(self) -> "Operators":
        """The Flink operators of the clusters."""
        from overlaykit.repo.operators import Operators

        return Operators(self)

    @cached_property
    def operated(self) -> "Operated":
        """What the Flink operator would refuse."""
        from overlaykit.repo.operated import Operated

        return Operated(self)

    @cached_property
    def flinks(self) -> "Flinks":
        """How Flink is configured, over all units."""
        from overlaykit.repo.flinks import Flinks

        return Flinks(self)

    @cached_property
    def sqls(self) -> "Sqls":
        """The Flink SQL of all units."""
        from overlaykit.repo.sqls import Sqls

        return Sqls(self)

    @cached_property
    def sources(self) -> list[Document]:
        """The documents of every YAML file that a build or an Application reads."""
        return [d for name in sorted(self.yaml_sources) for d in self.tree.documents_or_none(name)]

    @cached_property
    def assumed(self) -> dict[str, str]:
        """A file that stands alone to what a verdict on it takes for granted."""
        return {u.folder: u.assuming for u in self.units if u.assuming and u.files == [u.folder]}

    @cached_property
    def yaml_sources(self) -> set[str]:
        """The files among `reached` that are read as YAML."""
        packed, read = self.graph.all_files, self.graph.all_yaml_files
        return {n for n in self.reached if n in read or n not in packed}

    @cached_property
    def reached(self) -> set[str]:
        """Every file that a kustomization, an Application, a cluster or this tool reads."""
        found = set(self.graph.all_files)
        found.update(self.graph.broken_files)
        for unit in self.units:
            if not self.graph.is_build(unit.folder):
                found.update(unit.files)
        for application in self.applications:
            found.update(n for n in value_files(application) if self.tree.is_file(n))
        return found


def applications(units: Iterable[Unit]) -> list[Application]:
    """The Applications among the objects of `units`, each object once."""
    found = []
    for unit in units:
        for obj in unit.objects:
            if is_application(obj):
                place = (unit.folder, unit.cluster, unit.locate)
                found.append(Application(obj, *place, assuming=unit.assuming))
    return found


def generated(unit: Unit, obj: Object, expansion: Expansion) -> list[Application]:
    """The Applications of an ApplicationSet; their fields stand in its template."""

    def locate(_: Object, path: Path, key: bool) -> Place:
        return unit.locate(obj, ("spec", "template", *path), key)

    return [
        Application(one, unit.folder, unit.cluster, locate, obj.name, unit.assuming)
        for one in expansion.applications
    ]


def value_files(application: Application) -> Iterator[str]:
    """The paths (from the repository root) of the value files that an Application names."""
    for source in application.sources:
        for name in source.value_files:
            if name.startswith("$"):
                yield name.partition("/")[2]
            elif "://" not in name:
                yield join(source.path, name.lstrip("/") if name.startswith("/") else name)
