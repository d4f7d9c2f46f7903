"""A statement that writes takes checkpoints.

CMF refuses an INSERT without execution.checkpointing.interval: results are handed on with
checkpoints. It is looked for in the statement, in its pool, and in what the environment sets for
both.

Bad:
    # file: clusters/dev/flink.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: flink
      namespace: argocd
    spec:
      project: flink
      source:
        repoURL: https://git.example.com/team/gitops.git
        targetRevision: main
        path: flink
      destination:
        server: https://kubernetes.default.svc
        namespace: flink
    # file: flink/environment.yaml
    apiVersion: platform.confluent.io/v1beta1
    kind: FlinkEnvironment
    metadata:
      name: shop
      namespace: flink
    spec:
      kubernetesNamespace: flink
    # file: flink/pool.yaml
    apiVersion: platform.confluent.io/v1beta1
    kind: FlinkComputePool
    metadata:
      name: sql
      namespace: flink
    spec:
      type: DEDICATED
      flinkEnvironment: shop
      clusterSpec:
        flinkVersion: v1_19
        image: confluentinc/cp-flink-sql:1.19-cp10
        jobManager:
          resource:
            cpu: 1
            memory: 1600m
        taskManager:
          resource:
            cpu: 1
            memory: 1728m
    # file: flink/statement.yaml
    apiVersion: platform.confluent.io/v1beta1
    kind: FlinkStatement
    metadata:
      name: totals-v1
      namespace: flink
    spec:
      flinkEnvironment: shop
      computePoolName: sql
      statement: INSERT INTO totals SELECT product, units FROM orders;  # <- here

Good:
    # file: clusters/dev/flink.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: flink
      namespace: argocd
    spec:
      project: flink
      source:
        repoURL: https://git.example.com/team/gitops.git
        targetRevision: main
        path: flink
      destination:
        server: https://kubernetes.default.svc
        namespace: flink
    # file: flink/environment.yaml
    apiVersion: platform.confluent.io/v1beta1
    kind: FlinkEnvironment
    metadata:
      name: shop
      namespace: flink
    spec:
      kubernetesNamespace: flink
    # file: flink/pool.yaml
    apiVersion: platform.confluent.io/v1beta1
    kind: FlinkComputePool
    metadata:
      name: sql
      namespace: flink
    spec:
      type: DEDICATED
      flinkEnvironment: shop
      clusterSpec:
        flinkVersion: v1_19
        image: confluentinc/cp-flink-sql:1.19-cp10
        jobManager:
          resource:
            cpu: 1
            memory: 1600m
        taskManager:
          resource:
            cpu: 1
            memory: 1728m
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

Source: the examples of Confluent for Kubernetes, "CP Flink SQL on CFK"; seen with CMF 2.4.
"""

from collections.abc import Iterator

from overlaykit.confluent import precedence, sql
from overlaykit.confluent.kinds import is_cmf
from overlaykit.confluent.references import Reference
from overlaykit.findings import Problem
from overlaykit.render.objects import Object
from overlaykit.repo.world import Unit, World
from overlaykit.source import Path

LEVEL = "error"

_INTERVAL = "execution.checkpointing.interval"
_SQL: Path = ("spec", "statement")


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    for obj in unit.objects:
        statement = obj.get(*_SQL) if obj.kind == "FlinkStatement" and is_cmf(obj) else None
        if isinstance(statement, str) and sql.runs_on(statement):
            yield from _without(unit, world, obj)


def _without(unit: Unit, world: World, obj: Object) -> Iterator[Problem]:
    name = obj.get("spec", "computePoolName")
    path: Path = ("spec", "computePoolName")
    wanted = Reference("FlinkComputePool", str(name), path)
    found = [one.obj for one in world.confluents.find(unit, wanted)]
    pools: list[Object | None] = [*found] or [None]
    environment = world.together.of(unit).environment(obj)
    if any(_is_set(obj, pool, environment) for pool in pools):
        return
    doubt = ""
    if not found:
        doubt = f"that the pool '{name}', which is not here, does not set it"
    elif environment is None:
        own = obj.get("spec", "flinkEnvironment")
        doubt = f"that FlinkEnvironment '{own}', which is not here, does not set it"
    elif sql.ends(str(obj.get(*_SQL))):
        doubt = "that CMF asks it of rows that are written out, too"
    message = f"an INSERT without {_INTERVAL}: CMF refuses it"
    fix = f"write flinkConfiguration: {{{_INTERVAL}: 30s}} in the statement or its pool"
    at = unit.locate(obj, _SQL, False)
    yield Problem(message, fix, at=at, path=_SQL, object=obj.label).assuming(doubt)


def _is_set(obj: Object, pool: Object | None, environment: Object | None) -> bool:
    options = precedence.of_statement(obj, pool, environment)
    return any(key == _INTERVAL and value.strip() not in ("", "0") for key, value in options)
