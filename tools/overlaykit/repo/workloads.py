"""The workloads of this layout: what workload.yaml declares, read into plain values."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from overlaykit.errors import UsageError
from overlaykit.repo.tree import Tree

_STEP = re.compile(r"\[([^\]]+)\]|([^.\[\]]+)")


class Component(Struct, frozen=True):
    """An optional part. It is on when the condition that it names holds, or by default.

    It is listed in the folder of its workload where it has objects, and in the cluster's own list
    where it adds values to the chart (`has_values`). `requires` may name WORKLOAD/COMPONENT.
    """

    name: str
    description: str
    requires: tuple[str, ...]
    default: bool
    when_provided: str
    when_managed_by: str
    when_state: str = ""
    excludes: tuple[str, ...] = ()
    has_objects: bool = True
    has_values: bool = False

    def is_on(self, provided: set[str], facts: Mapping[str, str]) -> bool:
        if self.when_provided:
            return self.when_provided in provided
        if self.when_managed_by:
            return self.when_managed_by == facts.get("argocd.managedBy")
        if self.when_state:
            return facts.get("state", "").startswith(f"{self.when_state}://")
        return self.default


class Secret(Struct, frozen=True):
    """A Secret that the workload expects somebody to make: always, or for some `components`."""

    name: str
    namespace: str
    keys: tuple[str, ...]
    why: str
    components: tuple[str, ...] = ()

    def is_needed(self, on: Iterable[str]) -> bool:
        """Whether it is with these components on."""
        return not self.components or not set(self.components).isdisjoint(on)


class Target(Struct, frozen=True):
    """A field that a parameter sets: of an object (`kind`, `name`), or a value of the chart.

    `format` is flink, kubernetes or number: how an amount is written there. `line`: the field is
    a text of `key: value` lines, and this key's line is meant.
    """

    kind: str
    name: str
    path: tuple[str, ...]
    format: str
    line: str


class Parameter(Struct, frozen=True):
    """A value that an overlay may set, with what is allowed; `component`: the part it belongs to.

    `at_most` names a parameter that this one may not exceed.
    """

    name: str
    type: str
    description: str
    default: Any
    unit: str
    enum: tuple[Any, ...]
    minimum: Any
    maximum: Any
    at_most: str
    component: str
    targets: tuple[Target, ...]


class Workload(Struct, frozen=True):
    """`wave` is None where no Application deploys it; `chart` is its name, or empty; `crds`: the
    API groups whose definitions the chart brings; `has_jobs`: a cluster lists jobs of its own."""

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
    parameters: tuple[Parameter, ...] = ()
    crds: tuple[str, ...] = ()
    provides: str = ""
    default: bool = True
    job_parameters: tuple[Parameter, ...] = ()
    has_jobs: bool = False

    def component(self, name: str) -> Component | None:
        return next((c for c in self.components if c.name == name), None)

    def excluded_by(self, name: str, on: Iterable[str]) -> str:
        """The first of the components `on` that cannot be beside this one, or nothing."""
        found = self.component(name)
        ours = found.excludes if found else ()
        return next(
            (
                other.name
                for other in self.components
                if other.name in on and (other.name in ours or name in other.excludes)
            ),
            "",
        )

    def parameter(self, name: str) -> Parameter | None:
        return next((p for p in self.parameters if p.name == name), None)


def workloads(tree: Tree) -> dict[str, Workload]:
    """Every workload by name, in sync order; those without an Application come first."""
    found = []
    for folder in tree.folders("workloads"):
        name = f"workloads/{folder}/workload.yaml"
        if not tree.is_file(name):
            continue
        documents = tree.documents_or_none(name)
        data = documents[0].data if documents else None
        if not isinstance(data, dict) or not isinstance(data.get("spec"), dict):
            raise UsageError(f"{name}: is not a Workload with a spec")
        found.append(_workload(tree, folder, data["spec"]))
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
        components=tuple(
            _component(tree, name, n, c or {}) for n, c in (spec.get("components") or {}).items()
        ),
        secrets=tuple(_secret(item) for item in spec.get("secrets") or ()),
        has_base=tree.is_file(f"workloads/{name}/base/kustomization.yaml"),
        has_cluster_facts=tree.is_dir(f"workloads/{name}/components/cluster-facts"),
        parameters=_parameters(spec.get("parameters")),
        crds=_texts(chart.get("crds")),
        provides=str(spec.get("provides") or ""),
        default=spec.get("default") is not False,
        job_parameters=_parameters(spec.get("jobParameters")),
        has_jobs=tree.is_file(f"workloads/{name}/job/kustomization.yaml"),
    )


def _component(tree: Tree, workload: str, name: str, data: dict[str, Any]) -> Component:
    folder = f"{workload}/components/{name}/kustomization.yaml"
    values = tree.is_file(f"apps/{folder}")
    return Component(
        name=name,
        description=str(data.get("description", "")),
        requires=_texts(data.get("requires")),
        default=data.get("default") is True,
        when_provided=str(data.get("onWhenProvided") or ""),
        when_managed_by=str(data.get("onWhenManagedBy") or ""),
        when_state=str(data.get("onWhenState") or ""),
        excludes=_texts(data.get("excludes")),
        has_objects=not values or tree.is_file(f"workloads/{folder}"),
        has_values=values,
    )


def _parameters(data: dict[str, Any] | None) -> tuple[Parameter, ...]:
    return tuple(_parameter(name, item) for name, item in (data or {}).items())


def _parameter(name: str, data: dict[str, Any]) -> Parameter:
    return Parameter(
        name=name,
        type=str(data.get("type", "string")),
        description=str(data.get("description", "")),
        default=data.get("default"),
        unit=str(data.get("unit", "")),
        enum=tuple(data.get("enum") or ()),
        minimum=data.get("minimum"),
        maximum=data.get("maximum"),
        at_most=str(data.get("atMost", "")),
        component=str(data.get("component", "")),
        targets=tuple(_target(item) for item in data.get("targets") or ()),
    )


def _target(data: dict[str, Any]) -> Target:
    kind, _, name = str(data.get("object", "")).partition("/")
    path = field_path(str(data.get("field") or data.get("value") or ""))
    return Target(kind, name, path, str(data.get("format", "")), str(data.get("line", "")))


def field_path(text: str) -> tuple[str, ...]:
    """The steps of a dotted path; a key with dots stands in brackets: a.b.[c.d/e].f."""
    return tuple(inside or plain for inside, plain in _STEP.findall(text))


def _secret(data: dict[str, Any]) -> Secret:
    text = {key: str(data.get(key, "")) for key in ("name", "namespace", "why")}
    keys, components = (_texts(data.get(key)) for key in ("keys", "components"))
    return Secret(text["name"], text["namespace"], keys, text["why"], components)


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(str(item) for item in value or ())
