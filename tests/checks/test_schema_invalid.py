"""schema/invalid beyond its page: what a FlinkEnvironment hands down."""

import shutil
from pathlib import Path

import pytest

from helpers import ROOT
from overlaykit.validate import validate

PATCH = "overlays/flink-demo/flink-resources/flink-environment-patch.yaml"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("flinkConfiguration:", "flinkConfigration:"),
        ("    spec:\n", "    spce:\n"),
    ],
)
def test_a_slip_in_the_defaults_is_told_where_it_is(tmp_path: Path, old: str, new: str) -> None:
    for name in ("apps", "workloads", "overlays"):
        shutil.copytree(ROOT / name, tmp_path / name)
    text = (tmp_path / PATCH).read_text()
    assert old in text
    (tmp_path / PATCH).write_text(text.replace(old, new, 1))
    line = text.count("\n", 0, text.index(old)) + 1
    found = validate(tmp_path, [], lambda done, total: None).findings
    places = [(f.check, f.file, f.line) for f in found if f.level == "warning"]
    assert ("schema/invalid", PATCH, line) in places, [str(f) for f in found]
