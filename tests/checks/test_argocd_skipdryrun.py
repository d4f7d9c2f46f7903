"""argocd/skipdryrun: only where another Application of the parent brings the CRDs."""

import pytest

from checks.argocd_trees import Plant, application, folder, found, manifest

CHECK = "argocd/skipdryrun"
OPERATOR = application("operator", chart="flink-kubernetes-operator")
SESSION = manifest("flink.apache.org/v1beta1", "FlinkDeployment", "session")
OPTION = "SkipDryRunOnMissingResource=true"
MARKED = SESSION.replace(
    "namespace: default",
    f"namespace: default\n  annotations: {{argocd.argoproj.io/sync-options: 'Prune=false,{OPTION}'}}",
)
CRD = """apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: flinkdeployments.flink.apache.org}
spec: {group: flink.apache.org, scope: Namespaced, names: {kind: FlinkDeployment, plural: f}, versions: []}
"""


@pytest.mark.parametrize(
    ("policy", "jobs", "operator", "count"),
    [
        ("", folder("c/jobs", a=SESSION), OPERATOR, 1),
        ("{syncOptions: [ServerSideApply=true]}", folder("c/jobs", a=SESSION), OPERATOR, 1),
        (f"{{syncOptions: [{OPTION}]}}", folder("c/jobs", a=SESSION), OPERATOR, 0),
        ("", folder("c/jobs", a=MARKED), OPERATOR, 0),
        ("", folder("c/jobs", a=MARKED, b=SESSION.replace("session", "other")), OPERATOR, 1),
        ("", folder("c/jobs", a=SESSION, b=CRD), OPERATOR, 0),
        # Who brings the CRDs is not here.
        ("", folder("c/jobs", a=SESSION), application("operator", chart="other"), 0),
    ],
    ids=["no policy", "other option", "option", "marked", "one bare", "own CRD", "unseen"],
)
def test_when_it_is_told(
    plant: Plant, policy: str, jobs: dict[str, str], operator: str, count: int
) -> None:
    apps = folder("c", jobs=application("jobs", "c/jobs", policy=policy), operator=operator)
    listed = [f for f in found(plant(apps | jobs), CHECK) if "'jobs'" in f[3]]
    assert len(listed) == count
    for level, file, *_ in listed:
        assert (level, file) == ("warning", "c/jobs.yaml")
