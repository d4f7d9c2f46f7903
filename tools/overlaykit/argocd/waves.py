"""What has to be there before what: who provides a thing, who needs it, in which sync wave.

Argo CD applies wave by wave and waits for each. Inside one sync it moves a Namespace and a CRD to
the wave of the first object that needs it, so only needs among custom resources can go wrong
there (source: Argo CD, "Sync phases and waves"; gitops-engine, pkg/sync/sync_tasks.go, adjustDeps).
"""

from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import Struct, field

from overlaykit.argocd.applications import WAVE, Application, wave
from overlaykit.argocd.order import HOOK, KINDS
from overlaykit.render.objects import Object

CMF = ("service", "Confluent Manager for Apache Flink")
FLINK_OPERATOR = ("operator", "Flink Kubernetes Operator")
# The API server refuses objects of these while their webhook does not answer.
FLINK_WEBHOOK = ("webhook", "the Flink Kubernetes Operator")
CERT_WEBHOOK = ("webhook", "cert-manager")

Need = tuple[str, ...]

# What a chart brings: groups of kinds, and operators that must run
# (source: the crds/ folders and the documentation of the charts).
CHARTS: dict[str, tuple[Need, ...]] = {
    "cert-manager": (
        ("group", "cert-manager.io"),
        ("group", "acme.cert-manager.io"),
        CERT_WEBHOOK,
    ),
    "confluent-for-kubernetes": (("group", "platform.confluent.io"),),
    "confluent-manager-for-apache-flink": (CMF,),
    "external-secrets": (
        ("group", "external-secrets.io"),
        ("group", "generators.external-secrets.io"),
    ),
    "flink-kubernetes-operator": (
        ("group", "flink.apache.org"),
        FLINK_OPERATOR,
        FLINK_WEBHOOK,
    ),
    "kube-prometheus-stack": (("group", "monitoring.coreos.com"),),
    "prometheus-operator-crds": (("group", "monitoring.coreos.com"),),
    "sealed-secrets": (("group", "bitnami.com"),),
    "traefik": (("group", "traefik.io"),),
    "trust-manager": (("group", "trust.cert-manager.io"),),
}

# Namespaces that no sync has to make; Argo CD's own is another one.
_ALWAYS = ("", "default", "kube-system", "kube-public", "kube-node-lease")

# CFK takes these to CMF's REST interface as soon as it sees them.
CMF_KINDS = frozenset(
    {
        "FlinkEnvironment",
        "FlinkApplication",
        "FlinkComputePool",
        "FlinkStatement",
        "FlinkKafkaCatalog",
        "FlinkKafkaDatabase",
        "FlinkSecret",
        "FlinkEnvironmentSecretMapping",
    }
)


# What makes a Secret under another kind's name: field path of the name, else the object's own.
_SECRET_MAKERS: dict[str, tuple[str, ...]] = {
    "Secret": (),
    "ExternalSecret": ("spec", "target", "name"),
    "SealedSecret": ("spec", "template", "metadata", "name"),
    "Certificate": ("spec", "secretName"),
}
# With one of these, OpenShift makes a Secret with a certificate for a Service.
_SERVING_CERTIFICATE = tuple(
    f"service.{stage}.openshift.io/serving-cert-secret-name" for stage in ("beta", "alpha")
)
# Kinds that others name: what they are called in words.
_NAMED = {
    "FlinkEnvironment": "environment",
    "CMFRestClass": "REST class",
    "FlinkComputePool": "compute pool",
    "FlinkKafkaCatalog": "catalog",
    "FlinkKafkaDatabase": "database",
    "FlinkSecret": "Flink secret",
    "FlinkEnvironmentSecretMapping": "secret mapping",
}
# Kind (or "" for any) and field path of a name, and what it names (source: the CRDs of CFK 3.3).
_REFERENCES: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("", ("spec", "flinkEnvironment"), "environment"),
    ("", ("spec", "cmfRestClassRef", "name"), "REST class"),
    ("FlinkStatement", ("spec", "computePoolName"), "compute pool"),
    ("FlinkStatement", ("spec", "properties", "sql.current-catalog"), "catalog"),
    ("FlinkStatement", ("spec", "properties", "sql.current-database"), "database"),
    ("FlinkKafkaDatabase", ("spec", "catalogRef", "name"), "catalog"),
    ("FlinkKafkaDatabase", ("spec", "connectionSecretRef", "name"), "secret mapping"),
    ("FlinkKafkaCatalog", ("spec", "srInstance", "connectionSecretId"), "secret mapping"),
    ("FlinkEnvironmentSecretMapping", ("spec", "secretRef", "name"), "Flink secret"),
)


class Inversion(Struct, frozen=True):
    """`user` syncs before (or with) `provider`, whose `need` it cannot do without."""

    user: Object
    provider: Object
    need: Need
    equal: bool = False


def provides(obj: Object) -> Iterator[Need]:
    """What an object makes available once it is applied."""
    if obj.kind == "Namespace" and not obj.group:
        yield "namespace", obj.name
    elif obj.kind == "CustomResourceDefinition":
        group, kind = obj.get("spec", "group"), obj.get("spec", "names", "kind")
        if isinstance(group, str) and isinstance(kind, str):
            yield "kind", group, kind
            yield "group", group
    elif obj.kind == "Service":
        found = (obj.annotations.get(key) for key in _SERVING_CERTIFICATE)
        yield from (("secret", obj.namespace, str(name)) for name in found if name)
    elif obj.kind in _SECRET_MAKERS:
        yield "secret", obj.namespace, _made_secret(obj)
    elif obj.kind in _NAMED:
        yield _NAMED[obj.kind], obj.name
    elif obj.kind == "FlinkDeployment" and obj.get("spec", "job") is None:
        yield "session cluster", obj.namespace, obj.name


def _made_secret(obj: Object) -> str:
    path = _SECRET_MAKERS[obj.kind]
    found = obj.get(*path) if path else None
    return found if isinstance(found, str) else obj.name


def needs(obj: Object) -> Iterator[Need]:
    """What must be there before an object is applied."""
    if obj.namespace:
        yield "namespace", obj.namespace
    if "." in obj.group and not obj.group.endswith(".k8s.io"):
        yield "kind", obj.group, obj.kind
    for kind, path, what in _REFERENCES:
        name = obj.get(*path) if kind in ("", obj.kind) else None
        if isinstance(name, str):
            yield what, name
    if obj.kind == "FlinkSecret":
        yield from secrets(obj)
    if obj.kind == "FlinkSessionJob" and isinstance(obj.get("spec", "deploymentName"), str):
        yield "session cluster", obj.namespace, obj.get("spec", "deploymentName")


def secrets(obj: Object) -> set[Need]:
    """The Secrets that an object, or its pods, read and cannot do without."""
    found: set[Need] = set()
    # Its secretRef names a FlinkSecret.
    if obj.kind != "FlinkEnvironmentSecretMapping":
        _secrets(obj.data, obj.namespace, found)
    return found


def _secrets(value: Any, namespace: str, found: set[Need]) -> None:
    if isinstance(value, list):
        for item in value:
            _secrets(item, namespace, found)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key in ("secretKeyRef", "secretRef", "secret") and isinstance(item, dict):
                name = item.get("secretName" if key == "secret" else "name")
                if isinstance(name, str) and item.get("optional") is not True:
                    found.add(("secret", namespace, name))
            elif key == "secretRef" and isinstance(item, str):
                found.add(("secret", namespace, item))
            _secrets(item, namespace, found)


def needs_from_afar(obj: Object) -> Iterator[Need]:
    """What other Applications must have brought, beside `needs`."""
    if "." in obj.group:
        yield "group", obj.group
    if obj.kind in CMF_KINDS:
        yield CMF
    if obj.kind == "FlinkApplication" or obj.group == "flink.apache.org":
        yield FLINK_OPERATOR
    if obj.group == "flink.apache.org":
        yield FLINK_WEBHOOK
    if obj.group == "cert-manager.io":
        yield CERT_WEBHOOK


def inversions(objects: Iterable[Object]) -> Iterator[Inversion]:
    """Inside one sync: users whose wave is their provider's or an earlier one.

    Equal waves count only where somebody wrote one: inside a wave nothing waits.
    """
    ordered = [obj for obj in objects if HOOK not in obj.annotations and wave(obj) is not None]
    providers = {need: obj for obj in ordered for need in provides(obj)}
    for obj in ordered:
        for need in needs(obj):
            provider = providers.get(need)
            if provider is None or provider is obj or need[0] in ("namespace", "kind"):
                continue
            user_wave, provider_wave = wave(obj) or 0, wave(provider) or 0
            if user_wave < provider_wave:
                yield Inversion(obj, provider, need)
            elif user_wave == provider_wave and user_wave != 0 and provider.kind not in KINDS:
                yield Inversion(obj, provider, need, equal=True)


class Child(Struct, frozen=True):
    """An Application of a parent, with the objects it deploys as far as they are here."""

    application: Application
    content: tuple[Object, ...]
    values: dict[str, Any] = field(default_factory=dict)

    def provides(self) -> set[Need]:
        found = {need for obj in self.content for need in provides(obj)}
        for source in self.application.sources:
            found.update(CHARTS.get(source.chart_name, ()))
        return found if self._has_webhook() else found - {FLINK_WEBHOOK}

    def needs(self) -> set[Need]:
        found = {need for obj in self.content for need in (*needs(obj), *needs_from_afar(obj))}
        charts = any(source.chart for source in self.application.sources)
        for source in self.application.sources:
            if source.chart_name == "flink-kubernetes-operator" and self._has_webhook():
                found.update({("group", "cert-manager.io"), CERT_WEBHOOK})
        namespace = self.application.destination_namespace
        if self.content or charts:
            found.add(("namespace", namespace))
        return found - self.there()

    def there(self) -> set[Need]:
        """The namespaces that are there, or that Argo CD makes for this Application."""
        names = (*_ALWAYS, self.application.obj.namespace)
        return {("namespace", name) for name in names} | self.makes()

    def makes(self) -> set[Need]:
        """The namespace that Argo CD makes for this Application."""
        if "CreateNamespace=true" not in self.application.options:
            return set()
        return {("namespace", self.application.destination_namespace)}

    def _has_webhook(self) -> bool:
        """The operator's webhook (on by default) takes its certificate from cert-manager."""
        webhook = self.values.get("webhook")
        return not (isinstance(webhook, dict) and webhook.get("create") is False)


def application_inversions(children: list[Child]) -> Iterator[Inversion]:
    """Across the Applications of one parent: users whose wave is before every provider's, or,
    where both are written, the same as the first one's."""
    offers = [(child, child.provides()) for child in children]
    for child in children:
        own = child.provides()
        for need in sorted(child.needs() - own):
            givers = [c.application for c, offered in offers if need in offered and c is not child]
            waves = [giver.wave for giver in givers]
            mine = child.application.wave
            if not givers or mine is None or any(w is None or w < mine for w in waves):
                continue
            first = min(givers, key=lambda giver: giver.wave or 0)
            if first.wave != mine:
                yield Inversion(child.application.obj, first.obj, need)
            elif all(WAVE in obj.annotations for obj in (child.application.obj, first.obj)):
                yield Inversion(child.application.obj, first.obj, need, equal=True)


def describe(need: Need) -> str:
    """A need in words: namespace flink, kind FlinkApplication, the kinds of cert-manager.io."""
    if need[0] == "kind":
        return f"the CRD of {need[2]} ({need[1]})"
    if need[0] == "group":
        return f"the CRDs of {need[1]}"
    if need[0] in ("service", "operator"):
        return f"the {need[1]}"
    if need[0] == "webhook":
        return f"the webhook of {need[1]}"
    if need[0] == "secret":
        return f"Secret '{need[2]}'" + (f" in {need[1]}" if need[1] else "")
    return f"{need[0]} '{need[-1]}'"
