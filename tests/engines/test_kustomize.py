"""Stock kustomize, built from its Go module, against the Kustomize that the tool renders with."""

import subprocess
from pathlib import Path

import pytest

from helpers import ROOT
from overlaykit.render.plain import PlainEngine
from overlaykit.repo.graph import Graph
from overlaykit.repo.tree import Tree

STOCK = ROOT / ".cache" / "bin" / "kustomize"
FOLDERS = Graph(Tree(ROOT)).targets


def stock(folder: Path) -> tuple[int, str]:
    done = subprocess.run(
        [str(STOCK), "build", str(folder)], capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout


def test_it_is_the_version_we_say() -> None:
    done = subprocess.run([str(STOCK), "version"], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "v5.8.1"


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_bytes_are_the_same(folder: str) -> None:
    [render] = PlainEngine.found().build(ROOT, [folder], lambda _: None)
    assert (0 if render.error is None else 1, render.text) == stock(ROOT / folder)
