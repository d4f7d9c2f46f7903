"""The facts of a new cluster: from what was given, what its siblings share, or assumed."""

import difflib
import re
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from overlaykit.emit import scalar as scalar
from overlaykit.errors import UsageError

PROVIDED = "provided"
# Every fact in the order of the file, with the default for a cluster `{name}`; None has none.
DEFAULTS: dict[str, str | None] = {
    "repository.url": None,
    "repository.revision": "main",
    "server": "https://kubernetes.default.svc",
    "kubernetes.version": "1.34",
    "argocd.namespace": "argocd",
    "argocd.version": "3.5",
    "argocd.managedBy": "manifests",
    "domain": "{name}.example.com",
    "storageClass": "standard",
    "images.registry": "docker.io",
    "images.quay": "quay.io",
    "charts.confluent": "https://packages.confluent.io/helm",
    "charts.jetstack": "https://charts.jetstack.io",
    "state": "s3://flink-state/{name}",
    "kafka.bootstrapServers": "kafka.confluent.svc.cluster.local:9092",
    "schemaRegistry.url": "http://schemaregistry.confluent.svc.cluster.local:8081",
    PROVIDED: "kafka,schema-registry",
}
_NAME = re.compile(r"[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?")


class Fact(Struct, frozen=True):
    """A fact's value and whether it was assumed: then a person should look at it."""

    value: str
    assumed: bool = False


def check_name(name: str) -> None:
    """Refuse what cannot name a cluster and its folder."""
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"'{name}' cannot name a cluster: write a DNS label of lower-case letters, digits "
            "and dashes, 1 to 63 long, beginning and ending with a letter or digit"
        )


def parse_settings(settings: Iterable[str]) -> dict[str, str]:
    """KEY=VALUE texts as facts. Raises UsageError for an unknown key."""
    found = {}
    for setting in settings:
        key, equals, value = setting.partition("=")
        if not equals:
            raise UsageError(f"'{setting}': write KEY=VALUE, such as domain=flink.example.com")
        if key not in DEFAULTS:
            close = difflib.get_close_matches(key, DEFAULTS, 1)
            hint = f"; did you mean '{close[0]}'?" if close else ""
            raise UsageError(f"there is no fact '{key}'{hint}\n  facts: {', '.join(DEFAULTS)}")
        found[key] = value
    return found


def flat(spec: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """A Cluster's spec as dotted keys; lists become comma-separated text."""
    found: dict[str, str] = {}
    for key, value in spec.items():
        if isinstance(value, Mapping):
            found.update(flat(value, f"{prefix}{key}."))
        elif isinstance(value, list):
            found[prefix + key] = ",".join(str(item) for item in value)
        else:
            found[prefix + key] = str(value)
    return found


def clean_url(url: str) -> str:
    """A remote's URL without credentials; empty for a local path, which Argo CD cannot reach."""
    if re.match(r"(?:/|\.|file:)", url) or not re.search(r"[:/]", url):
        return ""
    return re.sub(r"^([a-z+]+://)[^/@]+@", lambda m: m[1] if m[1] != "ssh://" else m[0], url)


def gather(
    name: str,
    given: Mapping[str, str],
    origin: tuple[str, Mapping[str, str]] | None,
    siblings: Iterable[Mapping[str, str]],
    remotes: Iterable[str],
) -> dict[str, Fact]:
    """Every fact of cluster `name`: given, of the cluster it is made from, what all siblings
    agree on, the git remote (URL only), or the default, marked as assumed."""
    shared = _shared(list(siblings))
    found: dict[str, Fact] = {}
    for key, default in DEFAULTS.items():
        if key in given:
            found[key] = Fact(given[key])
        elif origin and key in origin[1]:
            value = _renamed(origin[1][key], origin[0], name)
            found[key] = Fact(value, assumed=value != origin[1][key])
        elif key in shared:
            found[key] = Fact(shared[key])
        elif default is not None:
            found[key] = Fact(default.format(name=name), assumed=True)
        else:
            found[key] = Fact(_remote_url(remotes))
    refuse_credentials(found["repository.url"].value)
    return found


def _renamed(value: str, old: str, new: str) -> str:
    """A value that names the old cluster as a word of its own names the new one."""
    return re.sub(rf"(?<![\w-]){re.escape(old)}(?![\w-])", new, value)


def _shared(siblings: list[Mapping[str, str]]) -> dict[str, str]:
    if not siblings:
        return {}
    first, *rest = siblings
    return {k: v for k, v in first.items() if all(other.get(k) == v for other in rest)}


def _remote_url(remotes: Iterable[str]) -> str:
    urls = [clean_url(url) for url in remotes]
    found = next((url for url in urls if url), "")
    if not found:
        raise UsageError(
            "Argo CD's URL of this repository is not known: no cluster here has it and no git "
            "remote names one it could reach\n"
            "  fix: --set repository.url=https://git.example.com/team/repository.git"
        )
    return found


def refuse_credentials(url: str) -> None:
    """A URL with a password in it is public with the repository."""
    if re.match(r"https?://[^/@]+@", url):
        raise UsageError(
            "repository.url holds credentials: leave them out; Argo CD has them in a Secret"
        )


def cluster_text(name: str, facts: Mapping[str, Fact]) -> str:
    """The file facts/cluster.yaml."""
    lines = [
        "# The facts of this cluster, each written once. Everything else is derived from them or",
        "# is a deliberate difference in a workload's folder beside this one. Never applied.",
        "apiVersion: overlaykit.io/v1alpha1",
        "kind: Cluster",
        "metadata:",
        f"  name: {scalar(name)}",
        "  annotations:",
        '    config.kubernetes.io/local-config: "true"',
        "spec:",
    ]
    section = ""
    for key, fact in facts.items():
        head, _, last = key.rpartition(".")
        if head and head != section:
            lines.append(f"  {head}:")
        section = head
        note = "  # assumed" if fact.assumed else ""
        indent = "    " if head else "  "
        if key == PROVIDED:
            lines.extend(_list(last, fact.value, note))
        else:
            lines.append(f"{indent}{last}: {scalar(fact.value)}{note}")
    return "\n".join(lines) + "\n"


def _list(key: str, value: str, note: str) -> list[str]:
    items = [item for item in value.split(",") if item]
    if not items:
        return [f"  {key}: []{note}"]
    return [f"  {key}:{note}", *(f"  - {scalar(item)}" for item in items)]
