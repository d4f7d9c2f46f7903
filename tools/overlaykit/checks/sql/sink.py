"""A sink takes the changes that its INSERT makes, by the key that it declares.

A total changes with every row, and a captured table has updates and deletions. A Kafka table with
a format such as json or avro takes inserts alone, so Flink refuses to plan the INSERT; with such a
format it refuses a PRIMARY KEY, too. upsert-kafka takes changes and needs the key. Where another
connector or a view is not known, nothing is said.

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
        'connector' = 'kafka',
        'topic' = 'orders',
        'properties.bootstrap.servers' = 'kafka:9092',
        'properties.group.id' = 'totals',
        'format' = 'json'
    );
    CREATE TABLE totals (
        product STRING,
        units INT
    ) WITH (
        'connector' = 'kafka',  -- # <- here
        'topic' = 'totals',
        'properties.bootstrap.servers' = 'kafka:9092',
        'format' = 'json'
    );
    INSERT INTO totals SELECT product, SUM(units) FROM orders GROUP BY product;

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
        'properties.group.id' = 'totals',
        'format' = 'json'
    );
    CREATE TABLE totals (
        product STRING,
        units INT,
        PRIMARY KEY (product) NOT ENFORCED
    ) WITH (
        'connector' = 'upsert-kafka',
        'topic' = 'totals',
        'properties.bootstrap.servers' = 'kafka:9092',
        'key.format' = 'json',
        'value.format' = 'json'
    );
    INSERT INTO totals SELECT product, SUM(units) FROM orders GROUP BY product;

Source: Flink, Kafka and Upsert Kafka SQL connectors; Confluent Manager for Flink, "changelog.mode".
"""

from collections.abc import Iterator

from overlaykit.findings import Problem
from overlaykit.repo.sqls import Sql
from overlaykit.repo.world import Unit, World
from overlaykit.sql.connectors import (
    CONFLUENT,
    MODE,
    appends,
    format_of,
    gives_changes,
    refuses_key,
)
from overlaykit.sql.queries import Insert, Use, changes
from overlaykit.sql.script import Part
from overlaykit.sql.tables import Table

LEVEL = "error"


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    for sql in world.sqls.of(unit):
        uses = [*sql.session.sinks, *sql.session.reads]
        yield from _keys(sql, uses)
        batch: bool | None = None
        for part, insert in sql.session.inserts:
            found = _changed(sql, part, insert)
            if found is None:
                continue
            batch = world.sqls.is_batch(unit, sql) if batch is None else batch
            if not batch:
                yield found


def _keys(sql: Sql, uses: list[tuple[Part, Use]]) -> Iterator[Problem]:
    """A key that a used table may not have, or has to have."""
    told: set[tuple[str, ...]] = set()
    for part, use in uses:
        found = sql.table(part, use)
        if found is None or part.full(use.name) in told:
            continue
        problem = _key(*found)
        if problem is not None:
            told.add(part.full(use.name))
            yield problem


def _key(table: Table, home: Sql) -> Problem | None:
    name = ".".join(table.name)
    if table.key is not None and refuses_key(table):
        return _problem(
            home,
            table,
            "connector",
            f"Kafka table '{name}' has a PRIMARY KEY, which Flink refuses for the format "
            f"'{format_of(table)}'",
            "write 'upsert-kafka' with key.format and value.format, or take a format of changes "
            "such as debezium-json, or remove the PRIMARY KEY",
        )
    if table.key is None and table.option("connector") == "upsert-kafka":
        return _problem(
            home,
            table,
            "connector",
            f"table '{name}' is upsert-kafka and has no PRIMARY KEY",
            "add PRIMARY KEY (…) NOT ENFORCED to its columns",
        )
    return None


def _changed(sql: Sql, part: Part, insert: Insert) -> Problem | None:
    """An INSERT whose rows change, into a table that takes inserts alone."""
    found = sql.table(part, insert.sink)
    if found is None or not appends(found[0]) or refuses_key_of(found[0]):
        return None
    known = [sql.table(part, use) for use in insert.sources]
    if any(sql.session.is_view(part, use) for use in insert.sources):
        return None

    def changing() -> str:
        names = zip(insert.sources, known, strict=True)
        return next((use.name[-1] for use, one in names if one and gives_changes(one[0])), "")

    why = changes(insert.query, changing)
    if not why:
        return None
    unknown = [use.name[-1] for use, one in zip(insert.sources, known, strict=True) if not one]
    doubt = f"that '{unknown[0]}' is no view of windows" if unknown else ""
    return _appending(*found, why).assuming(doubt or sql.doubt)


def refuses_key_of(table: Table) -> bool:
    """Whether its key is refused first."""
    return table.key is not None and refuses_key(table)


def _appending(table: Table, home: Sql, why: str) -> Problem:
    name = ".".join(table.name)
    if table.option("connector") == CONFLUENT:
        option, fix = MODE, "write 'upsert', and give the table a PRIMARY KEY"
    elif table.option("connector") == "kafka":
        option = "connector"
        fix = "write 'upsert-kafka' with a PRIMARY KEY, key.format and value.format"
    else:
        option, fix = "connector", "write into a table that takes changes, such as upsert-kafka"
    kind = f"'{format_of(table) or table.option(option)}'"
    return _problem(
        home,
        table,
        option,
        f"table '{name}' ({kind}) takes inserts alone, but {why} "
        f"{'make' if why.startswith('the') else 'makes'} updates",
        fix,
    )


def _problem(home: Sql, table: Table, option: str, message: str, fix: str) -> Problem:
    start = table.options[option].start if option in table.options else table.start
    problem = Problem(message, fix, at=home.at(start), path=home.path, object=home.obj.label)
    return problem.assuming(home.doubt)
