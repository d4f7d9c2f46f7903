"""The Flink operator of a cluster: its release, its defaults, where it looks.

`.overlay.yaml` declares it; else it is the chart that an Application of the cluster deploys, with
the values that are here.
"""

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from overlaykit.argocd.applications import Application
from overlaykit.flink.configuration import FILES, of_file
from overlaykit.kubernetes.flink import OPERATOR_CHART
from overlaykit.kubernetes.pods import mapping
from overlaykit.operator.versions import Release, release
from overlaykit.repo.together import cluster_of
from overlaykit.repo.values import values_of

if TYPE_CHECKING:
    from overlaykit.repo.world import Unit, World


class Operator(Struct, frozen=True):
    """What is known of an operator; `doubts` are empty where it is proved.

    `watched`: the namespaces that it looks at; empty for all, None where nobody says.
    """

    release: Release = field(default_factory=Release)
    defaults: dict[str, str] = field(default_factory=dict)
    watched: tuple[str, ...] | None = None
    values: dict[str, Any] = field(default_factory=dict)
    application: Application | None = None
    release_doubt: str = ""
    defaults_doubt: str = ""

    @property
    def label(self) -> str:
        return f"Application '{self.application.name}'" if self.application else "the operator"

    @property
    def is_seen(self) -> bool:
        """Whether all values of its chart are here."""
        return self.application is not None and self.watched is not None

    @property
    def appends(self) -> bool:
        """Whether the chart's own configuration holds, below what its values say."""
        found = mapping(self.values.get("defaultConfiguration"))
        return self.is_seen and False not in (found.get("create"), found.get("append"))


class Operators:
    """The operators of a world."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self._found: dict[int, list[Operator]] = {}

    def of(self, unit: "Unit") -> list[Operator]:
        """The operators of the cluster that a unit runs on, one at least; more are rare."""
        if id(unit) not in self._found:
            clusters = sorted(self.world.together.clusters(unit))
            charts = [one for name in clusters for one in self._charts.get(name, ())]
            charts = charts or list(self._beside(unit))
            self._found[id(unit)] = [self._declared(one) for one in charts] or [self._declared()]
        return self._found[id(unit)]

    def _beside(self, unit: "Unit") -> Iterator[Application]:
        """Operators that the Argo CD of a unit's Application deploys to the same destination,
        which nobody gives a name."""
        deployers = self.world.together.deployers(unit)
        for one in self._charts.get("", ()) if deployers else ():
            homes = self.world.argocds.homes(one)
            for other in deployers:
                same = other.destination.cluster == one.destination.cluster
                if same and any(home in homes for home in self.world.argocds.homes(other)):
                    yield one
                    break

    @cached_property
    def _charts(self) -> dict[str, list[Application]]:
        """Cluster to the Applications that deploy an operator to it."""
        found: dict[str, list[Application]] = {}
        for one in self.world.applications:
            if chart_version(one) is not None:
                found.setdefault(cluster_of(one), []).append(one)
        return found

    @cached_property
    def certified(self) -> set[str]:
        """The clusters to which an Application brings cert-manager, as far as names tell."""
        return {
            cluster_of(one)
            for one in self.world.applications
            if "cert-manager" in one.name
            or any("cert-manager" in f"{s.chart} {s.path} {s.url}" for s in one.sources)
        }

    def _declared(self, application: Application | None = None) -> Operator:
        config = self.world.config
        version = config.operator or (chart_version(application) if application else "") or ""
        known = release(version)
        defaults, watched, values = self._told(application)
        seen = defaults is not None or bool(config.operator_defaults)
        return Operator(
            known or Release(),
            (defaults or {}) | config.operator_defaults,
            watched,
            values,
            application,
            "" if known else f"operator {Release().text}",
            "" if seen else "that the operator's own defaults do not set it",
        )

    def _told(
        self, application: Application | None
    ) -> tuple[dict[str, str] | None, tuple[str, ...] | None, dict[str, Any]]:
        """Defaults, namespaces and values of a chart; None for what may be said elsewhere."""
        if application is None or is_told_otherwise(application, self.world):
            return None, None, {}
        values = values_of(application, self.world)
        listed = values.get("watchNamespaces")
        watched = tuple(map(str, listed)) if isinstance(listed, list) else ()
        return default_configuration(values), watched, values


def chart_version(application: Application) -> str | None:
    """The version of the operator's chart that an Application deploys; None if it does not."""
    charts = (s for s in application.sources if s.chart_name == OPERATOR_CHART)
    return next((source.revision for source in charts), None)


def is_told_otherwise(application: Application, world: "World") -> bool:
    """Whether values come from what is not read here: text, parameters, files of elsewhere."""
    for source in application.sources:
        if source.helm.get("values") or source.helm.get("parameters"):
            return True
        for name in source.value_files:
            own = name.startswith("$") and world.tree.is_file(name.partition("/")[2])
            if not own and not source.helm.get("ignoreMissingValueFiles"):
                return True
    return False


def default_configuration(values: dict[str, Any]) -> dict[str, str] | None:
    """The operator's own Flink configuration; None where the chart does not make it."""
    found = mapping(values.get("defaultConfiguration"))
    if found.get("create") is False:
        return None
    texts = [(name, found[name]) for name in FILES if isinstance(found.get(name), str)]
    return {one.key: one.value for name, text in texts for one in of_file(text, (name,), name)}
