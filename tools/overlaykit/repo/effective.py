"""The Flink configuration that really applies to each job: who set what, where, and over whom.

Flink's defaults are below all; then come the operator's configuration, the resource, for CMF the
environment over it, what the operator writes, and what Flink's client adds.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from overlaykit.flink import options, versions
from overlaykit.flink.configuration import Setting
from overlaykit.flink.memory import JobManager, TaskManager, job_manager, task_manager
from overlaykit.flink.versions import Version
from overlaykit.kubernetes.pods import CONFLUENT, FLINK, flink_spec, mapping
from overlaykit.operator import options as operator_options
from overlaykit.operator.request import mode_of
from overlaykit.operator.settings import flatten
from overlaykit.operator.versions import Flink, Release
from overlaykit.operator.written import (
    PARALLELISM,
    SLOTS,
    Written,
    observed,
    of_cluster,
    of_session_job,
    overlapping,
    slots,
)
from overlaykit.render.objects import Object
from overlaykit.repo import layers
from overlaykit.repo.flinks import Job
from overlaykit.repo.layers import Origin, Stack, put_config, put_operator
from overlaykit.repo.operated import as_document, session_cluster
from overlaykit.repo.operators import Operator
from overlaykit.repo.standalone import put_pod
from overlaykit.source import Path, Place

if TYPE_CHECKING:
    from overlaykit.repo.together import Neighbours, Placed
    from overlaykit.repo.world import Unit, World

KINDS = {
    (FLINK, "FlinkDeployment"),
    (FLINK, "FlinkBlueGreenDeployment"),
    (FLINK, "FlinkSessionJob"),
    (CONFLUENT, "FlinkApplication"),
    (CONFLUENT, "FlinkComputePool"),
    (CONFLUENT, "FlinkStatement"),
}
# Options of a running cluster, which a job of it cannot change.
_OF_CLUSTER = (
    *("jobmanager.", "taskmanager.", "kubernetes.", "high-availability", "rest.", "blob."),
    *("metrics.", "security.", "web.", "slotmanager.", "resourcemanager."),
)
_INTERNAL = ("$internal.", "internal.", "kubernetes.internal.")


@dataclass(frozen=True)
class Key:
    """A key with the value that applies, and what that outranks, the strongest first.

    `reader` is flink or operator; `note` says why the value has no effect, if it has none.
    """

    key: str
    origin: Origin
    over: tuple[Origin, ...] = ()
    reader: str = "flink"
    note: str = ""

    @property
    def applies(self) -> bool:
        return self.origin.value is not None and not self.note


@dataclass
class Configured:
    """A Flink cluster or job with its whole configuration."""

    obj: Object
    unit: "Unit"
    namespace: str
    at: Place
    version: Version | None
    release: Release | None
    mode: str = ""
    role: str = ""
    stack: Stack = field(default_factory=Stack)
    assuming: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    own_layers: frozenset[str] = frozenset()

    @property
    def label(self) -> str:
        return "/".join(part for part in (self.obj.kind, self.namespace, self.obj.name) if part)

    @property
    def values(self) -> dict[str, str]:
        """What Flink itself reads."""
        found = self.stack.values
        return {key: text for key, text in found.items() if self.reader(key) == "flink"}

    @property
    def known(self) -> options.Catalogue:
        """The options of its Flink, or of the newest where nobody says which it is."""
        version = self.version or options.versions()[-1]
        return options.catalogue(options.nearest(version))

    def reader(self, key: str) -> str:
        return "operator" if self.release and operator_options.is_ours(key) else "flink"

    @property
    def keys(self) -> list[Key]:
        """Every key that somebody set, in alphabetical order."""
        present = self.stack.values
        return [self._key(key, found, present) for key, found in sorted(self.stack.keys.items())]

    def _key(self, key: str, found: list[Origin], present: dict[str, str]) -> Key:
        origin, note = found[-1], ""
        if origin.value is not None and origin.layer not in (layers.OPERATOR, layers.CLIENT):
            note = self._note(key, origin, present)
        return Key(key, origin, tuple(reversed(found[:-1])), self.reader(key), note)

    def _note(self, key: str, origin: Origin, present: dict[str, str]) -> str:
        """Why a setting has no effect; empty where it has one."""
        if self.reader(key) == "operator":
            assert self.release is not None
            if operator_options.knows(key, self.release):
                return ""
            return f"operator {self.release.text} knows no such option"
        if key.startswith(_INTERNAL):
            return ""
        if origin.layer in self.own_layers and key.startswith(_OF_CLUSTER):
            return "an option of the cluster, which a job of it cannot change"
        option = self.known.find(key)
        if option is None:
            if self.version is None or self.known.knows(key):
                return ""
            return f"Flink {versions.text(self.version)} knows no such option"
        names = [option.key, *(name for name, _ in option.former)]
        first = next((name for name in names if name in present), key)
        return f"{first} outranks this name of it" if key in names and first != key else ""

    def default(self, key: str) -> Key | None:
        """A key that nobody set, with Flink's default."""
        option = self.known.options.get(key)
        if option is None:
            return None
        return Key(key, Origin(option.default, layers.DEFAULT))

    @property
    def defaults(self) -> list[Key]:
        """Every other option that has a default."""
        named = {o.key for key in self.stack.keys if (o := self.known.find(key)) is not None}
        found = (self.default(key) for key in sorted(self.known.options) if key not in named)
        return [one for one in found if one is not None and one.origin.value]

    @property
    def task_managers(self) -> int | None:
        """How many TaskManagers the job gets; None where they come on demand."""
        values = self.stack.values
        fixed = values.get("kubernetes.internal.taskmanager.replicas", "")
        if fixed.isdigit() and self.mode == "standalone":
            return int(fixed)
        target = values.get("execution.target", "")
        text = values.get(PARALLELISM, "")
        if target != "kubernetes-application" or not text.isdigit():
            return None
        return -(-int(text) // slots(values))

    @property
    def shape(self) -> str:
        """Parallelism, slots and TaskManagers in words."""
        values = self.stack.values
        number = values.get(PARALLELISM) or "1"
        count, each = self.task_managers, values.get(SLOTS) or "1"
        many = "TaskManagers on demand" if count is None else _count(count, "TaskManager")
        return f"parallelism {number}, {many}, {_count(each, 'slot')} each"

    def memory(self, process: str) -> JobManager | TaskManager:
        """What Flink makes of the memory options of a process. Raises Refused."""
        version = self.version or options.versions()[-1]
        if process == "jobmanager":
            return job_manager(self.values, version)
        return task_manager(self.values, version)

    @property
    def processes(self) -> tuple[str, ...]:
        return (self.role,) if self.role else ("jobmanager", "taskmanager")


def _count(number: int | str, what: str) -> str:
    return f"{number} {what}" + ("" if str(number) == "1" else "s")


def is_configured(obj: Object) -> bool:
    return (obj.group, obj.kind) in KINDS and not obj.draft


def configured(world: "World", unit: "Unit") -> list[Configured]:
    """The Flink clusters and jobs of a unit."""
    plain = {id(job.obj): job for job in world.flinks.jobs(unit) if job.role}
    found = []
    for obj in unit.objects:
        if is_configured(obj):
            found.append(_Builder(world, unit, obj).build())
        elif id(obj) in plain:
            found.append(_standalone(world, unit, plain[id(obj)]))
    return found


class _Builder:
    """Puts the layers of one object of the operator or of CMF together."""

    def __init__(self, world: "World", unit: "Unit", obj: Object) -> None:
        self.world, self.unit, self.obj = world, unit, obj
        self.near: Neighbours = world.together.of(unit)
        self.operators = world.operators.of(unit)
        operator = self.operators[0]
        self.operator: Operator = operator
        found = world.flinks.versions(unit, obj)
        version = found[0] if len(found) == 1 else None
        namespace = world.together.namespace(unit, obj)
        at = unit.locate(obj, ("metadata", "name"), False)
        self.done = Configured(obj, unit, namespace, at, version, operator.release)

    def build(self) -> Configured:
        kind = self.obj.kind
        if kind == "FlinkSessionJob":
            self._session_job()
        elif kind == "FlinkStatement":
            self._statement()
        elif kind == "FlinkComputePool":
            self._pool(self.obj, self.unit)
        else:
            self._cluster(self.obj, self.unit)
        self._assume()
        return self.done

    def _assume(self) -> None:
        done, operator = self.done, self.operator
        told = [operator.release_doubt and f"that {operator.release_doubt} runs it"]
        told.append(operator.defaults_doubt)
        if operator.application is not None and operator.defaults_doubt and not operator.is_seen:
            told[-1] = "that values of its chart which are not here set nothing"
        if len(self.operators) > 1:
            told.append(f"that {operator.label} is the operator that looks here")
        if self.obj.group == CONFLUENT:
            told.append("that CMF adds nothing of its own to what the operator gets")
        done.assuming = [one for one in told if one] + done.assuming
        keys = done.values
        for key, other in overlapping(keys, operator.release, _flink({}, done.version)):
            text = f"the operator does not deploy it: Flink 2 reads YAML, where {key} cannot have"
            done.problems.append(f"{text} a value beside {other}")

    def _cluster(self, obj: Object, unit: "Unit", layer: str = layers.SPEC) -> None:
        """A cluster that a FlinkDeployment, or CMF's application, describes."""
        environment = self.near.environment_of(obj) if obj.kind == "FlinkApplication" else None
        document = as_document(obj, environment.obj if environment else None)
        metadata = mapping(document.get("metadata"))
        name = str(metadata.get("name") or "")
        if obj.kind == "FlinkBlueGreenDeployment":
            self.done.notes.append(f"of the first of two clusters; the other is {name}-green")
            name = f"{name}-blue"
        namespace = self._namespace(obj, unit, environment)
        self._start(namespace, mapping(document.get("spec")))
        self._put(obj, unit, layer)
        if environment is not None:
            self._put(
                environment.obj, environment.unit, layers.ENVIRONMENT, "flinkApplicationDefaults"
            )
        elif obj.kind == "FlinkApplication":
            self._miss("FlinkEnvironment", obj.get("spec", "flinkEnvironment"))
        self._write(mapping(document.get("spec")), name, namespace, obj, unit, environment)

    def _namespace(self, obj: Object, unit: "Unit", environment: "Placed | None") -> str:
        if obj.group == CONFLUENT:
            found = environment.obj.get("spec", "kubernetesNamespace") if environment else None
            return found if isinstance(found, str) else ""
        return self.world.together.namespace(unit, obj)

    def _start(self, namespace: str, spec: Mapping[str, Any] | None = None) -> None:
        flink = versions.of_spec((spec or {}).get("flinkVersion")) or self.done.version
        put_operator(self.done.stack, self.world, self.operator, namespace, flink)

    def _put(self, obj: Object, unit: "Unit", layer: str, *part: str) -> None:
        """The flinkConfiguration of an object, or of a part of its spec."""
        config = self.world.flinks.config(unit, obj)
        wanted: Path = ("spec", *part)
        kept = [one for one in config.settings if one.path[: len(wanted)] == wanted]
        put_config(self.done.stack, self.world, unit, config, layer, _last(kept))

    def _miss(self, kind: str, name: Any) -> None:
        self.done.assuming.append(f"that {kind} '{name}', which is not here, sets nothing")

    def _write(
        self,
        spec: dict[str, Any],
        name: str,
        namespace: str,
        obj: Object,
        unit: "Unit",
        environment: "Placed | None" = None,
    ) -> None:
        done = self.done
        done.mode = mode_of(spec)
        if mapping(spec.get("job")).get("state") == "suspended":
            done.notes.append("suspended: this is what it gets when it runs")
        values, flink = done.stack.values, _flink(spec, done.version)
        for one in of_cluster(spec, name, namespace, values, self.operator.release, flink):
            done.stack.put(one.key, self._origin(one, obj, unit, environment))

    def _origin(
        self, one: Written, obj: Object, unit: "Unit", environment: "Placed | None" = None
    ) -> Origin:
        """What is written, with the place of the field that it is made of."""
        holder, home, path = obj, unit, one.path
        base = (flink_spec(obj) or (("spec",), {}))[0]
        if path and path[0] != "metadata":
            path = (*base, *path)
            if environment is not None and obj.get(*path[: len(base) + 1]) is None:
                above = (*(flink_spec(environment.obj) or ((), {}))[0], *one.path)
                if environment.obj.get(*above) is not None:
                    holder, home, path = environment.obj, environment.unit, above
        at = home.locate(holder, path, False) if path and holder.get(*path) is not None else None
        name = ".".join(map(str, path)) if at else ""
        label = holder.label if at else ""
        return Origin(one.value, one.by, at, label, name, one.why, one.is_open)

    def _session_job(self) -> None:
        obj, unit, done = self.obj, self.unit, self.done
        namespace = self.world.together.namespace(unit, obj)
        cluster = session_cluster(obj, self.near, namespace)
        if cluster is None:
            self._miss("FlinkDeployment", obj.get("spec", "deploymentName"))
            self._start(namespace)
        else:
            home = next(p.unit for p in self.near.of_kind(cluster.kind) if p.obj is cluster)
            self._cluster(cluster, home, layers.CLUSTER)
            own = flatten(cluster.get("spec", "flinkConfiguration"))
            for name, one in observed(own, self.operator.release):
                below = done.stack.keys[name][-1]
                origin = Origin(one.value, one.by, below.at, cluster.label, name, one.why)
                done.stack.put(one.key, origin)
        self._put(obj, unit, layers.SPEC)
        done.own_layers = frozenset({layers.SPEC})
        job = mapping(obj.get("spec", "job"))
        values, flink = done.stack.values, _flink({}, done.version)
        for one in of_session_job(job, obj.name, values, self.operator.release, flink):
            done.stack.put(one.key, self._origin(one, obj, unit))

    def _pool(self, pool: Object, unit: "Unit") -> None:
        """The cluster that a compute pool describes; CMF gives it a name of its own."""
        environment = self.near.environment_of(pool)
        namespace = self._namespace(pool, unit, environment)
        self._start(namespace)
        self._put(pool, unit, layers.POOL)
        if environment is None:
            self._miss("FlinkEnvironment", pool.get("spec", "flinkEnvironment"))
        else:
            self._put(
                environment.obj, environment.unit, layers.POOL_DEFAULTS, "computePoolDefaults"
            )
        if pool is self.obj:
            self._write(mapping(pool.get("spec", "clusterSpec")), "", namespace, pool, unit)

    def _statement(self) -> None:
        obj, name = self.obj, self.obj.get("spec", "computePoolName")
        pools = self.near.named("FlinkComputePool", name, "") if isinstance(name, str) else []
        pool = pools[0] if pools else None
        environment = self.near.environment_of(obj)
        if pool is None:
            self._miss("FlinkComputePool", name)
            self._start(self._namespace(obj, self.unit, environment))
        else:
            self._pool(pool.obj, pool.unit)
        self._put(obj, self.unit, layers.STATEMENT)
        if environment is not None:
            interactive = str(obj.get("spec", "statement")).lstrip().upper().startswith("SELECT")
            kind = "interactive" if interactive else "detached"
            layer = layers.STATEMENT_DEFAULTS
            self._put(environment.obj, environment.unit, layer, "statementDefaults", kind)
        self.done.assuming.append("that a statement outranks its compute pool")
        spec = dict(mapping(pool.obj.get("spec", "clusterSpec"))) if pool else {}
        self._write_statement(spec, pool, self._namespace(obj, self.unit, environment))

    def _write_statement(self, spec: dict[str, Any], pool: "Placed | None", namespace: str) -> None:
        done, obj = self.done, self.obj
        done.mode = mode_of(spec)
        if pool is None or pool.obj.get("spec", "type") != "SHARED":
            spec["job"] = {"parallelism": obj.get("spec", "parallelism") or 1, "args": None}
        values, flink = done.stack.values, _flink(spec, done.version)
        for one in of_cluster(spec, "", namespace, values, self.operator.release, flink):
            home = (pool.obj, pool.unit) if pool else (obj, self.unit)
            origin = self._origin(one, *home)
            if one.key == PARALLELISM:
                at = self.unit.locate(obj, ("spec", "parallelism"), False)
                origin = Origin(one.value, one.by, at, obj.label, "spec.parallelism")
            done.stack.put(one.key, origin)


def _standalone(world: "World", unit: "Unit", job: Job) -> Configured:
    """A plain pod that runs Flink."""
    namespace = world.together.namespace(unit, job.obj)
    at = unit.locate(job.obj, ("metadata", "name"), False)
    done = Configured(job.obj, unit, namespace, at, job.version, None, "plain pods", job.role)
    done.notes = put_pod(done.stack, world, unit, job)
    if not job.layers[:-1]:
        done.assuming.append("that the file of the image sets nothing else")
    return done


def _last(settings: Iterable[Setting]) -> list[Setting]:
    """Of settings of one key in one object, nested and flat, the last, which applies."""
    return list({one.key: one for one in settings}.values())


def _flink(spec: Mapping[str, Any], version: Version | None) -> Flink:
    """The version as the operator takes it, or the newest that is known."""
    return versions.of_spec(spec.get("flinkVersion")) or version or options.versions()[-1]
