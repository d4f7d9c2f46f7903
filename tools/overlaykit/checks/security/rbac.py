"""The service account of Flink's jobs may do what Flink needs, and no more.

Who submits a job runs code as its service account. Native mode needs pods, ConfigMaps and
Deployments of its own namespace. With `*`, with cluster-admin, or with edit or admin over the whole
cluster, a job can read every Secret and start pods anywhere. Only what is bound to the accounts of
jobs is looked at, not what operators ask for themselves.

Bad:
    # file: overlays/dev/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - job.yaml
    - rbac.yaml
    # file: overlays/dev/job.yaml
    apiVersion: flink.apache.org/v1beta1
    kind: FlinkDeployment
    metadata:
      name: orders
      namespace: flink
    spec:
      image: flink:1.20.3-java17
      flinkVersion: v1_20
      serviceAccount: flink
      jobManager:
        resource: {cpu: 1, memory: 2048m}
      taskManager:
        resource: {cpu: 1, memory: 2048m}
    # file: overlays/dev/rbac.yaml
    apiVersion: rbac.authorization.k8s.io/v1
    kind: Role
    metadata:
      name: flink
      namespace: flink
    rules:
    - apiGroups: ["", apps]
      resources: [pods, configmaps, deployments]
      verbs: ["*"]  # <- here
    ---
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

Good:
    # file: overlays/dev/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - job.yaml
    - rbac.yaml
    # file: overlays/dev/job.yaml
    apiVersion: flink.apache.org/v1beta1
    kind: FlinkDeployment
    metadata:
      name: orders
      namespace: flink
    spec:
      image: flink:1.20.3-java17
      flinkVersion: v1_20
      serviceAccount: flink
      jobManager:
        resource: {cpu: 1, memory: 2048m}
      taskManager:
        resource: {cpu: 1, memory: 2048m}
    # file: overlays/dev/rbac.yaml
    apiVersion: rbac.authorization.k8s.io/v1
    kind: Role
    metadata:
      name: flink
      namespace: flink
    rules:
    - apiGroups: ["", apps]
      resources: [pods, configmaps, deployments]
      verbs: [get, list, watch, create, update, patch, delete]
    ---
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

Source: Flink Kubernetes Operator, "RBAC model"; Kubernetes, "RBAC Good Practices".
"""

from collections.abc import Iterator

from overlaykit.findings import Problem
from overlaykit.kubernetes.pods import Pod, flink_spec, mapping, mappings
from overlaykit.repo.together import Neighbours, Placed
from overlaykit.repo.world import Unit, World

LEVEL = "warning"

Account = tuple[str, str]  # namespace and name
_BINDINGS = ("RoleBinding", "ClusterRoleBinding")
# Roles of Kubernetes itself that are too much, by the kind of what binds them.
_WIDE = {
    "ClusterRoleBinding": ("cluster-admin", "admin", "edit"),
    "RoleBinding": ("cluster-admin", "admin"),
}
_FIX = "name what Flink needs: pods, configmaps and deployments of its own namespace"


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    bindings = [o for o in unit.objects if o.kind in _BINDINGS and "rbac" in o.group]
    if not bindings:
        return
    here = world.together.of(unit)
    accounts = _accounts(here)
    for obj in bindings if accounts else ():
        binding = Placed(obj, world.together.namespace(unit, obj), unit)
        bound = _bound(binding, accounts)
        if bound:
            yield from _of_binding(binding, bound, here)


def _accounts(here: Neighbours) -> dict[Account, str]:
    """The accounts that Flink's pods run as, each with one of the clusters that do."""
    found: dict[Account, str] = {}
    for pod, namespace in here.flink_pods():
        if namespace:
            found.setdefault((namespace, _account(pod)), pod.obj.label)
    return found


def _account(pod: Pod) -> str:
    spec = flink_spec(pod.obj)
    own = spec[1].get("serviceAccount") if spec else None
    return str(pod.template.spec.get("serviceAccountName") or own or "default")


def _bound(binding: Placed, accounts: dict[Account, str]) -> str:
    """One of the Flink clusters whose account a binding names; empty for none."""
    for _, subject in mappings(binding.obj.data.get("subjects")):
        namespace, name = str(subject.get("namespace") or binding.namespace), subject.get("name")
        if subject.get("kind") == "ServiceAccount" and (namespace, name) in accounts:
            return accounts[namespace, str(name)]
        for (where, _), label in accounts.items():
            if name in ("system:serviceaccounts", f"system:serviceaccounts:{where}"):
                return label
    return ""


def _of_binding(binding: Placed, bound: str, here: Neighbours) -> Iterator[Problem]:
    role = mapping(binding.obj.data.get("roleRef"))
    kind, name = str(role.get("kind")), str(role.get("name"))
    if kind == "ClusterRole" and name in _WIDE[binding.obj.kind]:
        path = ("roleRef", "name")
        at = binding.unit.locate(binding.obj, path, False)
        where = "the whole cluster" if binding.obj.kind == "ClusterRoleBinding" else "the namespace"
        message = f"the account of {bound} has {name} over {where}: whoever submits a job has it"
        yield Problem(message, _FIX, at=at, path=path, object=binding.obj.label)
        return
    for one in here.named(kind, name, binding.namespace if kind == "Role" else ""):
        yield from _of_role(one, bound)


def _of_role(role: Placed, bound: str) -> Iterator[Problem]:
    for number, rule in mappings(role.obj.data.get("rules")):
        for field in ("verbs", "resources"):
            listed = rule.get(field)
            if isinstance(listed, list) and "*" in listed:
                path = ("rules", number, field, listed.index("*"))
                at = role.unit.locate(role.obj, path, False)
                message = f"{field}: '*' for the account of {bound}: whoever submits a job has it"
                yield Problem(message, _FIX, at=at, path=path, object=role.obj.label)
