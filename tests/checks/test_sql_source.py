"""sql/source: where a source begins, by option, hint or group, and what SQL Server captures."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sql_trees import SHOWN, findings, script, table, told

Plant = Callable[[dict[str, str]], Path]
READ = "INSERT INTO shown SELECT id FROM s;\n"
JSON = "'connector' = 'kafka', 'format' = 'json'"
CDC = "'connector' = 'sqlserver-cdc', 'database-name' = 'd'"
HERE = {("error", "source", "job.sql", 4)}


@pytest.mark.parametrize(
    "option", ["'properties.group.id' = 'g'", "'scan.startup.mode' = 'latest-offset'"]
)
def test_a_hint_is_enough(option: str, plant: Plant) -> None:
    made = table("s", JSON) + SHOWN
    assert told(plant(script(made + READ.replace("s;", f"s /*+ OPTIONS({option}) */;")))) == set()
    assert told(plant(script(made + READ))) == HERE


def test_a_table_that_is_only_written(plant: Plant) -> None:
    assert told(plant(script(table("s", JSON) + "INSERT INTO s VALUES (1);\n"))) == set()


def test_a_table_that_a_view_reads(plant: Plant) -> None:
    text = table("s", JSON) + SHOWN + "CREATE VIEW v AS SELECT id FROM s;\n"
    assert told(plant(script(text))) == set()
    assert told(plant(script(text + READ.replace("FROM s", "FROM v")))) == HERE


def test_once_for_a_table(plant: Plant) -> None:
    assert len(findings(plant(script(table("s", JSON) + SHOWN + READ + READ)))) == 1


def test_the_mode_that_asks_for_a_group_is_the_place(plant: Plant) -> None:
    mode = "'scan.startup.mode' = 'group-offsets'"
    text = table("s", f"{JSON},\n  {mode}") + SHOWN + READ
    assert told(plant(script(text))) == {("error", "source", "job.sql", 5)}


@pytest.mark.parametrize(
    ("options", "levels"),
    [
        ("'table-name' = 't'", ["error"]),
        ("'table-name' = 'dbo.t'", []),
        ("'table-name' = 'dbo.(a|b)'", []),
        ("'table-name' = '.*'", []),
        ("'schema-name' = 'dbo', 'table-name' = 't'", []),
        ("'table-name' = 'dbo.t', 'debezium.snapshot.mode' = 'initial'", ["warning"]),
    ],
)
def test_what_sql_server_captures(options: str, levels: list[str], plant: Plant) -> None:
    found = findings(plant(script(table("s", f"{CDC}, {options}") + SHOWN + READ)))
    assert [one.level for one in found] == levels


def test_other_captures_name_tables_alone(plant: Plant) -> None:
    mysql = "'connector' = 'mysql-cdc', 'database-name' = 'd', 'table-name' = 't'"
    assert told(plant(script(table("s", mysql) + SHOWN + READ))) == set()
