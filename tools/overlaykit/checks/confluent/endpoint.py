"""A CMFRestClass names CMF as it is deployed.

Confluent for Kubernetes calls CMF under this address. CMF's Service is cmf-service in the namespace
of its chart, its port 80 with TLS as well. Another one gives cmfSync Failed on every object.

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
        chart: confluent-manager-for-apache-flink
        targetRevision: 2.4.1
      destination:
        server: https://kubernetes.default.svc
        namespace: confluent
    # file: clusters/dev/flink.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: flink
      namespace: argocd
    spec:
      project: flink
      source:
        repoURL: https://git.example.com/team/gitops.git
        targetRevision: main
        path: flink
      destination:
        server: https://kubernetes.default.svc
        namespace: flink
    # file: flink/rest.yaml
    apiVersion: platform.confluent.io/v1beta1
    kind: CMFRestClass
    metadata:
      name: cmf
      namespace: flink
    spec:
      cmfRest:
        endpoint: http://cmf-service.cmf.svc.cluster.local:80  # <- here

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
    # file: clusters/dev/flink.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: flink
      namespace: argocd
    spec:
      project: flink
      source:
        repoURL: https://git.example.com/team/gitops.git
        targetRevision: main
        path: flink
      destination:
        server: https://kubernetes.default.svc
        namespace: flink
    # file: flink/rest.yaml
    apiVersion: platform.confluent.io/v1beta1
    kind: CMFRestClass
    metadata:
      name: cmf
      namespace: flink
    spec:
      cmfRest:
        endpoint: http://cmf-service.confluent.svc.cluster.local:80

Source: the chart of CMF; the examples of Confluent for Kubernetes.
"""

from collections.abc import Iterator

from overlaykit.confluent import endpoint
from overlaykit.confluent.kinds import is_cmf
from overlaykit.findings import Problem
from overlaykit.kubernetes.pods import mapping
from overlaykit.render.objects import Object
from overlaykit.repo.flinks import is_filled_in
from overlaykit.repo.world import Unit, World
from overlaykit.source import Path

LEVEL = "warning"

_REST: Path = ("spec", "cmfRest")
_URL: Path = (*_REST, "endpoint")


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    for obj in unit.objects:
        if obj.kind == "CMFRestClass" and is_cmf(obj):
            yield from _address(unit, world, obj)
            yield from _plain(unit, obj)


def _address(unit: Unit, world: World, obj: Object) -> Iterator[Problem]:
    url = obj.get(*_URL)
    charts = [one for one in world.confluents.cmf(unit) if one.told and one.home]
    found = endpoint.parse(url) if isinstance(url, str) and not is_filled_in(url) else None
    if found is None or not charts or len(charts) != len(world.confluents.cmf(unit)):
        return
    wrong = [endpoint.faults(found, one.values, one.home) for one in charts]
    if all(wrong):
        message = f"'{url}' is not where Application '{charts[0].name}' puts CMF: "
        problem = Problem(
            message + ", ".join(wrong[0]),
            f"write {endpoint.wanted(charts[0].values, charts[0].home)}",
            at=unit.locate(obj, _URL, False),
            path=_URL,
            object=obj.label,
        )
        yield problem


def _plain(unit: Unit, obj: Object) -> Iterator[Problem]:
    """What is for TLS only, on an address without it."""
    url, rest = obj.get(*_URL), mapping(obj.get(*_REST))
    mutual = mapping(rest.get("authentication")).get("type") == "mtls"
    if isinstance(url, str) and url.startswith("http://") and (mutual or rest.get("tls")):
        message = f"'{url}' is called without TLS: the certificate is never shown"
        fix = f"write https{url.removeprefix('http')}"
        at = unit.locate(obj, _URL, False)
        yield Problem(message, fix, at=at, path=_URL, object=obj.label)
