"""The tool on repositories of other people: python benchmarks/repositories.py CHECKOUT...

For each checkout: what `validate --no-cache` says and how long it takes, beside stock Kustomize
on the same folders, one by one. Writes the table of docs/repositories.md anew with --write.
"""

import argparse
import json
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tools")]

from overlaykit.repo.graph import Graph  # noqa: E402
from overlaykit.repo.tree import Tree  # noqa: E402
from overlaykit.repo.unseen import unbuildable  # noqa: E402

KUSTOMIZE = ROOT / ".cache" / "bin" / "kustomize"
TOOL = ROOT / "tools" / "overlay"
BEGIN, END = "<!-- table: made by benchmarks/repositories.py -->\n", "<!-- end of table -->\n"
HEAD = (
    "| repository | commit | folders that stock Kustomize renders | of these here | objects | "
    "errors | warnings | not seen | seconds | stock |\n|---|---|--:|--:|--:|---|--:|--:|--:|--:|\n"
)


@dataclass
class Row:
    """What was seen of a repository; `stock` and `seconds` are times of the whole."""

    name: str
    commit: str
    folders: int
    rendered: int
    told: dict[str, Any]
    seconds: float
    stock: float

    def __str__(self) -> str:
        told, summary = self.told, self.told["summary"]
        errors = Counter(f["check"] for f in told["findings"] if f["level"] == "error")
        text = ", ".join(f"{count} {check}" for check, count in sorted(errors.items())) or "none"
        cells = (
            *(self.name, self.commit, self.folders, self.rendered, summary["objects"], text),
            *(summary["warnings"], len(summary["not_seen"])),
            *(f"{self.seconds:.1f}", f"{self.stock:.1f}"),
        )
        return "| " + " | ".join(map(str, cells)) + " |\n"


def row(root: Path) -> Row:
    began = time.perf_counter()
    argv = [str(TOOL), "-C", str(root), "validate", "--no-cache", "--format", "json"]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - began
    told = json.loads(done.stdout)
    graph = Graph(Tree(root))
    broken = {f["file"].rpartition("/")[0] for f in told["findings"] if "build" in f["check"]}
    began = time.perf_counter()
    good = [folder for folder in graph.targets if renders(root / folder)]
    stock = time.perf_counter() - began
    here = [f for f in good if not unbuildable(graph, f) and f not in broken]
    return Row(root.name.replace("+", "/"), head(root), len(good), len(here), told, seconds, stock)


def renders(folder: Path) -> bool:
    argv = [str(KUSTOMIZE), "build", str(folder)]
    try:
        done = subprocess.run(argv, capture_output=True, check=False, timeout=60)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def head(root: Path) -> str:
    argv = ["git", "-C", str(root), "rev-parse", "--short=10", "HEAD"]
    return subprocess.run(argv, capture_output=True, text=True, check=True).stdout.strip()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkouts", nargs="+", type=Path)
    parser.add_argument("--write", type=Path, help="the page that holds the table")
    given = parser.parse_args()
    rows = []
    for root in given.checkouts:
        rows.append(str(row(root)))
        print(rows[-1], end="", flush=True)
    if given.write:
        before, _, rest = given.write.read_text().partition(BEGIN)
        after = rest.partition(END)[2]
        given.write.write_text(f"{before}{BEGIN}{HEAD}{''.join(rows)}{END}{after}")


if __name__ == "__main__":
    main()
