"""`new`: which files a cluster lacks and what only a person can fill in."""

from collections.abc import Iterable, Mapping

from msgspec import Struct, field

from overlaykit.errors import UsageError
from overlaykit.repo.clusters import Cluster, clusters
from overlaykit.repo.tree import Tree
from overlaykit.repo.workloads import Workload, workloads
from overlaykit.scaffold import facts as fact_rules
from overlaykit.scaffold import overlay
from overlaykit.scaffold.draft import Draft
from overlaykit.scaffold.site import Site, cluster_of, workload_of
from overlaykit.schema.judge import Judge
from overlaykit.source import load


class Plan(Struct):
    """`files`: path to text of what has to be written; `todo`: lines for a person."""

    name: str
    files: dict[str, str] = field(default_factory=dict)
    kept: list[str] = field(default_factory=list)
    todo: list[str] = field(default_factory=list)


class Wish(Struct, frozen=True):
    """What the caller asked for. `workloads`: names or WORKLOAD/COMPONENT; empty means all."""

    name: str
    origin: str = ""
    settings: tuple[str, ...] = ()
    workloads: tuple[str, ...] = ()


def plan(tree: Tree, wish: Wish, remotes: Iterable[str], judge: Judge) -> Plan:
    """The plan for a cluster, new or there already. Raises UsageError with what is allowed."""
    fact_rules.check_name(wish.name)
    known = workloads(tree)
    if not known:
        raise UsageError(f"{tree.root} has no workloads/<name>/workload.yaml to make a cluster of")
    facts_file = f"overlays/{wish.name}/facts/cluster.yaml"
    if tree.is_file(facts_file):
        tree.documents(facts_file)  # facts that cannot be read are told, not written over
    there = {cluster.name: cluster for cluster in clusters(tree)}
    given = fact_rules.parse_settings(wish.settings)
    asked = _asked(wish.workloads, known)
    if wish.name in there:
        return _complete(tree, there[wish.name], given, asked, known)
    origin = cluster_of(tree, wish.origin) if wish.origin else None
    flat = {name: fact_rules.flat(cluster.facts) for name, cluster in there.items()}
    made_from = (origin.name, flat[origin.name]) if origin else None
    facts = fact_rules.gather(wish.name, given, made_from, flat.values(), remotes)
    text = fact_rules.cluster_text(wish.name, facts)
    _check_schema(judge, text)
    values = {key: fact.value for key, fact in facts.items()}
    if origin and not asked:
        asked = _running(tree, origin, known)
    chosen = _choose(asked, known, values)
    made = Plan(wish.name)
    for path, content in overlay.files(wish.name, text, values, chosen, known).items():
        _add(tree, made, path, content)
    made.todo = _todo(wish.name, text, chosen, known)
    return made


def _add(tree: Tree, made: Plan, path: str, content: str) -> None:
    if tree.is_file(path):
        made.kept.append(path)
    else:
        made.files[path] = content


def _asked(names: Iterable[str], known: Mapping[str, Workload]) -> dict[str, list[str]]:
    """WORKLOAD and WORKLOAD/COMPONENT texts, grouped. Raises UsageError for an unknown one."""
    found: dict[str, list[str]] = {}
    for text in names:
        name, _, component = text.partition("/")
        workload_of(known, name)
        found.setdefault(name, []).extend([component] if component else [])
    return found


def _choose(
    asked: Mapping[str, list[str]], known: Mapping[str, Workload], values: Mapping[str, str]
) -> dict[str, list[str]]:
    """The workloads that will run, with everything they require, and their components."""
    provided = overlay.provided_names(values.get(fact_rules.PROVIDED, ""), known)
    default = {name for name, workload in known.items() if workload.default} - provided
    names = overlay.closure(asked or default, known, provided)
    # A workload without an Application (Argo CD's own configuration) belongs to every cluster.
    always = [name for name, workload in known.items() if workload.wave is None]
    return {
        name: overlay.components_of(known[name], asked.get(name, []), provided, values)
        for name in known
        if name in names or name in always
    }


def _running(tree: Tree, cluster: Cluster, known: Mapping[str, Workload]) -> dict[str, list[str]]:
    return Site(Draft(tree), cluster, known).running()


def _complete(
    tree: Tree,
    cluster: Cluster,
    given: Mapping[str, str],
    asked: Mapping[str, list[str]],
    known: Mapping[str, Workload],
) -> Plan:
    """What an existing cluster lacks; its facts and what it runs are not changed from here."""
    values = fact_rules.flat(cluster.facts)
    for key, value in given.items():
        if values.get(key) != value:
            raise UsageError(
                f"{cluster.document.file} says {key} is '{values.get(key, '')}', not '{value}'\n"
                f"  fix: overlay set {cluster.name} {key}={value}"
            )
    missing = [key for key in fact_rules.DEFAULTS if key not in values]
    if missing:
        raise UsageError(f"{cluster.document.file} lacks the facts {', '.join(missing)}")
    listed = _running(tree, cluster, known) or {name: [] for name in known}
    for name, components in asked.items():
        if name not in listed:
            fix = f"overlay add {cluster.name}/{name}"
            raise UsageError(f"cluster {cluster.name} does not run {name}\n  fix: {fix}")
        for component in components:
            if component not in listed[name]:
                fix = f"overlay add {cluster.name}/{name}/{component}"
                what = f"{cluster.name}/{name} does not use {component}"
                raise UsageError(f"{what}\n  fix: {fix}")
    made = Plan(cluster.name)
    chosen = _choose(listed, known, values)
    text = cluster.document.text
    for path, content in overlay.files(cluster.name, text, values, chosen, known).items():
        _add(tree, made, path, content)
    return made


def _check_schema(judge: Judge, text: str) -> None:
    for found in judge.violations(load(text, "facts")[0].data) or ():
        raise UsageError(f"{found.message}\n  fix: {found.fix}")


def _todo(
    name: str, text: str, chosen: Mapping[str, list[str]], known: Mapping[str, Workload]
) -> list[str]:
    """What only a person can decide or make: assumed facts with their line, Secrets by name."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.endswith("  # assumed"):
            fact = line.removesuffix("  # assumed").strip()
            found.append(f"overlays/{name}/facts/cluster.yaml:{number}: {fact}")
    for workload, components in chosen.items():
        for secret in known[workload].secrets:
            if not secret.is_needed(components):
                continue
            keys = ", ".join(secret.keys)
            found.append(
                f"Secret {secret.namespace}/{secret.name} with the keys {keys} ({secret.why})"
            )
    return found
