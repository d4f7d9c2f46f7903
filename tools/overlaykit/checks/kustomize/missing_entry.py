"""Every manifest beside a kustomization is listed in it.

Kustomize reads only what is listed: a patch or resource that is not is silently never deployed.
A file that a comment of the kustomization names is taken as switched off on purpose (info); one
that another file of the repository names is a warning, since a script may apply it.

Bad:
    # file: overlays/dev/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:  # <- here
    - namespace.yaml
    # file: overlays/dev/namespace.yaml
    apiVersion: v1
    kind: Namespace
    metadata:
      name: dev
    # file: overlays/dev/quota.yaml
    apiVersion: v1
    kind: ResourceQuota
    metadata:
      name: quota
      namespace: dev
    spec:
      hard:
        pods: "10"

Good:
    # file: overlays/dev/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - namespace.yaml
    - quota.yaml
    # file: overlays/dev/namespace.yaml
    apiVersion: v1
    kind: Namespace
    metadata:
      name: dev
    # file: overlays/dev/quota.yaml
    apiVersion: v1
    kind: ResourceQuota
    metadata:
      name: quota
      namespace: dev
    spec:
      hard:
        pods: "10"

Source: Kustomize reference, "resources" and "patches".
"""

import posixpath
import re
from collections.abc import Iterator
from typing import Any

from overlaykit import disk
from overlaykit.findings import Problem
from overlaykit.repo.build import bootstraps
from overlaykit.repo.kustomization import Kustomization
from overlaykit.repo.world import World
from overlaykit.source import Place

LEVEL = "error"

# Groups of files that a tool reads from disk and no cluster is given.
_TOOLS = re.compile(
    r"^(?:kind|k3d|kustomize|overlaykit|skaffold|eksctl|backstage|ctlptl|config|builtin|"
    r"kubeadm|kubelet|audit|talos)\b|\.x-k8s\.io/|^overlaykit\.io/"
)


def check_repository(world: World) -> Iterator[Problem]:
    deployed = _templated_folders(world)
    for name in world.tree.yaml_files:
        if name in world.reached or any(name.startswith(folder) for folder in deployed):
            continue
        kustomization = world.graph.kustomizations.get(posixpath.dirname(name))
        kustomization = kustomization or _lists_beside(world, name)
        if kustomization is None or not _is_manifest(world, name):
            continue
        if not bootstraps(world.tree, name):
            yield _problem(world, kustomization, name)


def _lists_beside(world: World, name: str) -> Kustomization | None:
    """The kustomization of a folder above that lists other files of this file's folder."""
    folder = posixpath.dirname(name)
    above = folder
    while above:
        above = posixpath.dirname(above)
        found = world.graph.kustomizations.get(above)
        if found is not None:
            targets = (world.graph.target(found, entry) for entry in found.entries)
            beside = any(
                t and world.tree.is_file(t) and posixpath.dirname(t) == folder for t in targets
            )
            return found if beside else None
    return None


def _is_manifest(world: World, name: str) -> bool:
    """Whether every document of a file is an object for a cluster."""
    documents = world.tree.documents_or_none(name)
    return bool(documents) and all(_is_object(document.data) for document in documents)


def _is_object(data: Any) -> bool:
    if not isinstance(data, dict) or not data.get("kind") or not isinstance(data["kind"], str):
        return False
    metadata = data.get("metadata")
    if not isinstance(metadata, dict) or not (metadata.get("name") or metadata.get("generateName")):
        return False
    local = (metadata.get("annotations") or {}).get("config.kubernetes.io/local-config")
    version = str(data.get("apiVersion") or "")
    return bool(version) and not local and not _TOOLS.search(version)


def _templated_folders(world: World) -> list[str]:
    """Folders whose files an ApplicationSet may deploy: the fixed part of each of its paths."""
    found = []
    for name in world.tree.yaml_files:
        for document in world.tree.documents_or_none(name) if _has_set(world, name) else []:
            for path in re.findall(r"path: *[\"']?([^\s\"',}]+)", document.text):
                fixed = re.split(r"[*{]", path)[0]
                if fixed != path:
                    found.append(fixed if fixed.endswith("/") else fixed.rpartition("/")[0] + "/")
    return [folder for folder in found if folder != "/"]


def _has_set(world: World, name: str) -> bool:
    try:
        return "kind: ApplicationSet" in world.tree.text(name)
    except disk.Unreadable:
        return False


def _problem(world: World, kustomization: Kustomization, name: str) -> Problem:
    relative = posixpath.relpath(name, kustomization.folder or ".")
    place = Place(kustomization.file)
    for field in ("resources", "patches", "components"):
        if kustomization.node(field) is not None:
            place = kustomization.place(field)
            break
    message = f"{relative} stands here and is not listed, so it is never deployed"
    fix = f"list {relative}, or delete the file"
    text = world.tree.text(kustomization.file)
    if re.search(rf"#.*{re.escape(relative)}", text):
        why = f"{relative} is not deployed: its entry is commented out"
        return Problem(why, "delete the file if it is not coming back", at=place, level="info")
    mention = _mention(world, name)
    if mention:
        message += f", unless {mention} applies it"
        return Problem(message, fix, at=place, level="warning")
    return Problem(message, fix, at=place)


def _mention(world: World, name: str) -> str | None:
    """Another file, prose apart, that names this one by its path."""
    short = "/".join(name.split("/")[-2:])
    for other in world.tree.files:
        if other == name or other.endswith((".md", ".rst", ".txt", ".adoc", ".json", ".lock")):
            continue
        try:
            if short in world.tree.text(other):
                return other
        except disk.Unreadable:
            continue
    return None
