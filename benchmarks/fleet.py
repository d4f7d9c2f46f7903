"""A fleet in the shape of this repository, as large as asked: for benchmarks and nothing else.

Every cluster has its facts, its bootstrap, a folder of Applications and four workloads of ten
objects, each with a patch of its own. A replacement writes the cluster's name into every object,
so no object is the same on two clusters: nothing can be judged once for all.
"""

from pathlib import Path
from typing import Any

import yaml

from overlaykit.scaffold.facts import flat
from overlaykit.scaffold.overlay import root_text

WORKLOADS = ("alpha", "beta", "gamma", "delta")
PER_CLUSTER = len(WORKLOADS) + 1
URL = "https://git.example.com/platform/fleet.git"
NAME = {"kind": "Cluster", "fieldPath": "metadata.name"}
COMPONENT = {"apiVersion": "kustomize.config.k8s.io/v1alpha1", "kind": "Component"}
KUSTOMIZATION = {"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization"}


def make(root: Path, overlays: int) -> list[str]:
    """Write a fleet with at least so many folders that are rendered; returns that many of them."""
    _applications(root)
    for name in WORKLOADS:
        _workload(root, name)
    folders: list[str] = []
    for number in range(-(-overlays // PER_CLUSTER)):
        folders += _cluster(root, f"c{number:04}", number)
    return folders[:overlays]


def _write(root: Path, name: str, document: Any) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.dump(document, Dumper=yaml.CSafeDumper, sort_keys=False))


def _object(version: str, kind: str, name: str, **rest: Any) -> dict[str, Any]:
    metadata = {"name": name, "namespace": "flink", "annotations": {"example.com/cluster": "none"}}
    return {"apiVersion": version, "kind": kind, "metadata": metadata, **rest}


def _workload(root: Path, name: str) -> None:
    base = f"workloads/{name}/base"
    files = []
    for obj in _objects(name):
        files.append(f"{obj['kind'].lower()}-{obj['metadata']['name']}.yaml")
        _write(root, f"{base}/{files[-1]}", obj)
    _write(root, f"{base}/kustomization.yaml", {**KUSTOMIZATION, "resources": files})
    fields = ["metadata.annotations.[example.com/cluster]"]
    target = {"select": {"namespace": "flink"}, "fieldPaths": fields}
    facts = {**COMPONENT, "replacements": [{"source": NAME, "targets": [target]}]}
    _write(root, f"workloads/{name}/components/cluster-facts/kustomization.yaml", facts)


def _objects(name: str) -> list[dict[str, Any]]:
    selector = {"matchLabels": {"app": f"{name}-0"}}
    ingress = [{"ports": [{"port": 9249, "protocol": "TCP"}]}]
    data = {f"key{number}": f"value {number}" for number in range(20)}
    return [
        *(_deployment(f"{name}-{number}") for number in range(3)),
        *(_service(f"{name}-{number}") for number in range(2)),
        *(_object("v1", "ConfigMap", f"{name}-{number}", data=data) for number in range(2)),
        _object("v1", "ServiceAccount", name, automountServiceAccountToken=False),
        _object(
            "networking.k8s.io/v1",
            "NetworkPolicy",
            name,
            spec={"podSelector": selector, "policyTypes": ["Ingress"], "ingress": ingress},
        ),
        _object(
            "policy/v1",
            "PodDisruptionBudget",
            name,
            spec={"selector": selector, "maxUnavailable": 1},
        ),
    ]


def _deployment(name: str) -> dict[str, Any]:
    resources = {"cpu": "1", "memory": "2Gi"}
    container = {
        "name": "main",
        "image": "registry.example.com/flink:1.20.3",
        "args": ["taskmanager"],
        "env": [{"name": f"VARIABLE_{n}", "value": f"value {n}"} for n in range(8)],
        "ports": [{"name": "metrics", "containerPort": 9249}],
        "resources": {"requests": dict(resources), "limits": dict(resources)},
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
    }
    pod = {
        "metadata": {"labels": {"app": name}},
        "spec": {"containers": [container], "serviceAccountName": name.rpartition("-")[0]},
    }
    spec = {"replicas": 2, "selector": {"matchLabels": {"app": name}}, "template": pod}
    return _object("apps/v1", "Deployment", name, spec=spec)


def _service(name: str) -> dict[str, Any]:
    ports = [{"name": "metrics", "port": 9249, "targetPort": "metrics"}]
    return _object("v1", "Service", name, spec={"selector": {"app": name}, "ports": ports})


def _applications(root: Path) -> None:
    for number, name in enumerate(WORKLOADS):
        listed = {**KUSTOMIZATION, "resources": ["application.yaml"]}
        _write(root, f"apps/{name}/kustomization.yaml", listed)
        _write(root, f"apps/{name}/application.yaml", _application(name, str(number * 10)))
    _write(root, "argocd/argocd-cm.yaml", _settings())
    target = {
        "select": {"kind": "Application"},
        "fieldPaths": ["spec.source.path"],
        "options": {"delimiter": "/", "index": 1},
    }
    facts = {**COMPONENT, "replacements": [{"source": NAME, "targets": [target]}]}
    _write(root, "apps/cluster-facts/kustomization.yaml", facts)


def _application(name: str, wave: str) -> dict[str, Any]:
    annotations = {"argocd.argoproj.io/sync-wave": wave}
    path = f"overlays/CLUSTER/{name}"
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": name, "namespace": "argocd", "annotations": annotations},
        "spec": {
            "project": "flink",
            "source": {"repoURL": URL, "targetRevision": "main", "path": path},
            "destination": {"server": "https://kubernetes.default.svc", "namespace": "flink"},
            "syncPolicy": {"automated": {"prune": True, "selfHeal": True}},
        },
    }


def _settings() -> dict[str, Any]:
    """Argo CD's, applied by hand: the rule by which waves of Applications wait."""
    rule = "hs = {status = obj.status.health.status}\nreturn hs\n"
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "argocd-cm", "namespace": "argocd"},
        "data": {"resource.customizations.health.argoproj.io_Application": rule},
    }


def _cluster(root: Path, cluster: str, number: int) -> list[str]:
    top = f"overlays/{cluster}"
    spec = {
        "repository": {"url": URL, "revision": "main"},
        "server": "https://kubernetes.default.svc",
        "kubernetes": {"version": "1.34"},
        "argocd": {"namespace": "argocd", "version": "3.5", "managedBy": "manifests"},
    }
    metadata = {"name": cluster, "annotations": {"config.kubernetes.io/local-config": "true"}}
    facts = {"apiVersion": "overlaykit.io/v1alpha1", "kind": "Cluster", "metadata": metadata}
    _write(root, f"{top}/facts/cluster.yaml", {**facts, "spec": spec})
    listed = {**KUSTOMIZATION, "resources": ["cluster.yaml"]}
    _write(root, f"{top}/facts/kustomization.yaml", listed)
    (root / top / "root.yaml").write_text(root_text(cluster, flat(spec)))
    resources = ["facts", *(f"../../apps/{name}" for name in WORKLOADS)]
    whole = {**KUSTOMIZATION, "resources": resources, "components": ["../../apps/cluster-facts"]}
    _write(root, f"{top}/kustomization.yaml", whole)
    for name in WORKLOADS:
        _overlay(root, f"{top}/{name}", name, (1, 3, 4, 5, 6)[number % 5])
    return [top, *(f"{top}/{name}" for name in WORKLOADS)]


def _overlay(root: Path, folder: str, name: str, replicas: int) -> None:
    above = f"../../../workloads/{name}"
    whole = {
        **KUSTOMIZATION,
        "resources": ["../facts", f"{above}/base"],
        "components": [f"{above}/components/cluster-facts"],
        "patches": [{"path": "replicas-patch.yaml"}],
    }
    _write(root, f"{folder}/kustomization.yaml", whole)
    patch = _object("apps/v1", "Deployment", f"{name}-0", spec={"replicas": replicas})
    del patch["metadata"]["annotations"]
    _write(root, f"{folder}/replicas-patch.yaml", patch)
