"""Flink's own planner, with the real connectors, takes the SQL that we ship and refuses the rest."""

from collections.abc import Iterator

import pytest
from gateway import Gateway, Refused, Session
from shipped_sql import Script, as_stock, of_objects, rendered, shipped, statements

SCRIPTS = shipped()
PLANS = ("INSERT", "EXECUTE")
OURS = "overlays/flink-demo/flink-sql"

KAFKA = "'properties.bootstrap.servers' = 'broker:9092'"
REGISTRY = "'avro-confluent.url' = 'http://registry:8081'"
START = "'scan.startup.mode' = 'earliest-offset'"
GROUP = "'properties.group.id' = 'totals'"
KEYED = ", PRIMARY KEY (id) NOT ENFORCED"


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    running = Gateway(tmp_path_factory.mktemp("gateway"))
    yield running
    running.stop()


@pytest.fixture
def session(gateway: Gateway) -> Session:
    return gateway.session()


def orders(*options: str) -> str:
    """The source of the original pipeline, with more options."""
    avro = ["'format' = 'avro-confluent'", REGISTRY, *options]
    listed = ", ".join(["'connector' = 'kafka'", "'topic' = 'orders'", KAFKA, *avro])
    return f"CREATE TABLE orders (id STRING, units INT, price DECIMAL(10, 2)) WITH ({listed})"


def totals(connector: str, key: str, *options: str) -> str:
    listed = ", ".join([f"'connector' = '{connector}'", "'topic' = 'totals'", KAFKA, *options])
    return (
        f"CREATE TABLE totals (id STRING, units INT, revenue DECIMAL(38, 2){key}) WITH ({listed})"
    )


AVRO_ROWS = ("'format' = 'avro-confluent'", REGISTRY)
JSON_PAIR = ("'key.format' = 'json'", "'value.format' = 'json'")
SUM = "INSERT INTO totals SELECT id, SUM(units), SUM(units * price) FROM orders GROUP BY id"
UPSERT = totals("upsert-kafka", KEYED, *JSON_PAIR)


def changes(name: str = "changes", table: str = "dbo.t", port: str = "1433", *more: str) -> str:
    """A captured table of SQL Server."""
    given = {"hostname": "h", "port": port, "username": "u", "password": "p"}
    given |= {"connector": "sqlserver-cdc", "database-name": "d", "table-name": table}
    listed = ", ".join([*(f"'{key}' = '{value}'" for key, value in given.items()), *more])
    return f"CREATE TABLE {name} (id INT, name STRING{KEYED}) WITH ({listed})"


def sink(connector: str, key: str, *options: str, name: str = "sink") -> str:
    listed = ", ".join([f"'connector' = '{connector}'", "'topic' = 't'", KAFKA, *options])
    return f"CREATE TABLE {name} (id INT, name STRING{key}) WITH ({listed})"


COPY = "INSERT INTO sink SELECT id, name FROM changes"
JSON = "'format' = 'json'"


def run(session: Session, *texts: str) -> str:
    """The answer to the last of these statements."""
    answer = ""
    for text in texts:
        answer = session.run(text)
    return answer


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.place)
def test_flink_plans_what_we_ship(script: Script, session: Session) -> None:
    for statement in script.statements:
        try:
            plan = session.run(statement.text)
        except Refused as refused:
            pytest.fail(f"{statement.place}: {refused}\n{statement.text}")
        if statement.text.upper().startswith(PLANS):
            assert "== Optimized Execution Plan ==" in plan, statement.place


def test_all_clusters_with_statements_are_among_them() -> None:
    places = {script.place for script in SCRIPTS}
    assert OURS in places
    planned = [s for script in SCRIPTS for s in script.statements if s.text.startswith(PLANS)]
    assert planned


def test_the_totals_are_an_upsert_of_a_group(session: Session) -> None:
    """What the planner makes of our pipeline, so that a plan of something else is seen."""
    [script] = [s for s in SCRIPTS if s.place == OURS]
    plan = run(session, *(statement.text for statement in script.statements))
    assert "GroupAggregate(groupBy=[product_id]" in plan
    assert "Sink(table=[kafka.main.order-totals]" in plan
    assert "group.id=flink-sql-order-totals" in plan.replace("properties.", "")


TAKEN = {
    "totals into upsert-kafka": (orders(START), UPSERT, SUM),
    "a group id is enough": (orders(GROUP), UPSERT, SUM),
    "changes into upsert-kafka": (changes(), sink("upsert-kafka", KEYED, *JSON_PAIR), COPY),
    "changes into debezium-json": (
        changes(),
        sink("kafka", KEYED, "'format' = 'debezium-json'"),
        COPY,
    ),
    "a catalog that was made": (
        "CREATE CATALOG lake WITH ('type' = 'generic_in_memory')",
        sink("kafka", "", JSON, name="lake.`default`.sink"),
    ),
    "a statement set": (
        changes(),
        sink("upsert-kafka", KEYED, *JSON_PAIR),
        f"EXECUTE STATEMENT SET BEGIN {COPY}; {COPY}; END",
    ),
    # The planner sees nothing wrong here, though the first matches no table and the second is
    # for the Debezium beneath: rules of our own are needed for both.
    "a table without its schema": (
        changes(table="t"),
        sink("upsert-kafka", KEYED, *JSON_PAIR),
        COPY,
    ),
    "a snapshot mode of Debezium": (
        changes("changes", "dbo.t", "1433", "'debezium.snapshot.mode' = 'initial'"),
        sink("upsert-kafka", KEYED, *JSON_PAIR),
        COPY,
    ),
}

REFUSED = {
    "totals into kafka": (
        "doesn't support consuming update changes",
        (orders(START), totals("kafka", "", *AVRO_ROWS), SUM),
    ),
    "a key on kafka with avro": (
        "'avro-confluent' format doesn't support defining PRIMARY KEY",
        (orders(START), totals("kafka", KEYED, *AVRO_ROWS), SUM),
    ),
    "upsert-kafka without a key": (
        "'upsert-kafka' tables require to define a PRIMARY KEY",
        (orders(START), totals("upsert-kafka", "", *JSON_PAIR), SUM),
    ),
    "a source with neither group nor start": (
        "Property group.id is required",
        (orders(), UPSERT, SUM),
    ),
    "revenue into text": (
        "Incompatible types for sink column 'revenue'",
        (orders(START), UPSERT.replace("DECIMAL(38, 2)", "STRING"), SUM),
    ),
    "a key on kafka with json": (
        "'json' format doesn't support defining PRIMARY KEY",
        (changes(), sink("kafka", KEYED, JSON), COPY),
    ),
    "changes into kafka with json": (
        "doesn't support consuming update and delete changes",
        (changes(), sink("kafka", "", JSON), COPY),
    ),
    "a catalog that nobody made": (
        "Catalog mssql does not exist",
        (changes(name="mssql.db.changes"),),
    ),
    "default without quotes": (
        'Encountered ". default"',
        (
            "CREATE CATALOG lake WITH ('type' = 'generic_in_memory')",
            sink("kafka", "", JSON, name="lake.default.sink"),
        ),
    ),
    "a comment with #": ('Encountered: "#"', (f"# orders\n{orders(START)}",)),
    "a placeholder that nobody fills in": (
        'For input string: "${MSSQL_PORT}"',
        (
            changes("changes", "dbo.t", "${MSSQL_PORT}"),
            sink("upsert-kafka", KEYED, *JSON_PAIR),
            COPY,
        ),
    ),
    "two statements at once": ("only single statement supported", (f"{changes()}; {COPY}",)),
}


@pytest.mark.parametrize("texts", TAKEN.values(), ids=TAKEN)
def test_flink_takes(texts: tuple[str, ...], session: Session) -> None:
    run(session, *texts)


@pytest.mark.parametrize(("reason", "texts"), REFUSED.values(), ids=REFUSED)
def test_flink_refuses(reason: str, texts: tuple[str, ...], session: Session) -> None:
    run(session, *texts[:-1])
    with pytest.raises(Refused) as refused:
        session.run(texts[-1])
    assert reason in str(refused.value)


def test_a_file_is_cut_where_flink_would() -> None:
    text = """-- orders; all of them
    SET 'a' = 'x;--y';
    /* a note; */ INSERT INTO t /*+ OPTIONS('k' = 'v') */ SELECT `b;c` FROM u;
    EXECUTE STATEMENT SET BEGIN INSERT INTO t SELECT 1; INSERT INTO t SELECT 2; END;
    """
    assert list(statements(text)) == [
        "SET 'a' = 'x;--y'",
        "INSERT INTO t /*+ OPTIONS('k' = 'v') */ SELECT `b;c` FROM u",
        "EXECUTE STATEMENT SET BEGIN INSERT INTO t SELECT 1; INSERT INTO t SELECT 2; END",
    ]


@pytest.mark.parametrize("mode", ["retract", "upsrt"])
def test_a_changelog_mode_that_we_cannot_translate_is_an_error(mode: str) -> None:
    with pytest.raises(KeyError):
        as_stock(f"CREATE TABLE t (a INT) WITH ('changelog.mode' = '{mode}')", {})


def test_our_pipeline_with_an_appending_sink_is_refused(session: Session) -> None:
    """The planner judges our own statements: with one property changed they do not pass."""
    [there] = [there for folder, there in rendered() if folder == OURS]
    for spec in (obj.data["spec"] for obj in there if obj.kind == "FlinkStatement"):
        text = spec["statement"].replace("'upsert'", "'append'")
        spec["statement"] = text.replace(",\n  PRIMARY KEY (product_id) NOT ENFORCED", "")
    with pytest.raises(Refused, match="doesn't support consuming update changes"):
        run(session, *(statement.text for statement in of_objects(there)))
