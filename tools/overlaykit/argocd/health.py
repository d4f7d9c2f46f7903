"""How Argo CD knows that an object is healthy: a rule built into its version, one that
somebody ships in its configuration, or none. Without one, an object is healthy once it is applied.

The order of the sources is that of Argo CD (util/lua/lua.go, GetHealthScript; gitops-engine,
pkg/health/health.go): shipped, shipped by a pattern, the scripts of the version, its own code.
"""

import json
import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from overlaykit import disk
from overlaykit.source import SyntaxProblem, load

_FILE = Path(__file__).resolve().parents[1] / "data" / "argocd_health.json"
# In Argo CD's own code, in every version.
_CODE = frozenset(
    {
        *(("apps", k) for k in ("Deployment", "StatefulSet", "ReplicaSet", "DaemonSet")),
        *(("", k) for k in ("Service", "PersistentVolumeClaim", "Pod")),
        *(("networking.k8s.io", "Ingress"), ("extensions", "Ingress"), ("batch", "Job")),
        *(("autoscaling", "HorizontalPodAutoscaler"), ("apiregistration.k8s.io", "APIService")),
        ("argoproj.io", "Workflow"),
    }
)
# An Application itself has had no rule since 1.8 (argo-cd issue 3781).
APPLICATION = ("argoproj.io", "Application")
_KEY = "resource.customizations"


class Rule(Struct, frozen=True):
    """Where the rule of a kind is from: "shipped", "built in" or "none"; `where` says more."""

    source: str
    where: str = ""

    @property
    def is_there(self) -> bool:
        return self.source != "none"


class Health(Struct, frozen=True):
    """The rules of one Argo CD. `version` is empty where nobody declares it: then the newest
    known is meant. `shipped`: pattern of "group/Kind" to where it is written."""

    version: str = ""
    shipped: Mapping[str, str] = field(default_factory=dict)

    def rule(self, group: str, kind: str) -> Rule:
        name = f"{group}/{kind}" if group else kind
        if name in self.shipped:
            return Rule("shipped", self.shipped[name])
        for pattern, where in self.shipped.items():
            if fnmatchcase(name, pattern):
                return Rule("shipped", where)
        since = _since(group, kind)
        if since and _number(since) <= _number(self.version or newest()):
            return Rule("built in", f"Argo CD {self.version or newest()}")
        return Rule("built in", "Argo CD") if (group, kind) in _CODE else Rule("none")


@cache
def _data() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(disk.read_text(_FILE))
    return found


def newest() -> str:
    """The newest Argo CD whose rules are known."""
    return str(_data()["newest"])


@cache
def _since(group: str, kind: str) -> str:
    """The version that brought the built-in script of a kind; empty where there is none."""
    for version, groups in _data()["since"].items():
        for pattern, kinds in groups.items():
            if (kind in kinds or kinds == ["*"]) and fnmatchcase(group, pattern):
                return str(version)
    return ""


def _number(version: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", version)[:2]))


def in_configmap(data: Any) -> Iterator[tuple[str, str]]:
    """("group/Kind" pattern, key) of every health rule in the data of argocd-cm.

    Source: Argo CD, "Resource Health"; util/settings/settings.go for the spelling of the keys.
    """
    for key, value in data.items() if isinstance(data, dict) else ():
        parts = str(key).split(".", 3)
        if key == _KEY:
            yield from ((name, key) for name in _in_mapping(value))
        elif str(key).startswith(f"{_KEY}.health.") and len(parts) == 4 and value:
            group, _, kind = parts[3].rpartition("_")
            yield (f"{group}/{kind}" if group else kind), key


def _in_mapping(value: Any) -> Iterator[str]:
    """The kinds with health.lua in the older form: one YAML text (or mapping) for all."""
    if isinstance(value, str):
        try:
            value = next((document.data for document in load(value, _KEY)), None)
        except SyntaxProblem:
            return
    for name, rules in value.items() if isinstance(value, dict) else ():
        if isinstance(rules, dict) and rules.get("health.lua"):
            yield str(name)


def in_resource(spec: Any) -> Iterator[tuple[str, tuple[str | int, ...]]]:
    """The same of an ArgoCD resource (its spec), with the path of each.

    Source: Argo CD Operator, the ArgoCD custom resource.
    """
    checks = spec.get("resourceHealthChecks") if isinstance(spec, dict) else None
    for number, one in enumerate(checks if isinstance(checks, list) else ()):
        if isinstance(one, dict) and one.get("check") and one.get("kind"):
            group = one.get("group")
            name = f"{group}/{one['kind']}" if group else str(one["kind"])
            yield name, ("spec", "resourceHealthChecks", number)
    old = spec.get("resourceCustomizations") if isinstance(spec, dict) else None
    for name in _in_mapping(old):
        yield name, ("spec", "resourceCustomizations")
    extra = spec.get("extraConfig") if isinstance(spec, dict) else None
    for name, key in in_configmap(extra):
        yield name, ("spec", "extraConfig", key)
