"""make bench runs, on a fleet too small to say anything: no time is judged here."""

import subprocess
import sys
from pathlib import Path

from helpers import ROOT


def test_the_runner_fills_the_page(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "before\n<!-- table: made by make bench -->\nSTALE\n<!-- end of table -->\nafter\n"
    )
    argv = [sys.executable, str(ROOT / "benchmarks/run.py"), "--sizes", "10", "--rounds", "1"]
    subprocess.run([*argv, "--sample", "4", "--write", str(page)], check=True, timeout=600)
    text = page.read_text()
    assert text.startswith("before\n") and text.endswith("<!-- end of table -->\nafter\n")
    assert "### 10 overlays" in text and "(on 4 of them, × 2.5)" in text and "STALE" not in text
    assert text.count("| cold: ") == 1 and text.count("| `overlay new` |") == 1
