"""The secrets of connections: FlinkSecret, its mapping into an environment, and who names that.

CMF knows a secret in an environment by the name of the mapping.
"""

from functools import cached_property
from typing import TYPE_CHECKING

from overlaykit.confluent.references import connection
from overlaykit.repo.together import Neighbours, Placed

if TYPE_CHECKING:
    from overlaykit.repo.world import Unit, World

MAPPING = "FlinkEnvironmentSecretMapping"


class Connections:
    """The connections of one cluster."""

    def __init__(self, near: Neighbours) -> None:
        self.secrets = list(near.of_kind("FlinkSecret"))
        self.mappings = list(near.of_kind(MAPPING))
        self._users = [
            one
            for kind in ("FlinkKafkaCatalog", "FlinkKafkaDatabase")
            for one in near.of_kind(kind)
        ]

    def of(self, environment: object) -> list[Placed]:
        """The mappings of an environment."""
        return self._by_environment.get(str(environment), [])

    def wanted(self, environment: object) -> set[str]:
        """The names that connections of an environment ask for."""
        return self._wanted.get(str(environment), set())

    @cached_property
    def meant(self) -> set[str]:
        """The FlinkSecrets that mappings mean."""
        return {str(one.obj.get("spec", "secretRef", "name")) for one in self.mappings}

    @cached_property
    def strangers(self) -> list[Placed]:
        """The FlinkSecrets that no mapping means."""
        return [one for one in self.secrets if one.obj.name not in self.meant]

    @cached_property
    def lost(self) -> list[Placed]:
        """The mappings whose FlinkSecret is not here; a stranger is probably meant."""
        names = {one.obj.name for one in self.secrets}
        return [
            one for one in self.mappings if one.obj.get("spec", "secretRef", "name") not in names
        ]

    @cached_property
    def _by_environment(self) -> dict[str, list[Placed]]:
        found: dict[str, list[Placed]] = {}
        for one in self.mappings:
            found.setdefault(str(one.obj.get("spec", "flinkEnvironment")), []).append(one)
        return found

    @cached_property
    def _wanted(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for one in self._users:
            if asked := connection(one.obj):
                environment = str(one.obj.get("spec", "flinkEnvironment"))
                found.setdefault(environment, set()).add(asked[1])
        return found


def connections(world: "World", unit: "Unit") -> Connections:
    """The connections on the cluster of a unit, worked out once a cluster."""
    near = world.together.of(unit)
    known = world.confluents.connections
    key = tuple(map(id, near.indexes))
    if key not in known:
        known[key] = Connections(near)
    return known[key]
