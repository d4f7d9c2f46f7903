"""What other programs make in a cluster because of an object, as far as its name is known.

Sources: External Secrets, Sealed Secrets, cert-manager, trust-manager, SOPS operators, the Secrets
Store CSI driver, the Vault Secrets Operator, OpenShift ("serving-cert-secret-name"), Flink's
operator.
"""

from collections.abc import Callable, Iterator
from typing import Any

from msgspec import Struct

from overlaykit.kubernetes.pods import mapping, mappings
from overlaykit.render.objects import Object

ANYWHERE = "*"


# Groups of operators that make no pods and no Services; by their last words.
_PODLESS = (
    *("cert-manager.io", "external-secrets.io", "bitnami.com", "isindir.github.com", "kyverno.io"),
    *("networking.istio.io", "security.istio.io", "traefik.io", "traefik.containo.us", "cilium.io"),
    *("projectcontour.io", "gatekeeper.sh", "vault.banzaicloud.com", "secrets.hashicorp.com"),
    *("toolkit.fluxcd.io", "monitoring.coreos.com", "crd.projectcalico.org"),
    *("k8s.io", "openshift.io", "argoproj.io", "overlaykit.io", "metallb.io"),
)
# What makes pods though its group is above, or though it has none.
_POD_MAKERS = frozenset(
    {
        *("Prometheus", "PrometheusAgent", "Alertmanager", "ThanosRuler", "Workflow", "ArgoCD"),
        *("CronWorkflow", "EventSource", "Sensor", "EventBus", "HelmRelease", "BuildConfig"),
        *("IngressController", "Gateway", "Console", "Subscription", "ClusterLogging"),
    }
)


def may_make_pods(obj: Object) -> bool:
    """Whether an operator may make pods or Services because of an object, with labels of its own.

    Not for the Flink kinds, whose pods are known.
    """
    if obj.kind in _POD_MAKERS and "." in obj.group:
        return True
    flinks = obj.kind.startswith(("Flink", "CMF"))
    return "." in obj.group and not flinks and not obj.group.endswith(_PODLESS)


class Made(Struct, frozen=True):
    """An object that will be there; `namespace` empty: that of the maker, `*`: of any."""

    kind: str
    name: str
    namespace: str = ""


def makes(obj: Object) -> Iterator[Made]:
    """The objects that somebody makes because of this one, as far as their names are known."""
    found = _MAKERS.get(obj.kind)
    if found is not None and "." in obj.group:
        yield from found(obj)
    for key, value in obj.annotations.items():
        if key.endswith("/serving-cert-secret-name") and isinstance(value, str):
            yield Made("Secret", value)
    if obj.kind in ("Ingress", "Gateway") and any(
        str(key).startswith("cert-manager.io/") for key in obj.annotations
    ):
        yield from _tls_of_ingress(obj)


def _text(kind: str, *path: str) -> Callable[[Object], Iterator[Made]]:
    """A maker whose product is named at `path`, or as the object itself where it is not set."""

    def made(obj: Object) -> Iterator[Made]:
        value = obj.get(*path)
        yield Made(kind, value if isinstance(value, str) and value else obj.name)

    return made


def _external(obj: Object) -> Iterator[Made]:
    spec = mapping(obj.get("spec"))
    inner = mapping(spec.get("externalSecretSpec"))
    cluster = obj.kind == "ClusterExternalSecret"
    target = mapping((inner if cluster else spec).get("target")).get("name")
    name = target or spec.get("externalSecretName") or obj.name
    yield Made("Secret", str(name), ANYWHERE if cluster else "")


def _certificate_issuer(obj: Object) -> Iterator[Made]:
    for path in (("spec", "acme", "privateKeySecretRef", "name"),):
        if isinstance(obj.get(*path), str):
            yield Made("Secret", obj.get(*path), ANYWHERE)


def _tls_of_ingress(obj: Object) -> Iterator[Made]:
    for _, item in mappings(obj.get("spec", "tls")):
        if isinstance(item.get("secretName"), str):
            yield Made("Secret", item["secretName"])


def _sops(obj: Object) -> Iterator[Made]:
    listed: Any = obj.get("spec", "secretTemplates") or obj.get("spec", "secret_templates")
    for _, item in mappings(listed):
        yield Made("Secret", str(item.get("name")))


def _store_class(obj: Object) -> Iterator[Made]:
    for _, item in mappings(obj.get("spec", "secretObjects")):
        yield Made("Secret", str(item.get("secretName")))


def _bundle(obj: Object) -> Iterator[Made]:
    yield Made("ConfigMap", obj.name, ANYWHERE)
    yield Made("Secret", obj.name, ANYWHERE)


def _services_of_flink(obj: Object) -> Iterator[Made]:
    for name in (obj.name, f"{obj.name}-rest"):
        yield Made("Service", name)


_MAKERS: dict[str, Callable[[Object], Iterator[Made]]] = {
    "ExternalSecret": _external,
    "ClusterExternalSecret": _external,
    "SealedSecret": _text("Secret", "spec", "template", "metadata", "name"),
    "Certificate": _text("Secret", "spec", "secretName"),
    "Issuer": _certificate_issuer,
    "ClusterIssuer": _certificate_issuer,
    "Bundle": _bundle,
    "SopsSecret": _sops,
    "SecretProviderClass": _store_class,
    "VaultStaticSecret": _text("Secret", "spec", "destination", "name"),
    "VaultDynamicSecret": _text("Secret", "spec", "destination", "name"),
    "VaultPKISecret": _text("Secret", "spec", "destination", "name"),
    "VaultSecret": _text("Secret", "spec", "output", "name"),
    "OnePasswordItem": _text("Secret", "metadata", "name"),
    "InfisicalSecret": _text("Secret", "spec", "managedSecretReference", "secretName"),
    "DopplerSecret": _text("Secret", "spec", "managedSecret", "name"),
    "FlinkDeployment": _services_of_flink,
    "FlinkApplication": _services_of_flink,
}
