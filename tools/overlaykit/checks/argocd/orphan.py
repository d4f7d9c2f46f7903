"""An overlay that stands among deployed ones is deployed, too.

Where Applications of this repository deploy the folders beside it and none deploys this one, it was
most likely forgotten: it builds, nobody sees that it is missing, and changes in it do nothing.

Bad:
    # file: clusters/dev.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: orders
      namespace: argocd
    spec:
      project: flink
      source:
        repoURL: https://git.example.com/team/gitops.git
        targetRevision: main
        path: overlays/dev/orders
      destination:
        server: https://kubernetes.default.svc
        namespace: flink
    ---
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: payments
      namespace: argocd
    spec:
      project: flink
      source:
        repoURL: https://git.example.com/team/gitops.git
        targetRevision: main
        path: overlays/dev/payments
      destination:
        server: https://kubernetes.default.svc
        namespace: flink
    # file: overlays/dev/orders/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    configMapGenerator:
    - name: orders
      literals: [a=b]
    # file: overlays/dev/payments/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    configMapGenerator:
    - name: payments
      literals: [a=b]
    # file: overlays/dev/refunds/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1  # <- here
    kind: Kustomization
    configMapGenerator:
    - name: refunds
      literals: [a=b]

Good:
    # file: clusters/dev.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: ApplicationSet
    metadata:
      name: dev
      namespace: argocd
    spec:
      goTemplate: true
      goTemplateOptions: ["missingkey=error"]
      generators:
      - git:
          repoURL: https://git.example.com/team/gitops.git
          revision: main
          directories:
          - path: overlays/dev/*
      template:
        metadata:
          name: "{{.path.basename}}"
        spec:
          project: flink
          source:
            repoURL: https://git.example.com/team/gitops.git
            targetRevision: main
            path: "{{.path.path}}"
          destination:
            server: https://kubernetes.default.svc
            namespace: flink
    # file: overlays/dev/orders/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    configMapGenerator:
    - name: orders
      literals: [a=b]
    # file: overlays/dev/refunds/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    configMapGenerator:
    - name: refunds
      literals: [a=b]

Source: Argo CD, "Cluster bootstrapping"; nothing syncs what no Application names.
"""

import posixpath
import re
from collections.abc import Iterator

from overlaykit import disk
from overlaykit.argocd.applications import TEMPLATED, is_application
from overlaykit.argocd.applicationsets import is_application_set, possible_paths
from overlaykit.findings import Problem
from overlaykit.render.objects import Object
from overlaykit.repo.tree import join
from overlaykit.repo.world import Unit, World
from overlaykit.source import Place

LEVEL = "warning"
_TEXTS = (".yaml", ".yml", ".json", ".sh", ".tf", ".tpl", ".py", "Makefile", ".mk")


def check_repository(world: World) -> Iterator[Problem]:
    deployed = _deployed(world)
    beside: dict[str, int] = {}
    for folder in deployed:
        if folder:
            parent = posixpath.dirname(folder)
            beside[parent] = beside.get(parent, 0) + 1
    candidates = [unit for unit in world.judged if _is_alone(unit, deployed, beside, world)]
    if not candidates:
        return
    maybe = list(_templated_paths(world))
    for unit in candidates:
        if any(pattern.fullmatch(unit.folder) for pattern in maybe):
            continue
        if not _is_named(unit.folder, world):
            yield _problem(unit, beside[posixpath.dirname(unit.folder)], world)


def _deployed(world: World) -> set[str]:
    """The folders that Applications of this repository name."""
    return {
        join("", source.path)
        for application in world.applications
        for source in application.sources
        if source.path and not source.chart and world.is_own(source)
    }


def _is_alone(unit: Unit, deployed: set[str], beside: dict[str, int], world: World) -> bool:
    """Whether a folder builds, is named by nobody, and stands beside folders that are."""
    folder = unit.folder
    if not folder or folder in deployed or not world.graph.is_build(folder):
        return False
    if unit.broken is not None or beside.get(posixpath.dirname(folder), 0) < 2:
        return False
    if world.graph.parents.get(folder) or any(is_application(obj) for obj in unit.objects):
        return False
    if all(_is_of_argocd(obj) for obj in unit.objects):
        return False
    above = posixpath.dirname(folder)
    while above:
        if above in deployed and not world.graph.is_build(above):
            return False  # a folder of plain manifests, or a chart, that may take it along
        above = posixpath.dirname(above)
    return True


def _is_of_argocd(obj: Object) -> bool:
    """Whether an object configures Argo CD itself: it is there before any Application."""
    return obj.kind == "ArgoCD" or (obj.kind == "ConfigMap" and obj.name.startswith("argocd-"))


def _templated_paths(world: World) -> Iterator[re.Pattern[str]]:
    """What the paths of Applications that are not known may be."""
    for unit in world.judged:
        for obj in unit.objects:
            if is_application_set(obj) and world.expansion(obj).unseen:
                yield from possible_paths(obj)
    for application in world.applications:
        for source in application.sources:
            if TEMPLATED.search(source.path):
                parts = TEMPLATED.split(source.path)
                yield re.compile(".*".join(re.escape(part.strip("}")) for part in parts))


def _is_named(folder: str, world: World) -> bool:
    """Whether another file (a Helm template, a script, a Flux object) names the folder."""
    pattern = re.compile(rf"(?<![\w.-]){re.escape(folder)}(?![\w-])")
    for name in world.tree.files:
        if name.endswith(_TEXTS) and not name.startswith(f"{folder}/"):
            try:
                if folder in (text := world.tree.text(name)) and pattern.search(text):
                    return True
            except disk.Unreadable:
                continue
    return False


def _problem(unit: Unit, count: int, world: World) -> Problem:
    parent = posixpath.dirname(unit.folder)
    place = Place(world.graph.kustomizations[unit.folder].file)
    problem = Problem(
        f"nothing deploys {unit.folder}, though Applications here deploy {count} folders of "
        f"{parent}",
        "add an Application for it, or remove the folder",
        at=place,
        cluster=unit.cluster,
        workload=unit.workload,
    )
    return problem.assuming("that nothing outside this repository deploys it")
