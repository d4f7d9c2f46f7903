"""What the operator refuses, all of it at once and in its own order and words.

The operator stops at the first rule; here each rule speaks. The first of what is found is what the
operator would say. Source: the operator's class DefaultValidator, 1.10 to 1.15 and main.
"""

import re
from collections.abc import Callable, Iterable, Iterator

from msgspec.structs import replace

from overlaykit.kubernetes.pods import mapping
from overlaykit.operator import autoscaler, changes, ingress, jar, jobs, resources, shape
from overlaykit.operator.periods import listed
from overlaykit.operator.request import Broken, Rejection, Request, flink_of, upgrade_mode
from overlaykit.operator.settings import (
    HEALTH_CHECK,
    JAR_HOSTS,
    JAR_SCHEMES,
    RECOVERY,
    ROLLBACK,
    Settings,
    Unreadable,
)
from overlaykit.operator.versions import SUPPORTED, flink_text
from overlaykit.source import Path

NAME = re.compile(r"[a-z]([-a-z0-9]{0,43}[a-z0-9])?")
FORBIDDEN = ("kubernetes.namespace", "kubernetes.cluster-id", "high-availability.cluster-id")
LOG_FILES = ("log4j-console.properties", "logback-console.xml")
KINDS = ("FlinkDeployment", "FlinkSessionJob", "FlinkStateSnapshot")

LAST: Path = ("status", "reconciliationStatus", "lastReconciledSpec")

Rule = Callable[[Request], Iterable[Rejection]]


def validate(request: Request) -> list[Rejection]:
    """Why the operator refuses a resource; empty where it takes it."""
    misfits = shape.misfits(dict(request.document), request.release)
    odd = [_misfit(one) for one in misfits]
    if not isinstance(request.document.get("spec"), dict):
        return odd or [Rejection("shape", "spec must be defined", ("spec",), fails=True)]
    told = _told(_without(request, misfits), _RULES[str(request.document.get("kind"))])
    paths = [one.path for one in misfits]
    return [*odd, *(one for one in told if not any(one.path[: len(p)] == p for p in paths))]


def _told(request: Request, rules: Iterable[Rule]) -> list[Rejection]:
    found: list[Rejection] = []
    for rule in rules:
        count = len(found)
        try:
            found += rule(request)
        except Unreadable as problem:
            at, first = request.at(problem.key), len(found) == count
            found.append(Rejection("unreadable", str(problem), at, problem.key, fails=first))
        except Broken as problem:
            first = len(found) == count
            found.append(Rejection("unreadable", str(problem), LAST, fails=first))
    # Where one rule fails, the operator never gets to say what the others found.
    unique = dict.fromkeys(found)
    return sorted(unique, key=lambda one: not one.fails)


def _misfit(found: shape.Misfit) -> Rejection:
    message = f"Cannot read {found.value!r}: {found.wanted} is wanted"
    return Rejection("shape", message, found.path, fails=True)


def _without(request: Request, misfits: list[shape.Misfit]) -> Request:
    """The resource without what cannot be read."""
    if not misfits:
        return request
    document = dict(request.document)
    for one in misfits:
        document = _dropped(document, one.path)
    return replace(request, document=document)


def _dropped(value: dict[str, object], path: Path) -> dict[str, object]:
    step, *rest = path
    inner = value.get(str(step))
    if rest and isinstance(inner, dict):
        return {**value, str(step): _dropped(inner, tuple(rest))}
    return {key: item for key, item in value.items() if key != str(step)}


def name_refusal(name: str) -> str:
    if NAME.fullmatch(name):
        return ""
    return (
        f"The FlinkDeployment name: {name} is invalid, must consist of lower case alphanumeric "
        "characters or '-', start with an alphabetic character, and end with an alphanumeric "
        "character (e.g. 'my-name',  or 'abc-123'), and the length must be no more than 45 "
        "characters."
    )


def _name(request: Request) -> Iterator[Rejection]:
    message = name_refusal(request.name)
    if message:
        yield Rejection("name", message, ("metadata", "name"))


def _version(request: Request) -> Iterator[Rejection]:
    path: Path = ("spec", "flinkVersion")
    flink = request.flink
    if flink is None:
        yield Rejection("version", "Flink Version must be defined.", path)
    elif flink < SUPPORTED:
        text = flink_text(flink)
        message = f"Flink version {text} is not supported by this operator version"
        yield Rejection("version", message, path)
    last = request.last or {}
    old = last.get("job")
    if request.upgrade_mode == "stateless" or request.job is None or not isinstance(old, dict):
        return
    suspended = old.get("state") == "suspended" and upgrade_mode(old) == "last-state"
    if suspended and flink_of(last, request.release) != flink and flink is not None:
        message = (
            "Changing flinkVersion after last-state suspend is not allowed. Restore your cluster "
            "with the current flinkVersion and perform the version upgrade afterwards."
        )
        yield Rejection("version-suspended", message, path)


def _config(request: Request) -> Iterator[Rejection]:
    settings = request.settings
    for key in FORBIDDEN:
        if key in settings.values:
            at = request.at(key)
            yield Rejection("forbidden-key", f"Forbidden Flink config key: {key}", at, key)
    if settings.flag(ROLLBACK, False) and not settings.is_highly_available:
        key = settings.name(ROLLBACK)
        message = "HA must be enabled for rollback support."
        yield Rejection("rollback", message, request.at(key), key)
    if settings.flag(HEALTH_CHECK, False) and not settings.flag(RECOVERY, True):
        key = settings.name(RECOVERY)
        message = (
            f"Deployment recovery ({RECOVERY.key}) must be enabled for job health check "
            f"({HEALTH_CHECK.key}) support."
        )
        yield Rejection("health-check", message, request.at(key), key)


def _ingress(request: Request) -> Iterator[Rejection]:
    found = request.spec.get("ingress")
    if not isinstance(found, dict):
        return
    path: Path = ("spec", "ingress")
    if found.get("template") is None:
        yield Rejection("ingress", "Ingress template must be defined", path)
        return
    message = ingress.refusal(str(found["template"]), request.name, request.namespace)
    if message:
        yield Rejection("ingress", message, (*path, "template"))


def _logging(request: Request) -> Iterator[Rejection]:
    for key in mapping(request.spec.get("logConfiguration")):
        if key not in LOG_FILES:
            allowed = ", ".join(LOG_FILES)
            message = f"Invalid log config key: {key}. Allowed keys are [{allowed}]"
            yield Rejection("log-config", message, ("spec", "logConfiguration", str(key)))


def _account(request: Request) -> Iterator[Rejection]:
    if request.spec.get("serviceAccount") is None:
        message = (
            "spec.serviceAccount must be defined. If you use helm, its value should be the same "
            "with the name of jobServiceAccount."
        )
        yield Rejection("service-account", message, ("spec", "serviceAccount"))


def _autoscaler(request: Request) -> Iterator[Rejection]:
    for one in autoscaler.refusals(request.settings, request.release):
        yield Rejection("autoscaler", one.message, request.at(one.key), one.key)


def _cluster_name(request: Request) -> Iterator[Rejection]:
    path: Path = ("spec", "deploymentName")
    name = request.spec.get("deploymentName")
    if name is None:
        yield Rejection("name", "spec.deploymentName must be defined", path, fails=True)
    elif message := name_refusal(str(name)):
        yield Rejection("name", message, path)


def _has_job(request: Request) -> Iterator[Rejection]:
    if request.job is None:
        yield Rejection("no-job", "The job spec should not be empty", ("spec", "job"))


def _jar(request: Request) -> Iterator[Rejection]:
    address = (request.job or {}).get("jarURI")
    if not request.release.checks_jars or address is None:
        return
    own = Settings(request.configured)
    text = own.text(JAR_SCHEMES)
    schemes = ["https"] if text is None else listed(text, JAR_SCHEMES)
    message = jar.refusal(str(address), schemes, own.flag(JAR_HOSTS, True))
    if message:
        yield Rejection("jar-uri", message, ("spec", "job", "jarURI"))


def _cluster(request: Request) -> Iterator[Rejection]:
    if request.session is None:
        return
    path: Path = ("spec", "deploymentName")
    if isinstance(mapping(request.session.get("spec")).get("job"), dict):
        message = "Can not submit session job to application cluster"
        yield Rejection("application-cluster", message, path)
    if mapping(request.session.get("metadata")).get("name") != request.spec.get("deploymentName"):
        message = "The session job's cluster id is not match with the session cluster"
        yield Rejection("other-cluster", message, path)


def _with_cluster(rule: Rule) -> Rule:
    """A rule that the operator only looks at where it knows the session cluster."""
    return lambda request: rule(request) if request.session is not None else ()


def _snapshot(request: Request) -> Iterator[Rejection]:
    savepoint, checkpoint = request.spec.get("savepoint"), request.spec.get("checkpoint")
    if (savepoint is None) == (checkpoint is None):
        message = "Exactly one of checkpoint or savepoint configurations has to be set."
        yield Rejection("snapshot", message, ("spec",))
    exists = mapping(savepoint).get("alreadyExists", False)
    if str(exists).strip().lower() == "true" or (isinstance(exists, int) and exists):
        return
    path: Path = ("spec", "jobReference")
    reference = request.spec.get("jobReference")
    if reference is None:
        message = "Job reference must be supplied for this snapshot"
        yield Rejection("snapshot-job", message, path)
        return
    state = mapping(request.document.get("status")).get("state", "TRIGGER_PENDING")
    if request.found is False and state == "TRIGGER_PENDING":
        name = mapping(reference).get("name")
        where = f"{request.namespace or 'null'}/{'null' if name is None else name}"
        message = f"Target for snapshot {where} was not found"
        yield Rejection("snapshot-job", message, (*path, "name"))


_RULES: dict[str, tuple[Rule, ...]] = {
    "FlinkDeployment": (
        _name,
        _version,
        _config,
        _ingress,
        _logging,
        jobs.refusals,
        resources.job_manager,
        resources.task_manager,
        changes.deployment,
        _account,
        _autoscaler,
    ),
    "FlinkSessionJob": (
        _cluster_name,
        _has_job,
        changes.session_job,
        _jar,
        _cluster,
        _with_cluster(jobs.refusals),
        _with_cluster(_autoscaler),
    ),
    "FlinkStateSnapshot": (_snapshot,),
}
