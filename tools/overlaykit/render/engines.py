"""Which engine answers: decided here and nowhere else."""

import contextlib
from collections.abc import Iterator
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
# A worker reads Kustomize's own schema when it first merges a patch.
_WARMING = """\
configMapGenerator: [{name: a}]
patches:
- patch: '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {"a": "b"}}'
"""
_warm: list[WorkerEngine] = []


def default() -> Engine:
    """The engine at hand. Raises CannotLook when there is none."""
    if _warm:
        return _warm[-1]
    if disk.is_file(WORKER):
        return WorkerEngine(WORKER)
    if disk.is_file(CHECKOUT / "engine" / "go.mod"):
        _say_once()
    return PlainEngine.found()


@contextlib.contextmanager
def warmed() -> Iterator[None]:
    """Workers get ready while the block finds out what to render; `default` gives them then."""
    if _warm or not disk.is_file(WORKER):
        yield
        return
    with disk.scratch_folder() as folder:
        disk.write_file(folder / "kustomization.yaml", _WARMING)
        _warm.append(WorkerEngine(WORKER))
        try:
            _warm[-1].warm(folder)
            yield
        finally:
            _warm.pop().rest()


@cache
def _say_once() -> None:
    click.echo("overlay: the fast engine is not built (make setup): rendering slowly", err=True)
