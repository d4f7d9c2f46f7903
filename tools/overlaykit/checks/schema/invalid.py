"""Every object fits the schema of its kind.

The API server refuses an object with a mistyped or missing field, and prunes or refuses a field
it does not know, so a typo in a field name is a setting that never takes effect. The finding
stands where the value was set, in the base or in the patch that set it last.

Bad:
    # file: overlays/dev/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - service.yaml
    # file: overlays/dev/service.yaml
    apiVersion: v1
    kind: Service
    metadata:
      name: jobmanager
    spec:
      selektor:  # <- here
        app: flink
      ports:
      - port: 8081

Good:
    # file: overlays/dev/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - service.yaml
    # file: overlays/dev/service.yaml
    apiVersion: v1
    kind: Service
    metadata:
      name: jobmanager
    spec:
      selector:
        app: flink
      ports:
      - port: 8081

Source: the JSON schemas of Kubernetes and of the CRDs, as kubeconform -strict reads them.
"""

import re
from collections.abc import Iterator

from overlaykit.confluent.migrate import advice, migrated
from overlaykit.findings import Edit, Problem
from overlaykit.render.objects import Object
from overlaykit.repo.parts import cut
from overlaykit.repo.world import World
from overlaykit.source import Path, Place

LEVEL = "error"
DRAFTS = True


_CMF = "that CMF reads the defaults as the spec of a FlinkApplication"


def _defaults(obj: Object, world: World) -> Iterator[Problem]:
    """The defaults of an environment, which its own schema leaves free.

    They stand in for fields of FlinkApplications, so what is no such field has no effect
    (source: Confluent, FlinkEnvironment, flinkApplicationDefaults).
    """
    at = ("spec", "flinkApplicationDefaults")
    spec = obj.get(*at, "spec")
    if obj.kind != "FlinkEnvironment" or not isinstance(spec, dict):
        return
    unknown = [key for key in obj.get(*at) or () if key not in ("metadata", "spec")]
    for key in unknown:
        message = f"unknown field '{key}' in {'.'.join(at)}; allowed: metadata, spec"
        yield Problem(message, f"remove '{key}'", path=(*at, key), key=True).assuming(_CMF)
    shape = {"apiVersion": obj.api_version, "kind": "FlinkApplication", "spec": spec}
    for found in world.judges.violations(Object(shape, obj.kubernetes)) or ():
        if found.kind != "missing-field" and found.path[:1] == ("spec",):
            by_key = found.kind == "unknown-field"
            problem = Problem(found.message, found.fix, path=(*at, *found.path), key=by_key)
            yield problem.assuming(_CMF)


def check_object(obj: Object, world: World) -> Iterator[Problem]:
    yield from _defaults(obj, world)
    violations = world.judges.violations(obj) or []
    meant = {hint[1] for v in violations if (hint := re.search(r"did you mean '(.+)'", v.message))}
    for found in violations:
        if obj.draft and found.kind != "unknown-field":
            continue  # a patch may still complete it, but never makes a field known
        missing = re.match(r"missing field '(.+?)'", found.message)
        if missing and missing[1] in meant:
            continue  # its misspelling is the finding
        if missing and missing[1] == "flinkEnvironment" and obj.get("spec", "flinkEnvironmentRef"):
            continue  # it is there, in the form of older guides
        by_key = found.kind in ("unknown-field", "missing-field")
        fix = advice(obj.kind, found.path, obj.get(*found.path)) or found.fix
        problem = Problem(found.message, fix, path=found.path, key=by_key)
        if found.kind == "type" and obj.get(*found.path) is None and obj.group != "overlaykit.io":
            # kubeconform refuses an explicit null; the API server drops it (structural schemas).
            problem = problem.assuming("that it is read strictly; an API server drops the null")
        yield problem


def mend(problem: Problem, place: Place, world: World) -> tuple[Edit, ...]:
    """Fields of older guides to CMF are moved to where they belong."""
    path: Path = ("spec",) if "'kubernetesNamespace'" in problem.message else problem.path
    if path[:1] != ("spec",) or len(path) > 2 or not world.tree.is_file(place.file):
        return ()
    text = world.tree.text(place.file)
    for document in world.tree.documents_or_none(place.file):
        at = document.place_of(path, key=True)
        if at is not None and at.line == place.line:
            new = migrated(text, document, path)
            return (cut(place.file, text, new),) if new is not None else ()
    return ()
