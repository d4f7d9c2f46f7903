"""What statements of SQL make, set and name."""

import pytest

from overlaykit.sql import tables
from overlaykit.sql.grammar import reserved
from overlaykit.sql.script import Session, read, settings
from overlaykit.sql.statements import split

KAFKA = "WITH ('connector' = 'kafka', 'topic' = 'it''s')"


def one(text: str) -> tables.Table:
    found = tables.table(split(text)[0])
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "columns", "keyed"),
    [
        ("CREATE TABLE t (a INT, `b c` STRING) ", ["a", "`b c`"], False),
        ("create temporary table if not exists t (a INT primary key not enforced) ", ["a"], True),
        ("CREATE TABLE t (a DECIMAL(10, 2), b MAP<INT, STRING>, c INT) ", ["a", "b", "c"], False),
        (
            "CREATE TABLE t (a ROW<b INT, c STRING>, CONSTRAINT k PRIMARY KEY (a) NOT ENFORCED) ",
            ["a"],
            True,
        ),
        (
            "CREATE TABLE t (ts AS PROCTIME(), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND) ",
            ["ts"],
            False,
        ),
        ("CREATE TABLE t (a INT) COMMENT 'PRIMARY KEY' PARTITIONED BY (a) ", ["a"], False),
        ("CREATE TABLE t ", [], False),
    ],
)
def test_a_table(text: str, columns: list[str], keyed: bool) -> None:
    found = one(text + KAFKA)
    assert [token.text for token in found.columns] == columns
    assert (found.key is not None) is keyed
    assert found.option("connector") == "kafka"
    assert found.option("topic") == "it's"


def test_the_place_of_an_option_is_its_value() -> None:
    text = f"CREATE TABLE t (a INT) {KAFKA}"
    assert text[one(text).options["connector"].start :].startswith("'kafka'")


@pytest.mark.parametrize(
    ("last", "whole", "connector", "keyed"),
    [
        ("CREATE TABLE u WITH ('connector' = 'print') LIKE t", True, "print", True),
        ("CREATE TABLE u LIKE t", True, "kafka", True),
        ("CREATE TABLE u LIKE t (EXCLUDING CONSTRAINTS)", False, "", False),
        ("CREATE TABLE u LIKE unknown", False, "", False),
        ("CREATE TABLE u WITH ('connector' = 'print') AS SELECT 1", False, "print", False),
    ],
)
def test_a_table_like_another(last: str, whole: bool, connector: str, keyed: bool) -> None:
    text = f"CREATE TABLE t (a INT, PRIMARY KEY (a) NOT ENFORCED) {KAFKA}; {last}"
    found = Session(read(text)).tables["default_catalog", "default_database", "u"]
    assert found.whole is whole
    assert found.option("connector") == connector
    assert (found.key is not None) is keyed


@pytest.mark.parametrize(
    "more",
    [
        "ALTER TABLE t SET ('a' = 'b')",
        f"DROP TABLE t; CREATE TABLE t (a INT) {KAFKA}",
        "ALTER TABLE IF EXISTS t DROP a",
    ],
)
def test_a_table_that_changes_is_not_known(more: str) -> None:
    found = Session(read(f"CREATE TABLE t (a INT) {KAFKA}; {more}"))
    assert [table.whole for table in found.tables.values()] == [False]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("CREATE TABLE a.b.t (c INT) WITH ('connector' = 'print')", ["a"]),
        (
            "CREATE TEMPORARY TABLE a.b.t (c INT) WITH ('connector' = 'print'); SELECT * FROM a.b.t",
            [],
        ),
        ("CREATE CATALOG a WITH ('type' = 'x'); USE CATALOG a; CREATE TABLE a.b.t (c INT)", []),
        ("USE a.b; USE c; USE MODULES core", ["a"]),
        ("INSERT INTO a.b.c SELECT * FROM d.e.f JOIN g.h.i ON TRUE", ["a", "d", "g"]),
        (
            "INSERT INTO t SELECT a.b.c, EXTRACT(DAY FROM x.y.z) FROM t WHERE u IS DISTINCT FROM o.p.q",
            [],
        ),
        (
            "INSERT INTO t SELECT * FROM TABLE(TUMBLE(TABLE a.b.c, DESCRIPTOR(d), INTERVAL '1' DAY))",
            ["a"],
        ),
        ("INSERT INTO t SELECT * FROM x, a.b.c", ["a"]),
        ("CREATE TABLE a.b.t (c INT); CREATE CATALOG a WITH ('type' = 'x')", ["a"]),
        ("DROP TABLE a.b.t; DROP CATALOG a", []),
        ("CREATE TABLE default_catalog.x.y (c INT)", []),
    ],
)
def test_catalogs_that_nobody_made(text: str, named: list[str]) -> None:
    assert [found.catalog for found in Session(read(text)).unknown_catalogs([])] == named


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("CREATE TABLE t (user STRING, value INT, name STRING)", ["user", "value"]),
        ("CREATE TABLE t (`user` STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts)", []),
        ("CREATE TABLE a.default.t (b INT)", ["default"]),
        ("INSERT INTO order SELECT 1", ["order"]),
        ("SELECT * FROM user u JOIN default.t ON TRUE", ["user", "default"]),
        ("SELECT * FROM t, LATERAL TABLE(f(a)) CROSS JOIN UNNEST(b)", []),
        ("SELECT t.timestamp, CURRENT_DATE, DATE '2020-01-01' FROM t", ["timestamp"]),
        ("SET table.exec.interval.of = 3 s", []),
        ("SELECT COUNT(*), t.* FROM t GROUP BY t.a", []),
    ],
)
def test_reserved_words(text: str, words: list[str]) -> None:
    assert [found.word for found in reserved(split(text)[0])] == words


def test_settings() -> None:
    text = (
        "SET 'a.b' = '1;2'; set c.d = e-f; SET; SET 'g' = ''; RESET 'a.b'; /* SET 'x.y' = 'z'; */"
    )
    assert {key: option.value for key, option in settings(read(text)).items()} == {
        "a.b": "1;2",
        "c.d": "e-f",
        "g": "",
    }


def test_options_of_every_kind() -> None:
    text = (
        "INSERT INTO t /*+ OPTIONS('a' = '1') */ SELECT * FROM u /*+ OPTIONS('b' = '2'), X('c') */"
    )
    assert [option.key for option in tables.listed(split(text)[0])] == ["a", "b"]
