"""Small trees of Flink on Kubernetes, and what a check says of them."""

import copy
from pathlib import Path
from typing import Any

import yaml

from overlaykit.findings import Finding
from overlaykit.validate import validate

HERE = "https://kubernetes.default.svc"
FACTORY = "org.apache.flink.metrics.prometheus.PrometheusReporterFactory"
REPORTER = {"metrics.reporter.prom.factory.class": FACTORY}


def write(path: Path, *objects: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # Without aliases: an object may stand in more places than one.
    path.write_text(yaml.safe_dump_all(copy.deepcopy(list(objects)), sort_keys=False))


def thing(
    kind: str, name: str, api: str = "v1", namespace: str = "flink", **more: Any
) -> dict[str, Any]:
    labels = {"labels": more.pop("labels")} if "labels" in more else {}
    metadata = {"name": name, "namespace": namespace, **labels}
    return {"apiVersion": api, "kind": kind, "metadata": metadata, **more}


def deployment(name: str = "web", image: str = "a/web:1.2.3", **spec: Any) -> dict[str, Any]:
    """A Deployment of one container; `spec` goes into the pod, `container` into the container."""
    container = {"name": name, "image": image, **spec.pop("container", {})}
    labels = spec.pop("labels", {"app": name})
    template = {"metadata": {"labels": labels}, "spec": {"containers": [container], **spec}}
    selector = {"matchLabels": {"app": name}}
    return thing("Deployment", name, "apps/v1", spec={"selector": selector, "template": template})


def job(name: str = "orders", namespace: str = "flink", **spec: Any) -> dict[str, Any]:
    """A FlinkDeployment."""
    size = {"resource": {"cpu": 1, "memory": "2048m"}}
    base = {"image": "flink:1.20.3-java17", "flinkVersion": "v1_20", "serviceAccount": "flink"}
    whole = {**base, "jobManager": size, "taskManager": size, **spec}
    return thing("FlinkDeployment", name, "flink.apache.org/v1beta1", namespace, spec=whole)


def main(**more: Any) -> dict[str, Any]:
    """A pod template with more for Flink's own container."""
    return {"spec": {"containers": [{"name": "flink-main-container", **more}]}}


def application(
    name: str, source: dict[str, Any], namespace: str = "flink", server: str = HERE
) -> dict[str, Any]:
    source = {"repoURL": "https://git.test/r.git", "targetRevision": "main", **source}
    destination = {"server": server, "namespace": namespace}
    spec = {"project": "default", "source": source, "destination": destination}
    return thing("Application", name, "argoproj.io/v1alpha1", "argocd", spec=spec)


def chart(name: str, namespace: str = "flink", **helm: Any) -> dict[str, Any]:
    source = {"repoURL": "https://charts.test", "chart": name, "targetRevision": "1.0.0"}
    return application(name, {**source, **({"helm": helm} if helm else {})}, namespace)


def findings(
    root: Path, check: str, *objects: dict[str, Any], beside: tuple[dict[str, Any], ...] = ()
) -> list[Finding]:
    """What a check says of a folder that an Application deploys, with other Applications beside."""
    write(root / "apps" / "all.yaml", application("web", {"path": "web"}), *beside)
    write(root / "web" / "all.yaml", *objects)
    result = validate(root, [], lambda done, total: None)
    return [finding for finding in result.findings if finding.check == check]


def told(
    root: Path, check: str, *objects: dict[str, Any], beside: tuple[dict[str, Any], ...] = ()
) -> list[tuple[str, str]]:
    """Level and message of each."""
    return [(f.level, f.message) for f in findings(root, check, *objects, beside=beside)]
