"""Nobody outside reaches Flink or CMF without a login.

Flink's REST interface (8081), its SQL Gateway (8083) and CMF ask nobody who they are: who reaches
them runs code with the rights of the jobs. A Service of type LoadBalancer or NodePort before them
is an error; so is Flink's own option for it. An Ingress or Route is a warning, unless its
annotations name a login, since a proxy may stand before it.

Bad:
    # file: overlays/dev/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - job.yaml
    - service.yaml
    # file: overlays/dev/job.yaml
    apiVersion: flink.apache.org/v1beta1
    kind: FlinkDeployment
    metadata:
      name: orders
      namespace: flink
    spec:
      image: flink:1.20.3-java17
      flinkVersion: v1_20
      serviceAccount: flink
      flinkConfiguration:
        kubernetes.rest-service.exposed.type: NodePort  # <- here
      jobManager:
        resource: {cpu: 1, memory: 2048m}
      taskManager:
        resource: {cpu: 1, memory: 2048m}
    # file: overlays/dev/service.yaml
    apiVersion: v1
    kind: Service
    metadata:
      name: orders-ui
      namespace: flink
    spec:
      type: LoadBalancer  # <- here
      selector:
        app: orders
        component: jobmanager
      ports:
      - port: 80
        targetPort: 8081

Good:
    # file: overlays/dev/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - job.yaml
    - service.yaml
    # file: overlays/dev/job.yaml
    apiVersion: flink.apache.org/v1beta1
    kind: FlinkDeployment
    metadata:
      name: orders
      namespace: flink
    spec:
      image: flink:1.20.3-java17
      flinkVersion: v1_20
      serviceAccount: flink
      jobManager:
        resource: {cpu: 1, memory: 2048m}
      taskManager:
        resource: {cpu: 1, memory: 2048m}
    # file: overlays/dev/service.yaml
    apiVersion: v1
    kind: Service
    metadata:
      name: orders-ui
      namespace: flink
    spec:
      type: ClusterIP
      selector:
        app: orders
        component: jobmanager
      ports:
      - port: 80
        targetPort: 8081

Source: Flink, "Security" and "Native Kubernetes"; Confluent Manager for Apache Flink,
"Authentication".
"""

import re
from collections.abc import Iterator

from msgspec.structs import replace

from overlaykit.findings import Problem
from overlaykit.flink.configuration import flatten
from overlaykit.kubernetes.flink import (
    CMF_CHART,
    CMF_SERVICE,
    GATEWAY,
    asks_who_calls,
    is_cluster,
    is_flink,
    options,
    rest_port,
    says,
)
from overlaykit.kubernetes.pods import Pod, flink_spec, mapping, mappings
from overlaykit.kubernetes.references import references
from overlaykit.kubernetes.selectors import selected
from overlaykit.render.objects import Object
from overlaykit.repo.together import Neighbours
from overlaykit.repo.values import values_of
from overlaykit.repo.world import Unit, World
from overlaykit.source import Path

LEVEL = "error"

_OPEN = ("LoadBalancer", "NodePort")
_OPTION = "kubernetes.rest-service.exposed.type"
# Annotations of ingress controllers and proxies that ask for a login, or keep the balancer inside.
_LOGIN = re.compile(r"auth|oidc|iap|cognito|middleware|allowlist|whitelist", re.IGNORECASE)
_INSIDE = re.compile(r"internal|scheme|load-balancer-type|source-ranges", re.IGNORECASE)
_HARM = "who reaches it can run code: nothing there asks for a login"
_GATES = ("Ingress", "Route", "HTTPRoute", "IngressRoute")


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    for obj in unit.objects:
        for problem in _of_object(obj, unit, world):
            at = unit.locate(obj, problem.path, False)
            yield replace(problem, at=at, object=obj.label)


def _of_object(obj: Object, unit: Unit, world: World) -> Iterator[Problem]:
    if obj.kind == "Service" and not obj.group:
        yield from _of_service(obj, unit, world)
    elif obj.kind in _GATES:
        yield from _of_gate(obj, unit, world)
    elif flink_spec(obj) is not None:
        yield from _of_flink(obj, world.together.of(unit))


def _of_service(obj: Object, unit: Unit, world: World) -> Iterator[Problem]:
    kind = obj.get("spec", "type")
    if kind not in _OPEN or not obj.get("spec", "selector"):
        return
    here = world.together.of(unit)
    reached = _reached(obj, world.together.namespace(unit, obj), here, unit)
    if not reached:
        return
    message = f"a Service of type {kind} opens {reached}; {_HARM}"
    fix = "write type: ClusterIP, and put a proxy that asks for a login before it"
    problem = Problem(message, fix, path=("spec", "type"))
    limited = obj.get("spec", "loadBalancerSourceRanges") or any(
        _INSIDE.search(str(key)) for key in obj.annotations
    )
    taken = "that the load balancer is reached by people who may run code only"
    yield problem.assuming(taken if limited else "")


def _reached(service: Object, namespace: str, here: Neighbours, unit: Unit) -> str:
    """What a Service leads to that asks nobody who calls; empty where nothing."""
    pods = selected(service.get("spec", "selector"), here.pods(namespace), plain=True)
    for _, port in mappings(service.get("spec", "ports")):
        for pod in pods:
            number = _number(port, pod)
            if is_flink(pod) and number in _unguarded(pod, here, unit):
                return f"port {number} of {pod.obj.label}"
    return ""


def _number(port: dict[str, object], pod: Pod) -> int:
    """The port of a pod that a port of a Service leads to."""
    target = port.get("targetPort", port.get("port"))
    if isinstance(target, str):
        return int(target) if target.isdigit() else pod.ports.get(target, 0)
    return target if isinstance(target, int) else 0


def _unguarded(pod: Pod, here: Neighbours, unit: Unit) -> set[int]:
    """The ports of a Flink pod that serve whoever calls."""
    if pod.role:
        settings = options(pod.obj, here.environment(pod.obj))
        open_ports = {rest_port(settings), GATEWAY} if pod.role == "jobmanager" else set[int]()
        return set() if asks_who_calls(settings) else open_ports
    if says(unit.objects, "security.ssl.rest.authentication-enabled"):
        return set()
    return {rest_port({}), GATEWAY}


def _of_flink(obj: Object, here: Neighbours) -> Iterator[Problem]:
    at, spec = flink_spec(obj) or ((), {})
    settings = flatten(spec.get("flinkConfiguration"))
    asked = asks_who_calls(options(obj, here.environment(obj)))
    kind = settings.get(_OPTION)
    if kind in _OPEN and not asked:
        message = f"{_OPTION}: {kind} opens Flink's REST interface; {_HARM}"
        path = _option_path(spec, (*at, "flinkConfiguration"))
        yield Problem(message, "write ClusterIP, or leave the option out", path=path)
    ingress = mapping(spec.get("ingress"))
    if ingress and is_cluster(obj) and not asked and not _has_login(ingress.get("annotations")):
        message = f"the operator makes an Ingress to Flink's REST interface; {_HARM}"
        problem = Problem(
            message, "put a proxy that asks for a login before it", path=(*at, "ingress")
        )
        yield problem.assuming("that the ingress controller asks for no login of its own")


def _option_path(spec: dict[str, object], at: Path) -> Path:
    """Where the option stands: a flat key, or as nested keys."""
    value: object = spec.get("flinkConfiguration")
    if _OPTION in mapping(value):
        return (*at, _OPTION)
    return at


def _has_login(annotations: object) -> bool:
    return any(_LOGIN.search(str(key)) for key in mapping(annotations))


def _of_gate(obj: Object, unit: Unit, world: World) -> Iterator[Problem]:
    if _has_login(obj.annotations) or _filters(obj):
        return
    here = world.together.of(unit)
    told: set[str] = set()
    for reference in references(obj):
        if reference.kind != "Service" or reference.name in told:
            continue
        namespace = reference.namespace or world.together.namespace(unit, obj)
        reached = _behind(reference.name, namespace, here, unit, world)
        if reached:
            told.add(reference.name)
            message = f"{_article(obj.kind)} {obj.kind} opens {reached}; {_HARM}"
            fix = "send it to a proxy that asks for a login"
            problem = Problem(message, fix, path=reference.path)
            yield problem.assuming("that the ingress controller asks for no login of its own")


def _article(kind: str) -> str:
    return "an" if kind[0] in "AEIOUH" else "a"


def _filters(obj: Object) -> bool:
    """Whether a route has a filter or middleware of its controller: it may be a login."""
    rules = [rule for key in ("rules", "routes") for _, rule in mappings(obj.get("spec", key))]
    filters = [f for rule in rules for _, f in mappings(rule.get("filters"))]
    return any(one.get("type") == "ExtensionRef" for one in filters) or any(
        rule.get("middlewares") for rule in rules
    )


def _behind(name: str, namespace: str, here: Neighbours, unit: Unit, world: World) -> str:
    """What a Service of this name leads to that asks nobody who calls."""
    for one in here.named("Service", name, namespace):
        reached = _reached(one.obj, one.namespace, here, one.unit)
        if reached:
            return reached
    for kind in ("FlinkDeployment", "FlinkApplication"):
        for one in here.named(kind, name.removesuffix("-rest"), namespace):
            if name.endswith("-rest") and not asks_who_calls(
                options(one.obj, here.environment(one.obj))
            ):
                return f"the REST interface of {one.obj.label}"
    return "CMF" if name == CMF_SERVICE and _cmf_is_open(unit, world) else ""


def _cmf_is_open(unit: Unit, world: World) -> bool:
    """Whether a chart of CMF here has its login off, which is the default."""
    charts = [a for a in world.applications if any(s.chart_name == CMF_CHART for s in a.sources)]
    mine = [a for a in charts if a.cluster == unit.cluster] or charts
    return bool(mine) and all(
        not mapping(mapping(values_of(a, world).get("cmf")).get("authentication")).get("type")
        for a in mine
    )
