"""Sync hooks: which annotations make one, and which values Argo CD knows.

Source: gitops-engine, pkg/sync/hook and pkg/sync/common/types.go; Argo CD, controller/hook.go.
"""

from overlaykit.render.objects import Object

HOOK = "argocd.argoproj.io/hook"
DELETE_POLICY = "argocd.argoproj.io/hook-delete-policy"
HELM_HOOK = "helm.sh/hook"

PHASES = ("PreSync", "Sync", "PostSync", "SyncFail", "Skip", "PreDelete", "PostDelete")
POLICIES = ("HookSucceeded", "HookFailed", "BeforeHookCreation")


def values(obj: Object, annotation: str) -> list[str]:
    """The values of an annotation that holds several, parted by commas."""
    found = obj.annotations.get(annotation)
    return [one.strip() for one in found.split(",")] if isinstance(found, str) else []


def is_hook(obj: Object) -> bool:
    """Whether an object is a hook, of Argo CD or of Helm, and no ordinary object of the sync."""
    if HOOK in obj.annotations:
        return values(obj, HOOK) != ["Skip"]
    return HELM_HOOK in obj.annotations and obj.annotations[HELM_HOOK] != "crd-install"


def sync_options(obj: Object) -> list[str]:
    """The sync options of one object."""
    return values(obj, "argocd.argoproj.io/sync-options")
