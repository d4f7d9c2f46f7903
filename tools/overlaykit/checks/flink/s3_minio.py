"""An S3 endpoint of our own is asked by path.

Flink puts the bucket into the host name, bucket.minio.storage.svc, which no DNS knows. Stores
other than AWS mostly need s3.path.style.access.

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
        s3.endpoint: http://minio.storage.svc:9000  # <- here
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
        s3.endpoint: http://minio.storage.svc:9000
        s3.path.style.access: "true"
      jobManager:
        resource:
          memory: 1600m
          cpu: 1
      taskManager:
        resource:
          memory: 1728m
          cpu: 1

Source: Flink, "Amazon S3", "Configure Path Style Access".
"""

from collections.abc import Iterator

from overlaykit.findings import Problem
from overlaykit.repo.flinks import place
from overlaykit.repo.world import Unit, World

LEVEL = "warning"
_ENDPOINTS = ("s3.endpoint", "s3a.endpoint", "fs.s3a.endpoint", "presto.s3.endpoint")
_STYLE = (
    *("s3.path.style.access", "s3.path-style-access", "s3a.path.style.access"),
    *("fs.s3a.path.style.access", "presto.s3.path-style-access"),
)


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    for job in world.flinks.jobs(unit):
        if any((job.text(key) or "").lower() == "true" for key in _STYLE):
            continue
        for key in _ENDPOINTS:
            named = job.named(key)
            if named is None or not named[0].value.startswith("http://"):
                continue
            setting, config = named
            yield Problem(
                f"of {setting.value} Flink makes the host BUCKET.{_host(setting.value)}",
                'set s3.path.style.access: "true"',
                at=place(world, config, setting),
                path=setting.path,
                object=config.label,
            )


def _host(url: str) -> str:
    return url.partition("://")[2].partition("/")[0]
