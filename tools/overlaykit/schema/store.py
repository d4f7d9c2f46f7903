"""Where the schema of a kind lies: the user's folders first, then those that come with the tool.

CRDs: `crds/<group>/<kind>_<version>.json`; kinds of Kubernetes itself:
`kubernetes/v<minor>/<kind>-<first part of the group>-<version>.json`. Both are kubeconform's own
layouts, so it can be pointed at the same folders.
"""

import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from overlaykit import disk
from overlaykit.errors import CannotLook

# The groups that the API server itself serves; every other group comes from a CRD
# (source: the API reference of Kubernetes 1.37).
API_SERVER_GROUPS = frozenset(
    {
        *("", "apps", "autoscaling", "batch", "policy", "admissionregistration.k8s.io"),
        *("apiextensions.k8s.io", "apiregistration.k8s.io", "certificates.k8s.io"),
        *("coordination.k8s.io", "discovery.k8s.io", "events.k8s.io", "networking.k8s.io"),
        *("flowcontrol.apiserver.k8s.io", "internal.apiserver.k8s.io", "node.k8s.io"),
        *("rbac.authorization.k8s.io", "resource.k8s.io", "scheduling.k8s.io", "storage.k8s.io"),
        *("storagemigration.k8s.io",),
    }
)


def builtin() -> Path:
    """The schemas that come with the tool: of the checkout, else of the installed wheel."""
    package = Path(__file__).resolve().parents[1]
    for folder in (package.parents[1] / "schemas", package / "data" / "schemas"):
        if disk.is_dir(folder / "crds"):
            return folder
    raise CannotLook("the built-in schemas are missing: install overlaykit again")


def split(api_version: str) -> tuple[str, str]:
    """`apps/v1` is ("apps", "v1"); `v1` is ("", "v1")."""
    group, _, version = api_version.rpartition("/")
    return group, version


def crd_path(group: str, kind: str, version: str) -> str:
    return f"{group}/{kind}_{version}.json".lower()


def kubernetes_path(group: str, kind: str, version: str) -> str:
    """The name kubeconform's template `{{.ResourceKind}}{{.KindSuffix}}` makes."""
    parts = [kind, group.split(".", maxsplit=1)[0], version] if group else [kind, version]
    return "-".join(parts).lower() + ".json"


def minor(version: str) -> tuple[int, int]:
    """(1, 34) for `1.34`, `v1.34` and `1.34.2`."""
    parts = version.removeprefix("v").split(".")
    try:
        return int(parts[0]), int(parts[1])
    except (IndexError, ValueError):
        raise CannotLook(f"'{version}' is not a Kubernetes version: write it as 1.34") from None


@lru_cache(maxsize=64)
def _nearest(folder: Path, version: str) -> str | None:
    """The shipped minor to judge `version` with: itself, else the next older, else the oldest."""
    shipped = sorted(minor(path.name) for path in disk.list_dir(folder) if path.name[:1] == "v")
    if not shipped:
        return None
    wanted = minor(version)
    older = [one for one in shipped if one <= wanted]
    return "v{}.{}".format(*(older[-1] if older else shipped[0]))


def _is_name(text: str) -> bool:
    """Whether `text` can be part of a group, version or kind: nothing that leads elsewhere."""
    return bool(text) and all(c.isalnum() or c in "-." for c in text) and ".." not in text


class Store:
    """Finds schema files; `kubernetes` is the version whose own kinds are judged, as `1.34`."""

    def __init__(self, builtin: Path, extra: Sequence[Path] = (), kubernetes: str = "1.34") -> None:
        self.builtin = builtin
        self.extra = tuple(extra)
        self.kubernetes = kubernetes
        self._found: dict[tuple[str, str], Path | None] = {}

    @property
    def minor(self) -> str | None:
        """The folder that answers for Kubernetes' own kinds, as `v1.34`."""
        return _nearest(self.builtin / "kubernetes", self.kubernetes)

    def find(self, api_version: str, kind: str) -> Path | None:
        key = (api_version, kind)
        if key not in self._found:
            self._found[key] = self._look(api_version, kind)
        return self._found[key]

    def _look(self, api_version: str, kind: str) -> Path | None:
        group, version = split(api_version)
        if not all(_is_name(part) for part in (version, kind, group or "core")):
            return None
        candidates = self._candidates(group, version, kind)
        return next((path for path in candidates if disk.is_file(path)), None)

    def _candidates(self, group: str, version: str, kind: str) -> list[Path]:
        """In order: the layouts of kubeconform users in the user's folders, then the built-in."""
        crd, own = crd_path(group, kind, version), kubernetes_path(group, kind, version)
        found = [
            folder / name for folder in self.extra for name in (crd, f"crds/{crd}", own) if group
        ]
        if not group:
            found = [folder / own for folder in self.extra]
        found.append(self.builtin / "crds" / crd)
        if group in API_SERVER_GROUPS and self.minor:
            found.append(self.builtin / "kubernetes" / self.minor / own)
        return found

    def _own_names(self) -> list[list[str]]:
        """[kind, group's first part, version] (no group for core) of Kubernetes' own schemas."""
        folder = self.builtin / "kubernetes" / (self.minor or "")
        return [path.stem.split("-") for path in disk.list_dir(folder)]

    def versions_of(self, kind: str) -> list[str]:
        """The apiVersions in which Kubernetes itself serves a kind."""
        groups = {group.split(".")[0]: group for group in API_SERVER_GROUPS}
        found = []
        for name, *group, version in self._own_names():
            if name == kind.lower():
                full = groups.get(group[0], group[0]) if group else ""
                found.append(f"{full}/{version}" if full else version)
        return found

    def kinds_of(self, api_version: str) -> list[str]:
        """The kinds that Kubernetes itself serves in an apiVersion, as their files spell them."""
        group, version = split(api_version)
        first = [group.split(".")[0]] if group else []
        titles = []
        folder = self.builtin / "kubernetes" / (self.minor or "")
        for path in disk.list_dir(folder):
            name, *rest = path.stem.split("-")
            if rest == [*first, version]:
                titles.append(_kind_in(path) or name)
        return titles


def _kind_in(path: Path) -> str:
    """The kind as a schema file's `kind` enum spells it."""
    try:
        schema = json.loads(disk.read_text(path))
    except (ValueError, disk.Unreadable):
        return ""
    allowed = schema.get("properties", {}).get("kind", {}).get("enum") or [""]
    return str(allowed[-1] or "")
