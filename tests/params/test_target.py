"""What a command line means."""

from pathlib import Path

import pytest

from overlaykit.errors import UsageError
from overlaykit.params.target import overlay_of, pairs
from overlaykit.repo.tree import Tree
from overlaykit.scaffold.draft import Draft


def test_pairs() -> None:
    assert pairs(["a=1", "b=x=y", "a=1"]) == {"a": "1", "b": "x=y"}
    for bad in (["a"], ["=1"], ["a=1", "a=2"]):
        with pytest.raises(UsageError):
            pairs(bad)


UNKNOWN = [
    ("flink-dmo", "flink-resources", "did you mean 'flink-demo'?"),
    ("demo", "flink-resource", "did you mean 'flink-resources'?"),
]


@pytest.mark.parametrize(("cluster", "workload", "message"), UNKNOWN)
def test_unknown(repository: Path, cluster: str, workload: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        overlay_of(Draft(Tree(repository)), cluster, workload)
    assert message in str(caught.value)


def test_a_workload_that_does_not_run(repository: Path) -> None:
    folder = repository / "overlays/demo"
    (folder / "cert-manager/kustomization.yaml").unlink()
    text = (folder / "kustomization.yaml").read_text()
    with pytest.raises(UsageError, match="fix: overlay new demo"):
        overlay_of(Draft(Tree(repository)), "demo", "cert-manager")
    (folder / "kustomization.yaml").write_text(text.replace("- ../../apps/cert-manager\n", ""))
    with pytest.raises(UsageError, match="fix: overlay add demo/cert-manager"):
        overlay_of(Draft(Tree(repository)), "demo", "cert-manager")
