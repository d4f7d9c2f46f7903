"""What CLUSTER/WORKLOAD[/JOB] and K=V mean on the command line of facts and parameters."""

import difflib
from collections.abc import Iterable

from msgspec.structs import replace

from overlaykit.errors import UsageError
from overlaykit.params.where import Overlay
from overlaykit.scaffold.draft import Draft
from overlaykit.scaffold.site import site, workload_of


def overlay_of(draft: Draft, cluster: str, workload: str) -> Overlay:
    """The overlay of a WORKLOAD, or WORKLOAD/JOB, that the cluster runs.

    Raises UsageError with what there is.
    """
    workload, _, job = workload.partition("/")
    there = site(draft, cluster)
    about = workload_of(there.known, workload)
    if workload not in there.running():
        fix = f"overlay add {cluster}/{workload}"
        raise UsageError(f"cluster {cluster} does not run {workload}\n  fix: {fix}")
    overlay = Overlay(draft, cluster, about)
    if job:
        return job_of(overlay, job)
    if overlay.kustomization() is None:
        fix = f"overlay new {cluster}"
        raise UsageError(f"{overlay.folder}/kustomization.yaml is missing\n  fix: {fix}")
    return overlay


def job_names(overlay: Overlay) -> list[str]:
    """The jobs that the overlay of a workload lists."""
    kustomization = overlay.kustomization()
    listed = kustomization.data.get("resources") if kustomization else None
    names = [str(entry).removeprefix("./").rstrip("/") for entry in listed or ()]
    return [name.removeprefix("jobs/") for name in names if name.startswith("jobs/")]


def job_of(overlay: Overlay, job: str) -> Overlay:
    """One job of a workload, with a job's parameters. Raises UsageError with what there is."""
    known = job_names(overlay)
    if job not in known:
        close = difflib.get_close_matches(job, known, 1)
        hint = f"; did you mean '{close[0]}'?" if close else ""
        where = f"{overlay.cluster}/{overlay.workload.name}"
        raise UsageError(f"{where} has no job '{job}'{hint}\n  jobs: {', '.join(known) or 'none'}")
    about = replace(overlay.workload, parameters=overlay.workload.job_parameters)
    return replace(overlay, workload=about, job=job)


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
