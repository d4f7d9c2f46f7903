"""The first sync of a cluster as its Argo CD will run it, and what of it is proved.

Applications are nested: the objects of one may be Applications again. An object's path says in
which step of which sync it is applied, from the root down; of two objects, the first sync that
both paths go through decides which is earlier.
"""

from collections.abc import Iterable, Iterator

from msgspec import Struct, field

from overlaykit.argocd.applications import Application, is_application, wave
from overlaykit.argocd.health import APPLICATION, Health, Rule
from overlaykit.argocd.order import KINDS, Step, steps
from overlaykit.argocd.retry import in_words, patience
from overlaykit.argocd.waves import Child, Need, needs, needs_from_afar, provides, secrets
from overlaykit.errors import UsageError
from overlaykit.render.objects import Object
from overlaykit.repo.given import given
from overlaykit.repo.target import matches
from overlaykit.repo.tree import join
from overlaykit.repo.values import values_of
from overlaykit.repo.world import World

# From the worst to the best.
VERDICTS = ("refuted", "open", "retry", "given", "proved")
StepAt = tuple[str, tuple[int, int]]


class Node(Struct):
    """An Application in the plan, or (without one) a folder of them that something unseen applies.

    `above`: in which steps of which syncs its own object is applied.
    """

    name: str
    application: Application | None
    folder: str
    objects: tuple[Object, ...]
    above: tuple[StepAt, ...] = ()
    children: list["Node"] = field(default_factory=list)

    @property
    def steps(self) -> list[Step]:
        return steps(self.objects)

    @property
    def charts(self) -> list[str]:
        """The charts that Argo CD renders for it; their own hooks and waves are not seen."""
        found = self.application.sources if self.application else ()
        return [f"{s.chart} {s.revision}".strip() for s in found if s.chart]

    def walk(self) -> Iterator["Node"]:
        yield self
        for child in self.children:
            yield from child.walk()


class Proof(Struct, frozen=True):
    """What is known of one need: the verdict, who brings it and who needs it, and why."""

    need: Need
    verdict: str
    provider: str
    users: tuple[str, ...]
    why: str


class Plan(Struct):
    """The syncs of a cluster, root first, and the proofs."""

    target: str
    health: Health
    roots: list[Node]
    proofs: list[Proof] = field(default_factory=list)
    cycles: list[list[str]] = field(default_factory=list)

    @property
    def is_refuted(self) -> bool:
        return bool(self.cycles) or any(proof.verdict == "refuted" for proof in self.proofs)

    def rule(self, obj: Object) -> Rule:
        return self.health.rule(obj.group, obj.kind)


def plan_of(world: World, target: str) -> Plan:
    """The plan of a cluster, or of the Applications in a directory. Raises UsageError where there
    are none."""
    found = [a for a in world.applications if a.cluster == target]
    folder = join("", target.rstrip("/"))
    if not found and world.tree.is_dir(folder):
        found = [a for a in world.applications if matches(a.folder, {folder})]
    if not found:
        raise UsageError(_unknown(world, target))
    first = found[0]
    health = world.healths.of(first.cluster, first.obj.namespace).health
    plan = Plan(target, health, list(_roots(world, found)))
    prover = _Prover(world, plan, first.cluster)
    plan.proofs, plan.cycles = prover.proofs(), prover.cycles()
    return plan


def _unknown(world: World, target: str) -> str:
    clusters = sorted({a.cluster for a in world.applications if a.cluster})
    folders = sorted({a.folder or "." for a in world.applications if not a.cluster})
    message = f"'{target}' is no cluster and no directory with an Application of this repository"
    if clusters:
        message += f"\n  clusters with Applications here: {', '.join(clusters)}"
    if folders:
        message += f"\n  Applications of no cluster stand in: {', '.join(folders[:5])}"
    return message


def _roots(world: World, own: list[Application]) -> Iterator[Node]:
    """The Applications that no other deploys; several of one folder hang below that folder."""
    # In a ring, none is the first.
    by_folder: dict[str, list[Application]] = {}
    for application in [a for a in own if _is_root(world, a)] or own:
        by_folder.setdefault(application.folder, []).append(application)
    for folder, listed in sorted(by_folder.items()):
        if len(listed) == 1:
            yield _node(world, listed[0], (), set())
            continue
        objects = tuple(a.obj for a in listed)
        root = Node(folder, None, folder, objects)
        _add_children(world, root, {id(a.obj): a for a in listed}, set())
        yield root


def _is_root(world: World, application: Application) -> bool:
    """Whether no other Application deploys it."""
    found = world.deployers.get(application.folder, ())
    return all(one.name == application.name for one in found)


def _node(
    world: World, application: Application, above: tuple[StepAt, ...], seen: set[str]
) -> Node:
    units = world.content(application)
    objects = tuple(obj for unit in units for obj in unit.objects)
    node = Node(application.name, application, application.folder, objects, above)
    below = [a for unit in units for a in world.applications_of.get(unit.folder, ())]
    # An Application may deploy itself: it is not its own child.
    inner = {id(a.obj): a for a in below if a.name not in {*seen, node.name}}
    _add_children(world, node, inner, {*seen, node.name})
    return node


def _add_children(world: World, node: Node, below: dict[int, Application], seen: set[str]) -> None:
    for obj, at in _placed(node):
        if id(obj) in below and is_application(obj):
            node.children.append(_node(world, below[id(obj)], (*node.above, at), seen))


def _placed(node: Node) -> Iterator[tuple[Object, StepAt]]:
    """The objects of a sync in order, each with its step."""
    for number, step in enumerate(node.steps):
        for obj in step.objects:
            yield obj, (node.name, (number, step.wave))


class _Offer(Struct, frozen=True):
    """Something that a node brings: by an object, or (None) by its chart."""

    node: Node
    obj: Object | None
    path: tuple[StepAt, ...]


class _Prover:
    """Compares every user with whoever brings what it needs."""

    def __init__(self, world: World, plan: Plan, cluster: str) -> None:
        self.world, self.plan, self.cluster = world, plan, cluster
        self.nodes = [node for root in plan.roots for node in root.walk()]
        self.offers: dict[Need, list[_Offer]] = {}
        self.edges: dict[str, set[str]] = {}
        for node in self.nodes:
            for offer_need, offer in self._offers(node):
                self.offers.setdefault(offer_need, []).append(offer)

    def _child(self, node: Node) -> Child | None:
        if node.application is None:
            return None
        return Child(node.application, node.objects, values_of(node.application, self.world))

    def _offers(self, node: Node) -> Iterator[tuple[Need, _Offer]]:
        brought: set[Need] = set()
        for obj, at in _placed(node):
            named = set(provides(obj))
            if obj.kind == "AppProject":
                named.add(("project", obj.name))
            brought |= named
            for need in named:
                yield need, _Offer(node, obj, (*node.above, at))
        child = self._child(node)
        made = child.provides() | child.makes() if child else set()
        for need in sorted(made - brought):
            yield need, _Offer(node, None, node.above)

    def proofs(self) -> list[Proof]:
        """One proof a need, verdict and provider, the worst first."""
        users: dict[tuple[Need, str, str, str], dict[str, None]] = {}
        for node in self.nodes:
            for need, path in self._needs(node):
                verdict, provider, why = self._judge(node, need, path)
                if verdict:
                    users.setdefault((need, verdict, provider, why), {})[node.name] = None
        found = [Proof(n, v, p, tuple(names), w) for (n, v, p, w), names in users.items()]
        return sorted(found, key=lambda one: (VERDICTS.index(one.verdict), one.need, one.provider))

    def _needs(self, node: Node) -> Iterator[tuple[Need, tuple[StepAt, ...]]]:
        """What a node needs, with the earliest path that needs it."""
        seen: dict[Need, tuple[StepAt, ...]] = {}
        for obj, at in _placed(node):
            wanted = {*needs(obj), *needs_from_afar(obj), *secrets(obj)} - set(provides(obj))
            if is_application(obj):
                # It lives beside the Argo CD that applies it.
                wanted.discard(("namespace", obj.namespace))
                project = obj.get("spec", "project")
                wanted |= {("project", str(project))} if project not in (None, "default") else set()
            for need in sorted(wanted):
                seen.setdefault(need, (*node.above, at))
        child = self._child(node)
        for need in sorted(child.needs()) if child else ():
            seen.setdefault(need, node.above)
        made = child.there() if child else set()
        # A kind is what its group is, where nobody brings the very CRD.
        for need, path in seen.items():
            if need not in made and not (need[0] == "kind" and need not in self.offers):
                yield need, path

    def _judge(self, node: Node, need: Need, path: tuple[StepAt, ...]) -> tuple[str, str, str]:
        """(verdict, provider, why); no verdict where there is nothing to say."""
        offers = self.offers.get(need)
        if not offers:
            why = given(self.world, self.cluster, need)
            if need[0] in ("webhook", "secret mapping") or why is None:
                return "", "", ""
            return (
                ("given", "", why) if why else ("open", "", "nothing in this repository brings it")
            )
        judged = [(*self._compare(node, offer, path), offer) for offer in offers]
        verdict, why, offer = max(judged, key=lambda one: VERDICTS.index(one[0]))
        if offer.node is not node:
            self.edges.setdefault(node.name, set()).add(offer.node.name)
        return verdict, offer.node.name, why

    def _compare(self, node: Node, offer: _Offer, path: tuple[StepAt, ...]) -> tuple[str, str]:
        for (sync, mine), (other, theirs) in zip(path, offer.path, strict=False):
            if sync != other:
                return "open", "two roots, which nothing orders"
            if mine != theirs:
                return self._apart(sync, mine, theirs, offer)
        if offer.obj is not None and offer.obj.kind == "AppProject":
            return "retry", "in one step: an Application is refused until its project is there"
        if offer.node is node:
            return self._together(offer)
        application = node.application
        seconds = patience(application) if application else 0
        if not seconds:
            return "open", "in one step, where nothing waits, and it does not try again"
        return "retry", f"in one step: it comes in by retry, for {in_words(min(seconds, 86400))}"

    def _apart(
        self, sync: str, mine: tuple[int, int], theirs: tuple[int, int], offer: _Offer
    ) -> tuple[str, str]:
        waves = f"wave {theirs[1]} before {mine[1]} of {sync}"
        if theirs > mine:
            return "refuted", f"wave {theirs[1]} after {mine[1]} of {sync}"
        doubt = self._doubt(sync, offer)
        return ("open", f"{waves}, but {doubt}") if doubt else ("proved", waves)

    def _doubt(self, sync: str, offer: _Offer) -> str:
        """Why a sync may go on before something is ready; empty where it waits."""
        node = next((one for one in self.nodes if one.name == sync), None)
        if node is None or node.application is None:
            return "what applies them is not here, so nobody can tell whether it waits"
        nothing = "nothing waits: no health check for"
        if offer.node.name != sync and not self.plan.health.rule(*APPLICATION).is_there:
            return f"{nothing} Application"
        obj = offer.obj
        if obj is None or obj.kind in (*KINDS, "AppProject") or is_application(obj):
            return ""
        return "" if self.plan.rule(obj).is_there else f"{nothing} {obj.kind}"

    def _together(self, offer: _Offer) -> tuple[str, str]:
        """In one step of one sync."""
        kind = offer.obj.kind if offer.obj else ""
        if kind in ("Namespace", "CustomResourceDefinition"):
            return "proved", "Argo CD applies it first in the same sync"
        if kind in KINDS:
            return "proved", f"in one step, where a {kind} is applied before custom resources"
        if not kind:
            return "proved", "its own chart"
        if wave(offer.obj or Object({})) == 0:
            return "retry", "in one step without waves: its controller has to try again"
        worst = kind in ("FlinkEnvironment", "CMFRestClass")
        return "refuted" if worst else "open", "in one step, where nothing waits"

    def cycles(self) -> list[list[str]]:
        """Applications that need each other, each ring once, in the order of the need."""
        found: dict[frozenset[str], list[str]] = {}
        for start in sorted(self.edges):
            ring = _ring(self.edges, start)
            if ring:
                found.setdefault(frozenset(ring), ring)
        return list(found.values())


def _ring(edges: dict[str, set[str]], start: str) -> list[str]:
    """The shortest way from a node back to itself; empty where there is none."""
    ways: list[list[str]] = [[start]]
    seen: set[str] = set()
    while ways:
        way = ways.pop(0)
        for after in sorted(edges.get(way[-1], ())):
            if after == start:
                return way
            if after not in seen:
                seen.add(after)
                ways.append([*way, after])
    return []


def names(listed: Iterable[Object]) -> dict[tuple[str, str], list[str]]:
    """(group, kind) to the names of objects, in order."""
    found: dict[tuple[str, str], list[str]] = {}
    for obj in listed:
        found.setdefault((obj.group, obj.kind), []).append(obj.name)
    return found
