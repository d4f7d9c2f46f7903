"""Every value file of an Application can be found.

Helm stops at a value file that is not there. `$name/…` needs another source with `ref: name`; that
source may not have a chart; and beside `sources`, a `source` is ignored. With
ignoreMissingValueFiles a missing file is allowed.

Bad:
    # file: clusters/dev/cmf.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: cmf
      namespace: argocd
    spec:
      project: flink
      sources:
      - repoURL: https://git.example.com/team/gitops.git
        targetRevision: main
        ref: values
      - repoURL: https://packages.confluent.io/helm
        chart: confluent-manager-for-apache-flink
        targetRevision: 2.4.1
        helm:
          valueFiles:
          - $values/values/base.yaml
          - $values/values/dev.yaml  # <- here
      destination:
        server: https://kubernetes.default.svc
    # file: values/base.yaml
    persistence:
      create: true

Good:
    # file: clusters/dev/cmf.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: cmf
      namespace: argocd
    spec:
      project: flink
      sources:
      - repoURL: https://git.example.com/team/gitops.git
        targetRevision: main
        ref: values
      - repoURL: https://packages.confluent.io/helm
        chart: confluent-manager-for-apache-flink
        targetRevision: 2.4.1
        helm:
          valueFiles:
          - $values/values/base.yaml
      destination:
        server: https://kubernetes.default.svc
    # file: values/base.yaml
    persistence:
      create: true

Source: Argo CD, "Multiple sources for an Application" and "Helm".
"""

import difflib
from collections.abc import Iterator

from overlaykit.argocd.applications import TEMPLATED, Source, sources
from overlaykit.findings import Problem
from overlaykit.render.objects import Object
from overlaykit.repo.tree import join
from overlaykit.repo.world import World
from overlaykit.source import Path

LEVEL = "error"


def check_object(obj: Object, world: World) -> Iterator[Problem]:
    for prefix, application in world.made_by(obj):
        yield from _application(prefix, application, world)


def _application(prefix: Path, obj: Object, world: World) -> Iterator[Problem]:
    every = sources(obj)
    if obj.get("spec", "sources") and obj.get("spec", "source"):
        message = "both sources and source are set; Argo CD ignores source"
        at: Path = (*prefix, "spec", "source")
        yield Problem(message, "remove source", path=at, key=True, level="warning")
    for source in every:
        if source.ref and source.chart:
            message = f"the source with ref '{source.ref}' is a chart; values come from Git only"
            at = (*prefix, *source.at, "ref")
            yield Problem(message, "give the ref to a Git source", path=at)
        for number, name in enumerate(source.value_files):
            at = (*prefix, *source.at, "helm", "valueFiles", number)
            if not TEMPLATED.search(name) and "://" not in name:
                yield from _value_file(every, source, name, at, world)


def _value_file(
    every: list[Source], source: Source, name: str, at: Path, world: World
) -> Iterator[Problem]:
    holder, path = source, join(source.path, name)
    if name.startswith("$"):
        ref, _, path = name[1:].partition("/")
        refs = {other.ref: other for other in every if other.ref}
        if ref not in refs:
            there = ", ".join(f"${known}" for known in refs) or "no source has a ref"
            message = f"'{name}': no source has ref '{ref}' (there is: {there})"
            fix = f"add ref: {ref} to the Git source that holds the file"
            yield Problem(message, fix, path=at)
            return
        holder = refs[ref]
    elif source.chart:
        yield from _beside_the_chart(every, name, path, at, world)
        return  # inside the chart, which is not here
    elif name.startswith("/"):
        path = name.lstrip("/")
    if source.helm.get("ignoreMissingValueFiles") is True or not world.is_own(holder):
        return
    if not world.tree.is_file(path):
        close = difflib.get_close_matches(path, world.tree.yaml_files, 1, 0.85)
        hint = f"; did you mean '{close[0]}'?" if close else ""
        message = f"value file '{path}' does not exist{hint}"
        problem = Problem(message, f"add {path} or remove the entry", path=at)
        yield problem.assuming(world.assumption(holder))


def _beside_the_chart(
    every: list[Source], name: str, path: str, at: Path, world: World
) -> Iterator[Problem]:
    """A file of this repository, named as if it were in the chart (seen with a ref beside it)."""
    here = path.lstrip("/")
    refs = [other.ref for other in every if other.ref]
    if "/" in here and refs and world.tree.is_file(here):
        message = f"'{name}' is looked for in the chart, not in this repository, which has it"
        fix = f"write ${refs[0]}/{here}"
        yield Problem(message, fix, path=at).assuming("the chart has no file of that name")
