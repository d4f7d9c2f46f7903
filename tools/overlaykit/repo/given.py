"""What a cluster has though nothing here makes it: declared in its facts, in workload.yaml or in
.overlay.yaml."""

from fnmatch import fnmatchcase

from overlaykit.argocd.waves import CMF, FLINK_OPERATOR, Need
from overlaykit.repo.clusters import Cluster
from overlaykit.repo.workloads import workloads
from overlaykit.repo.world import World
from overlaykit.schema.store import API_SERVER_GROUPS

# Groups that are there wherever Argo CD runs on Kubernetes.
_ALWAYS = ("argoproj.io", "apiextensions.k8s.io")
_OPERATORS: dict[Need, str] = {CMF: "cmf-operator", FLINK_OPERATOR: "flink-kubernetes-operator"}
# The fact `provided` names what brings these groups, where no workload here does.
_PROVIDERS = {
    "cert-manager.io": "cert-manager",
    "monitoring.coreos.com": "prometheus-operator",
    "platform.confluent.io": "cfk",
}


def given(world: World, cluster: str, need: Need) -> str | None:
    """Who declares that it is there; empty where nobody does, None where it needs no saying."""
    found = world.cluster(cluster)
    if need[0] == "group":
        if need[1] in API_SERVER_GROUPS or need[1] in _ALWAYS:
            return None
        if need[1].endswith(".openshift.io") and _is_openshift(found):
            return "OpenShift's own (argocd.managedBy: operator)"
        return _provided(found, _PROVIDERS.get(need[1], ""))
    if need in _OPERATORS:
        return _provided(found, _OPERATORS[need])
    if need[0] == "secret":
        return _secret(world, need)
    return _external(world, f"{need[0].capitalize()}/{need[-1]}")


def _is_openshift(cluster: Cluster | None) -> bool:
    """Whether the facts say that OpenShift's GitOps operator runs Argo CD."""
    return cluster is not None and cluster.fact("argocd", "managedBy") == "operator"


def _provided(cluster: Cluster | None, name: str) -> str:
    listed = cluster.facts.get("provided") if cluster else None
    if cluster and name and isinstance(listed, list) and name in listed:
        return f"provided: {name} ({cluster.document.file})"
    return ""


def _secret(world: World, need: Need) -> str:
    for workload in workloads(world.tree).values():
        if any((one.namespace, one.name) == need[1:] for one in workload.secrets):
            return f"made by hand or a secret store (workloads/{workload.name}/workload.yaml)"
    return _external(world, f"Secret/{need[1]}/{need[2]}")


def _external(world: World, label: str) -> str:
    listed = any(fnmatchcase(label, pattern) for pattern in world.config.external)
    return f"external: {label} (.overlay.yaml)" if listed else ""
