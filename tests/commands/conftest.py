"""A copy of the repository's GitOps part that a verb may change."""

import shutil
from pathlib import Path

import pytest

from helpers import ROOT


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    for name in ("apps", "workloads", "overlays"):
        shutil.copytree(ROOT / name, tmp_path / name)
    return tmp_path
