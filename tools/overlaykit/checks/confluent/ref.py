"""What a Flink or CMF object refers to is there.

CFK asks CMF for the environment, pool, catalog or secret that an object names, and again and again
where there is none. CMF knows them by name alone; a CMFRestClass and a Secret must be in the
namespace that is meant. Names are looked up over everything that is deployed to the cluster. What
somebody else makes is declared in `.overlay.yaml` under `external`, as Kind/namespace/name.

Bad:
    # file: overlays/dev/flink/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - environment.yaml
    - application.yaml
    # file: overlays/dev/flink/environment.yaml
    apiVersion: platform.confluent.io/v1beta1
    kind: FlinkEnvironment
    metadata:
      name: shop
      namespace: flink
    spec:
      kubernetesNamespace: flink
    # file: overlays/dev/flink/application.yaml
    apiVersion: platform.confluent.io/v1beta1
    kind: FlinkApplication
    metadata:
      name: orders
      namespace: flink
    spec:
      flinkEnvironment: shops  # <- here
      image: confluentinc/cp-flink:1.20.3-cp2-java17
      flinkVersion: v1_20
      serviceAccount: flink

Good:
    # file: overlays/dev/flink/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - environment.yaml
    - application.yaml
    # file: overlays/dev/flink/environment.yaml
    apiVersion: platform.confluent.io/v1beta1
    kind: FlinkEnvironment
    metadata:
      name: shop
      namespace: flink
    spec:
      kubernetesNamespace: flink
    # file: overlays/dev/flink/application.yaml
    apiVersion: platform.confluent.io/v1beta1
    kind: FlinkApplication
    metadata:
      name: orders
      namespace: flink
    spec:
      flinkEnvironment: shop
      image: confluentinc/cp-flink:1.20.3-cp2-java17
      flinkVersion: v1_20
      serviceAccount: flink

Source: the CRDs of Confluent for Kubernetes; its examples, "CP Flink SQL on CFK".
"""

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from overlaykit.confluent.kinds import is_cmf
from overlaykit.confluent.references import Reference, references
from overlaykit.findings import Problem
from overlaykit.kubernetes.names import is_slip, meant
from overlaykit.render.objects import Object
from overlaykit.repo.connections import connections
from overlaykit.repo.declared import secrets
from overlaykit.repo.flinks import is_filled_in
from overlaykit.repo.together import Placed
from overlaykit.repo.world import Unit, World

LEVEL = "error"

# Of more names none is looked for that is only like another.
_MANY = 200


class _Asked(Struct):
    """A reference of an object, with where it is looked up."""

    unit: Unit
    world: World
    obj: Object
    wanted: Reference

    def problem(self, message: str, fix: str) -> Problem:
        path = self.wanted.path
        at = self.unit.locate(self.obj, path, False)
        return Problem(message, fix, at=at, path=path, object=self.obj.label)


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    for obj in unit.objects:
        namespace = world.together.namespace(unit, obj) if is_cmf(obj) else ""
        for wanted in references(obj, namespace):
            if is_filled_in(f"{wanted.name}{wanted.namespace}"):
                continue
            asked = _Asked(unit, world, obj, wanted)
            found = world.confluents.find(unit, wanted)
            if not found:
                yield from _missing(asked)
            elif wanted.kind == "FlinkComputePool":
                yield from _of_another(asked, found)


def _of_another(asked: _Asked, pools: list[Placed]) -> Iterator[Problem]:
    """A pool belongs to an environment, and runs the statements of that one only."""
    own = asked.obj.get("spec", "flinkEnvironment")
    theirs = {one.obj.get("spec", "flinkEnvironment") for one in pools}
    if isinstance(own, str) and own not in theirs and all(isinstance(t, str) for t in theirs):
        listed = ", ".join(sorted(str(one) for one in theirs))
        message = (
            f"the pool '{asked.wanted.name}' is of environment '{listed}', the statement of '{own}'"
        )
        fix = f"name a pool of '{own}', or set flinkEnvironment: {listed}"
        hidden = asked.world.confluents.hidden(asked.unit, _home(asked))
        sure = asked.world.together.is_known(asked.unit) and not hidden
        taken = "" if sure else f"that nobody makes a pool of '{own}' under this name"
        yield asked.problem(message, fix).assuming(taken)


def _missing(asked: _Asked) -> Iterator[Problem]:
    unit, world, wanted = asked.unit, asked.world, asked.wanted
    alone = wanted.kind == "FlinkSecret" and len(connections(world, unit).strangers) == 1
    if _is_made(asked) or alone:
        return  # a lone stranger is the finding: confluent/secret-names
    near = world.together.of(unit)
    kind, name, where = wanted.kind, wanted.name, wanted.namespace
    elsewhere = sorted({one.namespace for one in near.named(kind, name, "")}) if where else []
    names = {one.obj.name for one in near.of_kind(kind, where)}
    names |= secrets(world, where) if kind == "Secret" else set()
    close = next((one for one in sorted(names) if is_slip(name, one)), "")
    close = close or (meant(name, names) if len(names) <= _MANY else "")
    unseen = world.confluents.hidden(unit, where or _home(asked))
    known = world.together.is_known(unit)
    message = f"there is no {kind} '{name}'" + (f" in namespace '{where}'" if where else "")
    fix = f"add the {kind}, or declare it: external in .overlay.yaml"
    if close:
        message, fix = f"{message}; did you mean '{close}'?", f"write '{close}'"
    elif elsewhere and elsewhere[0]:
        message += f"; the one in '{', '.join(elsewhere)}' is not looked at"
        fix = f"name its namespace, {elsewhere[0]}, or move it"
    # Only a slip of the hand is sure: teams may have objects of their own with like names.
    proved = bool(close) and is_slip(name, close) and known and not unseen
    taken = f"that {unseen} does not make it" if unseen else "that nobody makes it from elsewhere"
    problem = asked.problem(message, fix).assuming("" if proved else taken)
    yield problem if known or close else replace(problem, level="info")


def _home(asked: _Asked) -> str:
    return asked.world.together.namespace(asked.unit, asked.obj)


def _is_made(asked: _Asked) -> bool:
    """Whether somebody is known to make it: an operator, or by what is declared."""
    wanted, world = asked.wanted, asked.world
    if world.confluents.is_declared(wanted):
        return True
    if wanted.kind != "Secret":
        return False
    near = world.together.of(asked.unit)
    return wanted.name in secrets(world, wanted.namespace) or near.is_made(
        "Secret", wanted.name, wanted.namespace
    )
