"""SQL is what Flink's parser reads, and names catalogs that are there.

A session begins with default_catalog; another one has to be made before a table is named in it,
but for temporary tables. Words such as default, user or timestamp are names only in backticks. A
comment begins with --, not with #, and double quotes mean nothing. Each of these stops the first
statement that has it.

Bad:
    # file: overlays/dev/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - job.yaml
    configMapGenerator:
    - name: pipeline
      namespace: flink
      files:
      - job.sql
    # file: overlays/dev/job.yaml
    apiVersion: batch/v1
    kind: Job
    metadata:
      name: pipeline
      namespace: flink
    spec:
      template:
        spec:
          restartPolicy: Never
          containers:
          - name: client
            image: flink:1.20.3
            command: [sql-client.sh, -f, /sql/job.sql]
            volumeMounts:
            - name: sql
              mountPath: /sql
          volumes:
          - name: sql
            configMap:
              name: pipeline
    # file: overlays/dev/job.sql
    CREATE TABLE lake.main.orders (product STRING) WITH (  -- # <- here
        'connector' = 'datagen'
    );
    CREATE TABLE shown (
        product STRING,
        user STRING  -- # <- here
    ) WITH ('connector' = 'print');

Good:
    # file: overlays/dev/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - job.yaml
    configMapGenerator:
    - name: pipeline
      namespace: flink
      files:
      - job.sql
    # file: overlays/dev/job.yaml
    apiVersion: batch/v1
    kind: Job
    metadata:
      name: pipeline
      namespace: flink
    spec:
      template:
        spec:
          restartPolicy: Never
          containers:
          - name: client
            image: flink:1.20.3
            command: [sql-client.sh, -f, /sql/job.sql]
            volumeMounts:
            - name: sql
              mountPath: /sql
          volumes:
          - name: sql
            configMap:
              name: pipeline
    # file: overlays/dev/job.sql
    CREATE CATALOG lake WITH ('type' = 'generic_in_memory');
    CREATE DATABASE lake.main;
    CREATE TABLE lake.main.orders (product STRING) WITH (
        'connector' = 'datagen'
    );
    CREATE TABLE shown (
        product STRING,
        `user` STRING
    ) WITH ('connector' = 'print');

Source: Flink, "SQL", reserved keywords; "Catalogs"; measured with the parser of Flink 1.20.
"""

from collections.abc import Iterator
from functools import lru_cache

from msgspec.structs import replace

from overlaykit.findings import Problem
from overlaykit.repo.sql_runners import CLIENT, CMF
from overlaykit.repo.sqls import Sql
from overlaykit.repo.world import Unit, World
from overlaykit.sql.grammar import Refusal, reserved
from overlaykit.sql.statements import split
from overlaykit.sql.tables import catalog
from overlaykit.sql.tokens import Lexical, refused, scan

LEVEL = "error"
# CMF has a catalog of examples, unless its chart switches it off.
_OF_CMF = ("examples",)


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    for sql in world.sqls.of(unit):
        if "sql-dialect" in sql.text:  # Hive's has other quotes and words
            continue
        yield from _lexical(sql)
        yield from (_reserved(sql, one) for one in _words(sql.text))
        yield from _catalogs(unit, world, sql)


def _lexical(sql: Sql) -> Iterator[Problem]:
    """What the lexer does not take, once a line; the client reads SET by itself."""
    found = _refused(sql.text)
    plain = [p.statement for p in sql.parts if p.statement.says("SET")] if found else []
    lines: set[int] = set()
    for one in found:
        line = sql.text.count("\n", 0, one.start)
        if line in lines or any(set_.start <= one.start < set_.end for set_ in plain):
            continue
        lines.add(line)
        message = f"Flink reads no {one.text} here: {one.why}"
        problem = _problem(sql, one.start, message, _lexical_fix(one.text))
        edits = sql.edit(one.start, "#", "--") if one.text == "#" else ()
        yield replace(problem, edits=edits)


@lru_cache(maxsize=4096)
def _refused(text: str) -> tuple[Lexical, ...]:
    return tuple(refused(scan(text)))


@lru_cache(maxsize=4096)
def _words(text: str) -> tuple[Refusal, ...]:
    return tuple(one for statement in split(text) for one in reserved(statement))


def _lexical_fix(text: str) -> str:
    fixes = {
        "#": "begin the comment with --",
        '"': "write backticks around a name, apostrophes around text",
    }
    closing = {"'": "close the text with an apostrophe", "`": "close the name with a backtick"}
    return {**fixes, **closing, "/": "close the comment with */"}.get(text, "remove it")


def _reserved(sql: Sql, found: Refusal) -> Problem:
    problem = _problem(
        sql,
        found.start,
        f"{found.word} is a reserved word of Flink SQL, and no {found.what}",
        f"write `{found.word}` in backticks",
    )
    return replace(problem, edits=sql.edit(found.start, found.word, f"`{found.word}`"))


def _catalogs(unit: Unit, world: World, sql: Sql) -> Iterator[Problem]:
    known = _known(unit, world, sql)
    for one in sql.session.unknown_catalogs(known):
        if "$" in one.catalog:
            continue
        yield _problem(
            sql,
            one.start,
            f"catalog '{one.catalog}' does not exist: nothing here makes it",
            f"run CREATE CATALOG {one.catalog} before, or leave '{one.catalog}.' out",
        ).assuming(_doubt(sql))


def _known(unit: Unit, world: World, sql: Sql) -> set[str]:
    """The catalogs that others make: CMF for its objects, other texts of the unit."""
    found = {sql.catalog}
    if sql.runner.kind == CMF:
        near = world.together.of(unit)
        found |= {one.obj.name for one in near.of_kind("FlinkKafkaCatalog")}
        found.update(_OF_CMF)
    for other in world.sqls.of(unit):
        if other is not sql:
            found |= {catalog(part.statement) for part in other.parts}
    return found - {""}


def _doubt(sql: Sql) -> str:
    if sql.doubt:
        return sql.doubt
    if sql.runner.kind == CMF:
        return "that nobody else makes it in CMF"
    if sql.runner.kind != CLIENT or sql.runner.makes_catalogs:
        return "that what runs this text does not make it"
    return ""


def _problem(sql: Sql, start: int, message: str, fix: str) -> Problem:
    found = Problem(message, fix, at=sql.at(start), path=sql.path, object=sql.obj.label)
    return found.assuming(sql.doubt)
