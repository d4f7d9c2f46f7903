"""A source says where it begins, and its tables are named in full.

A Kafka table begins at the offsets of its consumer group unless it says otherwise; without
properties.group.id Flink refuses to plan the query. SQL Server's tables are captured by schema and
name: `orders` alone matches none, and the job runs and never gives a row. debezium.snapshot.mode
works against scan.startup.mode, which is what decides.

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
    CREATE TABLE orders (
        product STRING,
        units INT
    ) WITH (
        'connector' = 'kafka',  -- # <- here
        'topic' = 'orders',
        'properties.bootstrap.servers' = 'kafka:9092',
        'format' = 'json'
    );
    CREATE TABLE shown (product STRING, units INT) WITH ('connector' = 'print');
    INSERT INTO shown SELECT product, units FROM orders;

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
    CREATE TABLE orders (
        product STRING,
        units INT
    ) WITH (
        'connector' = 'kafka',
        'topic' = 'orders',
        'properties.bootstrap.servers' = 'kafka:9092',
        'properties.group.id' = 'shown',
        'scan.startup.mode' = 'earliest-offset',
        'format' = 'json'
    );
    CREATE TABLE shown (product STRING, units INT) WITH ('connector' = 'print');
    INSERT INTO shown SELECT product, units FROM orders;

Source: Flink, Kafka SQL connector, "Start Reading Position"; Flink CDC, SQL Server connector.
"""

from collections.abc import Iterator

from msgspec.structs import replace

from overlaykit.findings import Problem
from overlaykit.repo.sqls import Sql
from overlaykit.repo.world import Unit, World
from overlaykit.sql.connectors import START, asks_for_group
from overlaykit.sql.tables import Table

LEVEL = "error"
_NAME = "table-name"
_SNAPSHOT = "debezium.snapshot.mode"


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    for sql in world.sqls.of(unit):
        told: set[tuple[str, ...]] = set()
        for part, use in sql.session.reads:
            found = sql.table(part, use)
            full = part.full(use.name)
            if found is not None and full not in told:
                problems = list(_problems(*found))
                if problems:
                    told.add(full)
                yield from problems


def _problems(table: Table, home: Sql) -> Iterator[Problem]:
    name = ".".join(table.name)
    option = asks_for_group(table)
    if option:
        where = f"begins at the offsets of a group ({option})"
        yield _problem(
            home,
            table,
            option if option in table.options else "connector",
            f"Kafka source '{name}' {where} and names no group",
            f"add 'properties.group.id', and '{START}' for where a new group begins",
        )
    if table.option("connector") == "sqlserver-cdc":
        yield from _of_sql_server(table, home, name)


def _of_sql_server(table: Table, home: Sql, name: str) -> Iterator[Problem]:
    captured = table.option(_NAME)
    # Releases before 2.4 had the schema as an option of its own.
    if (
        captured
        and "." not in captured
        and "$" not in captured
        and "schema-name" not in table.options
    ):
        yield _problem(
            home,
            table,
            _NAME,
            f"'{captured}' names no table of SQL Server: '{name}' never has a row",
            f"write it with its schema, such as 'dbo.{captured}'",
        )
    if _SNAPSHOT in table.options:
        found = _problem(
            home,
            table,
            _SNAPSHOT,
            f"{_SNAPSHOT} of '{name}' works against {START}",
            f"remove it and set '{START}' to initial or latest-offset",
        )
        yield replace(found, level="warning")


def _problem(home: Sql, table: Table, option: str, message: str, fix: str) -> Problem:
    start = table.options[option].start
    problem = Problem(message, fix, at=home.at(start), path=home.path, object=home.obj.label)
    return problem.assuming(home.doubt)
