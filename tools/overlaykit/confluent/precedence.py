"""Where the Flink configuration of a statement comes from.

A statement's own options, those of its pool, and what its environment sets for both. An environment
outranks its applications, which `flink.configuration` knows (source: CMF, "Environments",
"Statements").
"""

from collections.abc import Iterator

from overlaykit.flink.configuration import flatten
from overlaykit.render.objects import Object
from overlaykit.source import Path

_OF_STATEMENT: Path = ("spec", "flinkConfiguration")
_OF_POOL: Path = ("spec", "clusterSpec", "flinkConfiguration")
_OF_ENVIRONMENT: tuple[Path, ...] = (
    ("spec", "statementDefaults", "detached", "flinkConfiguration"),
    ("spec", "statementDefaults", "interactive", "flinkConfiguration"),
    ("spec", "computePoolDefaults", "clusterSpec", "flinkConfiguration"),
    ("spec", "computePoolDefaults", "spec", "clusterSpec", "flinkConfiguration"),
    ("spec", "computePoolDefaults", "flinkConfiguration"),
)


def of_statement(
    statement: Object, pool: Object | None, environment: Object | None
) -> Iterator[tuple[str, str]]:
    """Every option that a statement may run with, with its value."""
    yield from _at(statement, _OF_STATEMENT)
    yield from _at(pool, _OF_POOL)
    for path in _OF_ENVIRONMENT:
        yield from _at(environment, path)


def _at(obj: Object | None, path: Path) -> Iterator[tuple[str, str]]:
    if obj is not None:
        yield from flatten(obj.get(*path)).items()
