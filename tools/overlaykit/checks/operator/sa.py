"""A Flink cluster runs as a service account that may make its pods.

The operator refuses a FlinkDeployment without spec.serviceAccount. The JobManager of a native
cluster starts its TaskManagers itself, so the account needs a Role in the namespace.

Bad:
    # file: flink/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - orders.yaml
    # file: flink/orders.yaml
    apiVersion: flink.apache.org/v1beta1
    kind: FlinkDeployment
    metadata:
      name: orders
      namespace: flink
    spec:  # <- here
      image: flink:1.20
      flinkVersion: v1_20
      flinkConfiguration:
        taskmanager.numberOfTaskSlots: "2"
      jobManager:
        resource:
          cpu: 1
          memory: 2048m
      taskManager:
        resource:
          cpu: 1
          memory: 2048m
      job:
        jarURI: local:///opt/flink/usrlib/orders.jar
        parallelism: 2
        upgradeMode: stateless

Good:
    # file: flink/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - orders.yaml
    - account.yaml
    - role.yaml
    - binding.yaml
    # file: flink/orders.yaml
    apiVersion: flink.apache.org/v1beta1
    kind: FlinkDeployment
    metadata:
      name: orders
      namespace: flink
    spec:
      image: flink:1.20
      flinkVersion: v1_20
      serviceAccount: flink
      flinkConfiguration:
        taskmanager.numberOfTaskSlots: "2"
      jobManager:
        resource:
          cpu: 1
          memory: 2048m
      taskManager:
        resource:
          cpu: 1
          memory: 2048m
      job:
        jarURI: local:///opt/flink/usrlib/orders.jar
        parallelism: 2
        upgradeMode: stateless
    # file: flink/account.yaml
    apiVersion: v1
    kind: ServiceAccount
    metadata:
      name: flink
      namespace: flink
    # file: flink/role.yaml
    apiVersion: rbac.authorization.k8s.io/v1
    kind: Role
    metadata:
      name: flink
      namespace: flink
    rules:
    - apiGroups:
      - ""
      resources:
      - pods
      - configmaps
      verbs:
      - get
      - list
      - watch
      - create
      - update
      - patch
      - delete
    # file: flink/binding.yaml
    apiVersion: rbac.authorization.k8s.io/v1
    kind: RoleBinding
    metadata:
      name: flink
      namespace: flink
    roleRef:
      apiGroup: rbac.authorization.k8s.io
      kind: Role
      name: flink
    subjects:
    - kind: ServiceAccount
      name: flink
      namespace: flink

Source: Flink Kubernetes Operator, class DefaultValidator; Flink, "Native Kubernetes", RBAC.
"""

from collections.abc import Iterator

from overlaykit.findings import Problem
from overlaykit.kubernetes.pods import flink_spec, mappings
from overlaykit.operator.request import mode_of
from overlaykit.render.objects import Object
from overlaykit.repo.together import Neighbours, is_external
from overlaykit.repo.world import Unit, World
from overlaykit.source import Path

LEVEL = "error"


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    for verdict in world.operated.verdicts(unit, "service-account"):
        message = "spec.serviceAccount is missing: the operator refuses the resource"
        fix = "write serviceAccount: flink (the account that the operator's chart makes)"
        yield world.operated.problem(unit, verdict, message, fix)
    for obj, request, operator in world.operated.requests(unit):
        account = request.spec.get("serviceAccount")
        native = mode_of(request.spec) == "native"
        if not isinstance(account, str) or obj.kind == "FlinkSessionJob":
            continue
        made = operator.values.get("jobServiceAccount", {})
        if operator.application is None or not _leaves_accounts(made):
            continue  # the operator's chart makes the account, or may
        yield from _account(unit, world, obj, account, request.namespace, native)


def _leaves_accounts(values: object) -> bool:
    return isinstance(values, dict) and values.get("create") is False


def _account(
    unit: Unit, world: World, obj: Object, account: str, namespace: str, native: bool
) -> Iterator[Problem]:
    near = world.together.of(unit)
    found = flink_spec(obj)
    path: Path = (*(found[0] if found else ("spec",)), "serviceAccount")
    if is_external(world.config.external, "ServiceAccount", namespace, account):
        return
    what, fix = "", ""
    if not near.named("ServiceAccount", account, namespace):
        what, fix = "nothing here makes ServiceAccount", "add the ServiceAccount"
    elif native and not _is_bound(near, account, namespace):
        what, fix = "nothing here binds a Role to ServiceAccount", "add a RoleBinding"
    if what and not near.opaque(namespace):
        message = f"{what} '{account}' in namespace '{namespace}': the JobManager cannot make pods"
        at = unit.locate(obj, path, False)
        problem = Problem(message, f"{fix} for '{account}'", at=at, path=path, object=obj.label)
        yield problem.assuming("that nobody else does")


def _is_bound(near: Neighbours, account: str, namespace: str) -> bool:
    for kind in ("RoleBinding", "ClusterRoleBinding"):
        for one in near.of_kind(kind, namespace if kind == "RoleBinding" else ""):
            for _, subject in mappings(one.obj.get("subjects")):
                home = subject.get("namespace") or one.namespace
                if subject.get("name") == account and home in ("", namespace):
                    return True
                if subject.get("kind") == "Group":
                    return True
    return False
