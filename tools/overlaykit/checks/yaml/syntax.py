"""A YAML file that somebody reads can be read.

Value files, facts, Applications and plain manifests are read by Helm, by Argo CD and by this tool;
text that is no YAML stops them. (A file of a kustomization is reported as kustomize/build.)

Bad:
    # file: clusters/dev/app.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: dev
        namespace: argocd  # <- here

Good:
    # file: clusters/dev/app.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: dev
      namespace: argocd
    spec:
      project: dev
      source:
        repoURL: https://git.example.com/team/other.git
        path: app
      destination:
        server: https://kubernetes.default.svc

Source: YAML 1.2.
"""

from collections.abc import Iterator

from overlaykit import disk
from overlaykit.findings import Problem
from overlaykit.repo.build import SHOWN, looks_loose
from overlaykit.repo.world import World
from overlaykit.source import Place, SyntaxProblem

LEVEL = "error"


def check_repository(world: World) -> Iterator[Problem]:
    blamed = {unit.broken.place.file for unit in world.judged if unit.broken is not None}
    names = set(world.yaml_sources)
    names.update(name for name in world.tree.yaml_files if looks_loose(world.tree, name))
    for name in sorted(names - blamed):
        if name.endswith((".yaml", ".yml")):
            yield from _problems(world, name)


def _problems(world: World, name: str) -> Iterator[Problem]:
    try:
        world.tree.documents(name)
    except SyntaxProblem as problem:
        if "{{" not in world.tree.text(name):
            place = Place(name, problem.line, problem.column)
            found = Problem(f"YAML error: {problem.what}", "mend the YAML", at=place)
            shown = name not in world.yaml_sources and SHOWN & set(name.split("/"))
            yield found.assuming("that somebody reads this file" if shown else "")
    except disk.Unreadable as problem:
        yield Problem(f"{name} {problem.why}", "make it a readable YAML file", at=Place(name))
