"""Write tools/overlaykit/data/flink_options.json anew: what every Flink release knows.

`catalogue.py` asks the classes of the jars in .cache/flinks/VERSION (make catalogue brings them).
Options of connectors, formats and of Flink's own use are left out.
"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2] / ".cache/engines")]

from options import OPTION, _static, classes, java  # noqa: E402

from flink import LIBRARIES  # noqa: E402
from helpers import ROOT  # noqa: E402

FLINKS = ROOT / ".cache" / "flinks"
TARGET = ROOT / "tools" / "overlaykit" / "data" / "flink_options.json"
[SHIPPED] = (jar.stem.rpartition("-")[2] for jar in LIBRARIES.glob("lib/flink-dist-*.jar"))
READ = ("lib/flink-dist-*", "lib/flink-table-api-java-uber-*", "opt/flink-sql-client-*")
# These configure a table or a format in its own WITH clause, or stand below a name of the user's.
NO_CONFIGURATION = re.compile(
    r"\.(?:connector|connectors|formats|factories|filesystem|datagen|hints)\.|ConnectorOptions$|"
    r"LookupOptions|LookupJoinHint|StateTableHints|FactoryUtil|\.examples\.|MetricOptions\$|"
    r"FileSystemConnector|FormatOptions|\.api\.config\.\w*Hint"
)
WORDS = ("external-resources", "scheduler-mode")
Row = list[Any]


def versions() -> list[str]:
    def number(version: str) -> tuple[int, ...]:
        return tuple(map(int, version.split(".")))

    others = (path.name for path in FLINKS.iterdir() if path.is_dir())
    return sorted({SHIPPED, *others}, key=number)


def read(version: str) -> dict[str, Row]:
    """Key to [type, default, values, deprecated, [former name, deprecated]…] of one release."""
    home = LIBRARIES if version == SHIPPED else FLINKS / version / "pyflink"
    jars = [jar for pattern in READ for jar in home.glob(f"{pattern}.jar")]
    bridge = list(LIBRARIES.glob("opt/flink-python-*.jar"))
    with java([*home.glob("lib/*.jar"), *home.glob("opt/*.jar"), *bridge]) as jvm:
        found: dict[str, Row] = {}
        for jar in jars:
            for name in classes(jar):
                if not NO_CONFIGURATION.search(name):
                    for key, row in _options(jvm, name):
                        if key not in found or found[key][3]:
                            found[key] = row
        return dict(sorted(found.items()))


def _options(jvm: Any, name: str) -> Iterator[tuple[str, Row]]:
    old = jvm.java.lang.Class.forName("java.lang.Deprecated")
    for one in _static(jvm, name):
        if one.getType().getName() == OPTION:
            option = one.get(None)
            if _is_configuration(option.key()):
                yield option.key(), _row(option, bool(one.isAnnotationPresent(old)))


def _is_configuration(key: str) -> bool:
    """Whether a key stands in Flink's configuration: all but two of one word are of formats."""
    return ("." in key and not key.startswith("$internal")) or key in WORDS


def _row(option: Any, deprecated: bool) -> Row:
    kind = _field(option, "clazz")
    listed = bool(_field(option, "isList"))
    name = "Enum" if kind.isEnum() else kind.getSimpleName()
    values = [one.toString() for one in kind.getEnumConstants()] if kind.isEnum() else []
    value = option.defaultValue()
    default = None
    if value is not None:
        text = value.toString() if hasattr(value, "toString") else _text(value)
        default = re.sub(r"\s+", " ", text)[:120]
    former = [[one.getKey(), bool(one.isDeprecated())] for one in option.fallbackKeys()]
    return [f"List<{name}>" if listed else name, default, values, deprecated, former]


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _field(option: Any, name: str) -> Any:
    one = option.getClass().getDeclaredField(name)
    one.setAccessible(True)
    return one.get(option)


def merged(by_version: dict[str, dict[str, Row]]) -> dict[str, list[Row]]:
    """Key to its eras: [first release, last release, …row]; an era ends where a row changes."""
    short = {version: ".".join(version.split(".")[:2]) for version in by_version}
    found: dict[str, list[Row]] = {}
    last = ""
    for version, rows in by_version.items():
        for key, row in rows.items():
            eras = found.setdefault(key, [])
            if eras and eras[-1][1] == last and eras[-1][2:] == row:
                eras[-1][1] = short[version]
            else:
                eras.append([short[version], short[version], *row])
        last = short[version]
    return dict(sorted(found.items()))


def render(by_version: dict[str, dict[str, Row]]) -> str:
    """One key a line, so that a new release reads well as a difference."""
    lines = [
        f"{json.dumps(key)}: {json.dumps(eras, separators=(',', ':'))}"
        for key, eras in merged(by_version).items()
    ]
    head = json.dumps({"flink": list(by_version)})[:-1]
    body = ",\n".join(lines)
    return f'{head}, "options": {{\n{body}\n}}}}\n'


if __name__ == "__main__":
    TARGET.write_text(render({version: read(version) for version in versions()}))
