"""What Flink's connectors and formats do with changes: rows that are updated or deleted.

Source: the factories of Flink, its Kafka connector and Flink CDC; measured with the planner.
"""

from overlaykit.sql.tables import Table

_CDC = "-cdc"
_APPENDS = frozenset({"json", "csv", "avro", "avro-confluent", "raw", "protobuf"})
_CHANGES = frozenset(
    {"debezium-json", "debezium-avro-confluent", "canal-json", "maxwell-json", "ogg-json"}
)
_FILES = _APPENDS | {"parquet", "orc"}
# It makes a captured table one of inserts.
_AS_INSERTS = "scan.read-changelog-as-append-only.enabled"
CONFLUENT = "confluent"
MODE = "changelog.mode"
START = "scan.startup.mode"
GROUP = "properties.group.id"


def format_of(table: Table) -> str:
    """The format of a table's values."""
    return table.option("value.format") or table.option("format")


def appends(table: Table) -> bool:
    """Whether a table as a sink takes inserts alone; false where nobody knows."""
    connector, format_ = table.option("connector"), format_of(table)
    if connector == "kafka":
        return format_ in _APPENDS
    if connector == "filesystem":
        return format_ in _FILES
    return connector == CONFLUENT and table.option(MODE) == "append"


def refuses_key(table: Table) -> bool:
    """A Kafka table with a format of inserts cannot keep the promise of a primary key."""
    return table.option("connector") == "kafka" and format_of(table) in _APPENDS


def gives_changes(table: Table) -> bool:
    """Whether a table as a source gives updates and deletions; false where nobody knows."""
    connector = table.option("connector")
    if connector.endswith(_CDC):
        return _AS_INSERTS not in table.options
    if connector == "kafka":
        return format_of(table) in _CHANGES
    if connector == CONFLUENT:
        return table.option(MODE) in ("upsert", "retract")
    return connector == "upsert-kafka"


def asks_for_group(table: Table) -> str:
    """The option for which a Kafka source has to have a group id, if it has none; empty if not."""
    if table.option("connector") != "kafka" or GROUP in table.options:
        return ""
    if table.option(START).lower() in ("", "group-offsets"):
        return START
    bounded = table.option("scan.bounded.mode").lower()
    return "scan.bounded.mode" if bounded == "group-offsets" else ""
