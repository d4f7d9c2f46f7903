"""Every manifest beside a kustomization is listed in it.

Kustomize reads only what is listed: a patch or resource that is not is silently never deployed.
A file that a comment of the kustomization names, or whose object a generator makes, is taken as
left out on purpose (info); one that a script or playbook of the repository names is a warning,
since it may be applied from there.

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

import itertools
import posixpath
import re
from collections.abc import Iterator
from typing import Any

from overlaykit import disk
from overlaykit.findings import Problem
from overlaykit.render.objects import Object
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
    broken = {unit.folder for unit in world.units if unit.broken is not None}
    for name in world.tree.yaml_files:
        if name in world.reached or any(name.startswith(folder) for folder in deployed):
            continue
        kustomization = world.graph.kustomizations.get(posixpath.dirname(name))
        kustomization = kustomization or _lists_beside(world, name)
        if kustomization is None or not _is_manifest(world, name):
            continue
        if kustomization.folder in broken:
            continue  # what it lists is not known before it builds
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
        for path in re.findall(r"path: *[\"']?([^\s\"',}]+)", _set(world, name)):
            fixed = re.split(r"[*{]", path)[0]
            if fixed != path:
                found.append(fixed if fixed.endswith("/") else fixed.rpartition("/")[0] + "/")
    return [folder for folder in found if folder != "/"]


def _set(world: World, name: str) -> str:
    """The text of a file with an ApplicationSet; none for another."""
    try:
        text = world.tree.text(name)
    except disk.Unreadable:
        return ""
    return text if re.search(r"^(?:- )?kind: *ApplicationSet", text, re.MULTILINE) else ""


def _problem(world: World, kustomization: Kustomization, name: str) -> Problem:
    relative = posixpath.relpath(name, kustomization.folder or ".")
    place = Place(kustomization.file)
    for field in ("resources", "patches", "components"):
        if kustomization.node(field) is not None:
            place = kustomization.place(field)
            break
    why = _on_purpose(world, kustomization, name, relative)
    if why:
        fix = "delete the file if it is not coming back"
        return Problem(f"{relative} is not deployed: {why}", fix, at=place, level="info")
    message = f"{relative} stands here and is not listed, so it is never deployed"
    problem = Problem(message, f"list {relative}, or delete the file", at=place)
    return problem.assuming(_doubt(world, kustomization, name))


def _on_purpose(world: World, kustomization: Kustomization, name: str, relative: str) -> str:
    """Why a file is left out on purpose, as far as the files say so."""
    if re.search(rf"#.*{re.escape(relative)}", world.tree.text(kustomization.file)):
        return "its entry is commented out"
    if re.search(r"_(?:editor|viewer|admin)_role\.ya?ml$", name):
        return "a role that kubebuilder writes for people to use or not"
    if _is_generated(world, kustomization, name):
        return "a generator makes the object of its name"
    return ""


def _is_generated(world: World, kustomization: Kustomization, name: str) -> bool:
    generated = {
        (kind, str(entry.get("name")))
        for layer in world.graph.closure(kustomization.folder)
        for field, kind in (("configMapGenerator", "ConfigMap"), ("secretGenerator", "Secret"))
        for entry in layer.data.get(field) or ()
        if isinstance(entry, dict)
    }
    documents = [Object(document.data) for document in world.tree.documents_or_none(name)]
    return all(obj.kind_and_name in generated for obj in documents)


def _doubt(world: World, kustomization: Kustomization, name: str) -> str:
    """What the verdict takes for granted where somebody else may apply the file."""
    if not any(unit.folder == kustomization.folder for unit in world.units) and not (
        kustomization.is_component
    ):
        return "that what could not be rendered here does not bring it"
    if re.search(r"(?:^|/)(?:upstream|third_party|vendor)/", name):
        return "that the vendored folder is meant to be deployed whole"
    if re.search(r"manual|by hand|(?:kubectl|oc) (?:apply|create)", _head(world, name)):
        return "that nobody applies it by hand, as its head says"
    mention = _mention(world, kustomization, name)
    return f"that {mention}, which names it, does not apply it" if mention else ""


def _head(world: World, name: str) -> str:
    """The comments at the head of a file."""
    lines = world.tree.text(name).splitlines()
    return "\n".join(itertools.takewhile(lambda line: line.startswith(("#", "---")), lines)).lower()


_PROSE = (".md", ".rst", ".txt", ".adoc")
_DATA = (".json", ".lock", ".svg")


def _mention(world: World, kustomization: Kustomization, name: str) -> str | None:
    """A file that names this one by its path: a script, a playbook, or prose that applies it or
    leads to it."""
    short, base = "/".join(name.split("/")[-2:]), f"/{name.rpartition('/')[2]}"
    for other in world.tree.files:
        if other in (name, kustomization.file) or other.endswith(_DATA):
            continue
        try:
            text = world.tree.text(other)
        except disk.Unreadable:
            continue
        if other.endswith(_PROSE):
            applies = rf"(?:apply|create|replace|-f)\b.*{re.escape(short)}"
            found = name in text or (short in text and re.search(applies, text) is not None)
        else:
            script = not other.endswith((".yaml", ".yml"))
            found = short in text or (script and base in text)
        if found:
            return other
    return None
