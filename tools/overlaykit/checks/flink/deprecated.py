"""Flink options have the names of today.

A deprecated name still works in this version, and goes away in a later major one, where it is then
ignored without a word.

Bad:
    # file: overlays/dev/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - orders.yaml
    # file: overlays/dev/orders.yaml
    apiVersion: flink.apache.org/v1beta1
    kind: FlinkDeployment
    metadata:
      name: orders
      namespace: flink
    spec:
      image: flink:1.20.3
      flinkVersion: v1_20
      serviceAccount: flink
      flinkConfiguration:
        state.backend: rocksdb  # <- here
      jobManager:
        resource:
          memory: 1600m
          cpu: 1
      taskManager:
        resource:
          memory: 1728m
          cpu: 1

Good:
    # file: overlays/dev/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - orders.yaml
    # file: overlays/dev/orders.yaml
    apiVersion: flink.apache.org/v1beta1
    kind: FlinkDeployment
    metadata:
      name: orders
      namespace: flink
    spec:
      image: flink:1.20.3
      flinkVersion: v1_20
      serviceAccount: flink
      flinkConfiguration:
        state.backend.type: rocksdb
      jobManager:
        resource:
          memory: 1600m
          cpu: 1
      taskManager:
        resource:
          memory: 1728m
          cpu: 1

Source: the deprecated keys in the classes of Flink 1.17 to 2.3.
"""

import re
from collections.abc import Iterator

from overlaykit.findings import Problem
from overlaykit.flink import options
from overlaykit.flink.configuration import Setting
from overlaykit.repo.flinks import Config, place, replacing
from overlaykit.repo.world import Unit, World

LEVEL = "warning"
_REPORTER = re.compile(r"(metrics\.reporter\.[\w-]+\.)class")
_FACTORIES = {
    name: f"{package}Factory"
    for name, package in {
        "prometheus.PrometheusReporter": "prometheus.PrometheusReporter",
        "prometheus.PrometheusPushGatewayReporter": "prometheus.PrometheusPushGatewayReporter",
        "jmx.JMXReporter": "jmx.JMXReporter",
        "slf4j.Slf4jReporter": "slf4j.Slf4jReporter",
        "statsd.StatsDReporter": "statsd.StatsDReporter",
        "datadog.DatadogHttpReporter": "datadog.DatadogHttpReporter",
        "graphite.GraphiteReporter": "graphite.GraphiteReporter",
        "influxdb.InfluxdbReporter": "influxdb.InfluxdbReporter",
    }.items()
}


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    for config in world.flinks.configs(unit):
        for setting in config.settings:
            current = _current(setting.key, config)
            if current:
                yield _problem(setting, current, config, world)
            elif found := _REPORTER.fullmatch(setting.key):
                yield _reporter(setting, found[1], config, world)


def _current(key: str, config: Config) -> str:
    """The name of today, where the key is outdated in every version that may read it."""
    found = [options.catalogue(version).replaced(key) for version in config.possible]
    names = {option.key for option in found if option is not None}
    return names.pop() if len(names) == 1 and None not in found else ""


def _problem(setting: Setting, current: str, config: Config, world: World) -> Problem:
    at = place(world, config, setting, key=True)
    flat = setting.path[-1] == setting.key or f"{setting.key}:" in setting.line
    edits = replacing(world, at, setting.key, current) if flat else ()
    return Problem(
        f"'{setting.key}' is a deprecated name of '{current}'",
        f"write {current}",
        at=at,
        path=setting.path,
        object=config.label,
        edits=edits,
    )


def _reporter(setting: Setting, prefix: str, config: Config, world: World) -> Problem:
    """Reporters are made by factories since 1.9, and by nothing else since 2.0."""
    gone = bool(config.versions) and config.versions[0] >= (2, 0)
    package = "org.apache.flink.metrics."
    factory = _FACTORIES.get(setting.value.removeprefix(package), "")
    word = "is not read any more" if gone else "is deprecated"
    return Problem(
        f"'{setting.key}' {word}: reporters are made by factories",
        f"write {prefix}factory.class: {package + factory if factory else '(its factory)'}",
        at=place(world, config, setting, key=True),
        path=setting.path,
        object=config.label,
    )
