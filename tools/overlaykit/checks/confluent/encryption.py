"""CMF encrypts the secrets that it is given, with a key that it can use.

CMF takes a FlinkSecret only where its database is encrypted. That is settled when CMF makes the
database, and the key, 16 or 32 bytes, never changes: with one of another length CMF does not start.

Bad:
    # file: clusters/dev/cmf.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: cmf
      namespace: argocd
    spec:
      project: flink
      source:
        repoURL: https://packages.confluent.io/helm
        chart: confluent-manager-for-apache-flink
        targetRevision: 2.4.1
      destination:
        server: https://kubernetes.default.svc
        namespace: confluent
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
    # file: flink/secret.yaml
    apiVersion: platform.confluent.io/v1beta1
    kind: FlinkSecret  # <- here
    metadata:
      name: kafka
      namespace: flink
    spec:
      secretRef: kafka-login

Good:
    # file: clusters/dev/cmf.yaml
    apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata:
      name: cmf
      namespace: argocd
    spec:
      project: flink
      source:
        repoURL: https://packages.confluent.io/helm
        chart: confluent-manager-for-apache-flink
        targetRevision: 2.4.1
        helm:
          valuesObject:
            encryption:
              enabled: true
              key:
                kubernetesSecretName: cmf-key
                kubernetesSecretProperty: key
      destination:
        server: https://kubernetes.default.svc
        namespace: confluent
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
    # file: flink/secret.yaml
    apiVersion: platform.confluent.io/v1beta1
    kind: FlinkSecret
    metadata:
      name: kafka
      namespace: flink
    spec:
      secretRef: kafka-login

Source: Confluent Manager for Apache Flink, "Data Encryption".
"""

from collections.abc import Iterator

from msgspec.structs import replace

from overlaykit.confluent import database
from overlaykit.confluent.kinds import is_cmf
from overlaykit.findings import Problem
from overlaykit.repo.confluents import Chart
from overlaykit.repo.world import Unit, World

LEVEL = "error"

_KEY = ("encryption", "key")


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    yield from _unread(unit, world)
    for application in world.applications_of.get(unit.folder, ()):
        if application.cluster == unit.cluster:
            for chart in world.confluents.of_application(application):
                if chart.told:
                    yield from _key(unit, world, chart)
                yield from _changed(unit, world, chart)


def _changed(unit: Unit, world: World, chart: Chart) -> Iterator[Problem]:
    """What is settled when CMF makes its database, and is another now."""
    was = world.confluents.values_before(unit, chart)
    if was is None:
        return
    old = (database.is_encrypted(was, chart.version), database.key_reference(was))
    new = (chart.value(*database.ENCRYPTION) is True, database.key_reference(chart.values))
    if old == new or not (old[0] or new[0]):
        return
    world.lost = world.lost or world.compared is None
    what = "encryption is switched" if old[0] != new[0] else "the encryption key is another"
    message = f"{what}, which CMF settles when it makes its database: with the old one it stops"
    at = world.confluents.place_or_chart(chart, database.ENCRYPTION)
    fix = "take it back, or start CMF with a new, empty database"
    problem = Problem(message, fix, at=at, path=database.ENCRYPTION, object=chart.application.label)
    yield problem.assuming("that CMF has made its database already")


def _unread(unit: Unit, world: World) -> Iterator[Problem]:
    """One finding a unit, at its first FlinkSecret."""
    secrets = [one for one in unit.objects if one.kind == "FlinkSecret" and is_cmf(one)]
    charts = world.confluents.cmf(unit) if secrets else []
    if not charts or any(_may_encrypt(one) for one in charts):
        return
    first, others = secrets[0], len(secrets) - 1
    more = f" (and {others} more)" if others else ""
    name = ".".join(database.switch(charts[0].version))
    message = (
        f"FlinkSecret '{first.name}'{more} is refused by CMF: {name} is off in the chart of "
        f"Application '{charts[0].name}'"
    )
    fix = f"set {name}: true and a key of 16 or 32 bytes, before CMF starts for the first time"
    yield Problem(message, fix, at=unit.locate(first, ("kind",), False), object=first.label)


def _may_encrypt(chart: Chart) -> bool:
    return not chart.told or database.is_encrypted(chart.values, chart.version)


def _unused(world: World, chart: Chart) -> Problem:
    name = ".".join(database.switch(chart.version))
    at = world.confluents.place_or_chart(chart, (*_KEY, "kubernetesSecretName"))
    message = f"a key is named, and {name} is off: CMF keeps secrets in plain text"
    fix = f"set {name}: true before CMF starts for the first time, or remove the key"
    problem = Problem(message, fix, at=at, path=_KEY, object=chart.application.label)
    return replace(problem, level="warning")


def _key(unit: Unit, world: World, chart: Chart) -> Iterator[Problem]:
    reference = database.key_reference(chart.values)
    if not database.is_encrypted(chart.values, chart.version):
        if reference is not None:
            yield _unused(world, chart)
        return
    if reference is None:
        at = world.confluents.place_or_chart(chart, database.switch(chart.version))
        message = "encryption is on, and no key is named: CMF does not start"
        fix = "set encryption.key.kubernetesSecretName and kubernetesSecretProperty"
        yield Problem(message, fix, at=at, path=_KEY, object=chart.application.label)
        return
    name, key = reference
    near = world.together.of(unit)
    for one in near.named("Secret", name, chart.home):
        if one.obj.group or (length := database.length(one.obj.data, key)) is None:
            continue
        if length not in database.KEY_LENGTHS:
            field = "stringData" if one.obj.get("stringData", key) is not None else "data"
            at = one.unit.locate(one.obj, (field, key), False)
            message = f"the key '{key}' is {length} bytes long: CMF takes 16 or 32, and else stops"
            fix = "make a key of 32 bytes before CMF starts for the first time"
            yield Problem(message, fix, at=at, path=(field, key), object=one.obj.label)
