"""Which health rules an Argo CD of this repository has, as far as the repository says."""

from collections.abc import Iterator
from functools import cached_property

from msgspec import Struct, field

from overlaykit import disk
from overlaykit.argocd.health import APPLICATION, Health, in_configmap, in_resource
from overlaykit.render.objects import Object
from overlaykit.repo.values import values_of
from overlaykit.repo.world import Unit, World
from overlaykit.source import Path, Place

# Files that may carry a configuration of Argo CD in a form that nobody renders here.
_TEXTS = (".yaml", ".yml", ".json", ".tf", ".sh", ".tpl", ".j2", ".jsonnet", ".libsonnet", ".lua")
_LIST = "resourceHealthChecks"
_WORDS = ("resource.customizations", "resourceCustomizations", _LIST)


class Configuration(Struct, frozen=True):
    """A configuration that is rendered here: whose it is, the rules in it, where to add one."""

    cluster: str
    namespace: str
    shipped: dict[str, str]
    place: Place


class Known(Struct, frozen=True):
    """The rules of one Argo CD; `place`: its configuration, None where that is not here."""

    health: Health
    place: Place | None = None


class Healths(Struct, dict=True):
    """The rules of every Argo CD of a repository."""

    world: World
    _known: dict[tuple[str, str], Known] = field(default_factory=dict)
    _mentions: dict[tuple[str, str, bool], str] = field(default_factory=dict)

    def of(self, cluster: str, namespace: str) -> Known:
        """The rules that hold for the Applications of a cluster in a namespace."""
        if (cluster, namespace) not in self._known:
            self._known[cluster, namespace] = self._of(cluster, namespace)
        return self._known[cluster, namespace]

    def _of(self, cluster: str, namespace: str) -> Known:
        own = [c for c in self.configurations if _is_of(c, cluster, namespace)]
        shared = [c for c in self.configurations if not c.cluster]
        shipped: dict[str, str] = {}
        for one in [*shared, *own]:
            shipped |= one.shipped
        found = self.world.cluster(cluster)
        version = found.fact("argocd", "version") if found else ""
        health = Health(version or self.world.config.argocd, shipped)
        return Known(health, own[0].place if len({c.place for c in own}) == 1 else None)

    @cached_property
    def configurations(self) -> list[Configuration]:
        found: list[Configuration] = []
        for unit in self.world.judged:
            for obj in unit.objects:
                found.extend(_of_object(unit, obj))
        for application in self.world.applications:
            if any(source.chart_name == "argo-cd" for source in application.sources):
                values = Object(values_of(application, self.world))
                data = values.get("configs", "cm") or values.get("server", "config")
                place = application.locate(application.obj, ("metadata", "name"), False)
                where = f"the values of Application {application.name}"
                shipped = {name: where for name, _ in in_configmap(data)}
                namespace = application.destination_namespace
                found.append(Configuration(application.cluster, namespace, shipped, place))
        return found

    def mention(self, group: str, kind: str, loose: bool = False) -> str:
        """A file that speaks of a health rule of a kind; `loose`: that no kustomization reads."""
        key = (group, kind, loose)
        if key not in self._mentions:
            self._mentions[key] = self._mention(group, kind, loose)
        return self._mentions[key]

    def _mention(self, group: str, kind: str, loose: bool) -> str:
        built = self.world.graph.all_files if loose else ()
        for file, text in self._texts.items():
            listed = _LIST in text and f"kind: {kind}\n" in text
            named = f"{group}_{kind}" in text or f"{group}/{kind}:" in text
            if file not in built and (listed or named):
                return file
        return ""

    @cached_property
    def _texts(self) -> dict[str, str]:
        """The files with words of a configuration; looked for only when a rule is missing."""
        found = {}
        for name in self.world.tree.files:
            if name.endswith(_TEXTS):
                try:
                    text = self.world.tree.text(name)
                except disk.Unreadable:
                    continue
                if any(word in text for word in _WORDS):
                    found[name] = text
        return found


def _is_of(one: Configuration, cluster: str, namespace: str) -> bool:
    return one.cluster == cluster and one.namespace in ("", namespace or one.namespace)


def _of_object(unit: Unit, obj: Object) -> Iterator[Configuration]:
    """The configuration in an object: argocd-cm, an ArgoCD resource, this layout's chart values."""
    at: Path
    rules: list[tuple[str, Path]]
    if obj.kind == "ConfigMap" and obj.name == "argocd-cm":
        rules = [(name, ("data", key)) for name, key in in_configmap(obj.get("data"))]
        at = ("data",)
    elif obj.kind == "ArgoCD" and obj.group == APPLICATION[0]:
        rules = [(name, path) for name, path in in_resource(obj.get("spec"))]
        at = ("spec",)
    elif obj.kind == "HelmValues" and obj.group == "overlaykit.io":
        cm = obj.get("configs", "cm")
        rules = [(name, ("configs", "cm", key)) for name, key in in_configmap(cm)]
        at = ("configs", "cm")
    else:
        return
    shipped = {name: _text(unit.locate(obj, path, False)) for name, path in rules}
    yield Configuration(unit.cluster, obj.namespace, shipped, unit.locate(obj, at, True))


def _text(place: Place) -> str:
    return f"{place.file}:{place.line}"
