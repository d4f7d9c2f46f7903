"""The checks of SQL say what Flink's planner says: every sink with every query, and every word."""

import io
import re
import zipfile
from collections.abc import Iterator

import pytest
from gateway import Gateway, Refused, Session

from flink import LIBRARIES
from overlaykit.sql.reserved import RESERVED
from overlaykit.sql.statements import split
from overlaykit.validate import validate

KAFKA = "'topic' = 't', 'properties.bootstrap.servers' = 'b:9092'"
START = "'scan.startup.mode' = 'earliest-offset'"
PAIR = "'key.format' = 'json', 'value.format' = 'json'"
KEY = ", PRIMARY KEY (id) NOT ENFORCED"
CDC = "'hostname' = 'h', 'username' = 'u', 'password' = 'p', 'database-name' = 'd', 'table-name' = 'dbo.t'"


def table(name: str, options: str, more: str = "") -> str:
    return f"CREATE TABLE {name} (id INT, name STRING{more}) WITH ({options})"


SINKS = {
    "kafka json": table("sink", f"'connector' = 'kafka', {KAFKA}, 'format' = 'json'"),
    "kafka json with a key": table(
        "sink", f"'connector' = 'kafka', {KAFKA}, 'format' = 'json'", KEY
    ),
    "kafka csv": table("sink", f"'connector' = 'kafka', {KAFKA}, 'format' = 'csv'"),
    "kafka pair of json": table(
        "sink", f"'connector' = 'kafka', {KAFKA}, {PAIR}, 'key.fields' = 'id'"
    ),
    "kafka debezium with a key": table(
        "sink", f"'connector' = 'kafka', {KAFKA}, 'format' = 'debezium-json'", KEY
    ),
    "kafka canal": table("sink", f"'connector' = 'kafka', {KAFKA}, 'format' = 'canal-json'"),
    "upsert-kafka": table("sink", f"'connector' = 'upsert-kafka', {KAFKA}, {PAIR}", KEY),
    "upsert-kafka without a key": table("sink", f"'connector' = 'upsert-kafka', {KAFKA}, {PAIR}"),
    "files": table("sink", "'connector' = 'filesystem', 'path' = '/tmp/x', 'format' = 'json'"),
    "print": table("sink", "'connector' = 'print'"),
    "like another": table("base", f"'connector' = 'kafka', {KAFKA}, 'format' = 'json'")
    + ";\nCREATE TABLE sink WITH ('format' = 'debezium-json') LIKE base",
}
SOURCES = (
    table(
        "rows_in",
        f"'connector' = 'kafka', {KAFKA}, {START}, 'format' = 'json'",
        ", ts TIMESTAMP(3), WATERMARK FOR ts AS ts",
    ),
    table("captured", f"'connector' = 'sqlserver-cdc', {CDC}", KEY),
    table("logged", f"'connector' = 'kafka', {KAFKA}, {START}, 'format' = 'debezium-json'"),
    table("newest", f"'connector' = 'upsert-kafka', {KAFKA}, {PAIR}", KEY),
)
WINDOW = "TABLE(TUMBLE(TABLE rows_in, DESCRIPTOR(ts), INTERVAL '5' MINUTE))"
QUERIES = {
    "rows": "SELECT id, name FROM rows_in WHERE name IS NOT NULL",
    "two topics": "SELECT a.id, b.name FROM rows_in AS a JOIN rows_in AS b ON a.id = b.id",
    "a capture": "SELECT id, UPPER(name) FROM captured WHERE id IN (1, 2)",
    "a log of changes": "SELECT id, name FROM logged",
    "newest rows": "SELECT id, name FROM newest",
    "a join with a capture": "SELECT a.id, b.name FROM rows_in a, captured b WHERE a.id = b.id",
    "totals": "SELECT id, MAX(name) FROM rows_in GROUP BY id",
    "groups": "SELECT id, name FROM rows_in GROUP BY id, name",
    "distinct rows": "SELECT DISTINCT id, name FROM rows_in",
    "one total": "SELECT MAX(id), 'all' FROM rows_in",
    "totals of windows": f"SELECT id, MAX(name) FROM {WINDOW} GROUP BY id, window_start, window_end",
    "totals of old windows": "SELECT id, MAX(name) FROM rows_in GROUP BY id, TUMBLE(ts, INTERVAL '5' MINUTE)",
}
STARTS = {
    "nothing": "",
    "a group": ", 'properties.group.id' = 'g'",
    "earliest": f", {START}",
    "capitals": ", 'scan.startup.mode' = 'LATEST-OFFSET'",
    "group-offsets": ", 'scan.startup.mode' = 'group-offsets'",
    "an end by group": f", {START}, 'scan.bounded.mode' = 'group-offsets'",
}
OUT = table("shown", "'connector' = 'print'")
WORDS = {
    "SELECT 1 // a\n-- b\n/* c */ AS d": True,
    "SELECT /*+ STATE_TTL('a'='1d') */ 1": True,
    "SELECT 'it''s', '\\', '#', '\"', U&'\\00e4' AS `a``b`": True,
    "SELECT 1 AS $a, 2 AS a$b, 5 % 2, 'a' || 'b'": True,
    "# a\nSELECT 1": False,
    "SELECT 1 # a": False,
    'SELECT "a"': False,
    "SELECT 'a": False,
    "SELECT `a": False,
    "SELECT 1 /* a": False,
    "SELECT 1 & 2": False,
    "SELECT @a": False,
    "SELECT 1 \\ 2": False,
    "SELECT * FROM lake.`default`.t": False,
    "CREATE TABLE lake.main.t (id INT) WITH ('connector' = 'print')": False,
    "CREATE TEMPORARY TABLE lake.main.t (id INT) WITH ('connector' = 'print')": True,
    "CREATE TABLE default_catalog.default_database.t (id INT) WITH ('connector' = 'print')": True,
    "CREATE DATABASE lake.main": False,
    "CREATE VIEW lake.main.v AS SELECT 1 AS a": False,
    "USE CATALOG lake": False,
    "CREATE CATALOG lake WITH ('type' = 'generic_in_memory'); USE CATALOG lake": True,
    "CREATE CATALOG lake WITH ('type' = 'generic_in_memory'); CREATE TABLE lake.default.t (id INT) WITH ('connector' = 'print')": False,
    "CREATE CATALOG lake WITH ('type' = 'generic_in_memory'); CREATE TABLE lake.`default`.t (id INT) WITH ('connector' = 'print')": True,
    "DROP TABLE IF EXISTS lake.main.t": True,
    "CREATE TABLE t (user STRING) WITH ('connector' = 'print')": False,
    "CREATE TABLE t (`user` STRING, name STRING, key INT, data BYTES) WITH ('connector' = 'print')": True,
    "SELECT * FROM default.t": False,
    "SELECT 1 AS a FROM user": False,
    "CREATE TABLE order (id INT) WITH ('connector' = 'print')": False,
}


def grid() -> Iterator[tuple[str, str]]:
    """Every case with its name."""
    for sink, made in SINKS.items():
        for query, text in QUERIES.items():
            yield f"{query} into {sink}", ";\n".join([*SOURCES, made, f"INSERT INTO sink {text}"])
    for name, options in STARTS.items():
        for place in ("option", "hint"):
            inside, hint = (options, "") if place == "option" else ("", options.removeprefix(", "))
            made = table("s", f"'connector' = 'kafka', {KAFKA}, 'format' = 'json'{inside}")
            read = "INSERT INTO shown SELECT id, name FROM s" + (
                f" /*+ OPTIONS({hint}) */" if hint else ""
            )
            yield f"beginning with {name} as {place}", ";\n".join([made, OUT, read])
    yield from ((text, text) for text in WORDS)


CASES = dict(grid())
JOB = """\
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
"""
KUSTOMIZATION = """\
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
- job.yaml
configMapGenerator:
- name: pipeline
  namespace: flink
  files:
  - job.sql
"""


@pytest.fixture(scope="module")
def refused_by_us(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The cases in which a check of SQL finds an error."""
    root = tmp_path_factory.mktemp("sql")
    for number, text in enumerate(CASES.values()):
        folder = root / "overlays" / "dev" / f"case-{number}"
        folder.mkdir(parents=True)
        (folder / "kustomization.yaml").write_text(KUSTOMIZATION)
        (folder / "job.yaml").write_text(JOB)
        # A statement that begins as no script does is not taken for one.
        (folder / "job.sql").write_text(f"SET 'pipeline.name' = 'x';\n{text}")
    found = validate(root, [], lambda done, total: None).findings
    numbers = {
        int(re.search(r"case-(\d+)", f.file)[1])  # type: ignore[index]
        for f in found
        if f.check.startswith("sql/") and f.level == "error"
    }
    return {name for number, name in enumerate(CASES) if number in numbers}


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    running = Gateway(tmp_path_factory.mktemp("gateway"))
    yield running
    running.stop()


class Planner:
    """Asks Flink; texts that begin alike share a session, which only knows what they begin with."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway
        self.sessions: dict[str, Session] = {}

    def answer(self, text: str) -> str:
        """Why Flink refuses a text; empty if it does not."""
        *before, last = [text[one.start : one.end].strip().rstrip(";") for one in split(text)]
        try:
            self.session(before).run(last)
        except Refused as refused:
            return str(refused)
        return ""

    def session(self, before: list[str]) -> Session:
        key = ";".join(before)
        if not key or key not in self.sessions:
            session = self.gateway.session()
            for statement in before:
                session.run(statement)
            self.sessions[key] = session
        return self.sessions[key]


@pytest.fixture(scope="module")
def planner(gateway: Gateway) -> Planner:
    return Planner(gateway)


@pytest.mark.parametrize("name", CASES, ids=lambda name: name.splitlines()[0][:60])
def test_the_verdict_is_that_of_the_planner(
    name: str, refused_by_us: set[str], planner: Planner
) -> None:
    said = planner.answer(CASES[name])
    assert (name in refused_by_us) == bool(said), said or "Flink takes it"
    if name in WORDS:
        assert WORDS[name] == (not said), said


def grammar() -> list[str]:
    """Every keyword of Flink's grammar, from the planner's jar."""
    [loader] = (LIBRARIES / "lib").glob("flink-table-planner-loader-*.jar")
    with zipfile.ZipFile(loader) as outer:
        inner = zipfile.ZipFile(io.BytesIO(outer.read("flink-table-planner.jar")))
    name = "org/apache/flink/sql/parser/impl/FlinkSqlParserImplConstants.class"
    constants = inner.read(name).decode("latin1")
    return sorted(set(re.findall(r'"([A-Z][A-Z0-9_]*)\\?"', constants)))


def takes(session: Session, statement: str) -> bool:
    try:
        session.run(statement)
    except Refused:
        return False
    return True


def test_the_reserved_words_are_those_that_the_parser_refuses(gateway: Gateway) -> None:
    words, session = grammar(), gateway.session()
    assert len(words) > 700
    taken = {word for word in words if takes(session, f"DROP TABLE IF EXISTS x.{word}")}
    assert len(taken) > 300
    assert not RESERVED & taken
    assert set(words) >= RESERVED
