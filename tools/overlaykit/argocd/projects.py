"""What an AppProject permits: kinds, repositories and destinations.

Every answer is what Argo CD would say; where it depends on something unseen (the name of a cluster
whose server is given, a pattern that is not read here) the answer is that it is permitted.
Source: Argo CD, pkg/apis/application/v1alpha1/app_project_types.go; "Projects".
"""

from collections.abc import Callable, Iterator
from typing import Any

from msgspec import Struct

from overlaykit.argocd.applications import GROUP, IN_CLUSTER, IN_CLUSTER_NAME, Destination
from overlaykit.argocd.globs import matches, matches_path, normal_repository
from overlaykit.render.objects import Object


def is_project(obj: Object) -> bool:
    return obj.kind == "AppProject" and obj.group == GROUP


class Refusal(Struct, frozen=True):
    """The list of a project that refuses a kind; `entry` is the item of a blacklist."""

    list: str
    entry: int | None = None


class Project:
    """An AppProject; `shared` gives the global projects that Argo CD may merge into it.

    It is asked only where the project alone refuses: it costs a look through the repository.
    """

    def __init__(self, obj: Object, shared: Callable[[], list[Object]] = list) -> None:
        self.obj = obj
        self._shared = shared
        self._all = [obj]

    def _widened(self) -> "Project | None":
        """The project with the global ones; None where there are none."""
        others = [one for one in self._shared() if one is not self.obj]
        found = Project(self.obj)
        found._all += others
        return found if others else None

    @property
    def name(self) -> str:
        return self.obj.name

    def items(self, name: str) -> list[Any]:
        """A list of the project itself, followed by those of the global ones."""
        found: list[Any] = []
        for obj in self._all:
            listed = obj.get("spec", name)
            found.extend(listed if isinstance(listed, list) else ())
        return found

    def kind_refusal(self, group: str, kind: str, name: str, namespaced: bool) -> Refusal | None:
        """Why a kind is not permitted; None where it is.

        Without a namespaceResourceWhitelist every namespaced kind is permitted; without a
        clusterResourceWhitelist no kind of the cluster is.
        """
        refusal = self._kind_refusal(group, kind, name, namespaced)
        wide = self._widened() if refusal else None
        return wide._kind_refusal(group, kind, name, namespaced) if wide else refusal

    def _kind_refusal(self, group: str, kind: str, name: str, namespaced: bool) -> Refusal | None:
        prefix = "namespace" if namespaced else "cluster"
        white, black = f"{prefix}ResourceWhitelist", f"{prefix}ResourceBlacklist"
        named = "" if namespaced else name
        for number, item in enumerate(self.items(black)):
            if _lists(item, group, kind, named) is True:
                return Refusal(black, number)
        if namespaced and self.obj.get("spec", white) is None:
            return None
        listed = any(_lists(item, group, kind, named) is not False for item in self.items(white))
        return None if listed else Refusal(white)

    def permits_repository(self, url: str) -> bool:
        """Whether a source may come from a repository; a `!` entry that matches refuses it."""
        if self._permits_repository(url):
            return True
        wide = self._widened()
        return wide is not None and wide._permits_repository(url)

    def _permits_repository(self, url: str) -> bool:
        wanted, permitted = normal_repository(url), False
        for item in self.items("sourceRepos"):
            pattern = str(item)
            if pattern.startswith("!"):
                if matches(normal_repository(pattern[1:]), wanted, "/") is True:
                    return False
                permitted = True
            elif matches(normal_repository(pattern), wanted, "/") is not False:
                permitted = True
        return permitted

    def permits_destination(self, destination: Destination) -> bool:
        """Whether something may be deployed to a cluster and namespace."""
        if self._permits_destination(destination):
            return True
        wide = self._widened()
        return wide is not None and wide._permits_destination(destination)

    def _permits_destination(self, destination: Destination) -> bool:
        permitted = False
        for item in self.items("destinations"):
            verdict = _destination(item if isinstance(item, dict) else {}, destination)
            if verdict is False:
                return False
            permitted = permitted or verdict is True
        return permitted


def _lists(item: Any, group: str, kind: str, name: str) -> bool | None:
    """Whether an entry of a kind list means a kind; None where it cannot be told."""
    if not isinstance(item, dict):
        return False
    answers = [
        matches_path(str(item.get("kind") or ""), kind),
        matches_path(str(item.get("group") or ""), group),
    ]
    if item.get("name") and name:
        answers.append(matches_path(str(item["name"]), name))
    if False in answers:
        return False
    return None if None in answers else True


def _destination(item: dict[str, Any], wanted: Destination) -> bool | None:
    """True where an entry permits, False where it denies, None where it says nothing."""
    server = _field(item.get("server"), wanted.server, IN_CLUSTER, wanted.name == IN_CLUSTER_NAME)
    name = _field(item.get("name"), wanted.name, IN_CLUSTER_NAME, False)
    namespace = _glob(str(item.get("namespace") or ""), wanted.namespace)
    if (server is not False or name is not False) and namespace is not False:
        return True
    denies_name = _denies(item.get("name")) and name is False
    denies_server = _denies(item.get("server")) and server is False
    if denies_name or (denies_server and namespace is True):
        return False
    if _denies(item.get("namespace")) and namespace is False and server is True:
        return False
    return None


def _field(pattern: Any, known: str, usual: str, is_usual: bool) -> bool | None:
    """Whether a pattern means the cluster's server or name; None where that one is not known."""
    if not pattern:
        return False
    if known or is_usual:
        return _glob(str(pattern), known or usual)
    return True if pattern == "*" else None


def _glob(pattern: str, value: str) -> bool | None:
    if not pattern.startswith("!"):
        return matches(pattern, value)
    found = matches(pattern[1:], value)
    return None if found is None else not found


def _denies(pattern: Any) -> bool:
    return str(pattern or "").startswith("!")


def open_entries(obj: Object) -> Iterator[tuple[str, int, str]]:
    """(list, item, what it opens) of the entries that set no bound: `*`, not a glob of a part."""
    for number, item in enumerate(_items(obj, "sourceRepos")):
        if item == "*":
            yield "sourceRepos", number, "every repository"
    for number, item in enumerate(_items(obj, "destinations")):
        if isinstance(item, dict) and item.get("namespace") == "*":
            where = "every namespace"
            if "*" in (item.get("server"), item.get("name")):
                where += " of every cluster"
            yield "destinations", number, where
    for number, item in enumerate(_items(obj, "clusterResourceWhitelist")):
        entry = item if isinstance(item, dict) else {}
        if entry.get("group") == entry.get("kind") == "*" and not entry.get("name"):
            yield "clusterResourceWhitelist", number, "every kind of the cluster"


def _items(obj: Object, name: str) -> list[Any]:
    found = obj.get("spec", name)
    return found if isinstance(found, list) else []
