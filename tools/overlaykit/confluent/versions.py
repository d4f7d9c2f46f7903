"""Releases of CMF and CFK: how a chart and an image tell theirs, and what is served since when.

Sources: Confluent Platform for Apache Flink, "Versions and Interoperability", "Configure Storage",
"Flink Versions for Statements"; Confluent for Kubernetes 3.3, the SQL examples.
"""

import re

Version = tuple[int, ...]

# The SQL kinds speak an interface that CMF has from here on.
SQL_SINCE: Version = (2, 3)
# Pools of Flink 2.3.
FLINK_2_3_SINCE: Version = (2, 5)
# Databases of CMF, by the engine that the values name.
DATABASES: dict[str, Version] = {
    "postgresql": (2, 1, 1),
    "sqlserver": (2, 2),
    "db2": (2, 4),
}
# The lowest build of the SQL image for Flink 1.19 that CMF from 2.3 on takes.
IMAGE_FLOOR = 7
_CHART = re.compile(r"[~=v]?(\d+)\.(\d+)(?:\.(\d+))?(?:\.[x*])?(?:[-+].*)?")
_IMAGE = re.compile(r"(?:^|/)cp-flink-sql:(\d+\.\d+)(?:-cmf[\d.]+)?-cp(\d+)")


def of_chart(text: str) -> Version | None:
    """The release that a version of the chart is at least; None for what leaves it open."""
    found = _CHART.fullmatch(text.strip())
    return tuple(int(part) for part in found.groups() if part) if found else None


def text(version: Version) -> str:
    return ".".join(map(str, version))


def is_below(version: Version, floor: Version) -> bool:
    """Whether a release is older; of one that is told in part, whether all of it is."""
    return version < floor[: len(version)]


def of_sql_image(image: object) -> tuple[str, int] | None:
    """The Flink version and the build of an image for SQL; None for any other image."""
    found = _IMAGE.search(image) if isinstance(image, str) else None
    return (found[1], int(found[2])) if found else None
