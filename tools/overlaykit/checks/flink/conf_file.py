"""The configuration file is one that the running Flink reads.

Up to 1.18 Flink reads flink-conf.yaml only, from 2.0 on config.yaml only, and does not start
without it. In 1.19 and 1.20 flink-conf.yaml is read where both are there.

Bad:
    # file: overlays/dev/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - options.yaml
    - jobmanager.yaml
    # file: overlays/dev/options.yaml
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: flink-options
      namespace: flink
    data:
      flink-conf.yaml: |  # <- here
        rest.port: 8081
    # file: overlays/dev/jobmanager.yaml
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: jobmanager
      namespace: flink
    spec:
      selector:
        matchLabels:
          app: flink
      template:
        metadata:
          labels:
            app: flink
        spec:
          containers:
          - name: jobmanager
            image: flink:2.0.2
            args:
            - jobmanager
            volumeMounts:
            - name: options
              mountPath: /opt/flink/conf
          volumes:
          - name: options
            configMap:
              name: flink-options

Good:
    # file: overlays/dev/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - options.yaml
    - jobmanager.yaml
    # file: overlays/dev/options.yaml
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: flink-options
      namespace: flink
    data:
      config.yaml: |
        rest:
          port: 8081
        state:
          backend:
            type: hashmap
    # file: overlays/dev/jobmanager.yaml
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: jobmanager
      namespace: flink
    spec:
      selector:
        matchLabels:
          app: flink
      template:
        metadata:
          labels:
            app: flink
        spec:
          containers:
          - name: jobmanager
            image: flink:2.0.2
            args:
            - jobmanager
            volumeMounts:
            - name: options
              mountPath: /opt/flink/conf
          volumes:
          - name: options
            configMap:
              name: flink-options

Source: Flink, class GlobalConfiguration.
"""

from collections.abc import Iterator

from overlaykit.findings import Problem
from overlaykit.flink import versions
from overlaykit.flink.configuration import FILES
from overlaykit.kubernetes.pods import mapping
from overlaykit.render.objects import Object
from overlaykit.repo.flinks import Config
from overlaykit.repo.world import Unit, World

LEVEL = "error"


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    for config in world.flinks.configs(unit):
        if config.obj is not None and config.obj.kind == "ConfigMap" and config.version:
            yield from _of_map(config, config.obj, config.version)


def _of_map(config: Config, obj: Object, version: versions.Version) -> Iterator[Problem]:
    given = [name for name in FILES if name in mapping(obj.data.get("data"))]
    read = versions.config_files(version)
    if not given or set(given) & set(read):
        return
    yield Problem(
        f"Flink {versions.text(version)} does not read {given[0]}",
        f"name it {read[0]}" + (" and write its keys as YAML" if read[0] == "config.yaml" else ""),
        at=config.locate(("data", given[0]), True),
        path=("data", given[0]),
        object=config.label,
    )
