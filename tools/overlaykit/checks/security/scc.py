"""The namespace lets the pods in: Pod Security levels, and OpenShift's restricted-v2.

A Namespace with the label pod-security.kubernetes.io/enforce refuses pods that break its level. The
Deployment or FlinkDeployment is accepted; its pods never come. For Flink, the common template, that
of the role and the FlinkEnvironment's are merged first, as the operator and CMF do. On OpenShift,
restricted-v2 gives every namespace its own users: a pod that names another one is refused; that is
a warning, as another SCC may be granted elsewhere.

Bad:
    # file: overlays/dev/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - namespace.yaml
    - pod.yaml
    # file: overlays/dev/namespace.yaml
    apiVersion: v1
    kind: Namespace
    metadata:
      name: flink
      labels:
        pod-security.kubernetes.io/enforce: restricted
    # file: overlays/dev/pod.yaml
    apiVersion: v1
    kind: Pod
    metadata:
      name: gateway
      namespace: flink
    spec:
      securityContext:
        runAsNonRoot: true
        seccompProfile:
          type: RuntimeDefault
      containers:
      - name: gateway
        image: registry.example.com/gateway:1.0.3
        securityContext:
          allowPrivilegeEscalation: true  # <- here
          capabilities:
            drop: [ALL]
      volumes:
      - name: data
        hostPath:  # <- here
          path: /data

Good:
    # file: overlays/dev/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - namespace.yaml
    - pod.yaml
    # file: overlays/dev/namespace.yaml
    apiVersion: v1
    kind: Namespace
    metadata:
      name: flink
      labels:
        pod-security.kubernetes.io/enforce: restricted
    # file: overlays/dev/pod.yaml
    apiVersion: v1
    kind: Pod
    metadata:
      name: gateway
      namespace: flink
    spec:
      securityContext:
        runAsNonRoot: true
        seccompProfile:
          type: RuntimeDefault
      containers:
      - name: gateway
        image: registry.example.com/gateway:1.0.3
        securityContext:
          allowPrivilegeEscalation: false
          capabilities:
            drop: [ALL]

Source: Kubernetes, "Pod Security Standards"; OpenShift, "Managing security context constraints".
"""

from collections.abc import Iterator

from overlaykit.findings import Problem
from overlaykit.kubernetes.admission import ENFORCE, LEVELS, Refusal, refusals
from overlaykit.kubernetes.flink import is_flink
from overlaykit.kubernetes.pods import Pod, mapping, mappings, pods
from overlaykit.render.objects import Object, strings
from overlaykit.repo.merged import place_of
from overlaykit.repo.together import Neighbours, Placed
from overlaykit.repo.world import Unit, World
from overlaykit.source import Path

LEVEL = "error"

_REFUSED = "so the pod is refused"
_FIXED = ("runAsUser", "runAsGroup", "fsGroup")


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    here = world.together.of(unit)
    for obj in unit.objects:
        environment = here.environment_of(obj)
        if obj.kind == "FlinkComputePool" or (obj.kind == "FlinkApplication" and not environment):
            continue  # what CMF adds is not known
        found = pods(obj, environment.obj if environment else None)
        if not found:
            continue
        namespace = _namespace(unit, obj, environment, world)
        level = _level(unit, namespace, here, world)
        doubt = _doubt(unit, namespace, here, world)
        told: set[tuple[str, Path]] = set()
        for pod in found:
            for refusal in refusals(pod.template, level) if level else ():
                if (refusal.what, refusal.path) not in told:
                    told.add((refusal.what, refusal.path))
                    problem = _problem(unit, pod, environment, refusal, namespace, level)
                    yield problem.assuming(doubt)
        if _is_openshift(here) and not _has_another(here):
            yield from _fixed_users(unit, found[0], environment)


def _namespace(unit: Unit, obj: Object, environment: Placed | None, world: World) -> str:
    name = environment.obj.get("spec", "kubernetesNamespace") if environment else None
    return name if isinstance(name, str) else world.together.namespace(unit, obj)


def _level(unit: Unit, namespace: str, here: Neighbours, world: World) -> str:
    """What a namespace enforces; empty where nothing here says it, or two say different things."""
    found = [one.obj.metadata.get("labels") for one in here.named("Namespace", namespace, "")]
    for application in world.together.deployers(unit):
        if application.destination_namespace == namespace:
            policy = mapping(application.obj.get("spec", "syncPolicy"))
            found.append(mapping(policy.get("managedNamespaceMetadata")).get("labels"))
    levels = {mapping(labels).get(ENFORCE) for labels in found} - {None}
    level = levels.pop() if len(levels) == 1 and namespace else ""
    return str(level) if level in LEVELS else ""


def _doubt(unit: Unit, namespace: str, here: Neighbours, world: World) -> str:
    """What is taken for granted where nobody says that Namespace and pods meet."""
    found = here.named("Namespace", namespace, "")
    if world.together.is_known(unit) or any(one.unit is unit for one in found):
        return ""
    folder = found[0].unit.folder if found else ""
    return f"that the Namespace of {folder} is the one it runs in" if folder else ""


def _problem(
    unit: Unit, pod: Pod, environment: Placed | None, refusal: Refusal, namespace: str, level: str
) -> Problem:
    at, path = place_of(unit, pod, environment, refusal.container, refusal.path)
    message = f"{refusal.what}; namespace '{namespace}' enforces {level}, {_REFUSED}"
    return Problem(message, refusal.fix, at=at, path=path, object=pod.obj.label)


def _is_openshift(here: Neighbours) -> bool:
    return any(one.obj.group == "route.openshift.io" for one in here.of_kind("Route")) or any(
        one.obj.group == "apps.openshift.io" for one in here.of_kind("DeploymentConfig")
    )


def _has_another(here: Neighbours) -> bool:
    """Whether somebody here grants another SCC."""
    if any(True for _ in here.of_kind("SecurityContextConstraints")):
        return True
    bindings = (
        one.obj for kind in ("RoleBinding", "ClusterRoleBinding") for one in here.of_kind(kind)
    )
    return any(
        "openshift:scc:" in text for obj in bindings for _, text in strings(obj.get("roleRef"))
    )


def _fixed_users(unit: Unit, pod: Pod, environment: Placed | None) -> Iterator[Problem]:
    """Users of a Flink pod that no namespace of OpenShift has by chance."""
    if not is_flink(pod):
        return
    contexts = [("", mapping(pod.template.spec.get("securityContext")))]
    contexts += [(one.name, one.part("securityContext")) for one in pod.containers]
    for container, context in contexts:
        for field in _FIXED:
            if field in context:
                at, path = place_of(unit, pod, environment, container, ("securityContext", field))
                message = (
                    f"{field}: {context[field]} is outside of the range of an OpenShift namespace"
                )
                problem = Problem(
                    message, f"remove {field}", at=at, path=path, object=pod.obj.label
                )
                yield problem.assuming("that the pods get the SCC restricted-v2")
    for number, volume in mappings(pod.template.spec.get("volumes")):
        if "hostPath" in volume:
            at, path = place_of(unit, pod, environment, "", ("volumes", number, "hostPath"))
            message = f"the volume '{volume.get('name')}' is a hostPath"
            problem = Problem(message, "mount a claim", at=at, path=path, object=pod.obj.label)
            yield problem.assuming("that the pods get the SCC restricted-v2")
