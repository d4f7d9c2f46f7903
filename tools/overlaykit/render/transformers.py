"""Transformers of a kustomization (replacements, images, labels, …) as the setter of a field."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from yaml.nodes import MappingNode, Node, ScalarNode

from overlaykit.render.objects import Object
from overlaykit.render.patches import target_selects
from overlaykit.repo.kustomization import Kustomization
from overlaykit.repo.tree import join
from overlaykit.source import Document, Path, Place, child, elements

if TYPE_CHECKING:
    from overlaykit.render.provenance import Provenance
    from overlaykit.render.reads import Read

# Where labels and annotations go besides an object's own metadata
# (source: kustomize api, internal/konfig/builtinpluginconsts).
_TEMPLATE = ("spec/template/metadata",)
_TEMPLATES = {
    **dict.fromkeys(("Deployment", "ReplicaSet", "DaemonSet", "Job"), _TEMPLATE),
    "ReplicationController": _TEMPLATE,
    "StatefulSet": (*_TEMPLATE, "spec/volumeClaimTemplates/metadata"),
    "CronJob": ("spec/jobTemplate/metadata", "spec/jobTemplate/spec/template/metadata"),
}
_SELECTING = frozenset({*_TEMPLATES, "PodDisruptionBudget", "NetworkPolicy"})
# Kinds without a namespace, which the namespace transformer leaves alone
# (source: kyaml, openapi/openapi.go, precomputedIsNamespaceScoped).
_CLUSTER_SCOPED = frozenset(
    {
        *("APIService", "CSIDriver", "CSINode", "CertificateSigningRequest", "ClusterRole"),
        *("ClusterRoleBinding", "ComponentStatus", "CustomResourceDefinition", "FlowSchema"),
        *("IngressClass", "MutatingWebhookConfiguration", "Namespace", "Node", "PersistentVolume"),
        *("PodSecurityPolicy", "PriorityClass", "PriorityLevelConfiguration", "RuntimeClass"),
        *("StorageClass", "ValidatingWebhookConfiguration", "VolumeAttachment"),
    }
)
# What Kustomize notes on every object where `buildMetadata` asks for it.
_NOTES: dict[Path, str] = {
    ("metadata", "annotations", "config.kubernetes.io/origin"): "originAnnotations",
    ("metadata", "annotations", "alpha.config.kubernetes.io/transformations"): (
        "transformerAnnotations"
    ),
    ("metadata", "labels", "app.kubernetes.io/managed-by"): "managedByLabel",
}
# What gets the namespace of the object that it refers to: its own path, that object's kind.
_REFERRERS = (
    (re.compile(r"subjects/\d+/namespace"), "ServiceAccount"),
    (re.compile(r"webhooks/\d+/clientConfig/service/namespace"), "Service"),
    (re.compile(r"spec/(?:conversion/webhook/clientConfig/)?service/namespace"), "Service"),
)


class Transformers(Struct):
    """The transformers of one kustomization, for one object."""

    chain: "Provenance"
    layer: Kustomization
    read: "Read"
    obj: Object

    def late(self, path: Path) -> Place | None:
        """Where a transformer that runs after the patches sets `path`."""
        return (
            self._note(path) or self._replacement(path) or self._image(path) or self._replicas(path)
        )

    def _note(self, path: Path) -> Place | None:
        asked = self.layer.data.get("buildMetadata")
        if path not in _NOTES or not isinstance(asked, list) or _NOTES[path] not in asked:
            return None
        return self.layer.document.place_of(("buildMetadata", asked.index(_NOTES[path])))

    def metadata(self, path: Path) -> Place | None:
        """Where labels, annotations or the namespace are set: before `patchesJson6902` only."""
        return self._annotation(path) or self._label(path) or self._namespace(path)

    def _nodes(self, name: str) -> list[Node]:
        return elements(self.layer.node(name))

    def _namespace(self, path: Path) -> Place | None:
        own = self.layer.document.place_of(("namespace",))
        if path == ("metadata", "name") and self.obj.kind == "Namespace":
            return own
        if path == ("metadata", "namespace"):
            return None if self.obj.kind in _CLUSTER_SCOPED else own
        return self._referred(path) if path and path[-1] == "namespace" else None

    def _referred(self, path: Path) -> Place | None:
        """The namespace of an object that this one refers to, when that one gets it here."""
        if not self.layer.data.get("namespace"):
            return None
        kinds = [k for p, k in _REFERRERS if p.fullmatch("/".join(map(str, path)))]
        name, given = self.obj.get(*path[:-1], "name"), self.read.object.get(*path)
        for read in self.chain.reads:
            here = any(step is self.layer for step in read.steps)
            meant = here and read.object.kind in kinds and name in read.names
            # Kustomize compares with the namespace of the file, not with what a base made of it.
            if meant and given in ("", None, read.object.namespace or "default"):
                return self.layer.document.place_of(("namespace",))
        return None

    def _annotation(self, path: Path) -> Place | None:
        above = _above(path)
        if above in _metadata("annotations", self.read.kinds):
            return self.layer.document.place_of(("commonAnnotations", path[-1]))
        return None

    def _label(self, path: Path) -> Place | None:
        if len(path) < 2:
            return None
        above, kinds = _above(path), self.read.kinds
        templates = _metadata("labels", kinds)
        everywhere = above in templates or any(_is_selector(above, kind) for kind in kinds)
        if everywhere and self._says(("commonLabels", path[-1]), path):
            return self.layer.document.place_of(("commonLabels", path[-1]))
        for number, node in reversed(list(enumerate(self._nodes("labels")))):
            wide = everywhere if _is_on(node, "includeSelectors") else above == "metadata/labels"
            wide = wide or (_is_on(node, "includeTemplates") and above in templates)
            place = ("labels", number, "pairs", path[-1])
            if (wide or above in _field_paths(node, kinds)) and self._says(place, path):
                return self.layer.document.place_of(place)
        return None

    def _says(self, place: Path, path: Path) -> bool:
        """Whether what stands at `place` is what was rendered at `path`."""
        found = self.layer.document.find(place)
        return found is not None and getattr(found[1], "value", None) == str(self.obj.get(*path))

    def _image(self, path: Path) -> Place | None:
        if not path or path[-1] != "image":
            return None
        rendered = str(self.obj.get(*path))
        for node in reversed(self._nodes("images")):
            new = _scalar(node, "newName")
            shown = new or _scalar(node, "name")
            wanted = shown.value if shown is not None else ""
            if wanted and re.fullmatch(re.escape(wanted) + r"(?:[:@].*)?", rendered):
                setter = _scalar(node, "digest") or _scalar(node, "newTag") or new
                return self.layer.document.place(setter) if setter is not None else None
        return None

    def _replicas(self, path: Path) -> Place | None:
        if path != ("spec", "replicas"):
            return None
        for node in reversed(self._nodes("replicas")):
            name, count = _scalar(node, "name"), _scalar(node, "count")
            if name is not None and count is not None and name.value in self.read.names:
                return self.layer.document.place(count)
        return None

    def _replacements(self) -> Iterator[tuple[Document, Node]]:
        """Each replacement with the document it stands in: inline, or of a file it names."""
        for node in self._nodes("replacements"):
            path = _scalar(node, "path")
            if path is None:
                yield self.layer.document, node
                continue
            file = join(self.layer.folder, path.value)
            for document in self.chain.graph.tree.documents_or_none(file):
                for one in elements(document.node) or [document.node]:
                    yield document, one

    def part(self, path: Path) -> Place | None:
        """Where the part of `path` stands that a replacement with a delimiter writes."""
        return self._replacement(path, partly=True)

    def _replacement(self, path: Path, partly: bool = False) -> Place | None:
        for document, node in reversed(list(self._replacements())):
            data = Document(document.file, node, document.text).data
            if not isinstance(data, dict) or not isinstance(node, MappingNode):
                continue
            for target in data.get("targets") or []:
                if isinstance(target, dict) and self._targets(target, path, partly):
                    return self._source(data) or document.place(node)
        return None

    def _targets(self, target: dict[str, Any], path: Path, partly: bool) -> bool:
        """Whether a replacement target writes the whole of `path`, or (`partly`) a part of it.

        With a delimiter only a part is written: the rest of the value is still the base's.
        """
        options = target.get("options")
        if partly != bool(isinstance(options, dict) and options.get("delimiter")):
            return False
        fields = target.get("fieldPaths") or ["metadata.name"]
        if not any(_same_path(str(field), self.obj, path) for field in fields):
            return False
        select = target.get("select")
        if not isinstance(select, dict) or not target_selects(select, self.obj, self.read):
            return False
        rejected = (one for one in target.get("reject") or () if isinstance(one, dict))
        return not any(target_selects(one, self.obj, self.read) for one in rejected)

    def _source(self, data: dict[str, Any]) -> Place | None:
        """Where a replacement's source value is set."""
        source = data.get("source")
        if not isinstance(source, dict):
            return None
        for read in self.chain.reads:
            # What was read in a sibling is not there yet when this layer is built.
            if read is self.read or self.layer not in read.steps:
                continue
            if _is_source(source, read):
                path = _found(
                    read.data, field_steps(str(source.get("fieldPath") or "metadata.name"))
                )
                return self.chain.trace(read, read.object, path)
        return None


def _scalar(node: Node, key: str) -> ScalarNode | None:
    found = child(node, key)
    return found[1] if found and isinstance(found[1], ScalarNode) else None


def _is_on(node: Node, key: str) -> bool:
    found = _scalar(node, key)
    return found is not None and found.value.lower() == "true"


def _above(path: Path) -> str:
    """The path of what holds a field, as Kustomize writes it: without list positions."""
    return "/".join(step for step in path[:-1] if isinstance(step, str))


def _metadata(name: str, kinds: list[str]) -> list[str]:
    templates = (above for kind in kinds for above in _TEMPLATES.get(kind, ()))
    return [f"{above}/{name}" for above in ("metadata", *templates)]


def _is_selector(above: str, kind: str) -> bool:
    if kind in ("Service", "ReplicationController"):
        return above == "spec/selector"
    return above.endswith("/matchLabels") and kind in _SELECTING


def _field_paths(node: Node, kinds: list[str]) -> Iterator[str]:
    """The paths that an entry of `labels` names itself."""
    found = child(node, "fields")
    for one in elements(found[1] if found else None):
        path, wanted = _scalar(one, "path"), _scalar(one, "kind")
        if path is not None and (wanted is None or wanted.value in kinds):
            yield path.value.replace("[]", "")


def _is_source(source: dict[str, Any], read: "Read") -> bool:
    obj = read.object
    version = obj.api_version.rpartition("/")[2]
    own = (("group", [obj.group]), ("version", [version]), ("kind", [obj.kind]))
    known = (("name", read.names), ("namespace", read.namespaces))
    return all(not source.get(k) or str(source[k]) in values for k, values in (*own, *known))


def _same_path(field: str, obj: Object, path: Path) -> bool:
    steps = field_steps(field)
    if len(steps) != len(path):
        return False
    for number, (step, wanted) in enumerate(zip(steps, path, strict=True)):
        if step == "*" or str(step) == str(wanted):
            continue
        if step == "-" and isinstance(wanted, int):
            continue
        key, is_condition, value = str(step).partition("=")
        if not is_condition or not isinstance(wanted, int):
            return False
        if str(obj.get(*path[: number + 1], key)) != value:
            return False
    return True


def _found(data: Any, steps: list[str | int]) -> Path:
    """A field path in an object, with conditions such as [name=x] as positions."""
    path: list[str | int] = []
    for step in steps:
        key, is_condition, value = str(step).partition("=")
        if isinstance(data, list) and is_condition:
            fits = (n for n, one in enumerate(data) if str(Object(one).get(key)) == value)
            step = next(fits, step)
        path.append(step)
        data = Object({"": data}).get("", step)
    return tuple(path)


def field_steps(field: str) -> list[str | int]:
    """The steps of a Kustomize field path: dots, `\\.` escapes and [bracketed.keys]."""
    found = re.findall(r"\[([^\]]*)\]|((?:\\.|[^.\[\]])+)", field)
    texts = [bracket or plain.replace("\\.", ".") for bracket, plain in found]
    return [int(text) if text.isdigit() else text for text in texts]
