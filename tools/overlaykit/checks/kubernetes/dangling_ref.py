"""What an object refers to by name is there.

A pod that names a ConfigMap, Secret, ServiceAccount or claim which nobody makes does not start; an
Ingress or Route to a Service or port that is not there answers 503. The names are looked up over
all Applications of the cluster, with what operators, External Secrets, Sealed Secrets and
cert-manager make. What somebody else makes is declared in `.overlay.yaml` under `external`, as
Kind/namespace/name, or in a workload's `secrets`. It is silent for `optional: true`, and in
namespaces where a chart or something else unseen may make the name, unless the name looks
misspelt; an info where nothing here says that the folder is deployed at all.

Bad:
    # file: overlays/dev/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - options.yaml
    - deployment.yaml
    # file: overlays/dev/options.yaml
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: gateway-options
      namespace: flink
    data:
      LEVEL: info
    # file: overlays/dev/deployment.yaml
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: gateway
      namespace: flink
    spec:
      selector:
        matchLabels:
          app: gateway
      template:
        metadata:
          labels:
            app: gateway
        spec:
          containers:
          - name: gateway
            image: registry.example.com/gateway:1.0.3
            envFrom:
            - configMapRef:
                name: gateway-option  # <- here
            env:
            - name: LOG
              valueFrom:
                configMapKeyRef:
                  name: gateway-options
                  key: LEVLE  # <- here

Good:
    # file: overlays/dev/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - options.yaml
    - pod.yaml
    # file: overlays/dev/options.yaml
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: gateway-options
      namespace: flink
    data:
      LEVEL: info
    # file: overlays/dev/pod.yaml
    apiVersion: v1
    kind: Pod
    metadata:
      name: gateway
      namespace: flink
    spec:
      containers:
      - name: gateway
        image: registry.example.com/gateway:1.0.3
        envFrom:
        - configMapRef:
            name: gateway-options
        - secretRef:
            name: gateway-login
            optional: true

Source: Kubernetes, "Configure a Pod to Use a ConfigMap", "Secrets", "Ingress", "Service".
"""

import difflib
import re
from collections.abc import Iterable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from overlaykit.findings import Problem
from overlaykit.kubernetes.names import meant
from overlaykit.kubernetes.pods import (
    CONFLUENT,
    FLINK,
    Container,
    Pod,
    mapping,
    mappings,
    templates,
)
from overlaykit.kubernetes.references import Reference, references
from overlaykit.kubernetes.selectors import selected
from overlaykit.render.objects import Object, strings
from overlaykit.repo.declared import secrets
from overlaykit.repo.together import Neighbours, Placed, is_external
from overlaykit.repo.world import Unit, World
from overlaykit.source import Path

LEVEL = "warning"

# Kubernetes, OpenShift and meshes put these into every namespace.
_ALWAYS = {
    ("ServiceAccount", "default"),
    ("ServiceAccount", "builder"),
    ("ServiceAccount", "deployer"),
    ("ServiceAccount", "pipeline"),
    ("ConfigMap", "kube-root-ca.crt"),
    ("ConfigMap", "openshift-service-ca.crt"),
    ("ConfigMap", "istio-ca-root-cert"),
    ("Service", "kubernetes"),
}
_TEMPLATED = re.compile(r"\$\{|\{\{|\$\(|[<>*%]")
_HASH = re.compile(r"-[0-9a-z]{10}")


class _Place(Struct):
    """Where a reference is looked up: an object of a unit, its namespace, and what is there."""

    unit: Unit
    world: World
    obj: Object
    namespace: str
    here: Neighbours

    def problem(self, message: str, fix: str, path: Path) -> Problem:
        at = self.unit.locate(self.obj, path, False)
        return Problem(message, fix, at=at, path=path, object=self.obj.label)


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    here = world.together.of(unit)
    for obj in unit.objects:
        place = _Place(unit, world, obj, _namespace(unit, obj, world, here), here)
        told: set[str] = set()
        for reference in references(obj):
            if not _TEMPLATED.search(f"{reference.name}{reference.namespace}"):
                for problem in _judged(place, reference):
                    if problem.message not in told:
                        told.add(problem.message)
                        yield problem
        yield from _probes(place)
        if obj.kind == "Service" and not obj.group:
            yield from _target_ports(place)


def _namespace(unit: Unit, obj: Object, world: World, here: Neighbours) -> str:
    """Where the pods of an object run: those of CMF's kinds in the environment's namespace."""
    environment = obj if obj.kind == "FlinkEnvironment" else here.environment(obj)
    found = environment.get("spec", "kubernetesNamespace") if environment else None
    return found if isinstance(found, str) else world.together.namespace(unit, obj)


def _judged(place: _Place, reference: Reference) -> Iterator[Problem]:
    namespace = reference.namespace or place.namespace
    found = place.here.named(reference.kind, reference.name, namespace)
    if not found:
        yield from _missing(place, reference, namespace)
    elif reference.key:
        yield from _key(place, reference, found)
    elif reference.port is not None:
        yield from _port(place, reference, found)


def _missing(place: _Place, reference: Reference, namespace: str) -> Iterator[Problem]:
    kind, name = reference.kind, reference.name
    if (kind, name) in _ALWAYS or reference.key or _may_be_there(place, reference, namespace):
        return
    names = {one.obj.name for one in place.here.of_kind(kind, namespace)}
    close = _close(name, names | _declared(place.world, kind, namespace))
    unseen, known = place.here.opaque(namespace), place.world.together.is_known(place.unit)
    if unseen and not close:
        return
    where = f" in namespace '{namespace}'" if namespace else ""
    hint = f"; did you mean '{close}'?" if close else ""
    message = f"nothing here makes the {kind} '{name}'{where}{hint}"
    fix = (
        f"write '{close}'" if close else f"add the {kind}, or declare it: external in .overlay.yaml"
    )
    if close and _HASH.fullmatch(close.removeprefix(name)):
        fix = f"set disableNameSuffixHash: true in the generator of '{name}', or write '{close}'"
    problem = place.problem(message, fix, reference.path)
    taken = f"that {unseen} does not make it" if unseen else "that nobody makes it from elsewhere"
    problem = problem.assuming(taken)
    yield problem if known or close else replace(problem, level="info")


def _may_be_there(place: _Place, reference: Reference, namespace: str) -> bool:
    """Whether something that is here, or declared, brings the name."""
    kind, name, here = reference.kind, reference.name, place.here
    if is_external(place.world.config.external, kind, namespace, name):
        return True
    if name in _declared(place.world, kind, namespace):
        return True
    if here.is_made(kind, name, namespace):
        return True
    # Operators name what they make after the custom resource that asks for it, or as it says.
    for one in here.customs(namespace):
        if one.obj is not place.obj and _brings(one.obj, name):
            return True
    return _is_copied(here, kind, name) or _is_scripted(place, name)


def _brings(obj: Object, name: str) -> bool:
    """Whether a custom resource is named in what is missing, or mentions it; jobs only use it."""
    if obj.name and obj.name in name:
        return True
    users = (FLINK, CONFLUENT)
    return obj.group not in users and any(text == name for _, text in strings(obj.data))


def _is_copied(here: Neighbours, kind: str, name: str) -> bool:
    """Whether the same name of another namespace is copied around, as its annotations say."""
    for one in here.named(kind, name, ""):
        words = [*one.obj.annotations, *mapping(one.obj.metadata.get("labels"))]
        if any(re.search(r"replicat|reflect|kubed|copy|sync", str(word)) for word in words):
            return True
    return False


def _is_scripted(place: _Place, name: str) -> bool:
    """Whether a command or a script of the unit names it: it may make it."""
    for obj in place.unit.objects:
        if obj.kind == "ConfigMap" and any(
            name in text for _, text in strings(obj.data.get("data"))
        ):
            return True
        for template in templates(obj):
            for container in template.containers():
                words = (container.data.get("command"), container.data.get("args"))
                if any(name in text for part in words for _, text in strings(part)):
                    return True
    return False


def _declared(world: World, kind: str, namespace: str) -> set[str]:
    """The Secrets that workloads of this layout say somebody makes."""
    if kind != "Secret":
        return set()
    return secrets(world, namespace)


def _close(name: str, names: Iterable[str]) -> str:
    """The name that was probably meant; names that differ in digits only are siblings."""
    listed = sorted(names)
    for one in listed:
        if _HASH.fullmatch(one.removeprefix(name)):
            return one
    return meant(name, listed, 0.88)


def _key(place: _Place, reference: Reference, found: list[Placed]) -> Iterator[Problem]:
    """The key that is wanted of a ConfigMap or Secret."""
    if any(one.unit is not place.unit for one in found):
        return  # another folder may be for another cluster
    keys: set[str] = set()
    for one in found:
        own = {
            str(key)
            for part in ("data", "stringData", "binaryData")
            for key in mapping(one.obj.data.get(part))
        }
        if not own or one.obj.draft or reference.key in own:
            return
        keys |= own
    close = difflib.get_close_matches(reference.key, sorted(keys), 1)
    there = ", ".join(sorted(keys)[:8])
    message = (
        f"the {reference.kind} '{reference.name}' has no key '{reference.key}' (it has {there})"
    )
    fix = f"write '{close[0]}'" if close else "write a key that is there, or add it"
    yield place.problem(message, fix, reference.key_path)


def _port(place: _Place, reference: Reference, found: list[Placed]) -> Iterator[Problem]:
    """The port that is wanted of a Service, by name or number."""
    ports = [port for one in found for _, port in mappings(one.obj.get("spec", "ports"))]
    there = [p.get("name") if isinstance(reference.port, str) else p.get("port") for p in ports]
    if not ports or reference.port in there or any(one.obj.draft for one in found):
        return
    listed = ", ".join(str(one) for one in there if one is not None) or "none with a name"
    message = f"the Service '{reference.name}' has no port '{reference.port}' (it has {listed})"
    yield place.problem(message, "write a port of the Service", reference.port_path)


def _target_ports(place: _Place) -> Iterator[Problem]:
    """Named target ports of a Service, in the pods that it selects."""
    selector = place.obj.get("spec", "selector")
    named = [
        (number, port["targetPort"])
        for number, port in mappings(place.obj.get("spec", "ports"))
        if isinstance(port.get("targetPort"), str) and not port["targetPort"].isdigit()
    ]
    if not selector or not named:
        return
    pods = selected(selector, place.here.pods(place.namespace), plain=True)
    there = sorted({name for pod in pods for name in pod.ports})
    for number, name in named:
        if pods and name not in there and not _TEMPLATED.search(name):
            message = (
                f"no container of {_listed(pods)} declares the port '{name}' "
                f"(declared: {', '.join(there) or 'none'})"
            )
            path = ("spec", "ports", number, "targetPort")
            yield place.problem(message, "write the name of a containerPort, or its number", path)


def _listed(pods: Iterable[Pod]) -> str:
    labels = sorted({pod.obj.label for pod in pods})
    return ", ".join(labels[:3]) + (" …" if len(labels) > 3 else "")


def _probes(place: _Place) -> Iterator[Problem]:
    """Named ports of a container's own probes."""
    for template in templates(place.obj):
        for container in template.containers():
            yield from _probe(place, container)


def _probe(place: _Place, container: Container) -> Iterator[Problem]:
    own = {p.get("name") for _, p in container.listed("ports")}
    if container.name == "flink-main-container" or not container.data.get("image"):
        return  # the operator adds ports, and a part of a template is no whole container
    for probe in ("livenessProbe", "readinessProbe", "startupProbe"):
        for action in ("httpGet", "tcpSocket"):
            port = mapping(container.part(probe).get(action)).get("port")
            if isinstance(port, str) and not port.isdigit() and port not in own:
                listed = ", ".join(sorted(str(name) for name in own if name)) or "none"
                message = (
                    f"the container '{container.name}' declares no port '{port}' "
                    f"(declared: {listed})"
                )
                path = (*container.at, probe, action, "port")
                yield place.problem(message, "write the name of a containerPort", path)
