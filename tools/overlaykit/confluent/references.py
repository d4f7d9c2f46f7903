"""What the CMF kinds refer to by name.

CMF knows environments, pools, catalogs, databases and secrets by name alone: an object of any
namespace will do. A CMFRestClass and a Secret are looked up in one namespace (source: the CRDs of
Confluent for Kubernetes; CMF, "REST API").
"""

from collections.abc import Iterator

from msgspec import Struct

from overlaykit.confluent.kinds import is_cmf
from overlaykit.kubernetes.pods import mapping
from overlaykit.render.objects import Object
from overlaykit.source import Path

# CMF brings these by itself, Flink the last two.
OWN_NAMES = frozenset({"examples", "marketplace", "default_catalog", "default_database"})


class Reference(Struct, frozen=True):
    """A name at `path` of an object; `namespace` empty: any will do."""

    kind: str
    name: str
    path: Path
    namespace: str = ""


_BY_NAME: tuple[tuple[str, str, Path], ...] = (
    ("*", "FlinkEnvironment", ("spec", "flinkEnvironment")),
    ("FlinkStatement", "FlinkComputePool", ("spec", "computePoolName")),
    ("FlinkStatement", "FlinkKafkaCatalog", ("spec", "properties", "sql.current-catalog")),
    ("FlinkStatement", "FlinkKafkaDatabase", ("spec", "properties", "sql.current-database")),
    ("FlinkKafkaDatabase", "FlinkKafkaCatalog", ("spec", "catalogRef", "name")),
    ("FlinkEnvironmentSecretMapping", "FlinkSecret", ("spec", "secretRef", "name")),
)
_REST: Path = ("spec", "cmfRest")
_SECRETS: tuple[tuple[str, Path], ...] = (
    ("FlinkSecret", ("spec", "secretRef")),
    ("CMFRestClass", (*_REST, "tls", "secretRef")),
    ("CMFRestClass", (*_REST, "authentication", "basic", "secretRef")),
    ("CMFRestClass", (*_REST, "authentication", "bearer", "secretRef")),
    ("CMFRestClass", (*_REST, "authentication", "oauth", "secretRef")),
)


def references(obj: Object, namespace: str) -> Iterator[Reference]:
    """The references of an object that lies in `namespace`; none of what is no CMF kind."""
    if not is_cmf(obj):
        return
    for of, kind, path in _BY_NAME:
        if of in ("*", obj.kind):
            yield from _named(obj, kind, path)
    for of, path in _SECRETS:
        if of == obj.kind:
            yield from _named(obj, "Secret", path, namespace)
    home = mapping(obj.get("spec", "cmfRestClassRef")).get("namespace")
    where = home if isinstance(home, str) and home else namespace
    yield from _named(obj, "CMFRestClass", ("spec", "cmfRestClassRef", "name"), where)
    listed = obj.get("spec", "ddlEnvironments")
    for number in range(len(listed) if isinstance(listed, list) else 0):
        yield from _named(obj, "FlinkEnvironment", ("spec", "ddlEnvironments", number))


def _named(obj: Object, kind: str, path: Path, namespace: str = "") -> Iterator[Reference]:
    name = obj.get(*path)
    if isinstance(name, str) and name and name not in OWN_NAMES:
        yield Reference(kind, name, path, namespace)


def connection(obj: Object) -> tuple[Path, str] | None:
    """Where a catalog or database names the secret of its connection, and that name."""
    paths: dict[str, tuple[Path, ...]] = {
        "FlinkKafkaCatalog": (("spec", "srInstance", "connectionSecretId"),),
        "FlinkKafkaDatabase": (
            ("spec", "connectionSecretRef", "name"),
            ("spec", "kafkaCluster", "connectionSecretId"),
        ),
    }
    for path in paths.get(obj.kind, ()) if is_cmf(obj) else ():
        name = obj.get(*path)
        if isinstance(name, str) and name:
            return path, name
    return None
