"""The NetworkPolicies that close Flink's pods let through what Flink needs.

A policy that selects a pod closes it; what no rule of any policy names is dropped, and what one
sees is a timeout. Forgotten most often: DNS, the API server (native mode, high availability),
RPC and BLOBs between JobManager and TaskManagers (6123, 6124, 6122), records between TaskManagers
(a random port unless taskmanager.data.port is set), the operator at the REST port, Prometheus at
the reporter's port, and the API server at the operator's webhook (9443). The policies of a
namespace are taken together. Pods that none selects are open, an info. What jobs read and write,
such as Kafka or an object store, is not known here.

Bad:
    # file: overlays/dev/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - job.yaml
    - policy.yaml
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
    # file: overlays/dev/policy.yaml
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: flink
      namespace: flink
    spec:
      podSelector:
        matchLabels:
          type: flink-native-kubernetes
      policyTypes: [Ingress, Egress]
      ingress:
      - from:
        - podSelector: {}
        - namespaceSelector:
            matchLabels:
              kubernetes.io/metadata.name: flink-operator
      egress:  # <- here
      - to:
        - podSelector: {}
      - ports:
        - port: 443
        - port: 6443

Good:
    # file: overlays/dev/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - job.yaml
    - policy.yaml
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
    # file: overlays/dev/policy.yaml
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: flink
      namespace: flink
    spec:
      podSelector:
        matchLabels:
          type: flink-native-kubernetes
      policyTypes: [Ingress, Egress]
      ingress:
      - from:
        - podSelector: {}
        - namespaceSelector:
            matchLabels:
              kubernetes.io/metadata.name: flink-operator
      egress:
      - to:
        - podSelector: {}
      - ports:
        - port: 443
        - port: 6443
      - ports:
        - {port: 53, protocol: UDP}
        - {port: 53, protocol: TCP}

Source: Kubernetes, "Network Policies"; Flink, "Configuration", ports; Flink Kubernetes Operator.
"""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from overlaykit.findings import Problem
from overlaykit.kubernetes.flink import OPERATOR_CHART, rest_port
from overlaykit.kubernetes.netpol import (
    EGRESS,
    INGRESS,
    End,
    directions,
    has_port,
    is_everything,
)
from overlaykit.kubernetes.pods import Pod, Template, mapping
from overlaykit.monitoring.scrape import Monitor, scraped
from overlaykit.repo.flink_clusters import (
    ROLES,
    Closed,
    FlinkCluster,
    Rule,
    flink_clusters,
    listed,
    policies,
    role_of,
    words,
)
from overlaykit.repo.operator_values import charts_of_operator
from overlaykit.repo.together import Neighbours, Placed
from overlaykit.repo.values import values_of
from overlaykit.repo.world import Unit, World

LEVEL = "warning"

# Their rules count too, and are not read here.
_OTHERS = (
    *("CiliumNetworkPolicy", "CiliumClusterwideNetworkPolicy", "GlobalNetworkPolicy"),
    *("AdminNetworkPolicy", "BaselineAdminNetworkPolicy", "ClusterNetworkPolicy"),
)
# 5353 is the port of the DNS pods on OpenShift; the API server has many ports behind its Service.
_DNS, _API = (53, 5353), (443, 6443, 8443, 16443)
_WEBHOOK = 9443
# Ports of the operator that are not its webhook; their numbers are set by values.
_OPERATORS = {"metrics": 0, "health-port": 0}
_NAME = "app.kubernetes.io/name"


class _Lack(Struct, frozen=True):
    """What is not let through for a pod, and the rule to add."""

    closed: Closed
    direction: str
    what: str
    fix: str

    @property
    def policy(self) -> Placed:
        """The policy that speaks of the pod most closely."""
        found = [one for one in self.closed.sure if self.direction in directions(one.obj)]

        def closeness(one: Placed) -> tuple[bool, bool, int]:
            ours = one.unit is self.closed.unit
            return bool(listed(one.obj, self.direction)), ours, words(one.obj)

        return max(found, key=closeness)


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    if unit.broken is not None:
        return
    here = world.together.of(unit)
    clusters = list(flink_clusters(unit, world, here))
    if any(True for kind in _OTHERS for _ in here.of_kind(kind)):
        return
    told: dict[tuple[int, str, str], list[tuple[_Lack, str]]] = {}
    for cluster in clusters:
        for lack in _lacks(cluster, unit, here):
            key = (id(lack.policy.obj), lack.direction, lack.what)
            told.setdefault(key, []).append((lack, cluster.label))
    for lack in _of_operator(unit, world, here):
        key = (id(lack.policy.obj), lack.direction, lack.what)
        told.setdefault(key, []).append((lack, "the Flink operator"))
    for found in told.values():
        yield _problem(found, here, world.together.is_known(unit))
    yield from _open(unit, clusters, here)


def _lacks(cluster: FlinkCluster, unit: Unit, here: Neighbours) -> Iterator[_Lack]:
    jobmanager = policies(cluster.jobmanager, unit, here)
    taskmanager = policies(cluster.taskmanager, unit, here)
    if jobmanager is None or taskmanager is None or not (jobmanager.sure or taskmanager.sure):
        return
    yield from _to_system(jobmanager, cluster.needs_api)
    yield from _to_system(taskmanager, cluster.has_ha)
    for port, what in (
        (cluster.port("jobmanager.rpc.port", 6123), "RPC"),
        (cluster.port("blob.server.port", 6124), "BLOBs"),
    ):
        yield from _between(taskmanager, jobmanager, port, f"port {port} ({what})")
    rpc = cluster.port("taskmanager.rpc.port", 0)
    if rpc:
        yield from _between(jobmanager, taskmanager, rpc, f"port {rpc} (RPC)")
    yield from _records(taskmanager, cluster.port("taskmanager.data.port", 0))
    rest = rest_port(cluster.settings)
    ends = [cluster.jobmanager, cluster.taskmanager]
    watched = cluster.by_operator and jobmanager.is_closed(INGRESS)
    if watched and not _lets(jobmanager.outside(INGRESS, ends), rest, cluster.jobmanager.pod):
        fix = f"add an ingress rule for port {rest} from the operator's namespace"
        yield _Lack(jobmanager, INGRESS, f"the operator in at port {rest}", fix)
    for closed in (jobmanager, taskmanager):
        yield from _scrape(closed, ends, here)


def _to_system(closed: Closed, needs_api: bool) -> Iterator[_Lack]:
    if not closed.is_closed(EGRESS):
        return
    rules = closed.to_system()
    if not any(has_port(rule, _DNS, "UDP") for rule in rules):
        fix = "add an egress rule for port 53, UDP and TCP (5353 on OpenShift)"
        yield _Lack(closed, EGRESS, "DNS out", fix)
    if needs_api and not any(has_port(rule, _API) for rule in rules):
        fix = "add an egress rule for ports 443 and 6443, without a podSelector"
        yield _Lack(closed, EGRESS, "the API server be called", fix)


def _between(source: Closed, target: Closed, port: int, what: str) -> Iterator[_Lack]:
    """A flow from one role to the other: out of the first and into the second."""
    to, by = ROLES[_kind(target)], ROLES[_kind(source)]
    if source.is_closed(EGRESS) and not _lets(
        source.to_pod(EGRESS, target.end), port, target.end.pod
    ):
        fix = f"add an egress rule for port {port} to the {to}"
        yield _Lack(source, EGRESS, f"{what} out to the {to}", fix)
    if target.is_closed(INGRESS) and not _lets(
        target.to_pod(INGRESS, source.end), port, target.end.pod
    ):
        fix = f"add an ingress rule for port {port} from the {by}"
        yield _Lack(target, INGRESS, f"{what} in from the {by}", fix)


def _lets(rules: list[Rule], port: int, pod: Pod) -> bool:
    """Whether rules let a port of a pod through."""
    return any(has_port(rule, [port], names=pod.ports) for rule in rules)


def _records(closed: Closed, port: int) -> Iterator[_Lack]:
    """Records between TaskManagers: at a set port, or at any."""
    what = f"port {port}" if port else "every port"
    for direction, word in ((EGRESS, "out to"), (INGRESS, "in from")):
        if not closed.is_closed(direction):
            continue
        rules = closed.to_pod(direction, closed.end)
        if not any(has_port(r, [port]) if port else is_everything(r) for r in rules):
            fix = f"add an {direction} rule for {what} between TaskManagers"
            if not port:
                fix = "set taskmanager.data.port, and " + fix.replace("every", "that")
            yield _Lack(closed, direction, f"records ({what}) {word} other TaskManagers", fix)


def _kind(closed: Closed) -> str:
    return closed.end.pod.role or role_of(closed.end.pod)


def _scrape(closed: Closed, ends: list[End], here: Neighbours) -> Iterator[_Lack]:
    """Prometheus, where a monitor here asks the pod."""
    if not closed.is_closed(INGRESS):
        return
    rules = closed.outside(INGRESS, ends)
    for number, label in sorted(_scraped(closed.end.pod, here).items()):
        if not _lets(rules, number, closed.end.pod):
            fix = f"add an ingress rule for port {number} from Prometheus"
            yield _Lack(closed, INGRESS, f"Prometheus in at port {number} ({label})", fix)


def _scraped(pod: Pod, here: Neighbours) -> dict[int, str]:
    """The ports of a pod that monitors scrape, each with a monitor that does."""
    found: dict[int, str] = {}
    for kind in ("PodMonitor", "ServiceMonitor"):
        for one in here.of_kind(kind):
            monitor = Monitor(one.obj, one.unit, one.namespace, here)
            for endpoint in monitor.endpoints:
                for other, number in scraped(monitor, endpoint):
                    if number and other.obj is pod.obj and other.role == pod.role:
                        found.setdefault(number, one.obj.label)
    return found


def _of_operator(unit: Unit, world: World, here: Neighbours) -> Iterator[_Lack]:
    """What the policies of a unit lack for the pods of the operator's chart."""
    for obj in unit.objects:
        if obj.kind != "NetworkPolicy" or obj.draft:
            continue
        labels = mapping(mapping(obj.get("spec", "podSelector")).get("matchLabels"))
        namespace = world.together.namespace(unit, obj)
        if labels.get(_NAME) != OPERATOR_CHART or not namespace:
            continue
        pod = Pod(obj, Template({}, ()), {str(k): str(v) for k, v in labels.items()})
        closed = policies(End(pod, namespace), unit, here)
        if closed is None:
            continue
        yield from _to_system(closed, True)
        asked = closed.is_closed(INGRESS) and _has_webhook(unit, world)
        rules = closed.rules(INGRESS)
        if asked and not any(has_port(r, [_WEBHOOK], names=_OPERATORS) for r in rules):
            fix = "add an ingress rule for port 9443 without peers: the API server is no pod"
            yield _Lack(closed, INGRESS, "the API server in at the webhook, port 9443", fix)
        return


def _has_webhook(unit: Unit, world: World) -> bool:
    """Whether the operator is deployed from here with its webhook, which is the default."""
    return any(
        mapping(values_of(one, world).get("webhook")).get("create") is not False
        for one in charts_of_operator(unit.cluster, world)
    )


def _problem(found: list[tuple[_Lack, str]], here: Neighbours, known: bool) -> Problem:
    lack = found[0][0]
    policy = lack.policy
    labels = list(dict.fromkeys(label for _, label in found))
    roles = dict.fromkeys(ROLES.get(_kind(one.closed), "pods") for one, _ in found)
    more = f" and {len(labels) - 1} more" if len(labels) > 1 else ""
    message = (
        f"no NetworkPolicy lets {lack.what} for the {' and '.join(roles)} of {labels[0]}{more}"
    )
    path: tuple[str, ...] = ("spec", lack.direction)
    if policy.obj.get(*path) is None:
        path = ("spec", "policyTypes")
    at = policy.unit.locate(policy.obj, path, True)
    problem = Problem(message, lack.fix, at=at, path=path, object=policy.obj.label)
    unseen = here.opaque(lack.closed.end.namespace)
    doubt = f"that {unseen} brings no policy for it" if unseen else ""
    return problem.assuming(doubt or ("" if known else "that no policy from elsewhere does"))


def _open(unit: Unit, clusters: Iterable[FlinkCluster], here: Neighbours) -> Iterator[Problem]:
    """Flink clusters that every pod may call: an info for each namespace."""
    told: set[str] = set()
    for cluster in clusters:
        namespace = cluster.jobmanager.namespace
        if namespace in told or here.opaque(namespace):
            continue
        closed = policies(cluster.jobmanager, unit, here)
        if closed is None or closed.maybe or closed.is_closed(INGRESS):
            continue
        told.add(namespace)
        obj, path = cluster.jobmanager.pod.obj, ("metadata", "name")
        message = (
            f"no NetworkPolicy says who may call the pods of {cluster.label}: every pod of the "
            "cluster reaches Flink's REST interface, which has no login"
        )
        fix = f"add NetworkPolicies for Flink's pods in namespace '{namespace}'"
        at = unit.locate(obj, path, False)
        yield Problem(message, fix, at=at, path=path, level="info", object=obj.label)
