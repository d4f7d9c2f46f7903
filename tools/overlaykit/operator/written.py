"""What the operator writes into the Flink configuration of a cluster, and Flink's client after it.

A setting is overwritten, or written only where nobody set it. Some values are made up on the
cluster when the job is deployed: they are open here.
Source: the operator's classes FlinkConfigBuilder, FlinkConfigManager, ApplicationReconciler and
FlinkConfMountDecorator, 1.10 to 1.15; Flink's KubernetesClusterDescriptor.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct, field

from overlaykit.flink import options, quantity
from overlaykit.kubernetes.pods import mapping
from overlaykit.operator.request import mode_of, upgrade_mode
from overlaykit.operator.settings import Settings, java_double, java_text, savepoints
from overlaykit.operator.shape import integer, is_null
from overlaykit.operator.sizes import BadQuantity, amount, memory
from overlaykit.operator.versions import Flink, Release, flink_text
from overlaykit.source import Path

OPERATOR, CLIENT = "operator", "client"
SLOTS = "taskmanager.numberOfTaskSlots"
PARALLELISM = "parallelism.default"
_OVERRIDES = "pipeline.jobvertex-parallelism-overrides"
_NEW_NAMES, _YAML = (1, 17), (2, 0)
_NO_OVERLAP = 12
_JOB: Path = ("job",)
_PLAIN = re.compile(r"(?!(?i:true|false|null|yes|no|on|off|[yn])$)(?:--)?[A-Za-z/][\w./-]*")
# Only of the side that deploys; the cluster never sees them.
_LEFT_BEHIND = (
    *("kubernetes.config.file", "rest.bind-address", "jobmanager.bind-host"),
    *("taskmanager.bind-host", "taskmanager.host"),
)
_SAVEPOINT = ("execution.savepoint.path", "execution.state-recovery.path")


class Written(Struct, frozen=True):
    """A setting that is written, or (no value) taken away; `path`: the field of the spec that it
    comes from. `is_open`: the value is one of the cluster's own, and the text describes it.
    `is_late`: each deployment decides it anew."""

    key: str
    value: str | None
    path: Path = ()
    why: str = ""
    by: str = OPERATOR
    is_open: bool = False
    is_late: bool = False


class _Writer(Struct):
    """The settings so far, and what was written on them."""

    values: dict[str, str]
    release: Release
    flink: Flink
    in_yaml: bool
    done: list[Written] = field(default_factory=list)
    is_late: bool = False

    def set(self, key: str, value: str, path: Path = (), why: str = "", by: str = OPERATOR) -> None:
        self.values[key] = value
        self.done.append(Written(key, value, path, why, by, is_late=self.is_late))

    def set_default(self, key: str, value: str, why: str, path: Path = ()) -> None:
        if self.get(key) is None:
            self.set(key, value, path, why)

    def open(self, key: str, what: str, why: str = "") -> None:
        self.done.append(Written(key, what, (), why, OPERATOR, True, True))

    def drop(self, key: str, why: str, by: str) -> None:
        if self.values.pop(key, None) is not None:
            self.done.append(Written(key, None, (), why, by, is_late=self.is_late))

    def get(self, key: str) -> str | None:
        """An option under any of its names, as the operator's Flink reads it."""
        known = options.catalogue(options.nearest(self.release.library)).options.get(key)
        names = [key, *(name for name, _ in known.former)] if known else [key]
        return next((self.values[name] for name in names if name in self.values), None)

    def listed(self, items: Iterable[str]) -> str:
        """A list as it is handed to the cluster."""
        if self.in_yaml:
            return f"[{', '.join(map(_in_flow, items))}]"
        return ";".join(_quoted(one) if set(one) & set(";'\"") else one for one in items)


def _quoted(text: str) -> str:
    doubled = text.replace("'", "''")
    return f"'{doubled}'"


def _in_flow(text: str) -> str:
    """An item of a list in YAML."""
    return text if _PLAIN.fullmatch(text) else _quoted(text)


def of_cluster(
    spec: Mapping[str, Any],
    name: str,
    namespace: str,
    values: Mapping[str, str],
    release: Release,
    flink: Flink,
) -> list[Written]:
    """What is written for a FlinkDeployment over the settings of all others.

    An empty name or namespace is one that nobody here knows.
    """
    writer = _Writer(dict(values), release, flink, flink >= _YAML)
    _always(writer, spec)
    _pods(writer, spec)
    _managers(writer, spec)
    _job_or_session(writer, spec, name)
    _identity(writer, name, namespace)
    writer.is_late = True
    _deployment(writer, spec, name)
    writer.is_late = False
    _client(writer, spec, name, namespace)
    return writer.done


def observed(configuration: Mapping[str, str], release: Release) -> list[tuple[str, Written]]:
    """What is written over a session cluster's settings, before those of a job of it, each with
    the key of the cluster that it is read from."""
    option = savepoints(release)
    name = Settings(configuration).name(option)
    why = "the session cluster's, under the name that outranks the others"
    return [(name, Written(option.key, configuration[name], (), why))] if name else []


def overlapping(keys: Iterable[str], release: Release, flink: Flink) -> list[tuple[str, str]]:
    """Keys that the operator refuses together: a value and others below it, in Flink 2's YAML."""
    if flink < _YAML or release.minor < _NO_OVERLAP:
        return []
    known = sorted(keys)
    return [(one, other) for one in known for other in known if other.startswith(f"{one}.")]


def of_session_job(
    job: Mapping[str, Any], name: str, values: Mapping[str, str], release: Release, flink: Flink
) -> list[Written]:
    """What is written for a FlinkSessionJob over its cluster's settings and its own."""
    writer = _Writer(dict(values), release, flink, True)
    _job(writer, job, name)
    parallelism = integer(job.get("parallelism"))
    if parallelism > 0:
        path: Path = (*_JOB, "parallelism")
        writer.set(PARALLELISM, str(parallelism), path, "the job is submitted with it")
    return writer.done


def _always(writer: _Writer, spec: Mapping[str, Any]) -> None:
    why = "the REST service is reached from inside the cluster only"
    writer.set_default("kubernetes.rest-service.exposed.type", "ClusterIP", why)
    why = "so that nobody cancels a job in the web interface"
    writer.set_default("web.cancel.enable", "false", why)
    writer.set("$internal.flink.version", flink_text(writer.flink), ("flinkVersion",))


def _pods(writer: _Writer, spec: Mapping[str, Any]) -> None:
    image, policy = _text(spec.get("image")), _text(spec.get("imagePullPolicy"))
    if image.strip():
        suffix = ".ref" if writer.flink >= _NEW_NAMES else ""
        writer.set(f"kubernetes.container.image{suffix}", image, ("image",))
    if policy.strip():
        writer.set("kubernetes.container.image.pull-policy", policy, ("imagePullPolicy",))
    if not is_null(spec.get("serviceAccount")):
        account = _text(spec["serviceAccount"])
        writer.set("kubernetes.service-account", account, ("serviceAccount",))


def _managers(writer: _Writer, spec: Mapping[str, Any]) -> None:
    for part in ("jobManager", "taskManager"):
        if isinstance(spec.get(part), dict):
            _resource(writer, part, mapping(spec[part].get("resource")))
            _replicas(writer, part, spec[part])
    replicas = "kubernetes.internal.taskmanager.replicas"
    if spec.get("job") and mode_of(spec) == "standalone" and replicas not in writer.values:
        count = -(-parallelism(spec, writer.values) // slots(writer.values))
        writer.set(replicas, str(count), (*_JOB, "parallelism"), "parallelism over slots")


def _resource(writer: _Writer, part: str, resource: Mapping[str, Any]) -> None:
    process, path = part.lower(), (part, "resource")
    size, cpu = resource.get("memory"), resource.get("cpu")
    if not is_null(size):
        key = f"{process}.memory.process.size"
        writer.set(
            key, size_text(_text(size)), (*path, "memory"), "the process gets all memory of its pod"
        )
    if not is_null(cpu):
        text = cores_text(cpu)
        writer.set(f"kubernetes.{process}.cpu.amount", text, (*path, "cpu"))
        if writer.flink < _NEW_NAMES:
            writer.set(f"kubernetes.{process}.cpu", text, (*path, "cpu"))


def _replicas(writer: _Writer, part: str, manager: Mapping[str, Any]) -> None:
    path: Path = (part, "replicas")
    if part == "jobManager":
        count = integer(manager.get("replicas", 1))
        if count > 0:
            writer.set("kubernetes.jobmanager.replicas", str(count), path)
    elif integer(manager.get("replicas")) > 0:
        count = integer(manager["replicas"])
        writer.set("kubernetes.internal.taskmanager.replicas", str(count), path)


def _job_or_session(writer: _Writer, spec: Mapping[str, Any], name: str) -> None:
    job, mode = spec.get("job"), mode_of(spec)
    native = "kubernetes-application" if isinstance(job, dict) else "kubernetes-session"
    target = native if mode == "native" else "remote"
    writer.set("execution.target", target, ("mode",) if "mode" in spec else ())
    if isinstance(job, dict):
        _application(writer, spec, job, mode)
        _job(writer, job, name)
    if mode == "standalone":
        kind = "APPLICATION" if isinstance(job, dict) else "SESSION"
        writer.set("kubernetes.internal.cluster-mode", kind)


def _application(
    writer: _Writer, spec: Mapping[str, Any], job: Mapping[str, Any], mode: str
) -> None:
    jar, path = _text(job.get("jarURI")), (*_JOB, "jarURI")
    if jar and mode == "native":
        writer.set("pipeline.jars", writer.listed([jar]), path)
    elif jar:
        local = jar.startswith("local:")
        text = jar.replace("local:", "file:", 1) if local else jar
        writer.set("pipeline.classpaths", writer.listed([text]), path)
    own = is_null(mapping(spec.get("taskManager")).get("replicas"))
    path = (*_JOB, "parallelism") if own else ("taskManager", "replicas")
    why = "" if own else "TaskManagers times slots; spec.job.parallelism counts for nothing"
    writer.set(PARALLELISM, str(parallelism(spec, writer.values)), path, why)
    why = "the operator wants to see how the job ended"
    writer.set("execution.shutdown-on-application-finish", "false", (), why)
    writer.set_default("execution.submit-failed-job-on-application-error", "true", why)


def _job(writer: _Writer, job: Mapping[str, Any], name: str) -> None:
    if name:
        writer.set_default("pipeline.name", name, "the resource's name", ("metadata", "name"))
    if upgrade_mode(job) == "last-state":
        why = "with last-state there must be checkpoints"
        path: Path = (*_JOB, "upgradeMode")
        writer.set_default("execution.checkpointing.interval", "5 min", why, path)
    key = "execution.checkpointing.externalized-checkpoint-retention"
    writer.set_default(key, "RETAIN_ON_CANCELLATION", "an upgrade starts from the last checkpoint")
    allowed = job.get("allowNonRestoredState")
    if not is_null(allowed):
        key, path = "execution.savepoint.ignore-unclaimed-state", (*_JOB, "allowNonRestoredState")
        writer.set(key, _text(allowed).lower(), path)
    if not is_null(job.get("entryClass")):
        main = _text(job["entryClass"])
        writer.set("$internal.application.main", main, (*_JOB, "entryClass"))
    arguments = job.get("args", [])
    if isinstance(arguments, list):
        text = writer.listed(map(_text, arguments))
        writer.set("$internal.application.program-args", text, (*_JOB, "args"))


def _identity(writer: _Writer, name: str, namespace: str) -> None:
    path: Path = ("metadata", "name")
    if namespace:
        writer.set("kubernetes.namespace", namespace, ("metadata", "namespace"))
    if name:
        writer.set("kubernetes.cluster-id", name, path)
        if Settings(writer.values).is_highly_available:
            writer.set("high-availability.cluster-id", name, path)


def _deployment(writer: _Writer, spec: Mapping[str, Any], name: str) -> None:
    """What is decided when a job is deployed, each time anew."""
    writer.open("kubernetes.jobmanager.annotations", "the generation of the resource is added")
    writer.open("kubernetes.jobmanager.owner.reference", "the resource itself")
    if not isinstance(spec.get("job"), dict):
        return
    for key in _SAVEPOINT:
        why = "a job starts from initialSavepointPath, its last state or nothing, never from this"
        writer.drop(key, why, OPERATOR)
    savepoint = _text(spec["job"].get("initialSavepointPath"))
    if savepoint:
        why = "of the first start; later starts have their own"
        writer.set(_SAVEPOINT[0], savepoint, (*_JOB, "initialSavepointPath"), why)
    key = "$internal.pipeline.job-id"
    if key not in writer.values:
        writer.open(
            key,
            "a new one for each start, but for last-state",
            "checkpoint paths of runs stay apart",
        )
    storage = writer.get("high-availability.storageDir")
    if storage is not None:
        key = "job-result-store.delete-on-commit"
        writer.set_default(key, "false", "the operator reads the result of a job that ended")
        writer.open(
            "job-result-store.storage-path",
            f"{storage}/job-result-store/{name or 'its name'}/ and a new name",
            "a new run does not take the result of the last one for its own",
        )


def _client(writer: _Writer, spec: Mapping[str, Any], name: str, namespace: str) -> None:
    """What Flink's client adds when it deploys to Kubernetes, and what it keeps to itself."""
    for key, port in (("blob.server.port", "6124"), ("taskmanager.rpc.port", "6122")):
        _port(writer, key, port)
    _port(writer, "rest.bind-port", "8081")
    if Settings(writer.values).is_highly_available:
        port = writer.get("jobmanager.rpc.port") or "6123"
        _port(writer, "high-availability.jobmanager.port", port)
    is_service = mode_of(spec) == "standalone" or not Settings(writer.values).is_highly_available
    if is_service and name and namespace:
        why = "the Service of the JobManager"
        writer.set("jobmanager.rpc.address", f"{name}.{namespace}", (), why, CLIENT)
    if mode_of(spec) == "native":
        kind = "Application" if isinstance(spec.get("job"), dict) else "Session"
        entry = f"org.apache.flink.kubernetes.entrypoint.Kubernetes{kind}ClusterEntrypoint"
        writer.set("kubernetes.internal.jobmanager.entrypoint.class", entry, (), "", CLIENT)
        writer.set("internal.cluster.execution-mode", "NORMAL", (), "", CLIENT)
    for key in _LEFT_BEHIND:
        writer.drop(key, "the client does not hand it on to the cluster", CLIENT)


def _port(writer: _Writer, key: str, port: str) -> None:
    catalogue = options.catalogue(options.nearest(writer.release.library))
    if (writer.get(key) or catalogue.options[key].default) == "0":
        writer.set(key, port, (), "a Service needs a port that stays", CLIENT)


def slots(values: Mapping[str, str]) -> int:
    """Slots of a TaskManager; 1 where they cannot be read."""
    text = values.get(SLOTS, "1").strip()
    return int(text) if text.isdigit() and int(text) else 1


def parallelism(spec: Mapping[str, Any], values: Mapping[str, str]) -> int:
    """The parallelism that a job of a cluster of its own gets."""
    replicas = mapping(spec.get("taskManager")).get("replicas")
    if not is_null(replicas):
        return integer(replicas) * slots(values)
    overridden = _overridden(values) if mode_of(spec) == "standalone" else 0
    return overridden or integer(mapping(spec.get("job")).get("parallelism"))


def _overridden(values: Mapping[str, str]) -> int:
    """The largest parallelism that is set for a single vertex."""
    pairs = values.get(_OVERRIDES, "").strip("{} ").replace(";", ",").split(",")
    numbers = [pair.rpartition(":")[2].strip(" '\"") for pair in pairs]
    return max((int(number) for number in numbers if number.isdigit()), default=0)


def size_text(text: str) -> str:
    """`resource.memory` as it is handed to Flink; the text itself where it is no size."""
    try:
        size = quantity.parse(text)
    except quantity.BadSize:
        try:
            return str(memory(text))
        except BadQuantity:
            return text
    return written_size(size)


def written_size(size: int) -> str:
    """A size as Flink writes it: in the largest unit that it is a whole number of."""
    for power, unit in ((4, "tb"), (3, "gb"), (2, "mb"), (1, "kb")):
        if size % 1024**power == 0:
            return f"{size // 1024**power} {unit}"
    return f"{size} bytes"


def cores_text(value: Any) -> str:
    """`resource.cpu` as it is handed to Flink; CMF takes quantities as well."""
    try:
        return java_text(java_double(_text(value)))
    except ValueError:
        pass
    try:
        return java_text(float(amount(_text(value))))
    except BadQuantity:
        return _text(value)


def _text(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
