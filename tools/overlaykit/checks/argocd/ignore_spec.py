"""ignoreDifferences does not hide the whole spec of a Flink resource.

What is ignored is not compared: a change of the job in Git leaves the Application Synced, an
automated sync does not start, and with RespectIgnoreDifferences=true not even a sync by hand
applies it. Ignore the one field that something else writes.

Bad:
    # file: clusters/dev/orders.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: orders
      namespace: argocd
    spec:
      project: flink
      source:
        repoURL: https://git.example.com/team/gitops.git
        targetRevision: main
        path: orders
      destination:
        server: https://kubernetes.default.svc
        namespace: flink
      ignoreDifferences:
      - group: flink.apache.org
        kind: FlinkDeployment
        jsonPointers:
        - /spec  # <- here
    # file: orders/config.yaml
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: orders

Good:
    # file: clusters/dev/orders.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: orders
      namespace: argocd
    spec:
      project: flink
      source:
        repoURL: https://git.example.com/team/gitops.git
        targetRevision: main
        path: orders
      destination:
        server: https://kubernetes.default.svc
        namespace: flink
      ignoreDifferences:
      - group: flink.apache.org
        kind: FlinkDeployment
        jsonPointers:
        - /spec/job/parallelism
    # file: orders/config.yaml
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: orders

Source: Argo CD, "Diffing customization".
"""

from collections.abc import Iterator
from typing import Any

from overlaykit.argocd.applications import Application
from overlaykit.argocd.globs import matches
from overlaykit.findings import Problem
from overlaykit.repo.world import Unit, World
from overlaykit.source import Path

LEVEL = "error"
_GROUPS = ("flink.apache.org", "platform.confluent.io")
_WHOLE = {
    "jsonPointers": ("", "/", "/spec", "/spec/"),
    "jqPathExpressions": (".", ".spec", ".spec[]", ".spec.*", '.["spec"]', "..", "del(.spec)"),
}


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    for application in world.applications_of.get(unit.folder, ()):
        listed = application.obj.get("spec", "ignoreDifferences")
        for number, item in enumerate(listed if isinstance(listed, list) else ()):
            if isinstance(item, dict) and _means_flink(item):
                at: Path = ("spec", "ignoreDifferences", number)
                yield from _problems(application, item, at)


def _means_flink(item: dict[str, Any]) -> bool:
    """Whether an entry is for a kind of Flink; `*` for all kinds is for them, too."""
    group, kind = str(item.get("group") or ""), str(item.get("kind") or "")
    return any(matches(group, one) for one in _GROUPS) and (kind == "*" or kind != "")


def _problems(application: Application, item: dict[str, Any], at: Path) -> Iterator[Problem]:
    for field, whole in _WHOLE.items():
        listed = item.get(field)
        for number, text in enumerate(listed if isinstance(listed, list) else ()):
            if str(text).strip() in whole:
                path = (*at, field, number)
                kind = item.get("kind")
                yield Problem(
                    f"'{text}' ignores the whole spec of {kind}: a change in Git is not seen",
                    "name the one field that something else writes, as /spec/job/parallelism",
                    at=application.place(path),
                    path=path,
                    object=application.label,
                )
