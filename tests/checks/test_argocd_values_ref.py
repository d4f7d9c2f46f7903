"""Cases of argocd/values-ref beside its page."""

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from overlaykit.validate import validate

OURS = "https://git.example.com/team/gitops.git"


def application(value_file: str) -> str:
    """A chart with a value file, and this repository beside it as $values."""
    chart = {"repoURL": "https://charts.example.com", "chart": "c", "targetRevision": "1.2.3"}
    helm = {"ignoreMissingValueFiles": True, "valueFiles": [value_file]}
    sources = [{**chart, "helm": helm}, {"repoURL": OURS, "targetRevision": "v1", "ref": "values"}]
    head = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Application"}
    destination = {"server": "https://kubernetes.default.svc", "namespace": "flink"}
    spec = {"project": "flink", "sources": sources, "destination": destination}
    return yaml.safe_dump({**head, "metadata": {"name": "a", "namespace": "argocd"}, "spec": spec})


@pytest.mark.parametrize(
    ("value_file", "fixes"),
    [
        ("/charts/c/values.yaml", ["write $values/charts/c/values.yaml"]),
        ("$values/charts/c/values.yaml", []),
        ("/charts/c/other.yaml", []),
        ("values.yaml", []),
    ],
)
def test_a_file_that_is_looked_for_in_the_chart(
    plant: Callable[[dict[str, str]], Path], value_file: str, fixes: list[str]
) -> None:
    root = plant({"apps/a.yaml": application(value_file), "charts/c/values.yaml": "x: 1\n"})
    found = validate(root, [], lambda done, total: None).findings
    told = [f for f in found if f.check == "argocd/values-ref"]
    assert [f.fix for f in told] == fixes
    assert {f.level for f in told} <= {"warning"}
