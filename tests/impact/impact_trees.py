"""A small repository with jobs on one cluster, and what an edit of it will do."""

import copy
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from checks.argocd_trees import application
from helpers import overlay

Files = dict[str, str | None]
Plant = Callable[[dict[str, str]], Path]
Document = dict[str, Any]
JOBS, APPS = "clusters/prod/jobs", "clusters/prod/apps"
SYNC = "{automated: {prune: true}}"
STATE = {
    "execution.checkpointing.dir": "s3://b/job/checkpoints",
    "execution.checkpointing.savepoint-dir": "s3://b/job/savepoints",
}
HA = {"high-availability.type": "kubernetes", "high-availability.storageDir": "s3://b/job/ha"}


def git(root: Path, *argv: str) -> None:
    who = ["-c", "user.name=t", "-c", "user.email=t@example.com"]
    subprocess.run(["git", *who, *argv], cwd=root, check=True, capture_output=True)


def commit(root: Path) -> None:
    if not (root / ".git").exists():
        git(root, "init", "-q", "-b", "main")
    git(root, "add", "-A")
    git(root, "commit", "-q", "--allow-empty", "-m", "all")


def thing(version: str, kind: str, name: str, spec: Any, **more: Any) -> Document:
    about = {"name": name, "namespace": "flink"}
    return {"apiVersion": version, "kind": kind, "metadata": about, "spec": spec, **more}


def deployment(name: str = "job", **job: Any) -> Document:
    """An application cluster that keeps its state."""
    spec = {
        "image": "flink:1.20.3",
        "flinkVersion": "v1_20",
        "serviceAccount": "flink",
        "flinkConfiguration": {**STATE, **HA},
        "jobManager": {"resource": {"memory": "2048m", "cpu": 1}},
        "taskManager": {"resource": {"memory": "2048m", "cpu": 1}},
        "job": {"jarURI": "local:///a.jar", "parallelism": 2, "upgradeMode": "last-state", **job},
    }
    return thing("flink.apache.org/v1beta1", "FlinkDeployment", name, spec)


def session(name: str = "session") -> Document:
    found = deployment(name)
    del found["spec"]["job"]
    return found


def session_job(name: str = "one", **job: Any) -> Document:
    inner = {"jarURI": "https://8.8.8.8/a.jar", "parallelism": 2, "upgradeMode": "savepoint", **job}
    spec = {"deploymentName": "session", "job": inner}
    return thing("flink.apache.org/v1beta1", "FlinkSessionJob", name, spec)


def edited(document: Document, *edits: tuple[str, Any]) -> Document:
    """A copy with fields set; a path is parted by slashes, None takes a field out."""
    found = copy.deepcopy(document)
    for path, value in edits:
        *above, last = path.split("/")
        inner = found
        for step in above:
            inner = inner.setdefault(step, {}) if isinstance(inner, dict) else inner[int(step)]
        if value is None:
            inner.pop(last, None)
        else:
            inner[last] = value
    return found


def tree(*documents: Document, app: str = "", folder: str = JOBS) -> dict[str, str]:
    """The files of a cluster whose Application `jobs` deploys some objects."""
    names = [f"{one['kind']}-{one['metadata']['name']}".lower() for one in documents]
    listed = "".join(f"- {name}.yaml\n" for name in names)
    found = {
        f"{folder}/kustomization.yaml": f"resources:\n{listed}" if listed else "resources: []\n"
    }
    for name, one in zip(names, documents, strict=True):
        found[f"{folder}/{name}.yaml"] = yaml.safe_dump(one, sort_keys=False)
    apps = {"jobs": app or application("jobs", folder, policy=SYNC)}
    return found | applications(**apps)


def applications(**texts: str) -> dict[str, str]:
    """The Applications of the cluster, with the one that deploys them."""
    listed = "".join(f"- {name}.yaml\n" for name in texts)
    return {
        "clusters/prod/root.yaml": application("root", APPS, policy=SYNC),
        f"{APPS}/kustomization.yaml": f"resources:\n{listed}" if texts else "resources: []\n",
        **{f"{APPS}/{name}.yaml": text for name, text in texts.items()},
    }


def change(root: Path, before: dict[str, str], after: dict[str, str]) -> None:
    """Commit a tree, then make of it another one."""
    write(root, before)
    commit(root)
    for name in before.keys() - after.keys():
        (root / name).unlink()
    write(root, after)


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)


def impact(root: Path, before: dict[str, str], after: dict[str, str]) -> dict[str, Any]:
    """What `impact` says of a change in the working tree."""
    change(root, before, after)
    done = overlay(root, "impact", "--format", "json")
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def effects(found: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """Object to effect and level."""
    return {one["object"]: (one["effect"], one["level"]) for one in found["impacts"]}


def one(found: dict[str, Any], label: str) -> dict[str, Any]:
    """The impact on an object."""
    [wanted] = [item for item in found["impacts"] if item["object"] == label]
    result: dict[str, Any] = wanted
    return result


def hazards(found: dict[str, Any]) -> dict[str, str]:
    """Hazard to level."""
    return {item["hazard"]: item["level"] for item in found["hazards"]}
