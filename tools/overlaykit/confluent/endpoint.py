"""The address under which CFK calls CMF.

CMF's Service is `cmf-service`, its port 80 also where CMF speaks TLS (source: the chart of CMF, and
the examples of Confluent for Kubernetes).
"""

from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct

from overlaykit.kubernetes.pods import mapping

SERVICE = "cmf-service"
PORT = 80
# The name that the release bears is that of the Service in older charts.
_OTHERS = ("confluent-manager-for-apache-flink", "cmf")


class Endpoint(Struct, frozen=True):
    """An address inside of the cluster; `namespace` empty where only the Service is named."""

    scheme: str
    service: str
    namespace: str
    port: int


def parse(text: str) -> Endpoint | None:
    """The Service that an address names; None for what is outside of the cluster."""
    try:
        found = urlsplit(text)
        host, port = found.hostname or "", found.port
    except ValueError:
        return None
    service, *rest = host.split(".")
    inside = not rest or rest[1:2] == ["svc"] or len(rest) == 1
    if found.scheme not in ("http", "https") or not inside or not service:
        return None
    return Endpoint(
        found.scheme,
        service,
        rest[0] if rest else "",
        port or (443 if found.scheme == "https" else 80),
    )


def is_tls(values: dict[str, Any]) -> bool:
    """Whether CMF speaks TLS with these values of its chart."""
    return bool(mapping(mapping(values.get("cmf")).get("ssl")).get("keystore"))


def wanted(values: dict[str, Any], namespace: str) -> str:
    """The address of CMF as its chart in a namespace makes it."""
    scheme = "https" if is_tls(values) else "http"
    return f"{scheme}://{SERVICE}.{namespace}.svc.cluster.local:{PORT}"


def faults(endpoint: Endpoint, values: dict[str, Any], namespace: str) -> list[str]:
    """What is wrong with an address, where CMF runs in `namespace` with these values."""
    found = []
    scheme = "https" if is_tls(values) else "http"
    if endpoint.scheme != scheme:
        found.append(f"CMF speaks {scheme}")
    if endpoint.namespace not in ("", namespace):
        found.append(f"CMF is in namespace '{namespace}'")
    if endpoint.service != SERVICE and endpoint.service not in _OTHERS:
        found.append(f"the Service of CMF is {SERVICE}")
    if endpoint.service == SERVICE and endpoint.port != PORT:
        found.append(f"the port of {SERVICE} is {PORT}")
    return found
