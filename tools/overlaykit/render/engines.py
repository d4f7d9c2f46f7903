"""Which engine answers: decided here and nowhere else."""

from overlaykit.render.engine import Engine
from overlaykit.render.plain import PlainEngine


def default() -> Engine:
    """The engine at hand. Raises CannotLook when there is none."""
    return PlainEngine.found()
