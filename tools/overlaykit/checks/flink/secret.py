"""No credential stands in Flink's configuration.

Flink writes its configuration into a ConfigMap, into logs and onto a page of its web interface,
where everybody who reaches it reads it. A word that only holds a place is a warning.

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
        s3.access-key: orders
        s3.secret-key: kX9-vault-door  # <- here
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
        s3.endpoint: https://storage.example.com
        s3.path.style.access: "true"
      jobManager:
        resource:
          memory: 1600m
          cpu: 1
      taskManager:
        resource:
          memory: 1728m
          cpu: 1

Source: Flink, "REST API" (/jobmanager/config); Flink Kubernetes Operator, "Configuration".
"""

from collections.abc import Iterator

from overlaykit.findings import Problem
from overlaykit.kubernetes.credentials import judge
from overlaykit.repo.flinks import is_filled_in, place
from overlaykit.repo.world import Unit, World

LEVEL = "error"
_FIX = (
    "replace it, as it is known; give the new one in a variable from a Secret, such as "
    "AWS_SECRET_ACCESS_KEY, or in a mounted file"
)


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    for config in world.flinks.configs(unit):
        for setting in config.settings:
            verdict = None if is_filled_in(setting.value) else judge(setting.key, setting.value)
            if verdict is None or verdict.kind == "filled":
                continue
            literal = verdict.kind == "literal"
            what = (
                "is a credential in plain text" if literal else "is a placeholder for a credential"
            )
            yield Problem(
                f"{verdict.why} {what} in Flink's configuration",
                _FIX,
                at=place(world, config, setting),
                path=setting.path,
                object=config.label,
                level=None if literal else "warning",
            )
