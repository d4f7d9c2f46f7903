"""What CLUSTER/WORKLOAD and K=V mean on the command line of facts and parameters."""

from collections.abc import Iterable

from overlaykit.errors import UsageError
from overlaykit.params.where import Overlay
from overlaykit.scaffold.draft import Draft
from overlaykit.scaffold.enable import site, workload_of


def overlay_of(draft: Draft, cluster: str, workload: str) -> Overlay:
    """The overlay of a workload that the cluster runs. Raises UsageError with what there is."""
    there = site(draft, cluster)
    about = workload_of(there.known, workload)
    if workload not in there.running():
        fix = f"overlay add {cluster}/{workload}"
        raise UsageError(f"cluster {cluster} does not run {workload}\n  fix: {fix}")
    overlay = Overlay(draft, cluster, about)
    if overlay.kustomization() is None:
        fix = f"overlay new {cluster}"
        raise UsageError(f"{overlay.folder}/kustomization.yaml is missing\n  fix: {fix}")
    return overlay


def pairs(settings: Iterable[str]) -> dict[str, str]:
    """NAME=VALUE texts. Raises UsageError for another form, and for a name that is given twice."""
    found: dict[str, str] = {}
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not equals or not name:
            raise UsageError(f"'{setting}': write NAME=VALUE, such as taskmanager.memory=4Gi")
        if found.get(name, value) != value:
            raise UsageError(f"{name} is given twice: {found[name]} and {value}")
        found[name] = value
    return found
