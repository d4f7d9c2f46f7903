"""Cases of repo/url-mix beside its page."""

from collections.abc import Callable
from pathlib import Path

import yaml

from overlaykit.validate import validate

OURS, FORK = "https://git.example.com/team/gitops.git", "https://git.example.com/fork/gitops.git"


def application(name: str, sources: list[dict[str, object]]) -> str:
    head = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Application"}
    destination = {"server": "https://kubernetes.default.svc", "namespace": "flink"}
    spec = {"project": "flink", "sources": sources, "destination": destination}
    return yaml.safe_dump({**head, "metadata": {"name": name, "namespace": "argocd"}, "spec": spec})


def of_chart(url: str, values: str) -> list[dict[str, object]]:
    """A chart whose values come from Git."""
    chart = {"repoURL": "https://charts.example.com", "chart": "c", "targetRevision": "1.2.3"}
    helm = {"valueFiles": [f"$values/{values}"]}
    return [{**chart, "helm": helm}, {"repoURL": url, "targetRevision": "v1", "ref": "values"}]


def found(root: Path) -> list[str]:
    result = validate(root, [], lambda done, total: None)
    return [f.field for f in result.findings if f.check == "repo/url-mix"]


def repository(plant: Callable[[dict[str, str]], Path], odd: list[dict[str, object]]) -> Path:
    return plant(
        {
            "apps/a.yaml": application("a", of_chart(OURS, "values/a.yaml")),
            "apps/b.yaml": application("b", of_chart(OURS, "values/b.yaml")),
            "apps/odd.yaml": application("odd", odd),
            "values/a.yaml": "x: 1\n",
            "values/b.yaml": "x: 1\n",
        }
    )


def test_value_files_of_a_fork(plant: Callable[[dict[str, str]], Path]) -> None:
    root = repository(plant, of_chart(FORK, "values/a.yaml"))
    assert found(root) == ["spec.sources[1].repoURL"]


def test_value_files_that_only_the_other_repository_has(
    plant: Callable[[dict[str, str]], Path],
) -> None:
    assert found(repository(plant, of_chart(FORK, "values/theirs.yaml"))) == []
