"""The Secrets that workloads of this layout say somebody makes."""

from typing import TYPE_CHECKING

from overlaykit.errors import UsageError
from overlaykit.repo.workloads import workloads

if TYPE_CHECKING:
    from overlaykit.repo.world import World


def secrets(world: "World", namespace: str) -> set[str]:
    """The names of those of a namespace; of all where it is not known."""
    found = _secrets(world)
    return {name for where, name in found if not namespace or where in ("", namespace)}


def _secrets(world: "World") -> set[tuple[str, str]]:
    if not world.clusters:
        return set()
    try:
        known = workloads(world.tree).values()
    except UsageError:
        return set()
    return {(secret.namespace, secret.name) for one in known for secret in one.secrets}
