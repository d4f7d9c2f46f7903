"""A fleet in the shape of this repository, as large as asked: for benchmarks and nothing else.

Every cluster has its facts, a folder of Applications and four workloads of ten objects; facts
reach every object's annotation by a replacement, so few objects are the same on two clusters.
"""

import json
from pathlib import Path
from typing import Any

WORKLOADS = ("alpha", "beta", "gamma", "delta")
PER_CLUSTER = len(WORKLOADS) + 1
URL = "https://git.example.com/platform/fleet.git"
FACT = {"group": "overlaykit.io", "kind": "Cluster"}


def make(root: Path, overlays: int) -> list[str]:
    """Write a fleet of `overlays` folders that are rendered; returns the folders."""
    (root / ".git").mkdir(parents=True, exist_ok=True)
    for name in WORKLOADS:
        _workload(root, name)
    folders: list[str] = []
    for number in range(-(-overlays // PER_CLUSTER)):
        folders += _cluster(root, f"c{number:04}")
    return folders[:overlays]


def _write(root: Path, name: str, *documents: Any) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("---\n".join(_yaml(document) for document in documents))


def _yaml(value: Any, indent: int = 0) -> str:
    """Block YAML of plain values; strings are quoted where they might be read otherwise."""
    pad = "  " * indent
    if isinstance(value, dict) and value:
        return "".join(f"{pad}{_key(key)}:{_below(item, indent)}" for key, item in value.items())
    if isinstance(value, list) and value:
        lines = []
        for item in value:
            text = _yaml(item, indent + 1)
            lines.append(
                f"{pad}- {text.lstrip()}"
                if isinstance(item, dict | list)
                else f"{pad}- {json.dumps(item)}\n"
            )
        return "".join(lines)
    return f"{pad}{json.dumps(value)}\n"


def _key(key: str) -> str:
    return key


def _below(item: Any, indent: int) -> str:
    if isinstance(item, dict | list) and item:
        return "\n" + _yaml(item, indent + 1)
    return f" {json.dumps(item)}\n"


def _object(version: str, kind: str, name: str, **rest: Any) -> dict[str, Any]:
    metadata = {"name": name, "namespace": "flink", "annotations": {"example.com/cluster": "none"}}
    return {"apiVersion": version, "kind": kind, "metadata": metadata, **rest}


def _workload(root: Path, name: str) -> None:
    objects = [_deployment(f"{name}-{number}") for number in range(3)]
    objects += [_service(f"{name}-{number}") for number in range(3)]
    objects += [_object("v1", "ServiceAccount", name)]
    objects += [
        _object(
            "v1", "ConfigMap", f"{name}-{number}", data={f"key{n}": f"value {n}" for n in range(20)}
        )
        for number in range(3)
    ]
    base = f"workloads/{name}/base"
    files = []
    for obj in objects:
        files.append(f"{obj['kind'].lower()}-{obj['metadata']['name']}.yaml")
        _write(root, f"{base}/{files[-1]}", obj)
    _write(root, f"{base}/kustomization.yaml", {"resources": files})
    targets = [
        {
            "select": {"namespace": "flink"},
            "fieldPaths": ["metadata.annotations.[example.com/cluster]"],
        }
    ]
    replacement = {"source": {**FACT, "fieldPath": "metadata.name"}, "targets": targets}
    component = {"apiVersion": "kustomize.config.k8s.io/v1alpha1", "kind": "Component"}
    _write(
        root,
        f"workloads/{name}/facts/kustomization.yaml",
        {**component, "replacements": [replacement]},
    )


def _deployment(name: str) -> dict[str, Any]:
    security = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
    container = {
        "name": "main",
        "image": "registry.example.com/flink:1.20.3",
        "args": ["taskmanager"],
        "env": [{"name": f"VARIABLE_{n}", "value": f"value {n}"} for n in range(8)],
        "ports": [{"name": "metrics", "containerPort": 9249}],
        "resources": {"requests": {"cpu": "1", "memory": "2Gi"}, "limits": {"memory": "2Gi"}},
        "securityContext": security,
    }
    pod = {
        "metadata": {"labels": {"app": name}},
        "spec": {"containers": [container], "serviceAccountName": "flink"},
    }
    spec = {"replicas": 2, "selector": {"matchLabels": {"app": name}}, "template": pod}
    return _object("apps/v1", "Deployment", name, spec=spec)


def _service(name: str) -> dict[str, Any]:
    ports = [{"name": "metrics", "port": 9249, "targetPort": "metrics"}]
    return _object("v1", "Service", name, spec={"selector": {"app": name}, "ports": ports})


def _cluster(root: Path, cluster: str) -> list[str]:
    top = f"overlays/{cluster}"
    facts = {
        "apiVersion": "overlaykit.io/v1alpha1",
        "kind": "Cluster",
        "metadata": {"name": cluster, "annotations": {"config.kubernetes.io/local-config": "true"}},
        "spec": {
            "repository": {"url": URL, "revision": "main"},
            "server": "https://kubernetes.default.svc",
            "kubernetes": {"version": "1.34"},
            "argocd": {"namespace": "argocd", "version": "3.5", "managedBy": "manifests"},
        },
    }
    _write(root, f"{top}/facts/cluster.yaml", facts)
    _write(root, f"{top}/facts/kustomization.yaml", {"resources": ["cluster.yaml"]})
    applications = [_application(cluster, name) for name in WORKLOADS]
    _write(root, f"{top}/applications.yaml", *applications)
    _write(root, f"{top}/kustomization.yaml", {"resources": ["applications.yaml"]})
    for name in WORKLOADS:
        patch = {"op": "replace", "path": "/spec/replicas", "value": 1 + len(cluster + name) % 5}
        target = {"kind": "Deployment", "name": f"{name}-0"}
        overlay = {
            "resources": ["../facts", f"../../../workloads/{name}/base"],
            "components": [f"../../../workloads/{name}/facts"],
            "patches": [{"path": "replicas-patch.yaml", "target": target}],
        }
        _write(root, f"{top}/{name}/kustomization.yaml", overlay)
        _write(root, f"{top}/{name}/replicas-patch.yaml", [patch])
    return [top, *(f"{top}/{name}" for name in WORKLOADS)]


def _application(cluster: str, name: str) -> dict[str, Any]:
    spec = {
        "project": "flink",
        "source": {"repoURL": URL, "targetRevision": "main", "path": f"overlays/{cluster}/{name}"},
        "destination": {"server": "https://kubernetes.default.svc", "namespace": "flink"},
    }
    metadata = {"name": name, "namespace": "argocd"}
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": metadata,
        "spec": spec,
    }
