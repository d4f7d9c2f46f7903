"""Stock kustomize, built from its Go module, against both engines of the tool.

OVERLAYKIT_REPOSITORIES (folders, separated by colons) names more repositories to compare on.
"""

import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from engines.trees import Tree as Made
from helpers import ROOT
from overlaykit.render.engine import Engine, Render
from overlaykit.render.engines import WORKER
from overlaykit.render.plain import OFFLINE, PlainEngine
from overlaykit.render.workers import WorkerEngine
from overlaykit.repo.graph import Graph
from overlaykit.repo.tree import Tree

STOCK = ROOT / ".cache" / "bin" / "kustomize"
OTHERS = [Path(name) for name in os.environ.get("OVERLAYKIT_REPOSITORIES", "").split(":") if name]
ENGINES = {"plain": PlainEngine.found(), "workers": WorkerEngine(WORKER)}


def stock(folder: Path) -> tuple[bool, str]:
    done = subprocess.run(
        [str(STOCK), "build", str(folder)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **OFFLINE},
    )
    return done.returncode == 0, done.stdout


def verdict(render: Render) -> tuple[bool, str]:
    return render.error is None, render.text


def differences(engine: Engine, root: Path, folders: list[str]) -> list[str]:
    """The folders that an engine renders otherwise than stock kustomize."""
    renders = engine.build(root, folders, lambda _: None)
    with ThreadPoolExecutor(2) as pool:
        wanted = pool.map(stock, [root / folder for folder in folders])
        pairs = zip(renders, wanted, strict=True)
        return [render.folder for render, want in pairs if verdict(render) != want]


def test_it_is_the_version_we_say() -> None:
    done = subprocess.run([str(STOCK), "version"], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "v5.8.1"


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("root", [ROOT, *OTHERS], ids=lambda root: root.name)
def test_the_bytes_of_a_repository_are_the_same(root: Path, engine: str) -> None:
    assert differences(ENGINES[engine], root, Graph(Tree(root)).targets) == []


def test_the_bytes_of_made_trees_are_the_same(tmp_path: Path) -> None:
    folders = []
    for seed in range(300):
        made = Made(tmp_path / str(seed), seed).make()
        folders.append(str(made.relative_to(tmp_path)))
    assert differences(ENGINES["workers"], tmp_path, folders) == []
    built = [verdict(r)[0] for r in ENGINES["workers"].build(tmp_path, folders, lambda _: None)]
    # Trees that all fail, or never do, would prove little.
    assert 60 < sum(built) < 240
