"""The workloads of this layout: what workload.yaml declares, read into plain values."""

from dataclasses import dataclass
from typing import Any

from overlaykit.errors import UsageError
from overlaykit.repo.tree import Tree


@dataclass(frozen=True)
class Component:
    """An optional part. It is on when the condition that it names holds, or by default."""

    name: str
    description: str
    requires: tuple[str, ...]
    default: bool
    when_provided: str
    when_managed_by: str

    def is_on(self, provided: set[str], managed_by: str) -> bool:
        if self.when_provided:
            return self.when_provided in provided
        if self.when_managed_by:
            return self.when_managed_by == managed_by
        return self.default


@dataclass(frozen=True)
class Secret:
    """A Secret that the workload expects somebody to make."""

    name: str
    namespace: str
    keys: tuple[str, ...]
    why: str


@dataclass(frozen=True)
class Workload:
    """`wave` is None where no Application deploys it; `chart` is its name, or empty."""

    name: str
    description: str
    wave: int | None
    requires: tuple[str, ...]
    chart: str
    chart_version: str
    components: tuple[Component, ...]
    secrets: tuple[Secret, ...]
    has_base: bool
    has_cluster_facts: bool

    def component(self, name: str) -> Component | None:
        return next((c for c in self.components if c.name == name), None)


def workloads(tree: Tree) -> dict[str, Workload]:
    """Every workload by name, in sync order; those without an Application come first."""
    found = []
    for name in tree.yaml_files:
        parts = name.split("/")
        if len(parts) == 3 and parts[0] == "workloads" and parts[2] == "workload.yaml":
            documents = tree.documents_or_none(name)
            data = documents[0].data if documents else None
            if not isinstance(data, dict) or not isinstance(data.get("spec"), dict):
                raise UsageError(f"{name}: is not a Workload with a spec")
            found.append(_workload(tree, parts[1], data["spec"]))
    found.sort(key=lambda one: (one.wave is not None, one.wave or 0, one.name))
    return {one.name: one for one in found}


def _workload(tree: Tree, name: str, spec: dict[str, Any]) -> Workload:
    chart = spec.get("chart") or {}
    wave = spec.get("wave")
    return Workload(
        name=name,
        description=str(spec.get("description", "")),
        wave=wave if isinstance(wave, int) else None,
        requires=_texts(spec.get("requires")),
        chart=str(chart.get("name", "")),
        chart_version=str(chart.get("version", "")),
        components=tuple(_component(n, c or {}) for n, c in (spec.get("components") or {}).items()),
        secrets=tuple(_secret(item) for item in spec.get("secrets") or ()),
        has_base=tree.is_file(f"workloads/{name}/base/kustomization.yaml"),
        has_cluster_facts=tree.is_dir(f"workloads/{name}/components/cluster-facts"),
    )


def _component(name: str, data: dict[str, Any]) -> Component:
    return Component(
        name=name,
        description=str(data.get("description", "")),
        requires=_texts(data.get("requires")),
        default=data.get("default") is True,
        when_provided=str(data.get("onWhenProvided") or ""),
        when_managed_by=str(data.get("onWhenManagedBy") or ""),
    )


def _secret(data: dict[str, Any]) -> Secret:
    text = {key: str(data.get(key, "")) for key in ("name", "namespace", "why")}
    return Secret(text["name"], text["namespace"], _texts(data.get("keys")), text["why"])


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(str(item) for item in value or ())
