"""What the API server lets nobody change stays as it is.

The statement of a FlinkStatement, the environment of every object, the type of a pool and the
namespace of an environment are fixed once they are there: the sync is refused, and so is every
retry. A new version is a new object with a new name. What is judged is compared with the commit
that --changed names, or with the last one.

Before:
    # file: flink/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - statement.yaml
    # file: flink/statement.yaml
    apiVersion: platform.confluent.io/v1beta1
    kind: FlinkStatement
    metadata:
      name: totals-v1
      namespace: flink
    spec:
      flinkEnvironment: shop
      computePoolName: sql
      flinkConfiguration:
        execution.checkpointing.interval: 30s
      statement: INSERT INTO totals SELECT product, units FROM orders;

Bad:
    # file: flink/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - statement.yaml
    # file: flink/statement.yaml
    apiVersion: platform.confluent.io/v1beta1
    kind: FlinkStatement
    metadata:
      name: totals-v1
      namespace: flink
    spec:
      flinkEnvironment: shop
      computePoolName: sql
      flinkConfiguration:
        execution.checkpointing.interval: 30s
      statement: INSERT INTO totals SELECT product, price FROM orders;  # <- here

Good:
    # file: flink/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - statement.yaml
    # file: flink/statement.yaml
    apiVersion: platform.confluent.io/v1beta1
    kind: FlinkStatement
    metadata:
      name: totals-v2
      namespace: flink
    spec:
      flinkEnvironment: shop
      computePoolName: sql
      flinkConfiguration:
        execution.checkpointing.interval: 30s
      statement: INSERT INTO totals SELECT product, price FROM orders;

Source: the validation rules in the CRDs of Confluent for Kubernetes 3.3.
"""

from collections.abc import Iterator

from overlaykit.confluent.kinds import IMMUTABLE, is_cmf
from overlaykit.findings import Problem
from overlaykit.render.objects import Object, dotted
from overlaykit.repo.world import Unit, World
from overlaykit.source import Path

LEVEL = "error"


def check_repository(world: World) -> Iterator[Problem]:
    units = [unit for unit in world.judged if any(map(_is_fixed, unit.objects))]
    before = world.confluents.before if units else None
    for unit, was in before.objects(units) if before is not None else ():
        old = {_identity(obj): obj for obj in was if _is_fixed(obj)}
        for obj in filter(_is_fixed, unit.objects):
            if _identity(obj) in old:
                yield from _changed(world, unit, obj, old[_identity(obj)])


def _is_fixed(obj: Object) -> bool:
    return obj.kind in IMMUTABLE and is_cmf(obj)


def _identity(obj: Object) -> tuple[str, str, str]:
    return obj.kind, obj.namespace, obj.name


def _changed(world: World, unit: Unit, obj: Object, was: Object) -> Iterator[Problem]:
    for path in IMMUTABLE[obj.kind]:
        old, new = was.get(*path), obj.get(*path)
        if old in (None, "") or new is None or old == new:
            continue
        # Only this working tree and this commit disagree: the next commit may settle it.
        world.lost = world.lost or world.compared is None
        message = f"{dotted(path)} of a {obj.kind} never changes; it was {_short(old)}"
        problem = Problem(
            message + ": the API server refuses the sync, and every retry",
            _way_out(obj, path),
            at=unit.locate(obj, path, False),
            path=path,
            cluster=unit.cluster,
            workload=unit.workload,
            object=obj.label,
        )
        yield problem.assuming(world.confluents.before.doubt or unit.assuming)


def _short(value: object) -> str:
    text = " ".join(str(value).split())
    return f"'{text}'" if len(text) <= 40 else f"'{text[:37]}...'"


def _way_out(obj: Object, path: Path) -> str:
    if path[-1] == "statement":
        return f"leave it, and add a new FlinkStatement such as '{_next(obj.name)}'"
    return f"leave it, and add a new {obj.kind} with another name"


def _next(name: str) -> str:
    """The name of the next version: totals-v2 after totals-v1."""
    stem, dash, number = name.rpartition("-v")
    return f"{stem}-v{int(number) + 1}" if dash and number.isdigit() else f"{name}-v2"
