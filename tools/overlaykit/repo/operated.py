"""What the operator would refuse of the objects of a unit, each with its place and its doubts."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from overlaykit.findings import Edit, Problem
from overlaykit.kubernetes.pods import CONFLUENT, FLINK, flink_spec, mapping
from overlaykit.operator.request import Rejection, Request
from overlaykit.operator.validator import validate
from overlaykit.operator.versions import NEWEST, OLDEST, Release
from overlaykit.render.objects import Object
from overlaykit.repo.flinks import place, replacing
from overlaykit.repo.operators import Operator
from overlaykit.source import Path, Place

if TYPE_CHECKING:
    from overlaykit.repo.together import Neighbours
    from overlaykit.repo.world import Unit, World

# Rules about something that is missing: the operator's defaults may bring it.
_MENDED = frozenset(
    {"checkpoint-dir", "savepoint-dir", "standby", "rollback", "health-check", "memory"}
)
# Rules that CMF, which makes the resource, keeps by itself.
_CMF = frozenset({"service-account"})


class Verdict(Struct, frozen=True):
    """A rejection of an object, at a path of it; `doubt` is empty where it is proved."""

    obj: Object
    rejection: Rejection
    path: Path
    doubt: str
    request: Request
    operator: Operator

    @property
    def rule(self) -> str:
        return self.rejection.rule

    @property
    def value(self) -> Any:
        """The value at fault; None where something is missing."""
        return self.obj.get(*self.path)


class Operated:
    """The verdicts of a world, unit by unit."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self._found: dict[int, list[Verdict]] = {}

    def verdicts(self, unit: "Unit", *rules: str) -> Iterator[Verdict]:
        """What is refused in a unit by some rules."""
        if id(unit) not in self._found:
            self._found[id(unit)] = list(self._judge(unit))
        return (one for one in self._found[id(unit)] if one.rule in rules)

    def problem(self, unit: "Unit", verdict: Verdict, message: str, fix: str) -> Problem:
        """A verdict as a finding, where its value is set, with what it takes for granted."""
        at = self._place(unit, verdict)
        found = Problem(message, fix, at=at, path=verdict.path, object=verdict.obj.label)
        return found.assuming(verdict.doubt)

    def _place(self, unit: "Unit", verdict: Verdict) -> Place:
        """In the object, or where the option comes from."""
        key = verdict.rejection.key
        missing = verdict.value is None or verdict.path[-1:] == ("flinkConfiguration",)
        if key and missing and (found := self.option(unit, verdict.obj, key)):
            return found
        return unit.locate(verdict.obj, verdict.path, missing)

    def on_option(
        self, unit: "Unit", obj: Object, request: Request, key: str, message: str, fix: str
    ) -> Problem:
        """A finding on an option of an object, at the line that sets it."""
        path = real_path(obj, request.at(key))
        at = self.option(unit, obj, key) or unit.locate(obj, path, False)
        return Problem(message, fix, at=at, path=path, object=obj.label)

    def renaming(self, unit: "Unit", obj: Object, key: str, name: str) -> tuple[Edit, ...]:
        """The edit that gives an option of an object its right name; none where it has it too."""
        for job in self.world.flinks.jobs(unit):
            if job.obj is obj and key in job.values and name not in job.values:
                one, config = job.values[key]
                at = place(self.world, config, one.setting, key=True)
                return replacing(self.world, at, key, name)
        return ()

    def comes_from_chart(self, unit: "Unit", obj: Object, request: Request, key: str) -> bool:
        """Whether an option of an object is a default of the operator that has no place here."""
        own = request.at(key) != ("spec", "flinkConfiguration")
        return not own and self.option(unit, obj, key) is None

    def option(self, unit: "Unit", obj: Object, key: str) -> Place | None:
        """Where an option comes from: the object, an environment, the operator's defaults."""
        for job in self.world.flinks.jobs(unit):
            if job.obj is obj and key in job.values:
                one, config = job.values[key]
                return place(self.world, config, one.setting)
        return None

    def requests(self, unit: "Unit") -> Iterator[tuple[Object, Request, Operator]]:
        """The resources of a unit as the operator gets them."""
        near: Neighbours | None = None
        for obj in unit.objects:
            if is_operated(obj):
                near = near or self.world.together.of(unit)
                for operator in self.world.operators.of(unit):
                    yield obj, self._request(unit, obj, near, operator), operator

    def _request(
        self, unit: "Unit", obj: Object, near: "Neighbours", operator: Operator
    ) -> Request:
        session = None
        if obj.kind == "FlinkSessionJob":
            session = session_cluster(obj, near, self.world.together.namespace(unit, obj))
        document = as_document(obj, near.environment(obj))
        held = session.data if session is not None else None
        return Request(document, operator.release, operator.defaults, held)

    def _judge(self, unit: "Unit") -> Iterator[Verdict]:
        for obj, request, operator in self.requests(unit):
            yield from self.judge(unit, obj, request, operator)

    def judge(
        self, unit: "Unit", obj: Object, request: Request, operator: Operator
    ) -> Iterator[Verdict]:
        """What is refused of one object."""
        environment = self.world.together.of(unit).environment(obj)
        for found in validate(request):
            if obj.group == CONFLUENT and found.rule in _CMF:
                continue
            doubt = self._doubt(obj, request, operator, found, environment)
            yield Verdict(obj, found, real_path(obj, found.path), doubt, request, operator)

    def _doubt(
        self,
        obj: Object,
        request: Request,
        operator: Operator,
        found: Rejection,
        environment: Object | None,
    ) -> str:
        wanted = obj.get("spec", "flinkEnvironment")
        if isinstance(wanted, str) and environment is None and found.rule in _MENDED:
            return f"that FlinkEnvironment '{wanted}', which is not here, does not set it"
        if operator.release_doubt and not _is_refused_by_all(request, found):
            return operator.release_doubt
        if found.rule in _MENDED:
            return operator.defaults_doubt
        if found.rule == "jar-uri" and "allowlist" in found.message and operator.defaults_doubt:
            return "that the operator's own configuration allows https only"
        return ""


def _is_refused_by_all(request: Request, found: Rejection) -> bool:
    """Whether the oldest release refuses it as well as the one to come."""
    for minor in (OLDEST, NEWEST):
        other = replace(request, release=Release(minor))
        if all((one.rule, one.path) != (found.rule, found.path) for one in validate(other)):
            return False
    return True


def is_operated(obj: Object) -> bool:
    """Whether an object is, or becomes, a resource of the operator."""
    if obj.draft:
        return False
    if obj.group == FLINK:
        return obj.kind in (
            "FlinkDeployment",
            "FlinkSessionJob",
            "FlinkStateSnapshot",
            "FlinkBlueGreenDeployment",
        )
    return obj.group == CONFLUENT and obj.kind == "FlinkApplication"


def as_document(obj: Object, environment: Object | None) -> dict[str, Any]:
    """The resource that the operator sees; CMF lays the environment over an application."""
    if obj.group == FLINK and obj.kind != "FlinkBlueGreenDeployment":
        return obj.data
    _, spec = flink_spec(obj) or ((), {})
    namespace = obj.namespace
    if environment is not None:
        _, above = flink_spec(environment) or ((), {})
        own, outranking = mapping(spec.get("flinkConfiguration")), above.get("flinkConfiguration")
        spec = {**spec, **{k: v for k, v in above.items() if k not in spec}}
        spec["flinkConfiguration"] = own | mapping(outranking)
        namespace = str(environment.get("spec", "kubernetesNamespace") or "")
    metadata = {"name": obj.name, "namespace": namespace or "default"}
    return {"kind": "FlinkDeployment", "metadata": metadata, "spec": spec}


def real_path(obj: Object, path: Path) -> Path:
    """Where a field of the resource stands in the object."""
    found = flink_spec(obj)
    return (*found[0], *path[1:]) if found and path[:1] == ("spec",) else path


def session_cluster(obj: Object, near: "Neighbours", namespace: str) -> Object | None:
    """The cluster that a session job names, if it is here."""
    name = obj.get("spec", "deploymentName")
    found = near.named("FlinkDeployment", name, namespace) if isinstance(name, str) else []
    return found[0].obj if found else None
