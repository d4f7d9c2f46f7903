"""A FlinkSecret, its mapping and the connections that use it have one name.

CMF looks for the secret of a connection among the mappings of the environment, by their own names.
Where there is none it leaves the catalog out without a word. On a living cluster a new name blocks:
remove, sync, and add it with the new name.

Bad:
    # file: clusters/dev/flink.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: flink
      namespace: argocd
    spec:
      project: flink
      source:
        repoURL: https://git.example.com/team/gitops.git
        targetRevision: main
        path: flink
      destination:
        server: https://kubernetes.default.svc
        namespace: flink
    # file: flink/environment.yaml
    apiVersion: platform.confluent.io/v1beta1
    kind: FlinkEnvironment
    metadata:
      name: shop
      namespace: flink
    spec:
      kubernetesNamespace: flink
    # file: flink/secret.yaml
    apiVersion: platform.confluent.io/v1beta1
    kind: FlinkSecret
    metadata:
      name: kafka
      namespace: flink
    spec:
      secretRef: kafka-login
    # file: flink/mapping.yaml
    apiVersion: platform.confluent.io/v1beta1
    kind: FlinkEnvironmentSecretMapping
    metadata:
      name: kafka
      namespace: flink
    spec:
      flinkEnvironment: shop
      secretRef:
        name: kafka
    # file: flink/catalog.yaml
    apiVersion: platform.confluent.io/v1beta1
    kind: FlinkKafkaCatalog
    metadata:
      name: topics
      namespace: flink
    spec:
      flinkEnvironment: shop
      srInstance:
        connectionSecretId: kafka-login  # <- here
        connectionConfig:
          schema.registry.url: http://schemaregistry.confluent.svc:8081

Good:
    # file: clusters/dev/flink.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: flink
      namespace: argocd
    spec:
      project: flink
      source:
        repoURL: https://git.example.com/team/gitops.git
        targetRevision: main
        path: flink
      destination:
        server: https://kubernetes.default.svc
        namespace: flink
    # file: flink/environment.yaml
    apiVersion: platform.confluent.io/v1beta1
    kind: FlinkEnvironment
    metadata:
      name: shop
      namespace: flink
    spec:
      kubernetesNamespace: flink
    # file: flink/secret.yaml
    apiVersion: platform.confluent.io/v1beta1
    kind: FlinkSecret
    metadata:
      name: kafka
      namespace: flink
    spec:
      secretRef: kafka-login
    # file: flink/mapping.yaml
    apiVersion: platform.confluent.io/v1beta1
    kind: FlinkEnvironmentSecretMapping
    metadata:
      name: kafka
      namespace: flink
    spec:
      flinkEnvironment: shop
      secretRef:
        name: kafka
    # file: flink/catalog.yaml
    apiVersion: platform.confluent.io/v1beta1
    kind: FlinkKafkaCatalog
    metadata:
      name: topics
      namespace: flink
    spec:
      flinkEnvironment: shop
      srInstance:
        connectionSecretId: kafka
        connectionConfig:
          schema.registry.url: http://schemaregistry.confluent.svc:8081

Source: the examples of Confluent for Kubernetes, "CP Flink SQL on CFK".
"""

from collections.abc import Iterator

from overlaykit.confluent.references import Reference, connection
from overlaykit.findings import Problem
from overlaykit.render.objects import Object
from overlaykit.repo.connections import MAPPING, connections
from overlaykit.repo.flinks import is_filled_in
from overlaykit.repo.world import Unit, World
from overlaykit.source import Path

LEVEL = "error"

_NAME: Path = ("metadata", "name")
_MEANT: Path = ("spec", "secretRef", "name")


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    for obj in unit.objects:
        if obj.draft:
            continue
        if found := connection(obj):
            yield from _connected(unit, world, obj, *found)
        elif obj.kind == MAPPING:
            yield from _mapped(unit, world, obj)
        elif obj.kind == "FlinkSecret":
            yield from _secret(unit, world, obj)


def _problem(unit: Unit, obj: Object, path: Path, message: str, fix: str) -> Problem:
    return Problem(message, fix, at=unit.locate(obj, path, False), path=path, object=obj.label)


def _connected(unit: Unit, world: World, obj: Object, path: Path, name: str) -> Iterator[Problem]:
    environment = obj.get("spec", "flinkEnvironment")
    mappings = connections(world, unit).of(environment)
    # A mapping of this secret under another name is at fault itself.
    if is_filled_in(name) or any(name in (m.obj.name, m.obj.get(*_MEANT)) for m in mappings):
        return
    wanted = Reference(MAPPING, name, path)
    if world.confluents.is_declared(wanted):
        return
    listed = ", ".join(sorted(one.obj.name for one in mappings)) or "none is here"
    message = (
        f"no {MAPPING} of environment '{environment}' is called '{name}' (it has: {listed}): "
        f"CMF leaves this {obj.kind} out without a word"
    )
    first = mappings[0].obj.name if mappings else ""
    fix = f"write {first}" if len(mappings) == 1 else f"add a mapping called '{name}'"
    problem = _problem(unit, obj, path, message, fix)
    unseen = world.confluents.hidden(unit, world.together.namespace(unit, obj))
    proved = mappings and world.together.is_known(unit) and not unseen
    taken = f"that {unseen} does not make it" if unseen else "that nobody maps it from elsewhere"
    yield problem.assuming("" if proved else taken)


def _mapped(unit: Unit, world: World, obj: Object) -> Iterator[Problem]:
    """A mapping that is not called as its secret: an error where somebody asks for that name."""
    meant = obj.get(*_MEANT)
    if not isinstance(meant, str) or meant == obj.name or is_filled_in(meant):
        return
    environment = obj.get("spec", "flinkEnvironment")
    known = connections(world, unit)
    names = known.wanted(environment)
    others = {one.obj.name for one in known.of(environment)}
    if obj.name in names:
        # What connections ask for is there, under the name of the mapping.
        message = f"the mapping '{obj.name}' is of FlinkSecret '{meant}'"
        doubt = "that CMF wants one name for the secret and its mapping"
    elif meant in names and meant not in others:
        message = f"connections ask for '{meant}', and the mapping of it is called '{obj.name}'"
        doubt = "" if world.together.is_known(unit) else "that nobody else maps it"
    else:
        return
    yield _problem(unit, obj, _NAME, message, f"call the mapping '{meant}'").assuming(doubt)


def _secret(unit: Unit, world: World, obj: Object) -> Iterator[Problem]:
    """A FlinkSecret that no mapping means, where one means a secret that is not there."""
    known = connections(world, unit)
    if [one.obj.name for one in known.strangers] != [obj.name]:
        return
    for one in known.lost:
        name = str(one.obj.get(*_MEANT))
        if is_filled_in(name):
            continue
        message = f"no mapping means FlinkSecret '{obj.name}', and '{one.obj.name}' means '{name}'"
        problem = _problem(unit, obj, _NAME, message, f"call the FlinkSecret '{name}'")
        proved = world.together.is_known(unit)
        yield problem.assuming("" if proved else "that nobody else makes it")
