"""Who runs the SQL of a ConfigMap, and what stands between the text and Flink."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import Struct

from overlaykit.flink import versions
from overlaykit.kubernetes.pods import Container, Pod, mapping, mappings, templates
from overlaykit.render.objects import Object, strings

# Programs that fill in ${NAME}, also a shell that does it by itself.
_FILLS = re.compile(
    r"envsubst|gomplate|confd|jinja|j2cli|\besh\b|\bytt\b|\bsed\b|\bawk\b|\bperl\b|\bpython|\beval\b"
    r"|\$\{!|<<-?\s*\"?[A-Za-z_]|vault|consul-template|\bm4\b"
)
_CLIENT = re.compile(r"sql-client|sql-gateway|/v[1-4]/sessions|/statements\b")
CLIENT, PROGRAM, CMF = "client", "program", "cmf"


class Runner(Struct, frozen=True):
    """What is given a text of SQL: Flink's own client or gateway, another program, or CMF.

    `kind` is empty where nobody is seen; `words` is all that its containers are told, `variables`
    the names of theirs, None where some come from elsewhere.
    """

    kind: str = ""
    words: str = ""
    is_flink: bool = False
    variables: frozenset[str] | None = frozenset()

    @property
    def may_fill(self) -> bool:
        return _FILLS.search(self.words) is not None

    def knows(self, names: Iterable[str]) -> bool:
        """Whether a program of one's own has variables of these names: it will fill them in."""
        if self.kind != PROGRAM:
            return False
        return self.variables is None or set(names) <= self.variables

    @property
    def makes_catalogs(self) -> bool:
        """Whether more SQL is run before this one."""
        words = self.words.lower()
        told = re.search(r"(?:^|\s)(?:-i|--init)(?:\s|=|$)", self.words, re.MULTILINE)
        return told is not None or "create catalog" in words or "catalog-store" in words


def runner(found: list[Pod], maps: dict[str, Object], name: str) -> Runner:
    """The runner of a ConfigMap's SQL among pods; `maps`: the ConfigMaps beside it by name."""
    users = [pod for pod in found if name in _mounted(pod.template.spec)]
    if not users:
        return Runner()
    words = "\n".join(text for pod in users for text in _words(pod, maps))
    images = (one.data.get("image") for pod in users for one in pod.containers)
    is_flink = any(pod.role for pod in users) or any(versions.of_image(one) for one in images)
    kind = CLIENT if _CLIENT.search(words) else PROGRAM
    containers = [container for pod in users for container in pod.containers]
    return Runner(kind, words, is_flink or kind == CLIENT, _variables(containers))


def program(obj: Object) -> Runner:
    """The job of an object as what runs a text that it is given."""
    containers = [one for template in templates(obj) for one in template.containers()]
    return Runner(PROGRAM, "", True, _variables(containers))


def _variables(containers: list[Container]) -> frozenset[str] | None:
    if any(container.listed("envFrom") for container in containers):
        return None
    return frozenset(str(one.get("name")) for c in containers for _, one in c.listed("env"))


def _words(pod: Pod, maps: dict[str, Object]) -> Iterator[str]:
    """What containers are told: commands, variables, and the scripts that they name."""
    told: list[str] = []
    for container in pod.containers:
        for part in ("command", "args"):
            told += [text for _, text in strings(container.data.get(part))]
        told += [str(one.get("value", "")) for _, one in container.listed("env")]
    told += [str(one) for one in pod.obj.get("spec", "job", "args") or ()]
    yield from told
    plain = "\n".join(told)
    for name in sorted(_mounted(pod.template.spec)):
        data = mapping(maps[name].get("data")) if name in maps else {}
        yield from (str(text) for key, text in data.items() if key in plain and "SQL" not in key)


def _mounted(spec: dict[str, Any]) -> set[str]:
    """The names of the ConfigMaps that a pod is given."""
    found: set[str] = set()
    for _, volume in mappings(spec.get("volumes")):
        found.add(str(mapping(volume.get("configMap")).get("name", "")))
        for _, source in mappings(mapping(volume.get("projected")).get("sources")):
            found.add(str(mapping(source.get("configMap")).get("name", "")))
    for group in ("initContainers", "containers"):
        for _, container in mappings(spec.get(group)):
            for _, one in mappings(container.get("envFrom")):
                found.add(str(mapping(one.get("configMapRef")).get("name", "")))
            for _, one in mappings(container.get("env")):
                source = mapping(mapping(one.get("valueFrom")).get("configMapKeyRef"))
                found.add(str(source.get("name", "")))
    return found - {""}
