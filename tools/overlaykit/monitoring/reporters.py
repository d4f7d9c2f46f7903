"""Flink's Prometheus reporter: whether it is on and on which ports it may listen.

Source: Flink, "Metric Reporters". `class` in place of `factory.class` is gone since Flink 2.0.
"""

import re

from msgspec import Struct

DEFAULT_PORT = 9249
_FACTORY = re.compile(r"metrics\.reporter\.(?P<name>[^.]+)\.(?P<how>factory\.class|class)")


class Reporter(Struct, frozen=True):
    """`key` is the option that switches it on, `port_key` the one of its port."""

    name: str
    key: str
    ports: range

    @property
    def port_key(self) -> str:
        return f"metrics.reporter.{self.name}.port"


def reporters(settings: dict[str, str], old_class: bool = True) -> list[Reporter]:
    """The Prometheus reporters that options switch on; `old_class`: Flink 1 reads `class` too."""
    found = []
    listed = [n.strip() for n in settings.get("metrics.reporters", "").split(",") if n.strip()]
    for key, value in settings.items():
        match = _FACTORY.fullmatch(key)
        if not match or "prometheusreporter" not in value.lower():
            continue
        if (match["how"] == "class" and not old_class) or (listed and match["name"] not in listed):
            continue
        ports = _ports(settings.get(f"metrics.reporter.{match['name']}.port", ""))
        found.append(Reporter(match["name"], key, ports))
    return found


def _ports(text: str) -> range:
    """A port or a range of them; an unreadable one may be any."""
    if not text:
        return range(DEFAULT_PORT, DEFAULT_PORT + 1)
    first, _, last = text.partition("-")
    if not first.strip().isdigit() or (last and not last.strip().isdigit()):
        return range(1, 65536)
    return range(int(first), int(last or first) + 1)
