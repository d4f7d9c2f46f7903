"""The SQL that this repository ships: found, cut into statements, and told to stock Flink.

CMF's Kafka catalog has a connector of its own, `confluent`, that is no part of Flink. What it takes
from the catalog and its options is said with Flink's connectors here (`as_stock`): a table that
appends is `kafka`, one that takes updates is `upsert-kafka`, both with avro-confluent.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from helpers import ROOT
from overlaykit.render.objects import Object, objects
from overlaykit.render.plain import PlainEngine
from overlaykit.source import parse

WAVE = "argocd.argoproj.io/sync-wave"
PIECES = re.compile(
    r"(?P<comment>--[^\n]*|/\*(?!\+).*?\*/)|(?P<whole>'(?:[^']|'')*'|`(?:[^`]|``)*`|\w+)|(?P<end>;)|.",
    re.S,
)
PLACEHOLDER = re.compile(r"\$\{(\w+)\}")
TABLE = re.compile(r"CREATE TABLE (?:IF NOT EXISTS )?`?(?P<name>[\w-]+)`? \(", re.I)
OPTIONS = re.compile(r"\) WITH \((?P<options>[^)]*)\)\s*$", re.I)
OPTION = re.compile(r"'([^']+)'\s*=\s*'([^']*)'")
AVRO = {"": "kafka", "key.": "upsert-kafka", "value.": "upsert-kafka"}


@dataclass(frozen=True)
class Statement:
    """One SQL statement with where it came from."""

    place: str
    text: str


@dataclass(frozen=True)
class Script:
    """What one session runs in this order: a cluster's FlinkStatements, or a file."""

    place: str
    statements: tuple[Statement, ...]


def shipped() -> list[Script]:
    """All SQL of the repository: what the clusters render, and every .sql file."""
    files = [f for folder in ("workloads", "overlays") for f in (ROOT / folder).rglob("*.sql")]
    names = [(f.relative_to(ROOT).as_posix(), f.read_text()) for f in sorted(files)]
    found = [Script(folder, tuple(of_objects(there))) for folder, there in rendered()]
    return found + [Script(name, tuple(of_file(name, text))) for name, text in names]


def rendered() -> Iterator[tuple[str, list[Object]]]:
    """The overlays that have FlinkStatements, with their objects by sync wave."""
    found = sorted(file.parent for file in ROOT.glob("overlays/*/*/kustomization.yaml"))
    folders = [folder.relative_to(ROOT).as_posix() for folder in found]
    for render in PlainEngine.found().build(ROOT, folders, lambda _: None):
        assert render.error is None, render.error
        there = sorted(objects(parse(render.text)), key=lambda o: int(o.annotations.get(WAVE, 0)))
        if any(obj.kind == "FlinkStatement" for obj in there):
            yield render.folder, there


def of_objects(there: list[Object]) -> Iterator[Statement]:
    """Catalogs and databases as Flink keeps them in memory, then the statements inside of them."""
    by_name = {(obj.kind, obj.name): obj for obj in there}
    for obj in there:
        if obj.kind == "FlinkKafkaCatalog":
            yield Statement(
                obj.label, f"CREATE CATALOG `{obj.name}` WITH ('type'='generic_in_memory')"
            )
        elif obj.kind == "FlinkKafkaDatabase":
            catalog = obj.get("spec", "catalogRef", "name")
            yield Statement(obj.label, f"CREATE DATABASE `{catalog}`.`{obj.name}`")
        elif obj.kind == "FlinkStatement":
            catalog = str(obj.get("spec", "properties", "sql.current-catalog"))
            database = str(obj.get("spec", "properties", "sql.current-database"))
            options = {
                "properties.bootstrap.servers": by_name["FlinkKafkaDatabase", database].get(
                    "spec", "kafkaCluster", "connectionConfig", "bootstrap.servers"
                ),
                "url": by_name["FlinkKafkaCatalog", catalog].get(
                    "spec", "srInstance", "connectionConfig", "schema.registry.url"
                ),
            }
            yield Statement(obj.label, f"USE `{catalog}`.`{database}`")
            for text in statements(str(obj.get("spec", "statement"))):
                yield Statement(obj.label, as_stock(text, options))


def as_stock(text: str, catalog: dict[str, object]) -> str:
    """A statement for CMF as stock Flink says it. Raises KeyError for an option nobody knows."""
    text = text.replace("'kafka.producer.", "'properties.")
    table, written = TABLE.match(text), OPTIONS.search(text)
    if not table or not written:
        return text
    given = dict(OPTION.findall(written["options"]))
    assert given.pop("connector", "confluent") == "confluent", "a Kafka catalog has no other"
    assert given.pop("value.format", "avro-registry") == "avro-registry", (
        "Avro is what we translate"
    )
    connector = {"append": "kafka", "upsert": "upsert-kafka"}[given.pop("changelog.mode")]
    options = {**given, "connector": connector, "topic": table["name"]}
    options["properties.bootstrap.servers"] = str(catalog["properties.bootstrap.servers"])
    for prefix in (prefix for prefix, user in AVRO.items() if user == connector):
        options[f"{prefix}format"] = "avro-confluent"
        options[f"{prefix}avro-confluent.url"] = str(catalog["url"])
    listed = ", ".join(f"'{key}' = '{value}'" for key, value in options.items())
    return f"{text[: written.start()]}) WITH ({listed})"


def of_file(place: str, text: str) -> Iterator[Statement]:
    """The statements of a file, each ${NAME} filled in as the Job that runs it does."""
    for number, statement in enumerate(statements(text), 1):
        filled = PLACEHOLDER.sub(lambda m: "1433" if m[1].endswith("PORT") else m[1], statement)
        yield Statement(f"{place}#{number}", filled)


def statements(text: str) -> Iterator[str]:
    """The statements of a text, without comments (hints stay). A statement set is one of them."""
    current, words = "", []
    for piece in PIECES.finditer(text):
        if piece["comment"]:
            continue
        inside = "BEGIN" in words and words[-1] != "END"
        if piece["end"] and not inside:
            if current.strip():
                yield current.strip()
            current, words = "", []
            continue
        current += piece[0]
        if piece["whole"]:
            words.append(piece[0].upper())
    if current.strip():
        yield current.strip()
