"""Small trees with what CMF and CFK are given, deployed to one cluster."""

from pathlib import Path

import yaml

from overlaykit.findings import Finding
from overlaykit.validate import validate

CFK, CMF = "confluent-for-kubernetes", "confluent-manager-for-apache-flink"
OPERATOR = "flink-kubernetes-operator"
HERE = {"server": "https://kubernetes.default.svc"}
OURS = "https://git.test/r.git"


def application(name: str, source: dict, namespace: str = "flink") -> dict:
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": name, "namespace": "argocd"},
        "spec": {
            "project": "flink",
            "source": source,
            "destination": {**HERE, "namespace": namespace},
        },
    }


def chart(name: str, version: str = "2.4.1", **values: object) -> dict:
    helm = {"valuesObject": values} if values else {}
    source = {"repoURL": "https://charts.test", "chart": name, "targetRevision": version}
    return application(name, {**source, "helm": helm}, "confluent")


def own(path: str = "flink") -> dict:
    return application("own", {"repoURL": OURS, "targetRevision": "main", "path": path})


def cr(kind: str, name: str, namespace: str = "flink", **spec: object) -> dict:
    return {
        "apiVersion": "platform.confluent.io/v1beta1",
        "kind": kind,
        "metadata": {"name": name, "namespace": namespace},
        "spec": spec,
    }


def environment(name: str = "shop", **more: object) -> dict:
    return cr("FlinkEnvironment", name, kubernetesNamespace="flink", **more)


def pool(name: str = "sql", **more: object) -> dict:
    size = {"resource": {"cpu": 1, "memory": "1728m"}}
    spec = {"flinkVersion": "v1_19", "image": "confluentinc/cp-flink-sql:1.19-cp10"}
    cluster = {**spec, "jobManager": size, "taskManager": size}
    return cr("FlinkComputePool", name, **{
        "type": "DEDICATED", "flinkEnvironment": "shop", "clusterSpec": cluster, **more})  # fmt: skip


def statement(name: str = "totals-v1", sql: str = "SELECT 1", **more: object) -> dict:
    spec = {"flinkEnvironment": "shop", "computePoolName": "sql", "statement": sql}
    return cr("FlinkStatement", name, **{**spec, **more})


def write(root: Path, name: str, *objects: dict) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump_all(objects, sort_keys=False))


def deploy(root: Path, objects: list[dict], *charts: dict, known: bool = True) -> Path:
    """Objects in one folder, with the charts of the same cluster."""
    if known:
        write(root, "clusters/dev/all.yaml", own(), *charts)
    names = [f"{number}.yaml" for number in range(len(objects))]
    for name, obj in zip(names, objects, strict=True):
        write(root, f"flink/{name}", obj)
    write(root, "flink/kustomization.yaml", {"resources": names})
    return root


def found(root: Path, check: str) -> list[Finding]:
    result = validate(root, [], lambda done, total: None)
    return [one for one in result.findings if one.check == f"confluent/{check}"]


def levels(root: Path, check: str) -> list[str]:
    return [one.level for one in found(root, check)]
