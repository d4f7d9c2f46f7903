"""What every overlay renders, kept as text that a person reviews: tests/golden/CLUSTER/WORKLOAD.yaml.

A change of a render shows here before it shows on a cluster. `make accept` takes it as wanted.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

RenderText = Callable[[Path], str]

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests" / "golden"
# The overlay of a cluster itself is the folder of its Applications.
FOLDERS = sorted(
    file.parent.relative_to(ROOT / "overlays")
    for file in ROOT.glob("overlays/**/kustomization.yaml")
    if file.parent.name != "facts"
)


def golden_file(folder: Path) -> Path:
    return GOLDEN / folder.parts[0] / f"{folder.name if len(folder.parts) > 1 else 'root'}.yaml"


@pytest.mark.parametrize("folder", FOLDERS, ids=str)
def test_render_is_the_accepted_one(
    folder: Path, render_text: RenderText, pytestconfig: pytest.Config
) -> None:
    found, file = render_text(ROOT / "overlays" / folder), golden_file(folder)
    if pytestconfig.getoption("accept"):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(found)
    assert file.is_file(), f"no {file.relative_to(ROOT)}: run make accept and read what it wrote"
    assert found == file.read_text(), "run make accept and read the difference"


def test_every_accepted_render_is_of_an_overlay(pytestconfig: pytest.Config) -> None:
    known = {golden_file(folder) for folder in FOLDERS}
    strangers = {file for file in GOLDEN.rglob("*") if file.is_file()} - known
    if pytestconfig.getoption("accept"):
        for file in strangers:
            file.unlink()
        strangers = set()
    assert strangers == set(), "run make accept"
