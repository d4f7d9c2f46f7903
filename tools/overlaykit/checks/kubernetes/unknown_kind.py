"""The API server serves the kind and version of every object.

An object whose apiVersion and kind no API server knows is refused with "no matches for kind", and
Argo CD then syncs nothing of the Application. Stable versions (v1, v2) of Kubernetes' own groups
never lose a kind, so a name that is in none of them is misspelt; beta versions come and go, so
there it is a warning that names the Kubernetes version it assumes, unless the facts give one.

Bad:
    # file: overlays/dev/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - deployment.yaml
    # file: overlays/dev/deployment.yaml
    apiVersion: v1  # <- here
    kind: Deployment
    metadata:
      name: gateway

Good:
    # file: overlays/dev/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - account.yaml
    # file: overlays/dev/account.yaml
    apiVersion: v1
    kind: ServiceAccount
    metadata:
      name: gateway

Source: the OpenAPI documents of Kubernetes 1.34 to 1.37; the CRDs of Argo CD 3.5.
"""

import difflib
import re
from collections.abc import Iterator

from overlaykit.findings import Problem
from overlaykit.render.objects import Object
from overlaykit.repo.world import World
from overlaykit.schema.store import API_SERVER_GROUPS

LEVEL = "error"

# Sent to the API server, never kept: no schema is shipped for them.
_REQUESTS = re.compile(
    r".*(?:Review|List)|Binding|Eviction|Scale|TokenRequest|ComponentStatus|Status"
)
# Kinds of groups that others also use, which have only ever been served in one version.
_ONE_VERSION = {
    ("argoproj.io", "Application"): "v1alpha1",
    ("argoproj.io", "ApplicationSet"): "v1alpha1",
    ("argoproj.io", "AppProject"): "v1alpha1",
}


def check_object(obj: Object, world: World) -> Iterator[Problem]:
    if not obj.kind or _REQUESTS.fullmatch(obj.kind) or world.judges.knows(obj):
        return
    only = _ONE_VERSION.get((obj.group, obj.kind))
    if only:
        wanted = f"{obj.group}/{only}"
        message = f"{obj.kind} is not served as '{obj.api_version}'; it is {wanted}"
        yield Problem(message, f"write apiVersion: {wanted}", path=("apiVersion",))
    elif obj.group in API_SERVER_GROUPS:
        yield _unserved(obj, world)


def _unserved(obj: Object, world: World) -> Problem:
    store = world.judges.of(obj).store
    served = sorted(v for v in store.versions_of(obj.kind) if v != obj.api_version)
    message = f"no API server has the kind {obj.kind} in '{obj.api_version}'"
    if served:
        message += f"; it is served as {', '.join(served)}"
        problem = Problem(message, f"write apiVersion: {served[-1]}", path=("apiVersion",))
        elsewhere = all(_group(version) != obj.group for version in served)
        proved = _is_stable([obj.api_version]) and (elsewhere or _is_stable(served))
        return _assuming(obj, world, problem, proved)
    close = difflib.get_close_matches(obj.kind, store.kinds_of(obj.api_version), 1)
    if close:
        message += f"; did you mean '{close[0]}'?"
    fix = f"write kind: {close[0]}" if close else "write a kind and version that is served"
    proved = bool(close) and _is_stable([obj.api_version])
    return _assuming(obj, world, Problem(message, fix, path=("kind",)), proved)


def _group(api_version: str) -> str:
    return api_version.rpartition("/")[0]


def _is_stable(versions: list[str]) -> bool:
    """Whether one of the versions is stable: then no newer Kubernetes moves the kind."""
    return any(re.fullmatch(r"v\d+", version.rpartition("/")[2]) for version in versions)


def _assuming(obj: Object, world: World, problem: Problem, proved: bool) -> Problem:
    """A kind may come with a newer Kubernetes or be gone in it: which one runs is an assumption."""
    if proved or obj.kubernetes:
        return problem
    return problem.assuming(f"Kubernetes {world.judges.default}; say which in .overlay.yaml")
