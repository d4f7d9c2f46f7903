"""The files of one cluster's overlay, derived from its facts and workloads. Pure text."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from string import Template

from overlaykit import disk
from overlaykit.emit import scalar
from overlaykit.errors import UsageError
from overlaykit.repo.workloads import Workload

TEMPLATES = Path(__file__).resolve().parents[1] / "data" / "templates"
_HEAD = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"


def provided_names(listed: str, known: Mapping[str, Workload]) -> set[str]:
    """What a cluster has already: the fact `provided`, and the workloads that would bring it."""
    facts = {name for name in listed.split(",") if name}
    return facts | {name for name, workload in known.items() if workload.provides in facts}


def closure(wanted: Iterable[str], known: Mapping[str, Workload], provided: set[str]) -> list[str]:
    """`wanted` and everything they require that the cluster does not provide, in sync order.

    Raises UsageError where a requirement is neither a workload nor provided.
    """
    found: set[str] = set()
    todo = [(name, "") for name in wanted]
    while todo:
        name, user = todo.pop()
        if name in found or (user and name in provided):
            continue
        if name not in known:
            raise UsageError(
                f"{user} requires {name}, which is no workload here and is not provided\n"
                f"  fix: --set provided={','.join([*sorted(provided), name])} if the cluster has it"
            )
        found.add(name)
        todo.extend((required, name) for required in known[name].requires)
    return [name for name in known if name in found]


def root_text(name: str, fact: Mapping[str, str]) -> str:
    """root.yaml: the bootstrap of a cluster, from its facts."""
    return Template(disk.read_text(TEMPLATES / "root.yaml")).substitute(
        name=name,
        argocd_namespace=scalar(fact["argocd.namespace"]),
        repository_url=scalar(fact["repository.url"]),
        repository_revision=scalar(fact["repository.revision"]),
        server=scalar(fact["server"]),
    )


def cluster_kustomization(
    chosen: Mapping[str, Iterable[str]], known: Mapping[str, Workload]
) -> str:
    """The kustomization of a cluster: which Applications it runs, and values of their charts."""
    apps = [name for name in chosen if known[name].wave is not None]
    lines = ["- facts", "- ../../apps/projects", *(f"- ../../apps/{name}" for name in apps)]
    values = [
        f"- ../../apps/{name}/components/{component.name}\n"
        for name, on in chosen.items()
        for component in known[name].components
        if component.name in on and component.has_values
    ]
    return (
        "# The Applications this cluster runs.\n"
        + _HEAD
        + "resources:\n"
        + "".join(f"{line}\n" for line in lines)
        + "components:\n"
        + "".join(values)
        + "# Last: it stamps the facts into everything above.\n"
        "- ../../apps/cluster-facts\n"
    )


def workload_kustomization(workload: Workload, components: Iterable[str]) -> str:
    """The kustomization of one workload on a cluster: base, components, facts last."""
    above = f"../../../workloads/{workload.name}"
    text = _HEAD + "resources:\n- ../facts\n"
    if workload.has_base:
        text += f"- {above}/base\n"
    on = set(components)
    listed = [c.name for c in workload.components if c.name in on and c.has_objects]
    chosen = [f"- {above}/components/{name}\n" for name in listed]
    if workload.has_cluster_facts:
        chosen.append("# Last: it stamps the facts into everything above.\n")
        chosen.append(f"- {above}/components/cluster-facts\n")
    return text + ("components:\n" + "".join(chosen) if chosen else "")


def values_text(name: str, workload: Workload) -> str:
    return (
        f"# What {name} sets differently in the chart of {workload.name}. Outranks\n"
        f"# workloads/{workload.name}/values.yaml; the facts in the Application outrank both.\n"
        "{}\n"
    )


def files(
    name: str,
    facts_text: str,
    fact: Mapping[str, str],
    chosen: Mapping[str, list[str]],
    known: Mapping[str, Workload],
) -> dict[str, str]:
    """Every file of the overlay of cluster `name`: path from the root to text.

    `chosen` maps each workload to its components that are on.
    """
    folder = f"overlays/{name}"
    found = {
        f"{folder}/facts/cluster.yaml": facts_text,
        f"{folder}/facts/kustomization.yaml": _HEAD + "resources:\n- cluster.yaml\n",
        f"{folder}/kustomization.yaml": cluster_kustomization(chosen, known),
        f"{folder}/root.yaml": root_text(name, fact),
    }
    for workload, components in chosen.items():
        about = known[workload]
        text = workload_kustomization(about, components)
        found[f"{folder}/{workload}/kustomization.yaml"] = text
        if about.chart:
            found[f"{folder}/{workload}/values.yaml"] = values_text(name, about)
    return found


def components_of(
    workload: Workload, asked: Iterable[str], provided: set[str], facts: Mapping[str, str]
) -> list[str]:
    """The components of a workload that are on, in the order the workload lists them."""
    wanted = set(asked)
    for name in wanted:
        if workload.component(name) is None:
            there = ", ".join(c.name for c in workload.components) or "none"
            raise UsageError(f"{workload.name} has no component '{name}'; it has: {there}")
    on = [
        component.name
        for component in workload.components
        if component.name in wanted or component.is_on(provided, facts)
    ]
    for name in on:
        refuse_excluded(workload, name, set(on) - {name})
    return on


def refuse_excluded(workload: Workload, name: str, on: Iterable[str], place: str = "") -> None:
    """Refuse a component beside one that it excludes; `place` is CLUSTER/WORKLOAD where known."""
    other = workload.excluded_by(name, set(on))
    if other:
        fix = f"overlay remove {place}/{other} goes first" if place else f"leave out {other}"
        raise UsageError(f"{workload.name}: {name} excludes {other}\n  fix: {fix}")
