"""The layers of a resource of the operator, or of one that CMF makes such a resource of."""

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from overlaykit.flink import options, versions
from overlaykit.flink.configuration import Setting, flatten
from overlaykit.flink.versions import Version
from overlaykit.kubernetes.pods import CONFLUENT, FLINK, flink_spec, mapping
from overlaykit.operator.request import mode_of
from overlaykit.operator.versions import Flink
from overlaykit.operator.written import (
    PARALLELISM,
    Written,
    observed,
    of_cluster,
    of_session_job,
    overlapping,
)
from overlaykit.render.objects import Object
from overlaykit.repo import layers
from overlaykit.repo.effective import Configured
from overlaykit.repo.layers import Origin, put_config, put_operator
from overlaykit.repo.operated import as_document, session_cluster
from overlaykit.repo.operators import Operator
from overlaykit.source import Path

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
# CMF answers these from its own catalogs.
_WITHOUT_CLUSTER = {"CREATE", "ALTER", "DROP", "SHOW", "DESCRIBE", "DESC", "USE", "EXPLAIN"}


def is_configured(obj: Object) -> bool:
    return (obj.group, obj.kind) in KINDS and not obj.draft


def of_resource(world: "World", unit: "Unit", obj: Object) -> Configured:
    """The configuration of an object that `is_configured`."""
    return _Builder(world, unit, obj).build()


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
            self._pool_alone()
        else:
            self._cluster(self.obj, self.unit)
        self._assume()
        return self.done

    def _assume(self) -> None:
        done, operator = self.done, self.operator
        told = [operator.release_doubt and f"that {operator.release_doubt} runs it"]
        if operator.defaults_doubt:
            told.append("that the operator's own configuration, which is not here, sets nothing")
        if len(self.operators) > 1:
            told.append(f"that {operator.label} is the operator that looks here")
        if self.obj.group == CONFLUENT and done.stack.keys:
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
            self._put_written(one, obj, unit, environment)

    def _put_written(
        self, one: Written, obj: Object, unit: "Unit", environment: "Placed | None" = None
    ) -> None:
        """What is written, with the field that it is made of and what that replaced."""
        holder, home, path = self._field(one, obj, unit, environment)
        stack, name = self.done.stack, ".".join(map(str, path))
        value = holder.get(*path) if path else None
        if value is None:
            stack.put(one.key, Origin(one.value, one.by, None, "", "", one.why, one.is_open))
            return
        named = path[:1] == ("metadata",)  # a patch says there whom it means
        at = home.locate(holder, path, False)
        places = layers.history(home, holder, path) if not named else [(at, "")]
        for at, before in places[:-1]:
            stack.put(one.key, Origin(before, one.by, at, holder.label, name))
        at = places[-1][0] if places else at
        origin = Origin(one.value, one.by, at, holder.label, name, one.why, one.is_open)
        stack.put(one.key, origin)

    def _field(
        self, one: Written, obj: Object, unit: "Unit", environment: "Placed | None"
    ) -> tuple[Object, "Unit", Path]:
        """Where the field is that something is made of: in the resource, else its environment."""
        if one.path[:1] == ("metadata",):
            if environment is not None and one.path[-1] == "namespace":
                return environment.obj, environment.unit, ("spec", "kubernetesNamespace")
            return obj, unit, one.path
        base = (flink_spec(obj) or (("spec",), {}))[0] if one.path else ()
        above = flink_spec(environment.obj) if environment is not None else None
        if environment is None or above is None or not one.path:
            return obj, unit, (*base, *one.path)
        if obj.get(*base, one.path[0]) is None:
            return environment.obj, environment.unit, (*above[0], *one.path)
        return obj, unit, (*base, *one.path)

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
            self._put_written(one, obj, unit)

    def _pool(self, pool: Object, unit: "Unit") -> None:
        """The configuration of a compute pool, with the environment's defaults over it."""
        environment = self.near.environment_of(pool)
        self._start(self._namespace(pool, unit, environment))
        self._put(pool, unit, layers.POOL)
        if environment is None:
            self._miss("FlinkEnvironment", pool.get("spec", "flinkEnvironment"))
        else:
            layer = layers.POOL_DEFAULTS
            self._put(environment.obj, environment.unit, layer, "computePoolDefaults")

    def _pool_alone(self) -> None:
        self._pool(self.obj, self.unit)
        if self.obj.get("spec", "type") != "SHARED":
            self.done.notes.append("each statement gets a cluster of its own: this is its start")
        self._write_pool(self.obj, self.unit, None)

    def _statement(self) -> None:
        obj, name = self.obj, self.obj.get("spec", "computePoolName")
        if _first_word(obj.get("spec", "statement")) in _WITHOUT_CLUSTER:
            self.done.notes.append("CMF runs this statement itself, without a Flink cluster")
            return
        if obj.get("spec", "stopped") is True:
            self.done.notes.append("stopped: this is what it gets when it runs")
        pools = self.near.named("FlinkComputePool", name, "") if isinstance(name, str) else []
        environment = self.near.environment_of(obj)
        if pools:
            self._pool(pools[0].obj, pools[0].unit)
        else:
            self._miss("FlinkComputePool", name)
            self._start(self._namespace(obj, self.unit, environment))
        self._put(obj, self.unit, layers.STATEMENT)
        if environment is not None:
            select = _first_word(obj.get("spec", "statement")) in ("SELECT", "WITH", "VALUES")
            part = ("statementDefaults", "interactive" if select else "detached")
            self._put(environment.obj, environment.unit, layers.STATEMENT_DEFAULTS, *part)
        self.done.assuming.append("that a statement outranks its compute pool")
        holder = pools[0] if pools else None
        self._write_pool(holder.obj if holder else None, holder.unit if holder else self.unit, obj)

    def _write_pool(self, pool: Object | None, unit: "Unit", statement: Object | None) -> None:
        """What is written for a statement, or for a pool without one; CMF gives it a name."""
        done, holder = self.done, pool or self.obj
        environment = self.near.environment_of(holder)
        namespace = self._namespace(holder, unit, environment)
        spec = dict(mapping(pool.get("spec", "clusterSpec"))) if pool else {}
        done.mode = mode_of(spec)
        if pool is None or pool.get("spec", "type") != "SHARED":
            spec["job"] = {"parallelism": 1, "args": None}
        values, flink = done.stack.values, _flink(spec, done.version)
        for one in of_cluster(spec, "", namespace, values, self.operator.release, flink):
            if one.key != PARALLELISM:
                self._put_written(one, holder, unit, environment)
        parallelism = statement.get("spec", "parallelism") if statement is not None else None
        if statement is not None and parallelism is not None:
            name, why = "spec.parallelism", "CMF starts the job with it"
            at = self.unit.locate(statement, ("spec", "parallelism"), False)
            origin = Origin(str(parallelism), layers.STATEMENT, at, statement.label, name, why)
            done.stack.put(PARALLELISM, origin)


def _first_word(statement: Any) -> str:
    """The first word of SQL, without the comments before it."""
    text = re.sub(r"--[^\n]*|/\*.*?\*/", " ", str(statement or ""), flags=re.DOTALL)
    return next(iter(text.split()), "").upper().strip(";(")


def _last(settings: Iterable[Setting]) -> list[Setting]:
    """Of settings of one key in one object, nested and flat, the last, which applies."""
    return list({one.key: one for one in settings}.values())


def _flink(spec: Mapping[str, Any], version: Version | None) -> Flink:
    """The version as the operator takes it, or the newest that is known."""
    return versions.of_spec(spec.get("flinkVersion")) or version or options.versions()[-1]
