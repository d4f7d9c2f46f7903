"""The secrets of connections: FlinkSecret, its mapping into an environment, and who names that.

CMF knows a secret in an environment by the name of the mapping.
"""

from typing import TYPE_CHECKING

from overlaykit.confluent.references import Reference
from overlaykit.repo.together import Placed

if TYPE_CHECKING:
    from overlaykit.repo.world import Unit, World

MAPPING = "FlinkEnvironmentSecretMapping"


def mappings_of(world: "World", unit: "Unit", environment: object) -> list[Placed]:
    """The mappings of an environment on the unit's cluster."""
    near = world.together.of(unit)
    return [
        one
        for one in near.of_kind(MAPPING)
        if one.obj.get("spec", "flinkEnvironment") == environment
    ]


def strangers(world: "World", unit: "Unit", wanted: Reference) -> list[Placed]:
    """Where a mapping's FlinkSecret is missing: the ones that no mapping means.

    One of these is probably meant, under a wrong name.
    """
    near = world.together.of(unit)
    meant = {one.obj.get("spec", "secretRef", "name") for one in near.of_kind(MAPPING)}
    found = list(near.of_kind("FlinkSecret"))
    if wanted.kind != "FlinkSecret" or any(one.obj.name == wanted.name for one in found):
        return []
    return [one for one in found if one.obj.name not in meant]
