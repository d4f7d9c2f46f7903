"""Where Flink is configured in Kubernetes objects: every setting with its place.

Flat and nested `flinkConfiguration` of the Flink kinds, `flink-conf.yaml` and `config.yaml` in
ConfigMaps and chart values, the variable FLINK_PROPERTIES, `-D` arguments, and SET in SQL.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

import yaml
from msgspec import Struct

from overlaykit.kubernetes.pods import CONFLUENT, FLINK, mapping, templates
from overlaykit.loader import Loader
from overlaykit.render.objects import Object
from overlaykit.source import Path
from overlaykit.sql.statements import split
from overlaykit.sql.tables import setting as set_by

FILES = ("flink-conf.yaml", "config.yaml")
# An argument of its own, which no shell takes apart.
_ALONE = re.compile(r"-D([\w.\-]+)=((?:(?!\s-)[^\n\"'])*)")
_DYNAMIC = re.compile(r"(?:^|\s)-D\s*([\w.\-]+)=(\"[^\"]*\"|'[^']*'|\S*)")
# Parts of keys whose values Flink hides from everybody (source: Flink, class GlobalConfiguration).
_SENSITIVE = (
    *("password", "secret", "fs.azure.account.key", "apikey", "api-key", "auth-params"),
    *("service-key", "token", "basic-auth", "jaas.config", "http-headers"),
)
HIDDEN = "******"
# One of these makes a config.yaml one of Flink's.
_TELLING = re.compile(r"(?:jobmanager|taskmanager|state|execution|parallelism|high-availability)\.")


class Setting(Struct, frozen=True):
    """A key with its value; `path` leads to the value in the object.

    In a text, `line` is the line that it stands on, as it is there; `layer` says what kind of
    place that is.
    """

    key: str
    value: str
    path: Path
    layer: str
    line: str = ""
    quoted: bool = True


def is_sensitive(key: str) -> bool:
    """Whether Flink shows a value as stars."""
    return any(part in key.lower() for part in _SENSITIVE)


def text_of(value: Any) -> str:
    """A scalar as Jackson, which reads these objects, writes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def leaves(value: Any, path: Path = (), prefix: str = "") -> Iterator[tuple[str, Any, Path]]:
    """Flat keys of nested configuration, each with whatever stands there that is no mapping."""
    for key, item in mapping(value).items():
        name, at = f"{prefix}{key}", (*path, str(key))
        if isinstance(item, dict):
            yield from leaves(item, at, f"{name}.")
        else:
            yield name, item, at


def value_text(value: Any) -> str:
    """A scalar, or a list as one value."""
    if isinstance(value, list):
        return ";".join(text_of(one) for one in value)
    return text_of(value)


def flatten(value: Any) -> dict[str, str]:
    """Options by their flat keys; null sets nothing."""
    return {name: value_text(item) for name, item, _ in leaves(value) if item is not None}


def settings(obj: Object) -> list[Setting]:
    """Every Flink setting of an object."""
    if obj.group in (FLINK, CONFLUENT):
        found = [one for path in configurations(obj) for one in _flat(obj.get(*path), path)]
        statement = obj.get("spec", "statement")
        if isinstance(statement, str):
            found += of_sql(statement, ("spec", "statement"))
        return found
    if obj.kind == "ConfigMap" and not obj.group:
        return _of_config_map(obj)
    return list(_of_pods(obj))


def configurations(obj: Object) -> Iterator[Path]:
    """The paths of all `flinkConfiguration` mappings of a Flink kind."""
    todo: list[Path] = [("spec",)]
    while todo:
        at = todo.pop()
        for key, item in mapping(obj.get(*at)).items():
            if key == "flinkConfiguration" and isinstance(item, dict):
                yield (*at, key)
            elif isinstance(item, dict) and key not in ("podTemplate", "metadata"):
                todo.append((*at, str(key)))


def _flat(data: Any, path: Path) -> Iterator[Setting]:
    for key, value, at in leaves(data, path):
        if value is not None:
            kind, quoted = "flinkConfiguration", isinstance(value, str | list)
            yield Setting(key, value_text(value), at, kind, "", quoted)


def of_file(text: str, path: Path, name: str) -> list[Setting]:
    """The settings in the text of a configuration file.

    `config.yaml` is YAML. `flink-conf.yaml` is lines of `key: value` to Flink up to 1.20, and any
    value is text up to ` #`.
    """
    if name == "config.yaml":
        return _of_yaml(text, path, name)
    return [one for line in text.splitlines() for one in _of_line(line, path, name)]


def _of_line(line: str, path: Path, name: str) -> Iterator[Setting]:
    plain = line.partition("#")[0]
    key, colon, value = plain.partition(": ")
    if colon and key.strip() and value.strip():
        yield Setting(key.strip(), value.strip().strip("\"'"), path, name, line)


def _of_yaml(text: str, path: Path, name: str) -> list[Setting]:
    try:
        node = yaml.compose(text, Loader=Loader)
        lines = text.splitlines()
        return list(_of_node(node, path, name, lines, ""))
    except (yaml.YAMLError, RecursionError):
        return []


def _of_node(node: Any, path: Path, name: str, lines: list[str], key: str) -> Iterator[Setting]:
    if isinstance(node, yaml.MappingNode):
        for inner, value in node.value:
            if isinstance(inner, yaml.ScalarNode):
                below = f"{key}.{inner.value}" if key else str(inner.value)
                yield from _of_node(value, path, name, lines, below)
    elif isinstance(node, yaml.ScalarNode) and key and node.value:
        yield Setting(key, str(node.value), path, name, lines[node.start_mark.line])
    elif isinstance(node, yaml.SequenceNode) and key:
        parts = [str(one.value) for one in node.value if isinstance(one, yaml.ScalarNode)]
        yield Setting(key, ";".join(parts), path, name, lines[node.start_mark.line])


def is_flink_file(name: str, found: Iterable[Setting]) -> bool:
    return name == "flink-conf.yaml" or any(_TELLING.match(one.key) for one in found)


def _of_config_map(obj: Object) -> list[Setting]:
    data = mapping(obj.data.get("data"))
    if any(_TELLING.match(str(key)) for key in data):  # a key for each option
        return [Setting(str(k), text_of(v), ("data", str(k)), "data") for k, v in data.items()]
    found: list[Setting] = []
    for name, text in data.items():
        path: Path = ("data", str(name))
        if not isinstance(text, str):
            continue
        if name in FILES:
            inside = of_file(text, path, name)
            found += inside if is_flink_file(name, inside) else []
        elif name.endswith(".sql"):
            found += of_sql(text, path)
    return found


def of_sql(text: str, path: Path) -> list[Setting]:
    """What SET statements set."""
    found = (set_by(statement) for statement in split(text))
    return [
        Setting(one.key, one.value, path, "SET", _line_at(text, one.key_start))
        for one in found
        if one is not None and "." in one.key
    ]


def _line_at(text: str, offset: int) -> str:
    start = text.rfind("\n", 0, offset) + 1
    end = text.find("\n", offset)
    return text[start : end if end >= 0 else len(text)] if "\n" in text.strip() else ""


def _of_pods(obj: Object) -> Iterator[Setting]:
    for template in templates(obj):
        for container in template.containers():
            for number, variable in container.listed("env"):
                value = variable.get("value")
                if variable.get("name") == "FLINK_PROPERTIES" and isinstance(value, str):
                    path = (*container.at, "env", number, "value")
                    yield from of_file(value, path, "FLINK_PROPERTIES")
            for part in ("command", "args"):
                yield from _of_arguments(container.data.get(part), (*container.at, part))


def _of_arguments(listed: Any, at: Path) -> Iterator[Setting]:
    """`-Dkey=value`, of Flink's own scripts; Java's properties look the same and are told apart by
    the catalogue of options."""
    for number, text in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(text, str):
            whole = _ALONE.fullmatch(text)
            for found in [whole] if whole else _DYNAMIC.finditer(text):
                value = found[2].strip("\"'")
                yield Setting(found[1], value, (*at, number), "-D", _line_at(text, found.start(1)))


class Effective(Struct, frozen=True):
    """What applies of a key in the end, and what it outranks, the strongest first."""

    setting: Setting
    over: tuple[Setting, ...] = ()


def effective(layers: Iterable[Iterable[Setting]]) -> dict[str, Effective]:
    """The settings of several layers, the later outranking the earlier; last wins in a layer.

    For CMF the environment comes after the application (source: Confluent, "Environments").
    """
    found: dict[str, Effective] = {}
    for layer in layers:
        for setting in layer:
            below = found.get(setting.key)
            over = (below.setting, *below.over) if below else ()
            found[setting.key] = Effective(setting, over)
    return found
