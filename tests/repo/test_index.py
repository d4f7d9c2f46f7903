"""Who reads what, read backwards."""

from collections.abc import Callable
from pathlib import Path

import pytest

from overlaykit.repo.index import Index, Readers, of_tree
from overlaykit.repo.tree import Tree

Plant = Callable[[dict[str, str]], Path]
APPLICATION = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec:\n  source: {path: %s}\n"
FILES = {
    "kustomization.yaml": "resources: [all]\n",
    "all/kustomization.yaml": "resources: [../base, own.yaml]\n",
    "all/own.yaml": "kind: A\n",
    "all/deep/x.json": "{}",
    "base/kustomization.yaml": "configMapGenerator: [{name: a, files: [deep/a.txt]}]\n",
    "base/deep/a.txt": "a",
    "apps/all.yaml": APPLICATION % "all",
    "apps/each.yaml": APPLICATION % "'each/{{path}}'",
    "apps/root.yaml": APPLICATION % ".",
}


@pytest.fixture
def index(plant: Plant) -> Index:
    return of_tree(Tree(plant(FILES)))


@pytest.mark.parametrize(
    ("path", "readers"),
    [
        ("all", {"kustomization.yaml", "apps/all.yaml"}),
        ("all/own.yaml", {"all/kustomization.yaml"}),
        ("all/deep/x.json", set()),
        ("base", {"all/kustomization.yaml"}),
        ("base/deep/a.txt", {"base/kustomization.yaml"}),
        ("", {"apps/root.yaml"}),
    ],
)
def test_the_readers_of_a_path(index: Index, path: str, readers: set[str]) -> None:
    assert set(index.readers(path)) == readers


def test_what_is_below_a_kustomization_is_kept_apart(index: Index) -> None:
    assert index.own["all/kustomization.yaml"] == ["all/own.yaml"]
    assert index.far["base"] == ["all/kustomization.yaml"]


def test_a_file_that_is_gone_reads_nothing(plant: Plant, index: Index) -> None:
    root = plant(FILES)
    (root / "all/kustomization.yaml").unlink()
    index.renew(Tree(root), ["all/kustomization.yaml"])
    assert not index.builds("all")
    assert "base" not in index.far


def test_an_index_without_some_files_and_with_them_again(plant: Plant, index: Index) -> None:
    names = ["all/kustomization.yaml", "apps/all.yaml"]
    rest = index.without(names)
    assert set(rest.readers("all")) == {"kustomization.yaml"}
    assert set(index.readers("all")) == {"kustomization.yaml", "apps/all.yaml"}
    some = Index()
    some.renew(Tree(plant(FILES)), names)
    rest.join(some)
    assert rest.own == index.own
    assert {p: set(r) for p, r in rest.far.items()} == {p: set(r) for p, r in index.far.items()}


@pytest.mark.parametrize(
    ("changed", "reached"),
    [
        ("base/deep/a.txt", "base all . apps/all apps/root"),
        ("all/new.yaml", "all . apps/all apps/root"),
        ("apps/new.yaml", ". apps/root"),
        ("each/x/a.txt", "apps/each . apps/root"),
    ],
)
def test_what_a_change_reaches(index: Index, changed: str, reached: str) -> None:
    """A file beside others may be about to be listed by the nearest kustomization above."""
    found = Readers([index]).touched([changed]) - {changed}
    names = {name.removesuffix("/kustomization.yaml").removesuffix(".yaml") for name in found}
    wanted = {"kustomization" if name == "." else name for name in reached.split()}
    assert names | {changed.removesuffix(".yaml")} == wanted | {changed.removesuffix(".yaml")}
