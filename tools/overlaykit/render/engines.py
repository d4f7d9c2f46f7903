"""Which engine answers: decided here and nowhere else."""

from functools import cache
from pathlib import Path

import click

from overlaykit import disk
from overlaykit.render.engine import Engine
from overlaykit.render.plain import PlainEngine
from overlaykit.render.workers import WorkerEngine

# Only a checkout has the worker's source and a place to build it into.
CHECKOUT = Path(__file__).parents[3]
WORKER = CHECKOUT / ".cache" / "bin" / "overlay-engine"


def default() -> Engine:
    """The engine at hand. Raises CannotLook when there is none."""
    if disk.is_file(WORKER):
        return WorkerEngine(WORKER)
    if disk.is_file(CHECKOUT / "engine" / "go.mod"):
        _say_once()
    return PlainEngine.found()


@cache
def _say_once() -> None:
    click.echo("overlay: the fast engine is not built (make setup): rendering slowly", err=True)
