"""Jobs of a workload that runs many: a folder each, listed in the workload's overlay."""

import re
from collections.abc import Mapping
from string import Template

from msgspec import Struct, field
from msgspec.structs import replace

from overlaykit import disk, edit
from overlaykit.errors import UsageError
from overlaykit.params.change import parameter_of, set_parameters
from overlaykit.params.show import current
from overlaykit.params.target import job_names, job_of, overlay_of
from overlaykit.params.where import Overlay, manifests
from overlaykit.render.objects import Object, object_of
from overlaykit.scaffold.draft import Draft
from overlaykit.scaffold.overlay import TEMPLATES, refuse_excluded
from overlaykit.scaffold.site import names, site, workload_of

# The operator refuses other names: 45 characters (source: its DefaultValidator). A folder and a
# label may have them all.
_NAME = re.compile(r"[a-z]([-a-z0-9]{0,43}[a-z0-9])?")
_URI = re.compile(r"[a-z][a-z0-9+.-]*:/\S+")
# A tag that says a version, or a digest.
_PINNED = re.compile(r"\S+(:[\w.-]*\d[\w.-]*|@sha256:[0-9a-f]{64})")
_PATCH = "flink-deployment-patch.yaml"
Row = dict[str, object]


class Job(Struct, frozen=True):
    """A job as it is asked for; `settings` are parameters of a job by name."""

    name: str
    settings: Mapping[str, str]
    image: str = ""
    entry_class: str = ""
    args: tuple[str, ...] = ()
    components: tuple[str, ...] = field(default=())


def new(draft: Draft, cluster: str, workload: str, job: Job) -> None:
    """Write a job into the draft; one that is there as asked for stays as it is.

    Raises UsageError before anything is written where the name is taken or a value is wrong.
    """
    _refuse_form(job)
    above = _with_jobs(draft, cluster, workload)
    if job.name in job_names(above):
        _refuse_other(draft, job_of(above, job.name), job)
        return
    _refuse_taken(above, job.name)
    _write(above, job)
    _list(above, job.name)


def _with_jobs(draft: Draft, cluster: str, workload: str) -> Overlay:
    """The overlay of a workload that runs many jobs. Raises UsageError with those there are."""
    known = site(draft, cluster).known
    if not workload_of(known, workload).has_jobs:
        there = ", ".join(one.name for one in known.values() if one.has_jobs) or "none"
        raise UsageError(f"{workload} has no jobs of its own\n  workloads with jobs: {there}")
    return overlay_of(draft, cluster, workload)


def _refuse_form(job: Job) -> None:
    if not _NAME.fullmatch(job.name):
        raise UsageError(
            f"'{job.name}' is no name of a job: a-z, 0-9 and -, at most 45 characters, the first "
            f"a letter, the last no -"
        )
    jar = job.settings.get("jar", "")
    if not _URI.fullmatch(jar):
        raise UsageError(f"--jar '{jar}' is no URI: local:///opt/flink/usrlib/job.jar, s3://…")
    if job.image and not _PINNED.fullmatch(job.image):
        raise UsageError(f"--image '{job.image}' is not pinned: name a version or a digest")


def _refuse_taken(above: Overlay, name: str) -> None:
    """Refuse a name that a job of the cluster has: both would be one FlinkDeployment."""
    there = site(above.draft, above.cluster)
    for workload in there.running():
        folder = f"{there.folder}/{workload}"
        if there.known[workload].has_jobs:
            jobs = job_names(Overlay(above.draft, above.cluster, there.known[workload]))
            names = dict.fromkeys(jobs, f"{folder}/jobs/{name}")
        else:
            names = _deployments(above.draft, folder)
        if name in names:
            raise UsageError(f"the name '{name}' is taken by {names[name]}")
    folder = f"{above.folder}/jobs/{name}"
    if above.draft.has(f"{folder}/kustomization.yaml"):
        raise UsageError(
            f"{folder} is there, and {above.folder}/kustomization.yaml does not list it\n"
            f"  fix: list it under resources, or delete it"
        )


def _deployments(draft: Draft, folder: str) -> dict[str, str]:
    """Names of what becomes a FlinkDeployment, with the file that has it."""
    found = {}
    for document in manifests(draft, folder):
        obj = object_of(document)
        if obj.kind in ("FlinkDeployment", "FlinkApplication"):
            found[obj.name] = document.place().file
    return found


def _refuse_other(draft: Draft, there: Overlay, job: Job) -> None:
    """Refuse a job that is there unless its files are what would be written now."""
    names = [f"{there.folder}/{name}" for name in ("kustomization.yaml", _PATCH)]
    wanted = Draft(draft.tree)
    _write(replace(there, draft=wanted, job=""), job)
    if any(wanted.text(name) != draft.text(name) for name in names):
        place = f"{there.cluster}/{there.workload.name}/{job.name}"
        raise UsageError(
            f"{place} is there already, and it is not what you ask for\n"
            f"  fix: overlay set {place} NAME=VALUE, or edit {names[1]}"
        )


def _write(above: Overlay, job: Job) -> None:
    """The two files of a job: its kustomization and its patch."""
    made = replace(
        above,
        job=job.name,
        workload=replace(above.workload, parameters=above.workload.job_parameters),
    )
    above.draft.put(f"{made.folder}/kustomization.yaml", _kustomization(above, job))
    text = _patch(made, job)
    for path, value in _fields(job).items():
        text = edit.set_value(text, path, value)
    above.draft.put(f"{made.folder}/{_PATCH}", text)
    set_parameters(made, job.settings)


def _kustomization(above: Overlay, job: Job) -> str:
    lines = []
    listed = names(above.draft, above.folder, "components")
    for name in job.components:
        if above.workload.component(name) is None:
            there = ", ".join(c.name for c in above.workload.components)
            raise UsageError(f"{above.workload.name} has no component '{name}'; it has: {there}")
        refuse_excluded(above.workload, name, set(job.components) - {name})
        place = f"{above.cluster}/{above.workload.name}"
        refuse_excluded(above.workload, name, set(listed) - {name}, place)
        lines.append(f"- ../../../../../workloads/{above.workload.name}/components/{name}\n")
    return Template(disk.read_text(TEMPLATES / "job.yaml")).substitute(
        name=job.name,
        workload=above.workload.name,
        components="".join(["components:\n", *lines]) if lines else "",
    )


def _patch(made: Overlay, job: Job) -> str:
    """A patch that changes nothing yet, of the one object of the job base."""
    [document] = manifests(made.draft, f"workloads/{made.workload.name}/job")
    base = Object(document.data)
    return (
        f"# What {job.name} sets differently from the job base of {made.workload.name}. The\n"
        f"# parameters and their defaults: overlay params {made.workload.name}\n"
        f"apiVersion: {base.api_version}\n"
        f"kind: {base.kind}\n"
        "metadata:\n"
        f"  name: {base.name}\n"
        f"  namespace: {base.namespace}\n"
    )


def _fields(job: Job) -> dict[tuple[str, ...], object]:
    """What is no parameter. An own image is no longer stamped with the registry of the facts."""
    found: dict[tuple[str, ...], object] = {}
    if job.image:
        found["metadata", "labels", "overlaykit.io/facts"] = "job"
        found["spec", "image"] = job.image
    if job.entry_class:
        found["spec", "job", "entryClass"] = job.entry_class
    if job.args:
        found["spec", "job", "args"] = list(job.args)
    return found


def _list(above: Overlay, name: str) -> None:
    """Put jobs/NAME among the resources of the overlay, after what comes before it by name."""
    kustomization = above.kustomization()
    assert kustomization is not None
    entries = [str(one) for one in kustomization.data.get("resources") or ()]
    later = [n for n, one in enumerate(entries) if one.startswith("jobs/") and one > f"jobs/{name}"]
    index = later[0] if later else len(entries)
    text = edit.insert(kustomization.document.text, ("resources",), index, f"jobs/{name}")
    above.draft.put(kustomization.file, text)


def rows(draft: Draft, cluster: str, workload: str = "") -> list[Row]:
    """The jobs of a cluster, or of one workload on it, with what a reader asks first."""
    there = site(draft, cluster)
    if workload:
        _with_jobs(draft, cluster, workload)
    found = []
    for name in there.running():
        if there.known[name].has_jobs and workload in ("", name):
            above = overlay_of(draft, cluster, name)
            found += [_row(job_of(above, job)) for job in sorted(job_names(above))]
    return found


def _row(job: Overlay) -> Row:
    shown = ("state", "parallelism", "autoscaler.parallelism.max", "jar")
    values = {name: current(job, parameter_of(job.workload, name))[0] for name in shown}
    return {"job": job.job, "workload": job.workload.name, **values, "folder": job.folder}


def remove(draft: Draft, cluster: str, workload: str, name: str) -> list[str]:
    """Take a job out of the draft; what a person has to know and do, line by line."""
    above = _with_jobs(draft, cluster, workload)
    job = job_of(above, name)
    kustomization = above.kustomization()
    assert kustomization is not None
    entries = [str(e).removeprefix("./").rstrip("/") for e in kustomization.data["resources"]]
    text = edit.remove(kustomization.document.text, ("resources", entries.index(f"jobs/{name}")))
    draft.put(kustomization.file, text)
    for file in draft.tree.files:
        if file.startswith(f"{job.folder}/"):
            draft.put(file, None)
    return _steps(job, site(draft, cluster).facts.get("state", "STATE"))


def _steps(job: Overlay, state: str) -> list[str]:
    place = f"{job.cluster}/{job.workload.name}/{job.job}"
    path = "{.status.jobStatus.upgradeSavepointPath}"
    return [
        f"before you push this, if the state is wanted again: overlay set {place} "
        f"upgrade=savepoint state=suspended; push that and wait for the savepoint",
        f"its path: kubectl -n flink get flinkdeployment {job.job} -o jsonpath='{path}'; a later "
        f"job starts from it by spec.job.initialSavepointPath",
        f"the next sync of {job.workload.name} deletes FlinkDeployment {job.job}, its pods and its "
        f"pointers to state: a job of that name would start empty",
        f"its files stay: {state}/checkpoints/{job.job}, {state}/savepoints/{job.job}, "
        f"{state}/ha/{job.job}; delete them by hand",
    ]
