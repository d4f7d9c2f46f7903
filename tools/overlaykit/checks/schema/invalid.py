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

from overlaykit.findings import Problem
from overlaykit.render.objects import Object
from overlaykit.repo.world import World

LEVEL = "error"
DRAFTS = True


def check_object(obj: Object, world: World) -> Iterator[Problem]:
    violations = world.judges.violations(obj) or []
    meant = {hint[1] for v in violations if (hint := re.search(r"did you mean '(.+)'", v.message))}
    for found in violations:
        if obj.draft and found.kind != "unknown-field":
            continue  # a patch may still complete it, but never makes a field known
        missing = re.match(r"missing field '(.+?)'", found.message)
        if missing and missing[1] in meant:
            continue  # its misspelling is the finding
        by_key = found.kind in ("unknown-field", "missing-field")
        problem = Problem(found.message, found.fix, path=found.path, key=by_key)
        if found.kind == "type" and obj.get(*found.path) is None and obj.group != "overlaykit.io":
            # kubeconform refuses an explicit null; the API server drops it (structural schemas).
            problem = problem.assuming("that it is read strictly; an API server drops the null")
        yield problem
