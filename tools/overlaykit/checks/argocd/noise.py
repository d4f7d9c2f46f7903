"""What others are known to change is ignored in the comparison.

An Application with such a field is OutOfSync for ever: nobody looks at the mark any more, and with
selfHeal it is synced again and again. Known ones: the annotation `rollme` of the CMF chart is
random at every render; a printer column's `priority: 0` of a CRD is dropped by the API server; a
webhook's caBundle is written by cert-manager.

Bad:
    # file: clusters/dev/cmf.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: cmf
      namespace: argocd
    spec:
      project: flink
      source:
        repoURL: https://packages.confluent.io/helm
        chart: confluent-manager-for-apache-flink  # <- here
        targetRevision: 2.4.1
      destination:
        server: https://kubernetes.default.svc
        namespace: confluent

Good:
    # file: clusters/dev/cmf.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: cmf
      namespace: argocd
    spec:
      project: flink
      source:
        repoURL: https://packages.confluent.io/helm
        chart: confluent-manager-for-apache-flink
        targetRevision: 2.4.1
      destination:
        server: https://kubernetes.default.svc
        namespace: confluent
      ignoreDifferences:
      - group: apps
        kind: Deployment
        jsonPointers:
        - /spec/template/metadata/annotations/rollme

Source: Argo CD, "Diffing customization"; Kubernetes, CustomResourceColumnDefinition (omitempty).
"""

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from overlaykit.argocd.applications import Application
from overlaykit.argocd.globs import matches
from overlaykit.findings import Problem
from overlaykit.render.objects import Object
from overlaykit.repo.world import Unit, World
from overlaykit.source import Path

LEVEL = "warning"
_CRDS = ("apiextensions.k8s.io", "CustomResourceDefinition")
_WEBHOOKS = ("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration")


class _Known(Struct, frozen=True):
    """A mutation of what a chart renders: of which kind, the field, why, and what to ignore.

    `words`: an entry of ignoreDifferences that holds one of them means this field.
    """

    group: str
    kind: str
    why: str
    path: str
    words: tuple[str, ...]


_ROLLME = "/spec/template/metadata/annotations/rollme"
_PRIORITY = ".spec.versions[].additionalPrinterColumns[]?.priority"
# Source: the charts' templates, as Argo CD shows their differences.
_CHARTS = {
    "confluent-manager-for-apache-flink": _Known(
        "apps",
        "Deployment",
        "writes a new rollme annotation at every render",
        _ROLLME,
        ("rollme", "annotations"),
    ),
    "aws-load-balancer-controller": _Known(
        "admissionregistration.k8s.io",
        "MutatingWebhookConfiguration",
        "makes a new certificate at every render",
        ".webhooks[].clientConfig.caBundle",
        ("caBundle", "webhooks"),
    ),
    "flink-kubernetes-operator": _Known(
        *_CRDS,
        "brings CRDs with priority: 0, which the API server drops",
        _PRIORITY,
        ("priority", "additionalPrinterColumns"),
    ),
}


def check_repository(world: World) -> Iterator[Problem]:
    everywhere = _customizations(world)
    for application in world.applications:
        yield from _charts(application, everywhere)
        for unit in world.content(application):
            for obj in unit.objects:
                for path, why, pointer in _mutated(obj):
                    if not _ignores(application, obj.group, obj.kind, everywhere):
                        yield _problem(application, unit, obj, path, why, pointer)


def _charts(application: Application, everywhere: set[str]) -> Iterator[Problem]:
    for source in application.sources:
        known = _CHARTS.get(source.chart_name)
        if known is None or (source.helm.get("skipCrds") is True and known.kind == _CRDS[1]):
            continue
        if not _ignores(application, known.group, known.kind, everywhere, known.words):
            path = (*source.at, "chart")
            yield Problem(
                f"the chart {source.chart} {known.why}, so {application.title} is never Synced",
                f"add ignoreDifferences for {known.group}/{known.kind}: {known.path}",
                at=application.place(path),
                path=path,
                cluster=application.cluster,
                object=application.label,
            )


def _mutated(obj: Object) -> Iterator[tuple[Path, str, str]]:
    """(field, why it changes, what to ignore) of the fields known to be changed by others."""
    if (obj.group, obj.kind) == _CRDS:
        versions = obj.get("spec", "versions")
        for number, version in enumerate(versions if isinstance(versions, list) else ()):
            columns = version.get("additionalPrinterColumns") if isinstance(version, dict) else ()
            for index, column in enumerate(columns or ()):
                if isinstance(column, dict) and column.get("priority") == 0:
                    columns_at: Path = ("spec", "versions", number, "additionalPrinterColumns")
                    why = "the API server drops priority: 0"
                    yield (*columns_at, index, "priority"), why, "remove the line (0 is meant)"
                    return
    if obj.kind in _WEBHOOKS and "cert-manager.io/inject-ca-from" in obj.annotations:
        hooks = obj.get("webhooks")
        for number, hook in enumerate(hooks if isinstance(hooks, list) else ()):
            client = hook.get("clientConfig") if isinstance(hook, dict) else None
            if isinstance(client, dict) and "caBundle" in client:
                path = ("webhooks", number, "clientConfig", "caBundle")
                yield path, "cert-manager writes it", "remove the line, cert-manager adds it"
                return


def _ignores(
    application: Application,
    group: str,
    kind: str,
    everywhere: set[str],
    words: tuple[str, ...] = ("",),
) -> bool:
    """Whether the Application or argocd-cm ignores a field of a kind: an entry with such a word.

    What argocd-cm ignores of the kind, and what a field manager owns, is left to whoever wrote it.
    """
    if f"{group}_{kind}" in everywhere or "all" in everywhere:
        return True
    listed = application.obj.get("spec", "ignoreDifferences")
    for item in listed if isinstance(listed, list) else ():
        if isinstance(item, dict) and _covers(item, "group", group) and _covers(item, "kind", kind):
            texts = [*(item.get("jsonPointers") or ()), *(item.get("jqPathExpressions") or ())]
            if item.get("managedFieldsManagers") or any(w in str(t) for t in texts for w in words):
                return True
    return False


def _covers(item: dict[str, Any], key: str, value: str) -> bool:
    return matches(str(item.get(key) or ""), value) is not False


def _customizations(world: World) -> set[str]:
    """The kinds (group_kind) for which an argocd-cm of this repository ignores differences."""
    prefix = "resource.customizations.ignoreDifferences."
    return {
        str(key).removeprefix(prefix)
        for unit in world.judged
        for obj in unit.objects
        if obj.kind == "ConfigMap" and obj.name == "argocd-cm"
        for key in obj.data.get("data") or {}
        if str(key).startswith(prefix)
    }


def _problem(
    application: Application, unit: Unit, obj: Object, path: Path, why: str, fix: str
) -> Problem:
    return Problem(
        f"{path[-1]} of {obj.kind} '{obj.name}': {why}, so {application.title} is never Synced",
        f"{fix}; or add ignoreDifferences for {obj.kind}",
        at=unit.locate(obj, path, False),
        path=path,
        cluster=application.cluster,
        workload=unit.workload,
        object=obj.label,
    )
