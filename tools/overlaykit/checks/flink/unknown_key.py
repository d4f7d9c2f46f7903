"""Every Flink option has a name that the running Flink knows.

Flink ignores a key that it does not know, without a word: what it was meant to change stays as it
was. A key that begins as no key of Flink does is left alone, since plugins and jobs may read it.

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
        jobmanager.cpu: "1"  # <- here
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
        kubernetes.jobmanager.cpu.amount: "1"
      jobManager:
        resource:
          memory: 1600m
          cpu: 1
      taskManager:
        resource:
          memory: 1728m
          cpu: 1

Source: the options in the classes of Flink 1.17 to 2.3.
"""

from collections.abc import Iterator

from overlaykit.findings import Problem
from overlaykit.flink import options, versions
from overlaykit.flink.configuration import Setting
from overlaykit.repo.flinks import Config, place
from overlaykit.repo.world import Unit, World

LEVEL = "warning"


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    for config in world.flinks.configs(unit):
        for setting in config.settings:
            key = setting.key
            if not options.is_known(key, config.possible) and options.looks_like_flink(key):
                first = options.since(key)
                if not config.versions or first is None or first <= config.versions[-1]:
                    yield _problem(setting, config, world)


def _problem(setting: Setting, config: Config, world: World) -> Problem:
    key, last = setting.key, options.until(setting.key)
    named = f" {options.text(config.versions)}" if config.versions else ""
    gone = f" any more (it went after {versions.text(last)})" if last else ""
    meant = options.suggestion(key, config.possible[-1])
    return Problem(
        f"'{key}' is no option of Flink{named}{gone} and is ignored",
        f"write {meant}" if meant else "remove it, or write the name that Flink knows",
        at=place(world, config, setting, key=True),
        path=setting.path,
        object=config.label,
    )
