"""One small mistake in this repository, one finding: its check, file and line.

Each case of `planted` changes one text in one file of a copy (None removes the file) and names the
finding. The place is the changed line unless the case says another one.
"""

import shutil
from pathlib import Path

import pytest

from helpers import ROOT
from overlaykit.validate import validate
from planted import Case, cases

pytestmark = pytest.mark.whole


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for name in ("apps", "workloads", "overlays"):
        shutil.copytree(ROOT / name, tmp_path / name)
    return tmp_path


def mutate(root: Path, case: Case) -> tuple[str, int]:
    """Make the mistake; the place where the finding has to stand."""
    path = root / case.file
    line = 1
    if case.old is None:
        path.unlink()
    else:
        text = path.read_text()
        assert case.old in text
        line = text.count("\n", 0, text.index(case.old)) + 1
        path.write_text(text.replace(case.old, case.new, 1))
    at = case.at or case.file
    if case.line:
        lines = (root / at).read_text().splitlines()
        numbers = [number for number, one in enumerate(lines, 1) if case.line in one]
        line = numbers[-1 if case.check == "yaml/duplicate-key" else 0]
    return at, line


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_a_mistake_is_found_where_it_was_made(case: Case, copy: Path) -> None:
    place = mutate(copy, case)
    found = validate(copy, [], lambda done, total: None).findings
    told = {(f.level, f.check, f.file, f.line) for f in found}
    assert (case.level, case.check, *place) in told, sorted(told)


def test_without_a_mistake_there_is_no_finding(copy: Path) -> None:
    assert validate(copy, [], lambda done, total: None).findings == []
