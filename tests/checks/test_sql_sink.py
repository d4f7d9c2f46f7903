"""sql/sink: which sinks take what, and where nothing can be said."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sql_trees import findings, script, statement, statements, table, told

Plant = Callable[[dict[str, str]], Path]
KEY = ", PRIMARY KEY (id) NOT ENFORCED"
START = "'scan.startup.mode' = 'earliest-offset'"
ROWS = table("read", f"'connector' = 'kafka', 'format' = 'json', {START}")
SINK = table("sink", "'connector' = 'kafka', 'format' = 'json'")
DISTINCT = "INSERT INTO sink SELECT DISTINCT id FROM read;\n"
FOUND = {("error", "sink", "job.sql", 9)}


def test_a_total_into_an_appending_table(plant: Plant) -> None:
    [found] = findings(plant(script(ROWS + SINK + DISTINCT)))
    assert (found.check, found.line) == ("sql/sink", 9)
    assert (
        found.message
        == "table 'sink' ('json') takes inserts alone, but SELECT DISTINCT makes updates"
    )
    assert found.fix.startswith("write 'upsert-kafka'")


@pytest.mark.parametrize(
    "text",
    [
        ROWS + table("sink", "'connector' = 'kafka', 'format' = 'debezium-json'") + DISTINCT,
        ROWS + table("sink", "'connector' = 'paimon'") + DISTINCT,
        ROWS + SINK + "INSERT INTO sink SELECT id FROM read;\n",
        ROWS + SINK + DISTINCT.replace("sink", "sink /*+ OPTIONS('format' = 'canal-json') */"),
        "SET 'execution.runtime-mode' = 'batch';\n" + ROWS + SINK + DISTINCT,
        ROWS
        + SINK
        + "CREATE VIEW v AS SELECT id FROM read;\nINSERT INTO sink SELECT DISTINCT id FROM v;\n",
        # A table that nothing uses is never looked at by Flink.
        table("sink", "'connector' = 'kafka', 'format' = 'json'", KEY),
        table("sink", "'connector' = 'upsert-kafka'"),
        # Flink CDC makes inserts of changes.
        "CREATE TABLE read (id INT) WITH ('connector' = 'mysql-cdc', "
        "'scan.read-changelog-as-append-only.enabled' = 'true');\n"
        + SINK
        + "INSERT INTO sink SELECT id FROM read;\n",
    ],
)
def test_what_is_taken_or_not_known(text: str, plant: Plant) -> None:
    assert told(plant(script(text))) == set()


def test_a_source_that_may_be_a_view_of_windows(plant: Plant) -> None:
    text = SINK + "INSERT INTO sink SELECT DISTINCT id FROM elsewhere;\n"
    [found] = findings(plant(script(text)))
    assert found.level == "warning"
    assert "that 'elsewhere' is no view of windows" in found.message


def test_a_refused_key_is_one_finding(plant: Plant) -> None:
    keyed = table("sink", "'connector' = 'kafka', 'format' = 'json'", KEY)
    assert told(plant(script(ROWS + keyed + DISTINCT + DISTINCT))) == FOUND


def test_a_statement_set(plant: Plant) -> None:
    text = f"{ROWS}{SINK}EXECUTE STATEMENT SET BEGIN\n{DISTINCT}END;\n"
    assert told(plant(script(text))) == FOUND


def test_batch_by_an_argument_of_the_client(plant: Plant) -> None:
    command = "[sql-client.sh, -Dexecution.runtime-mode=batch, -f, /sql/job.sql]"
    assert told(plant(script(ROWS + SINK + DISTINCT, command))) == set()


APPEND = "|\n    CREATE TABLE totals (id INT) WITH (\n      'changelog.mode' = 'append'\n    )\n"
CONFLUENT = APPEND.replace("'changelog", "'connector' = 'confluent',\n      'changelog")
TOTALS = "INSERT INTO totals SELECT id FROM orders GROUP BY id"
ORDERS = (
    "CREATE TABLE orders (id INT) WITH ('connector' = 'confluent', 'changelog.mode' = 'append')"
)


def test_tables_of_other_statements(plant: Plant) -> None:
    files = {"made": statement("made", CONFLUENT), "orders": statement("orders", ORDERS)}
    assert told(plant(statements(insert=statement("insert", TOTALS), **files))) == {
        ("error", "sink", "made.yaml", 17)
    }


def test_a_table_that_two_statements_make_otherwise(plant: Plant) -> None:
    files = {"one": statement("one", CONFLUENT), "orders": statement("orders", ORDERS)}
    files["two"] = statement("two", CONFLUENT.replace("append", "upsert"))
    assert told(plant(statements(insert=statement("insert", TOTALS), **files))) == set()


def test_another_environment_has_other_tables(plant: Plant) -> None:
    other = statement("made", CONFLUENT).replace("flinkEnvironment: default", "flinkEnvironment: b")
    files = {"orders": statement("orders", ORDERS), "insert": statement("insert", TOTALS)}
    assert told(plant(statements(made=other, **files))) == set()


def test_another_database_has_other_tables(plant: Plant) -> None:
    other = statement("made", CONFLUENT).replace("current-database: main", "current-database: b")
    files = {"orders": statement("orders", ORDERS), "insert": statement("insert", TOTALS)}
    assert told(plant(statements(made=other, **files))) == set()


def test_batch_by_the_statement(plant: Plant) -> None:
    batch = "  flinkConfiguration:\n    execution.runtime-mode: batch\n"
    files = {"made": statement("made", CONFLUENT), "orders": statement("orders", ORDERS)}
    files["insert"] = statement("insert", TOTALS, batch)
    assert told(plant(statements(**files))) == set()
