"""Flink SQL: a pipeline in a generated ConfigMap, and statements of CMF."""

from planted import Case

PIPELINE = "workloads/flink-cdc/base/sql/job.sql"
OVERLAY = "overlays/openshift-demo/flink-cdc/kustomization.yaml"
TOTALS = "workloads/flink-sql/base/order-totals-statement.yaml"
TABLE = "workloads/flink-sql/components/create-tables/order-totals-table-statement.yaml"
ORDERS = "workloads/flink-sql/components/create-tables/orders-table-statement.yaml"
KEYED = "    PRIMARY KEY (id) NOT ENFORCED\n) WITH (\n    'connector' = 'upsert-kafka'"
# An overlay's own pipeline, in place of the shipped one.
OWN = """
configMapGenerator:
- name: flink-cdc-sql
  namespace: flink
  behavior: replace
  literals:
  - |-
    job.sql=CREATE TABLE read (
      id INT
    ) WITH (
      'connector' = 'kafka', 'topic' = 'read', 'format' = 'json',
      'properties.bootstrap.servers' = 'kafka:9092'
    );
    CREATE TABLE shown (id INT) WITH ('connector' = 'print');
    INSERT INTO shown SELECT id FROM read;
"""
KIND = "kind: Kustomization\n"

CASES = [
    # What a sink takes.
    Case("a key on a kafka table", PIPELINE, "'upsert-kafka'", "'kafka'", "sql/sink"),
    Case(
        "upsert-kafka without its key",
        PIPELINE,
        f"    modified_at TIMESTAMP(3),\n{KEYED}",
        "    modified_at TIMESTAMP(3)\n) WITH (\n    'connector' = 'upsert-kafka'",
        "sql/sink",
        line="'connector' = 'upsert-kafka'",
    ),
    Case(
        "changes into a kafka table",
        PIPELINE,
        f"    modified_at TIMESTAMP(3),\n{KEYED}",
        "    modified_at TIMESTAMP(3)\n) WITH (\n    'connector' = 'kafka'",
        "sql/sink",
        line="'connector' = 'kafka'",
    ),
    Case("totals into a table that appends", TABLE, "'upsert'", "'append'", "sql/sink"),
    # What the parser reads.
    Case("a comment with #", PIPELINE, "-- Several INSERTs", "# Several INSERTs", "sql/catalog"),
    Case("a reserved column", PIPELINE, "name STRING", "user STRING", "sql/catalog"),
    Case(
        "a reserved column of a statement", ORDERS, "order_id STRING", "order STRING", "sql/catalog"
    ),
    Case("double quotes", TOTALS, "FROM orders", 'FROM "orders"', "sql/catalog"),
    Case(
        "a catalog that nobody makes",
        PIPELINE,
        "CREATE TABLE source_table",
        "CREATE TABLE mssql_catalog.main.source_table",
        "sql/catalog",
    ),
    Case(
        "a catalog that CMF does not have",
        TOTALS,
        "FROM orders",
        "FROM lake.main.orders",
        "sql/catalog",
        level="warning",
    ),
    # What nobody fills in.
    Case("a placeholder in a hint", TOTALS, "flink-sql-order-totals", "${GROUP}", "sql/env"),
    Case("a placeholder in an option", TABLE, "'upsert'", "'${MODE}'", "sql/env"),
    Case(
        "a client that is given the text as it is",
        "workloads/flink-cdc/components/bootstrap/job.yaml",
        "- bash\n        - /scripts/bootstrap.sh",
        "- sql-client.sh\n        - -f\n        - /sql/job.sql",
        "sql/env",
        at=PIPELINE,
        line="${MSSQL_SERVER}",
    ),
    # Where a source begins, and what it captures.
    Case(
        "a captured table without schema",
        PIPELINE,
        "dbo.source_table",
        "source_table",
        "sql/source",
    ),
    Case(
        "a snapshot mode of Debezium",
        PIPELINE,
        "'scan.startup.mode' = 'initial'",
        "'debezium.snapshot.mode' = 'initial'",
        "sql/source",
        level="warning",
    ),
    Case(
        "a source without a group, in an overlay",
        OVERLAY,
        KIND,
        f"{KIND}{OWN.lstrip()}",
        "sql/source",
        line="'connector' = 'kafka'",
    ),
    # Flink's configuration in SQL.
    Case(
        "a duration in SET",
        PIPELINE,
        "CREATE TABLE source_table",
        "SET 'execution.checkpointing.interval' = '1m30s';\n\nCREATE TABLE source_table",
        "flink/duration",
    ),
]
