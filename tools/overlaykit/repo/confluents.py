"""CMF and CFK of a cluster as their charts deploy them, and what the CMF kinds find there."""

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from overlaykit.argocd.applications import Application
from overlaykit.confluent import database, versions
from overlaykit.confluent.kinds import CFK_CHART, CMF_CHART
from overlaykit.confluent.references import Reference
from overlaykit.kubernetes.flink import OPERATOR_CHART
from overlaykit.kubernetes.pods import mappings
from overlaykit.repo.before import Before, before
from overlaykit.repo.connections import Connections
from overlaykit.repo.operators import is_told_otherwise
from overlaykit.repo.together import Placed, cluster_of, is_external
from overlaykit.repo.tree import join
from overlaykit.repo.values import merge, values_of
from overlaykit.repo.world import value_files
from overlaykit.source import Path, Place, SyntaxProblem, load

if TYPE_CHECKING:
    from overlaykit.repo.world import Unit, World

# Charts that are known to bring no object of CMF's kinds.
_PLAIN = frozenset({CFK_CHART, CMF_CHART, OPERATOR_CHART, "cert-manager", "kube-prometheus-stack"})


class Chart(Struct, frozen=True):
    """A chart as an Application deploys it; `told`: whether all of its values are here."""

    application: Application
    at: Path
    version: versions.Version | None
    values: dict[str, Any]
    told: bool

    @property
    def name(self) -> str:
        return self.application.name

    @property
    def home(self) -> str:
        """The namespace that it is deployed to."""
        return self.application.destination_namespace

    def value(self, *path: str) -> Any:
        return database.value(self.values, path)

    def release(self) -> str:
        return versions.text(self.version) if self.version else "of unknown release"


class Confluents:
    """The charts of Confluent in a world, by cluster."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self._charts: dict[str, dict[str, list[Chart]]] = {CFK_CHART: {}, CMF_CHART: {}}
        for application in world.applications:
            for chart in self._of(application):
                kind = self._charts[application_chart(chart)]
                kind.setdefault(_home(application), []).append(chart)
        self.connections: dict[tuple[int, ...], Connections] = {}
        self._hidden: dict[tuple[str, str], str] | None = None

    @cached_property
    def before(self) -> Before:
        """The objects as they were before the change that is judged."""
        return before(self.world)

    def values_before(self, unit: "Unit", chart: Chart) -> dict[str, Any] | None:
        """The values of a chart before the change that is judged; None where nothing is known.

        `unit` renders its Application.
        """
        commit, old = self.before.commit, chart.application
        if commit is None or not chart.told:
            return None
        for _, objects in self.before.objects([unit]):
            was = [one for one in objects if one.label == old.obj.label]
            if not was:
                return None
            old = replace(old, obj=was[0])
        names = list(value_files(old))
        if old is chart.application and commit.changed.isdisjoint(names):
            return None
        merged: dict[str, Any] = {}
        for name in names:
            merged = merge(merged, _data(self.before.text(name)))
        for source in old.sources:
            merged = merge(merged, source.helm.get("valuesObject"))
        return merged

    def cfk(self, unit: "Unit") -> list[Chart]:
        """The charts of CFK on the cluster of a unit."""
        return self._at(CFK_CHART, unit)

    def cmf(self, unit: "Unit") -> list[Chart]:
        """The charts of CMF on the cluster of a unit."""
        return self._at(CMF_CHART, unit)

    def of_application(self, application: Application) -> Iterator[Chart]:
        """The charts of CMF that an Application deploys."""
        return (one for one in self._of(application) if application_chart(one) == CMF_CHART)

    def place(self, chart: Chart, path: tuple[str, ...]) -> Place | None:
        """Where a value of a chart was set last; None where nobody did."""
        application = chart.application
        inside = (*chart.at, "helm", "valuesObject", *path)
        if application.obj.get(*inside) is not None:
            return application.place(inside)
        for name in reversed(list(value_files(application))):
            documents = self.world.tree.documents_or_none(name)
            for document in documents if self.world.tree.is_file(name) else ():
                if document.find(path) is not None:
                    return document.place_of(path)
        return None

    def place_or_chart(self, chart: Chart, path: tuple[str, ...]) -> Place:
        """Where a value was set, or the nearest above it; else the line of the chart."""
        for length in range(len(path), 0, -1):
            found = self.place(chart, path[:length])
            if found is not None:
                return found
        return chart.application.place((*chart.at, "chart"))

    def find(self, unit: "Unit", wanted: Reference) -> list[Placed]:
        """The objects on the unit's cluster that a reference may mean."""
        near = self.world.together.of(unit)
        found = near.named(wanted.kind, wanted.name, wanted.namespace)
        if wanted.kind == "FlinkKafkaDatabase" and not found:
            # A catalog may list its databases itself.
            for one in near.of_kind("FlinkKafkaCatalog"):
                listed = mappings(one.obj.get("spec", "kafkaClusters"))
                if any(each.get("databaseName") == wanted.name for _, each in listed):
                    return [one]
        return found

    def is_declared(self, wanted: Reference) -> bool:
        """Whether `.overlay.yaml` says that somebody else makes what is meant."""
        external = self.world.config.external
        return is_external(external, wanted.kind, wanted.namespace, wanted.name)

    def hidden(self, unit: "Unit", namespace: str) -> str:
        """What deploys to a namespace of the unit's cluster and is not seen; empty for nothing."""
        if self._hidden is None:
            self._hidden = {}
            for application in self.world.applications:
                what = self._unseen(application)
                if what:
                    where = (_home(application), application.destination_namespace)
                    self._hidden.setdefault(where, what)
        for key in self._keys(unit):
            for place in (namespace, ""):
                if found := self._hidden.get((key, place)):
                    return found
        return ""

    def _unseen(self, application: Application) -> str:
        for source in application.sources:
            if source.chart and source.chart_name not in _PLAIN:
                return f"the chart {source.chart} of Application '{application.name}'"
            own = self.world.is_own(source)
            if source.path and not (own and self.world.units_of.get(join("", source.path))):
                return f"{source.path} of Application '{application.name}', which is not seen here"
        return ""

    def _at(self, chart: str, unit: "Unit") -> list[Chart]:
        return [one for key in self._keys(unit) for one in self._charts[chart].get(key, ())]

    def _keys(self, unit: "Unit") -> list[str]:
        deployers = self.world.together.deployers(unit)
        found = {_home(one) for one in deployers} or {unit.cluster}
        return sorted(found - {""})

    def _of(self, application: Application) -> Iterator[Chart]:
        for source in application.sources:
            if source.chart_name in self._charts:
                yield Chart(
                    application,
                    source.at,
                    versions.of_chart(source.revision),
                    values_of(application, self.world),
                    not is_told_otherwise(application, self.world),
                )


def application_chart(chart: Chart) -> str:
    """The plain name of a chart."""
    found = chart.application.obj.get(*chart.at, "chart")
    return str(found).rpartition("/")[2]


def _home(application: Application) -> str:
    """What an Application's cluster is called here; of an unnamed one the folder that makes it."""
    folder = application.folder
    made = folder.rpartition("/")[0] if folder.endswith((".yaml", ".yml")) else folder
    return cluster_of(application) or f"folder {made}"


def _data(text: str | None) -> Any:
    """What the text of a value file says; nothing for one that cannot be read."""
    try:
        found = load(text, "") if text is not None else []
    except SyntaxProblem:
        return None
    return found[0].data if found else None
