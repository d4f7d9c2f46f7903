"""Grafana dashboards in ConfigMaps, which a sidecar of Grafana reads by their label.

Source: kiwigrid/k8s-sidecar and the values of the Grafana chart (sidecar.dashboards).
"""

import json
from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from overlaykit.kubernetes.pods import mapping
from overlaykit.render.objects import Object
from overlaykit.source import Path

LABEL = "grafana_dashboard"


class Text(Struct, frozen=True):
    """One file of a ConfigMap."""

    key: str
    text: str

    @property
    def at(self) -> Path:
        return ("data", self.key)

    def read(self) -> Any:
        """The JSON. Raises json.JSONDecodeError."""
        return json.loads(self.text)

    @property
    def dashboard(self) -> dict[str, Any] | None:
        """The dashboard, None where it is none."""
        if '"panels"' not in self.text:
            return None
        try:
            found = mapping(self.read())
        except json.JSONDecodeError:
            return None
        return found if isinstance(found.get("panels"), list) and _is_one(found) else None


def _is_one(found: dict[str, Any]) -> bool:
    return "title" in found and ("schemaVersion" in found or "templating" in found)


def files(obj: Object) -> Iterator[Text]:
    """The JSON files of a ConfigMap."""
    if obj.kind == "ConfigMap" and not obj.group:
        for key, text in mapping(obj.data.get("data")).items():
            if str(key).endswith(".json") and isinstance(text, str):
                yield Text(str(key), text)


def is_labelled(obj: Object) -> bool:
    return LABEL in mapping(obj.metadata.get("labels"))
