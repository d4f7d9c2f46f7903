"""One sync, step by step: phases, then waves, then kinds, as Argo CD sorts them.

Source: gitops-engine, pkg/sync/sync_tasks.go (order, and adjustDeps, which moves a Namespace or a
CRD before its first user), pkg/sync/hook, pkg/sync/syncwaves; Helm's kind sorter.
"""

from collections.abc import Callable, Iterable

from msgspec import Struct

from overlaykit.argocd.applications import WAVE, wave
from overlaykit.render.objects import Object

HOOK = "argocd.argoproj.io/hook"
HELM_HOOK = "helm.sh/hook"
_WEIGHT = "helm.sh/hook-weight"
PHASES = ("PreSync", "Sync", "PostSync")
_HELM_PHASES = {
    "crd-install": "PreSync",
    "pre-install": "PreSync",
    "pre-upgrade": "PreSync",
    "post-install": "PostSync",
    "post-upgrade": "PostSync",
}
KINDS = (
    *("Namespace", "NetworkPolicy", "ResourceQuota", "LimitRange", "PodSecurityPolicy"),
    *("PodDisruptionBudget", "ServiceAccount", "Secret", "SecretList", "ConfigMap"),
    *("StorageClass", "PersistentVolume", "PersistentVolumeClaim", "CustomResourceDefinition"),
    *("ClusterRole", "ClusterRoleList", "ClusterRoleBinding", "ClusterRoleBindingList"),
    *("Role", "RoleList", "RoleBinding", "RoleBindingList", "Service", "DaemonSet", "Pod"),
    *("ReplicationController", "ReplicaSet", "Deployment", "HorizontalPodAutoscaler"),
    *("StatefulSet", "Job", "CronJob", "IngressClass", "Ingress", "APIService"),
)
_RANK = {kind: number for number, kind in enumerate(KINDS)}


class Task(Struct, eq=False):
    """An object in a phase and a wave."""

    obj: Object
    phase: str
    wave: int

    @property
    def step(self) -> tuple[int, int]:
        return PHASES.index(self.phase), self.wave


class Step(Struct, frozen=True):
    """What is applied together: the next step waits until all of it is in sync and healthy."""

    phase: str
    wave: int
    objects: tuple[Object, ...]


def phases(obj: Object) -> list[str]:
    """The phases of a sync that an object is applied in; a hook may have several, or none."""
    text = obj.annotations.get(HOOK)
    if isinstance(text, str):
        named = [part.strip() for part in text.split(",")]
        return [phase for phase in PHASES if phase in named]
    text = obj.annotations.get(HELM_HOOK)
    if isinstance(text, str):
        meant = {_HELM_PHASES.get(part.strip()) for part in text.split(",")}
        return [phase for phase in PHASES if phase in meant]
    return ["Sync"]


def wave_of(obj: Object) -> int:
    """The wave, or else the weight of a Helm hook; 0 where neither is a whole number."""
    if WAVE in obj.annotations:
        return wave(obj) or 0
    weight = obj.annotations.get(_WEIGHT)
    return wave(Object({"metadata": {"annotations": {WAVE: weight}}})) or 0 if weight else 0


def tasks(objects: Iterable[Object]) -> list[Task]:
    """The objects of one sync in the order in which they are applied."""
    found = [Task(obj, phase, wave_of(obj)) for obj in objects for phase in phases(obj)]
    found.sort(key=lambda task: (*task.step, _RANK.get(task.obj.kind, len(KINDS)), task.obj.name))
    _pull(found, _namespace, lambda obj: obj.namespace)
    _pull(found, _definition, lambda obj: f"{obj.group}/{obj.kind}")
    return found


def _namespace(obj: Object) -> str:
    return obj.name if obj.kind == "Namespace" and not obj.group else ""


def _definition(obj: Object) -> str:
    if obj.kind != "CustomResourceDefinition":
        return ""
    return f"{obj.get('spec', 'group')}/{obj.get('spec', 'names', 'kind')}"


def _pull(
    found: list[Task], brings: Callable[[Object], str], uses: Callable[[Object], str]
) -> None:
    """Move what others use before the first of them, into its phase and wave."""
    first: dict[str, Task] = {}
    for task in list(found):
        brought = brings(task.obj)
        if brought in first and brought:
            user = first[brought]
            found.remove(task)
            found.insert(found.index(user), task)
            task.phase, task.wave = user.phase, user.wave
        elif not brought and uses(task.obj):
            first.setdefault(uses(task.obj), task)


def steps(objects: Iterable[Object]) -> list[Step]:
    """The steps of one sync, in order."""
    found: dict[tuple[str, int], list[Object]] = {}
    for task in tasks(objects):
        found.setdefault((task.phase, task.wave), []).append(task.obj)
    return [Step(phase, number, tuple(objs)) for (phase, number), objs in found.items()]
