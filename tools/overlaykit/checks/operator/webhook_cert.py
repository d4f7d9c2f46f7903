"""The webhook of the operator has cert-manager.

The operator's chart makes an Issuer and a Certificate for its webhook. Without cert-manager in the
cluster there is no such kind, and the chart cannot be applied. Switch the webhook off, or deploy
cert-manager first.

Bad:
    # file: clusters/dev/operator.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: flink-operator
      namespace: argocd
    spec:
      project: platform
      source:
        repoURL: https://downloads.apache.org/flink/flink-kubernetes-operator-1.15.0/
        chart: flink-kubernetes-operator  # <- here
        targetRevision: 1.15.0
        helm:
          valuesObject:
            watchNamespaces:
            - jobs
      destination:
        server: https://kubernetes.default.svc
        namespace: flink-operator

Good:
    # file: clusters/dev/operator.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: flink-operator
      namespace: argocd
    spec:
      project: platform
      source:
        repoURL: https://downloads.apache.org/flink/flink-kubernetes-operator-1.15.0/
        chart: flink-kubernetes-operator
        targetRevision: 1.15.0
        helm:
          valuesObject:
            watchNamespaces:
            - jobs
      destination:
        server: https://kubernetes.default.svc
        namespace: flink-operator
    # file: clusters/dev/cert-manager.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: cert-manager
      namespace: argocd
      annotations:
        argocd.argoproj.io/sync-wave: "-1"
    spec:
      project: platform
      source:
        repoURL: https://charts.jetstack.io
        chart: cert-manager
        targetRevision: v1.19.0
      destination:
        server: https://kubernetes.default.svc
        namespace: cert-manager

Source: Flink Kubernetes Operator, "Helm", webhook.create.
"""

from collections.abc import Iterator

from overlaykit.argocd.applications import Application
from overlaykit.findings import Problem
from overlaykit.kubernetes.pods import mapping
from overlaykit.repo.operators import chart_version, is_told_otherwise
from overlaykit.repo.together import cluster_of
from overlaykit.repo.values import values_of
from overlaykit.repo.world import Unit, World
from overlaykit.source import Path

LEVEL = "error"

_GROUP = "cert-manager.io"


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    for application in world.applications_of.get(unit.folder, ()):
        if chart_version(application) is None or application.cluster != unit.cluster:
            continue
        if not _has_webhook(application, world) or _has_cert_manager(unit, application, world):
            continue
        path = _chart(application)
        message = (
            f"Application '{application.name}' deploys the operator with its webhook, and nothing "
            "here brings cert-manager: there is no kind Issuer"
        )
        fix = "deploy cert-manager in an earlier wave, or set webhook.create: false"
        at = application.place(path)
        problem = Problem(message, fix, at=at, path=path, object=application.label)
        yield problem.assuming("that the cluster has no cert-manager yet")


def _has_webhook(application: Application, world: World) -> bool:
    values = values_of(application, world)
    if is_told_otherwise(application, world):
        return False
    return mapping(values.get("webhook")).get("create") is not False


def _has_cert_manager(unit: Unit, application: Application, world: World) -> bool:
    """Whether anything of the cluster brings it: an Application, or its definitions."""
    if {cluster_of(application), ""} & world.operators.certified:
        return True
    near = world.together.of(unit)
    definitions = near.of_kind("CustomResourceDefinition")
    return any(one.obj.get("spec", "group") == _GROUP for one in definitions)


def _chart(application: Application) -> Path:
    listed = application.obj.get("spec", "sources")
    if isinstance(listed, list):
        for number, source in enumerate(application.sources):
            if source.chart:
                return ("spec", "sources", number, "chart")
    return ("spec", "source", "chart")
