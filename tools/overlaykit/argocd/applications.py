"""Argo CD Applications: their sources, and which of them mean this repository.

Source: Argo CD's Application specification (argoproj.io/v1alpha1).
"""

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import Any

from msgspec import Struct

from overlaykit.render.objects import Object
from overlaykit.source import Path, Place

GROUP = "argoproj.io"
WAVE = "argocd.argoproj.io/sync-wave"
FLOATING = ("", "HEAD", "main", "master")
# How Argo CD calls the cluster it runs in, unless somebody renamed it.
IN_CLUSTER, IN_CLUSTER_NAME = "https://kubernetes.default.svc", "in-cluster"
FINALIZER = "resources-finalizer.argocd.argoproj.io"
TEMPLATED = re.compile(r"\{\{|\$\{|<[A-Za-z_ -]+>")


class Source(Struct, frozen=True):
    """One source of an Application; `at` is its field path."""

    at: Path
    data: dict[str, Any]

    def text(self, *path: str) -> str:
        value: Any = self.data
        for step in path:
            value = value.get(step) if isinstance(value, dict) else None
        return value if isinstance(value, str) else ""

    @property
    def url(self) -> str:
        return self.text("repoURL")

    @property
    def path(self) -> str:
        return self.text("path")

    @property
    def chart(self) -> str:
        return self.text("chart")

    @property
    def chart_name(self) -> str:
        """The chart without the folders that a registry keeps it in."""
        return self.chart.rpartition("/")[2]

    @property
    def ref(self) -> str:
        return self.text("ref")

    @property
    def revision(self) -> str:
        return str(self.data.get("targetRevision") or "")

    @property
    def helm(self) -> dict[str, Any]:
        found = self.data.get("helm")
        return found if isinstance(found, dict) else {}

    @property
    def value_files(self) -> list[str]:
        found = self.helm.get("valueFiles")
        return [str(name) for name in found] if isinstance(found, list) else []


class Destination(Struct, frozen=True):
    """Where an Application deploys: a cluster, by its server or its name, and a namespace."""

    server: str
    name: str
    namespace: str

    @property
    def cluster(self) -> str:
        """One text a cluster, as far as server and name can be told to be the same."""
        if self.is_local:
            return IN_CLUSTER
        return self.server or f"name {self.name}"

    @property
    def is_local(self) -> bool:
        """Whether it is the cluster that Argo CD runs in."""
        return self.server.rstrip("/") == IN_CLUSTER or self.name == IN_CLUSTER_NAME


class Application(Struct, dict=True):
    """An Application and where it stands: rendered by `folder`, or read from that file.

    `generated` is the name of the ApplicationSet that makes it, empty for one that is written;
    `assuming`: what a verdict on it takes for granted, such as that somebody applies the file.
    """

    obj: Object
    folder: str
    cluster: str
    locate: Callable[[Object, Path, bool], Place]
    generated: str = ""
    assuming: str = ""

    @property
    def name(self) -> str:
        return self.obj.name

    @cached_property
    def sources(self) -> list[Source]:
        return sources(self.obj)

    @property
    def title(self) -> str:
        """What to call it: a generated one by the ApplicationSet that a person edits."""
        if self.generated:
            return f"ApplicationSet '{self.generated}'"
        return f"Application '{self.name}'"

    @property
    def label(self) -> str:
        return f"ApplicationSet/{self.generated}" if self.generated else self.obj.label

    def place(self, path: Path, key: bool = False) -> Place:
        """Where a field was set; the nearest field above it where it was not."""
        return self.locate(self.obj, path, key)

    @property
    def project(self) -> str:
        """The name of its AppProject: `default` where none is written."""
        found = self.obj.get("spec", "project")
        return found if isinstance(found, str) and found else "default"

    @property
    def destination(self) -> Destination:
        found = (self.obj.get("spec", "destination", k) for k in ("server", "name", "namespace"))
        return Destination(*(one if isinstance(one, str) else "" for one in found))

    @property
    def destination_namespace(self) -> str:
        return self.destination.namespace

    @property
    def automated(self) -> dict[str, Any] | None:
        """How it syncs by itself; None where a person has to.

        Source: Argo CD, "Automated Sync Policy"; `enabled: false` switches it off since 3.1.
        """
        found = self.obj.get("spec", "syncPolicy", "automated")
        if not isinstance(found, dict) or found.get("enabled") is False:
            return None
        return found

    @property
    def cascades(self) -> bool:
        """Whether deleting it deletes what it deployed."""
        return any(
            str(one).startswith(FINALIZER) for one in self.obj.metadata.get("finalizers") or ()
        )

    @property
    def wave(self) -> int | None:
        return wave(self.obj)

    @property
    def options(self) -> list[str]:
        found = self.obj.get("spec", "syncPolicy", "syncOptions")
        return [str(option) for option in found] if isinstance(found, list) else []


def wave(obj: Object) -> int | None:
    """An object's sync wave, 0 where none is written, None where it is no integer.

    Argo CD reads it with strconv.Atoi (source: gitops-engine, pkg/sync/syncwaves).
    """
    value = obj.annotations.get(WAVE)
    if value is None:
        return 0
    return int(value) if isinstance(value, str) and re.fullmatch(r"[+-]?\d+", value) else None


def sources(obj: Object) -> list[Source]:
    """The sources of an Application; with `sources`, Argo CD ignores `source`."""
    many = obj.get("spec", "sources")
    pairs: list[tuple[Path, Any]] = [(("spec", "source"), obj.get("spec", "source"))]
    if isinstance(many, list) and many:
        pairs = [(("spec", "sources", number), item) for number, item in enumerate(many)]
    return [Source(at, item) for at, item in pairs if isinstance(item, dict)]


def is_application(obj: Object) -> bool:
    return obj.kind == "Application" and obj.group == GROUP


def normal_url(url: str) -> str:
    """A repository URL without scheme, user and .git, so that two spellings compare equal."""
    text = re.sub(r"^[a-z+]+://", "", url.strip().lower())
    text = re.sub(r"^[^@/]+@", "", text)
    text = re.sub(r"^([\w.-]+):(?!\d+/)", r"\1/", text)
    return text.rstrip("/").removesuffix(".git")


def own_urls(
    applications: Iterable[Application],
    known: Iterable[str],
    exists: Callable[[str], bool],
    told: Iterable[tuple[str, bool]] = (),
) -> set[str]:
    """The URLs (normal form) that mean this repository.

    Known ones (git remote, facts), and those whose paths are mostly here: nobody declares it, and
    a clone may have any remote. `told`: more URLs with whether a path of theirs is here.
    """
    own = {normal_url(url) for url in known if url}
    here: dict[str, list[bool]] = {}
    for address, is_here in told:
        here.setdefault(normal_url(address), []).append(is_here)
    for application in applications:
        for source in application.sources:
            for path in _paths(source, application.sources):
                here.setdefault(normal_url(path[0]), []).append(exists(path[1]))
    for url, found in here.items():
        if sum(found) * 2 >= len(found) and any(found):
            own.add(url)
    return own - {""}


def _paths(source: Source, sources: list[Source]) -> Iterator[tuple[str, str]]:
    """(URL, path) pairs of a source that say something: its path and its $ref value files."""
    path = posixpath.normpath(source.path) if source.path else ""
    if path not in ("", ".") and not source.chart and not TEMPLATED.search(path):
        yield source.url, path
    for name in source.value_files:
        if name.startswith("$") and "/" in name and not TEMPLATED.search(name):
            ref, _, rest = name[1:].partition("/")
            for other in sources:
                if other.ref == ref:
                    yield other.url, rest
