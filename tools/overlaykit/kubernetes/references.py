"""The names that objects mention: ConfigMaps, Secrets, ServiceAccounts, claims and Services.

Not here: what the Flink kinds refer to beside their pod templates, which their own checks judge.
"""

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from overlaykit.kubernetes.pods import Container, Template, mapping, mappings, templates
from overlaykit.render.objects import Object
from overlaykit.source import Path


class Reference(Struct, frozen=True):
    """A name at `path` of an object; `namespace` where it is another than the object's.

    `key`: the key of the ConfigMap or Secret that is wanted; `port`: the port of the Service.
    """

    kind: str
    name: str
    path: Path
    namespace: str = ""
    key: str = ""
    key_path: Path = ()
    port: Any = None
    port_path: Path = ()


def references(obj: Object) -> Iterator[Reference]:
    """Every reference of an object that must be there; what is optional is left out."""
    for template in templates(obj):
        yield from _of_pod(template)
    found = _OF_KIND.get((obj.group, obj.kind))
    if found is not None:
        yield from found(obj)


def _of_pod(template: Template) -> Iterator[Reference]:
    spec, at = template.spec, (*template.at, "spec")
    for field in ("serviceAccountName", "serviceAccount"):
        if isinstance(spec.get(field), str) and spec[field]:
            yield Reference("ServiceAccount", spec[field], (*at, field))
            break
    for number, volume in mappings(spec.get("volumes")):
        yield from _of_volume(volume, (*at, "volumes", number))
    for container in template.containers():
        yield from _of_container(container)


def _of_volume(volume: dict[str, Any], at: Path) -> Iterator[Reference]:
    yield from _mounted("ConfigMap", volume.get("configMap"), (*at, "configMap"), "name")
    yield from _mounted("Secret", volume.get("secret"), (*at, "secret"), "secretName")
    claim = mapping(volume.get("persistentVolumeClaim")).get("claimName")
    if isinstance(claim, str):
        path = (*at, "persistentVolumeClaim", "claimName")
        yield Reference("PersistentVolumeClaim", claim, path)
    projected = mapping(volume.get("projected"))
    for number, source in mappings(projected.get("sources")):
        inside = (*at, "projected", "sources", number)
        yield from _mounted("ConfigMap", source.get("configMap"), (*inside, "configMap"), "name")
        yield from _mounted("Secret", source.get("secret"), (*inside, "secret"), "name")


def _mounted(kind: str, data: Any, at: Path, field: str) -> Iterator[Reference]:
    """A ConfigMap or Secret as a volume, with the keys that it picks."""
    found = mapping(data)
    name = found.get(field)
    if not isinstance(name, str) or not name or found.get("optional") is True:
        return
    items = mappings(found.get("items"))
    yield Reference(kind, name, (*at, field))
    for number, item in items:
        if isinstance(item.get("key"), str):
            path = (*at, "items", number, "key")
            yield Reference(kind, name, (*at, field), key=item["key"], key_path=path)


def _of_container(container: Container) -> Iterator[Reference]:
    for number, source in container.listed("envFrom"):
        for kind, field in (("ConfigMap", "configMapRef"), ("Secret", "secretRef")):
            at = (*container.at, "envFrom", number, field)
            yield from _mounted(kind, source.get(field), at, "name")
    for number, variable in container.listed("env"):
        chosen = mapping(variable.get("valueFrom"))
        for kind, field in (("ConfigMap", "configMapKeyRef"), ("Secret", "secretKeyRef")):
            found, at = (
                mapping(chosen.get(field)),
                (*container.at, "env", number, "valueFrom", field),
            )
            name, key = found.get("name"), found.get("key")
            if isinstance(name, str) and name and found.get("optional") is not True:
                yield Reference(kind, name, (*at, "name"))
                if isinstance(key, str):
                    yield Reference(kind, name, (*at, "name"), key=key, key_path=(*at, "key"))


def _service(name: Any, path: Path, **more: Any) -> Iterator[Reference]:
    if isinstance(name, str) and name:
        yield Reference("Service", name, path, **more)


def _of_stateful_set(obj: Object) -> Iterator[Reference]:
    yield from _service(obj.get("spec", "serviceName"), ("spec", "serviceName"))


def _of_ingress(obj: Object) -> Iterator[Reference]:
    for number, item in mappings(obj.get("spec", "tls")):
        name = item.get("secretName")
        if isinstance(name, str) and name:
            yield Reference("Secret", name, ("spec", "tls", number, "secretName"))
    backends: list[Path] = [("spec", "defaultBackend")]
    for number, rule in mappings(obj.get("spec", "rules")):
        for other, _ in mappings(mapping(rule.get("http")).get("paths")):
            backends.append(("spec", "rules", number, "http", "paths", other, "backend"))
    for at in backends:
        port = mapping(obj.get(*at, "service", "port"))
        field = "name" if "name" in port else "number"
        path = (*at, "service", "port", field)
        name = obj.get(*at, "service", "name")
        where = (*at, "service", "name")
        yield from _service(name, where, port=port.get(field), port_path=path)


def _of_route(obj: Object) -> Iterator[Reference]:
    """An OpenShift Route: its targetPort is a port of the Service, or of the pods behind it."""
    if obj.get("spec", "to", "kind") in (None, "Service"):
        yield from _service(obj.get("spec", "to", "name"), ("spec", "to", "name"))


def _of_gateway_route(obj: Object) -> Iterator[Reference]:
    for number, rule in mappings(obj.get("spec", "rules")):
        for other, backend in mappings(rule.get("backendRefs")):
            if backend.get("kind") in (None, "Service") and not backend.get("group"):
                at: Path = ("spec", "rules", number, "backendRefs", other)
                namespace = str(backend.get("namespace") or "")
                port = {"port": backend.get("port"), "port_path": (*at, "port")}
                yield from _service(backend.get("name"), (*at, "name"), namespace=namespace, **port)


def _of_ingress_route(obj: Object) -> Iterator[Reference]:
    """Traefik's own Ingress; what is no Service (TraefikService) is its own affair."""
    for number, route in mappings(obj.get("spec", "routes")):
        for other, service in mappings(route.get("services")):
            if service.get("kind") in (None, "Service"):
                at: Path = ("spec", "routes", number, "services", other)
                namespace = str(service.get("namespace") or "")
                port = {"port": service.get("port"), "port_path": (*at, "port")}
                yield from _service(service.get("name"), (*at, "name"), namespace=namespace, **port)


def _of_webhooks(obj: Object) -> Iterator[Reference]:
    for number, hook in mappings(obj.get("webhooks")):
        found = mapping(mapping(hook.get("clientConfig")).get("service"))
        at: Path = ("webhooks", number, "clientConfig", "service", "name")
        yield from _service(found.get("name"), at, namespace=str(found.get("namespace") or ""))


_GATEWAY = "gateway.networking.k8s.io"
_HOOKS = "admissionregistration.k8s.io"
_OF_KIND = {
    ("apps", "StatefulSet"): _of_stateful_set,
    ("networking.k8s.io", "Ingress"): _of_ingress,
    ("route.openshift.io", "Route"): _of_route,
    ("traefik.io", "IngressRoute"): _of_ingress_route,
    ("traefik.containo.us", "IngressRoute"): _of_ingress_route,
    (_GATEWAY, "HTTPRoute"): _of_gateway_route,
    (_GATEWAY, "GRPCRoute"): _of_gateway_route,
    (_GATEWAY, "TLSRoute"): _of_gateway_route,
    (_GATEWAY, "TCPRoute"): _of_gateway_route,
    (_HOOKS, "ValidatingWebhookConfiguration"): _of_webhooks,
    (_HOOKS, "MutatingWebhookConfiguration"): _of_webhooks,
}
