"""What an INSERT reads and writes, and whether its rows change."""

import pytest

from overlaykit.sql.queries import changes, insert
from overlaykit.sql.statements import split


def told(query: str, changing: str = "") -> str:
    found = insert(split(f"INSERT INTO sink {query}")[0])
    assert found is not None
    return changes(found.query, lambda: changing)


@pytest.mark.parametrize(
    ("text", "sink", "sources"),
    [
        ("INSERT INTO a.b SELECT * FROM c", ("a", "b"), ["c"]),
        (
            "insert overwrite t (x, y) select 1, 2 from `u v` as w, x.y z, k",
            ("t",),
            ["u v", "y", "k"],
        ),
        ("INSERT INTO t PARTITION (d = '1') (a) SELECT a FROM u", ("t",), ["u"]),
        ("INSERT INTO t (SELECT * FROM (SELECT * FROM u) JOIN v ON u.a = v.a)", ("t",), ["u", "v"]),
        ("INSERT INTO t VALUES (1)", ("t",), []),
        (
            "INSERT INTO t SELECT TRIM(BOTH 'x' FROM a) FROM u CROSS JOIN UNNEST(u.b) AS c",
            ("t",),
            ["u"],
        ),
    ],
)
def test_tables_of_an_insert(text: str, sink: tuple[str, ...], sources: list[str]) -> None:
    found = insert(split(text)[0])
    assert found is not None
    assert found.sink.name == sink
    assert [use.name[-1] for use in found.sources] == sources


def test_hints_belong_to_their_table() -> None:
    text = "INSERT INTO t /*+ OPTIONS('a'='1') */ SELECT * FROM u /*+ OPTIONS('b'='2') */ JOIN v ON TRUE"
    found = insert(split(text)[0])
    assert found is not None
    assert list(found.sink.hints) == ["a"]
    assert [list(use.hints) for use in found.sources] == [["b"], []]


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("SELECT a, SUM(b) FROM t GROUP BY a", "GROUP BY without a window"),
        ("SELECT DISTINCT a FROM t", "SELECT DISTINCT"),
        ("SELECT COUNT(*) FROM t", "COUNT over all rows"),
        ("SELECT a FROM t WHERE b IS NOT NULL AND c IN (1, 2)", ""),
        (
            "SELECT a, COUNT(*) FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' DAY)) GROUP BY a, window_start",
            "",
        ),
        ("SELECT w, COUNT(*) FROM (SELECT window_start AS w FROM v) GROUP BY w", ""),
        (
            "SELECT a FROM (SELECT a, ROW_NUMBER() OVER (PARTITION BY a ORDER BY ts) AS n FROM t) WHERE n = 1",
            "",
        ),
        ("SELECT SUM(a) OVER (ORDER BY ts) FROM t", ""),
        ("SELECT a FROM t GROUP BY a LIMIT 0", ""),
        ("SELECT `count` (a) FROM t", ""),
    ],
)
def test_rows_that_change(query: str, why: str) -> None:
    assert told(query) == why


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("SELECT a FROM c", "the changes of 'c'"),
        ("SELECT a FROM c JOIN d FOR SYSTEM_TIME AS OF c.ts ON TRUE", ""),
        ("SELECT a FROM c WHERE FALSE", ""),
        ("WITH x AS (SELECT * FROM c) SELECT * FROM x", ""),
    ],
)
def test_changes_of_a_source(query: str, why: str) -> None:
    assert told(query, "c") == why
