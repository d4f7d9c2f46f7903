"""Who lives with whom: the objects of one cluster over all Applications, and what is unseen there.

Objects of different clusters never meet. Where nobody says on which cluster a folder runs, it may
be any: its objects are seen by all, and it sees all.
"""

from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct, field

from overlaykit.argocd.applications import Application, Source
from overlaykit.kubernetes.flink import is_flink
from overlaykit.kubernetes.makers import ANYWHERE, makes, may_make_pods
from overlaykit.kubernetes.pods import Pod, mapping, pods
from overlaykit.render.objects import Object
from overlaykit.repo.tree import join

if TYPE_CHECKING:
    from overlaykit.repo.world import Unit, World

_IN_CLUSTER = ("", "in-cluster", "https://kubernetes.default.svc")
# Objects that bring more than their own name says, by kind: the namespace is in the last path set.
_BRINGERS: dict[str, tuple[tuple[str, ...], ...]] = {
    "HelmRelease": (("metadata", "namespace"), ("spec", "targetNamespace")),
    "HelmChart": (("metadata", "namespace"), ("spec", "targetNamespace")),
    "Subscription": (("metadata", "namespace"),),
    "KfDef": (("metadata", "namespace"),),
    "ApplicationSet": (("spec", "template", "spec", "destination", "namespace"),),
}
# Groups whose objects nobody turns into others with new names.
_PLAIN_GROUPS = ("k8s.io", "argoproj.io", "openshift.io", "monitoring.coreos.com", "overlaykit.io")


class Placed(Struct, frozen=True):
    """An object with the namespace that it lands in; empty where that is not known."""

    obj: Object
    namespace: str
    unit: "Unit"

    def is_in(self, namespace: str) -> bool:
        return not namespace or self.namespace in ("", ANYWHERE, namespace)


class Index(Struct, dict=True):
    """The objects of one cluster (or those of no known one) by what they are."""

    objects: list[Placed] = field(default_factory=list)
    opaque: dict[str, str] = field(default_factory=dict)

    @cached_property
    def names(self) -> dict[tuple[str, str], list[Placed]]:
        found: dict[tuple[str, str], list[Placed]] = {}
        for one in self.objects:
            found.setdefault((one.obj.kind, one.obj.name), []).append(one)
        return found

    @cached_property
    def kinds(self) -> dict[str, list[Placed]]:
        found: dict[str, list[Placed]] = {}
        for one in self.objects:
            found.setdefault(one.obj.kind, []).append(one)
        return found

    @cached_property
    def places(self) -> dict[tuple[str, str], list[Placed]]:
        """Kind and namespace to objects."""
        found: dict[tuple[str, str], list[Placed]] = {}
        for one in self.objects:
            found.setdefault((one.obj.kind, one.namespace), []).append(one)
        return found

    @cached_property
    def pods_in(self) -> dict[str, list[tuple[Pod, str]]]:
        """Namespace to the pods that run there."""
        found: dict[str, list[tuple[Pod, str]]] = {}
        for pod, namespace in self.pods:
            found.setdefault(namespace, []).append((pod, namespace))
        return found

    @cached_property
    def flink_pods(self) -> list[tuple[Pod, str]]:
        return [(pod, namespace) for pod, namespace in self.pods if is_flink(pod)]

    @cached_property
    def made(self) -> dict[tuple[str, str], set[str]]:
        """What other programs make: kind and name to namespaces."""
        found: dict[tuple[str, str], set[str]] = {}
        for one in self.objects:
            for made in makes(one.obj):
                where = made.namespace or one.namespace or ANYWHERE
                found.setdefault((made.kind, made.name), set()).add(where)
        return found

    @cached_property
    def customs(self) -> list[Placed]:
        """Custom resources of operators: what they make is mostly named after them."""
        return [one for one in self.objects if _is_custom(one.obj)]

    @cached_property
    def pod_makers(self) -> list[Placed]:
        """What operators may make pods and Services of, with labels of their own."""
        return [one for one in self.objects if may_make_pods(one.obj)]

    @cached_property
    def pods(self) -> list[tuple[Pod, str]]:
        """Every pod that runs, with its namespace."""
        return [
            (pod, _flink_namespace(one, environment) or one.namespace)
            for one in self.objects
            for environment in (_object(self.environment(one.obj)),)
            for pod in pods(one.obj, environment)
        ]

    def environment(self, obj: Object) -> Placed | None:
        """The FlinkEnvironment of an application or pool."""
        name = obj.get("spec", "flinkEnvironment")
        found = self.names.get(("FlinkEnvironment", name), []) if isinstance(name, str) else []
        return found[0] if found else None


def _object(placed: Placed | None) -> Object | None:
    return placed.obj if placed else None


def _flink_namespace(one: Placed, environment: Object | None) -> str:
    """Where CMF runs an application: the namespace of its environment."""
    name = environment.get("spec", "kubernetesNamespace") if environment else None
    return name if isinstance(name, str) else ""


def _is_custom(obj: Object) -> bool:
    return "." in obj.group and not obj.group.endswith(_PLAIN_GROUPS)


class Neighbours(Struct):
    """What shares a cluster with a unit."""

    indexes: list[Index]

    def named(self, kind: str, name: str, namespace: str) -> list[Placed]:
        """Objects of a kind and name in a namespace, or where it may be that one."""
        found = [one for index in self.indexes for one in index.names.get((kind, name), ())]
        return [one for one in found if one.is_in(namespace)]

    def of_kind(self, kind: str, namespace: str = "") -> Iterator[Placed]:
        for index in self.indexes:
            if namespace:
                for place in (namespace, ANYWHERE, ""):
                    yield from index.places.get((kind, place), ())
            else:
                yield from index.kinds.get(kind, ())

    def is_made(self, kind: str, name: str, namespace: str) -> bool:
        """Whether another program makes it."""
        for index in self.indexes:
            where = index.made.get((kind, name), set())
            if where and (not namespace or where & {namespace, ANYWHERE}):
                return True
        return False

    def customs(self, namespace: str) -> Iterator[Placed]:
        for index in self.indexes:
            yield from (one for one in index.customs if one.is_in(namespace))

    def pod_makers(self, namespace: str) -> Iterator[Placed]:
        for index in self.indexes:
            yield from (one for one in index.pod_makers if one.is_in(namespace))

    def placed_pods(self, namespace: str) -> Iterator[tuple[Pod, str]]:
        """The pods of a namespace, and those that may be there, with where they are."""
        for index in self.indexes:
            if namespace:
                for place in (namespace, ""):
                    yield from index.pods_in.get(place, ())
            else:
                yield from index.pods

    def flink_pods(self) -> list[tuple[Pod, str]]:
        """Every pod of Flink, with its namespace."""
        return [one for index in self.indexes for one in index.flink_pods]

    def pods(self, namespace: str) -> list[Pod]:
        return [pod for pod, _ in self.placed_pods(namespace)]

    def opaque(self, namespace: str) -> str:
        """What makes objects in a namespace that cannot be seen from here; empty for nothing."""
        for index in self.indexes:
            for where, what in index.opaque.items():
                if not namespace or where in ("", namespace):
                    return what
        return ""

    def environment(self, obj: Object) -> Object | None:
        """The FlinkEnvironment of an application or pool."""
        return _object(self.environment_of(obj))

    def environment_of(self, obj: Object) -> Placed | None:
        found = (index.environment(obj) for index in self.indexes)
        return next((one for one in found if one is not None), None)


class Together:
    """The clusters of a world."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self._indexes: dict[str, Index] = {}
        self._all, self._local = Index(), Index()
        self._applications: dict[int, list[Application]] = {}
        for application in world.applications:
            for unit in world.content(application):
                self._applications.setdefault(id(unit), []).append(application)
        for unit in world.judged:
            self._add(unit)
        for application in world.applications:
            self._add_unseen(application)

    def deployers(self, unit: "Unit") -> list[Application]:
        """The Applications of this repository that deploy a unit."""
        return self._applications.get(id(unit), [])

    def namespace(self, unit: "Unit", obj: Object) -> str:
        """Where an object lands: its own namespace, else the destination's, else not known."""
        if obj.namespace:
            return obj.namespace
        found = {one.destination_namespace for one in self.deployers(unit)}
        return found.pop() if len(found) == 1 else ""

    def of(self, unit: "Unit") -> Neighbours:
        """What a unit lives with."""
        keys = self._keys(unit)
        if "" in keys:
            return Neighbours([self._local if self.deployers(unit) else self._all])
        loose = self._indexes.get("")
        found = [self._indexes[key] for key in sorted(keys)]
        return Neighbours([*found, loose] if loose else found)

    def shares(self, unit: "Unit", application: Application) -> bool:
        """Whether a unit surely runs on the cluster that an Application deploys to."""
        return bool(self._keys(unit) & {cluster_of(application)}) and self.is_known(unit)

    def meet(self, one: "Unit", other: "Unit") -> bool | None:
        """Whether two units run on one cluster; None where they may, as nobody names it."""
        if one is other:
            return True
        both = self._keys(one) & self._keys(other)
        if not both or not (self.is_known(one) and self.is_known(other)):
            return False
        return True if both - {""} else None

    def clusters(self, unit: "Unit") -> set[str]:
        """The clusters that a unit runs on, as `cluster_of` names them; none where nobody says."""
        return self._keys(unit) - {""}

    def is_known(self, unit: "Unit") -> bool:
        """Whether somebody says that a unit runs: facts of its cluster, or an Application."""
        return bool(self.deployers(unit)) or self.world.cluster(unit.cluster) is not None

    def _keys(self, unit: "Unit") -> set[str]:
        found = {cluster_of(one) for one in self.deployers(unit)}
        return found or {unit.cluster}

    def _held(self, keys: set[str]) -> list[Index]:
        """The indexes of these clusters; `_local` is for what may run beside Argo CD."""
        local = [] if all("://" in key for key in keys) else [self._local]
        return [self._all, *local, *(self._indexes.setdefault(key, Index()) for key in keys)]

    def _add(self, unit: "Unit") -> None:
        indexes = self._held(self._keys(unit))
        for obj in (*unit.objects, *unit.drafts):
            # A draft is what a folder that does not build would bring, before any patch.
            placed = Placed(obj, "" if obj.draft else self.namespace(unit, obj), unit)
            for index in indexes:
                index.objects.append(placed)
                if obj.kind in _BRINGERS and "." in obj.group:
                    index.opaque.setdefault(_brought_to(obj), obj.label)

    def _add_unseen(self, application: Application) -> None:
        """Where an Application brings what is not here."""
        indexes = self._held({cluster_of(application)})
        for source in application.sources:
            what = self._unseen(application, source)
            for index in indexes if what else ():
                index.opaque.setdefault(application.destination_namespace, what)

    def _unseen(self, application: Application, source: Source) -> str:
        if source.chart:
            return f"the chart {source.chart} of Application '{application.name}'"
        if not source.path:
            return ""
        path = join("", source.path)
        seen = self.world.units_of.get(path) or not self.world.charts.unseen(path)
        if not self.world.is_own(source) or not seen:
            return f"{source.path} of Application '{application.name}', which is not seen here"
        return ""


def cluster_of(application: Application) -> str:
    """The name under which a destination is known: its address, else where the Application lies."""
    destination = mapping(application.obj.get("spec", "destination"))
    for key in ("server", "name"):
        value = destination.get(key)
        if isinstance(value, str) and value.rstrip("/") not in _IN_CLUSTER and "{" not in value:
            return value
    return application.cluster


def _brought_to(obj: Object) -> str:
    for path in reversed(_BRINGERS[obj.kind]):
        value = obj.get(*path)
        if isinstance(value, str):
            return "" if "{" in value else value
    return ""


def is_external(globs: tuple[str, ...], kind: str, namespace: str, name: str) -> bool:
    """Whether a Kind/namespace/name glob of `.overlay.yaml` says that somebody else makes it."""
    wanted = f"{kind}/{namespace or '*'}/{name}"
    return any(
        fnmatch(wanted, glob) or (not namespace and _loosely(glob, wanted)) for glob in globs
    )


def _loosely(glob: str, wanted: str) -> bool:
    """A glob without regard to its namespace, for objects whose namespace is not known."""
    parts, ours = glob.split("/"), wanted.split("/")
    return len(parts) == 3 and fnmatch(ours[0], parts[0]) and fnmatch(ours[2], parts[2])
