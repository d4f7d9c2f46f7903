"""make bench: how long the tool takes, beside what people run without it; the table of the docs.

Everything is measured in turns, round by round, so that a busy machine hits all of it; what is
written is the median of the rounds, and the median of the ratios inside a round.
"""

import argparse
import os
import platform
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "benchmarks")]

import fleet  # noqa: E402
from measure import Cost, measure  # noqa: E402

BIN = ROOT / ".cache" / "bin"
KDRIFT = ROOT / ".cache" / "bench" / "bin" / "kdrift"
TOOL = str(ROOT / "tools" / "overlay")
# It starts kustomize twice for each overlay that a base reaches: minutes a round on larger fleets.
KDRIFT_MOST = 1000
BEGIN, END = "<!-- table: made by make bench -->\n", "<!-- end of table -->\n"
SCHEMAS = " ".join(
    f"-schema-location '{ROOT}/schemas/{path}'"
    for path in (
        "kubernetes/v1.34/{{.ResourceKind}}{{.KindSuffix}}.json",
        "crds/{{.Group}}/{{.ResourceKind}}_{{.ResourceAPIVersion}}.json",
    )
)
PIPE = f'"{BIN}/kustomize" build "$0" | "{BIN}/kubeconform" -strict {SCHEMAS} || exit 255'
COLD, SERIAL = "cold: `validate --no-cache`", "`kustomize build \\| kubeconform`, one by one"
PAIR, SAME = "the same, two at a time", "nothing changed: `validate`"
ONE, BASE = (
    "an overlay's file changed: `validate --changed`",
    "a base changed: `validate --changed`",
)
KDRIFT_COLD, KDRIFT_WARM = "a base changed: `kdrift diff`", "the same, its baseline remembered"

Run = Callable[[], Cost]


@dataclass
class Fleet:
    """A fleet on the disk and committed; `sample`: what the loops are measured on."""

    root: Path
    folders: list[str]
    sample: list[str]
    turn: int = 0
    env: dict[str, str] = field(default_factory=dict)

    @property
    def factor(self) -> float:
        return len(self.folders) / len(self.sample)


def made(folder: Path, size: int, sample: int) -> Fleet:
    """A new fleet below `folder`, with a cache and a home of its own."""
    root = folder / "fleet"
    folders = fleet.make(root, size)
    git(root, "init", "-q", "-b", "main")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "fleet")
    chosen = sorted(random.Random(size).sample(folders, min(size, sample)))
    (folder / "list").write_text("".join(f"{name}\n" for name in chosen))
    env = {"XDG_CACHE_HOME": str(folder / "cache"), "HOME": str(folder)}
    return Fleet(root, folders, chosen, env={**env, "PATH": f"{BIN}:{os.environ['PATH']}"})


def git(root: Path, *argv: str) -> None:
    who = ["-c", "user.name=bench", "-c", "user.email=bench@example.com"]
    subprocess.run(["git", *who, *argv], cwd=root, check=True)


def scenarios(one: Fleet) -> dict[str, Run]:
    """What is measured on a fleet, in this order every round."""

    def run(*argv: str, good: Sequence[int] = (0,)) -> Cost:
        return measure(argv, one.root, one.env, good)

    def loop(count: int) -> Cost:
        argv = ("xargs", "-a", "../list", "-P", str(count), "-n", "1", "sh", "-c", PIPE)
        return run(*argv).times(one.factor)

    def same() -> Cost:
        run(TOOL, "validate")
        return run(TOOL, "validate")

    found: dict[str, Run] = {
        COLD: lambda: run(TOOL, "validate", "--no-cache"),
        SERIAL: lambda: loop(1),
        PAIR: lambda: loop(2),
        SAME: same,
        ONE: lambda: changed(one, "overlays/c0000/alpha/replicas-patch.yaml", changes),
        BASE: lambda: changed(one, "workloads/alpha/base/configmap-alpha-0.yaml", changes),
    }

    def changes() -> Cost:
        return run(TOOL, "validate", "--changed")

    def kdrift() -> Cost:
        return run(str(KDRIFT), "diff", "-C", str(one.root))

    def kdrift_cold() -> Cost:
        shutil.rmtree(Path(one.env["XDG_CACHE_HOME"], "kdrift"), ignore_errors=True)
        return changed(one, "workloads/alpha/base/configmap-alpha-0.yaml", kdrift)

    def kdrift_warm() -> Cost:
        return changed(one, "workloads/alpha/base/configmap-alpha-0.yaml", kdrift)

    if KDRIFT.exists() and len(one.folders) <= KDRIFT_MOST:
        found |= {KDRIFT_COLD: kdrift_cold, KDRIFT_WARM: kdrift_warm}
    run(TOOL, "validate", "--changed")  # the index, which is kept from then on
    return found


def changed(one: Fleet, name: str, run: Run) -> Cost:
    """Measure with a value in a file changed, each time another one."""
    one.turn += 1
    path = one.root / name
    before = path.read_text()
    path.write_text(
        before.replace("value 7", f"other {one.turn}").replace(
            "replicas: 1", f"replicas: {10 + one.turn}"
        )
    )
    if path.read_text() == before:
        raise RuntimeError(f"{name} did not change")
    try:
        return run()
    finally:
        path.write_text(before)


def rounds(runs: dict[str, Run], count: int) -> dict[str, list[Cost]]:
    found: dict[str, list[Cost]] = {name: [] for name in runs}
    for _ in range(count):
        for name, run in runs.items():
            found[name].append(run())
            cost = found[name][-1]
            print(f"  {name}: {cost.wall:.2f} s, {cost.cpu:.2f} s CPU, {cost.memory:.0f} MiB")
    return found


def table(found: dict[str, list[Cost]], beside: str, scaled: str = "") -> str:
    """The medians as Markdown; the ratio says how many times longer the row `beside` takes."""
    lines = [
        "| what | seconds | CPU seconds | MiB | times faster | by CPU |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    for name, costs in found.items():
        wall, cpu, memory = (
            statistics.median(getattr(cost, what) for cost in costs)
            for what in ("wall", "cpu", "memory")
        )
        pairs = list(zip(found[beside], costs, strict=True))
        ratios = [
            statistics.median(getattr(slow, what) / getattr(cost, what) for slow, cost in pairs)
            for what in ("wall", "cpu")
        ]
        shown = [_number(wall), _number(cpu), f"{memory:.0f}", *(f"{r:.1f}" for r in ratios)]
        mark = scaled if name in (SERIAL, PAIR) else ""
        lines.append(f"| {name}{mark} | " + " | ".join(shown) + " |")
    return "\n".join(lines) + "\n"


def _number(value: float) -> str:
    return f"{value:.2f}" if value < 10 else f"{value:.0f}"


def start_up(folder: Path, count: int) -> str:
    """--help and new, beside a program that does nothing but ask click for its help."""
    copy = folder / "repository"
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    for name in filter(None, listed.stdout.decode().split("\0")):
        if name.startswith(("apps/", "workloads/", "overlays/")):
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, copy / name)
    git(copy, "init", "-q")
    bare = "import click\n@click.command()\ndef main(): 'Bare.'\nmain()"
    python = str(ROOT / ".venv" / "bin" / "python")
    number = iter(range(10_000))
    runs: dict[str, Run] = {
        "bare click: `--help`": lambda: measure((python, "-c", bare, "--help"), copy, {}),
        "`overlay --help`": lambda: measure((TOOL, "--help"), copy, {}),
        "`overlay new`": lambda: measure((TOOL, "new", f"fresh-{next(number)}"), copy, {}),
    }
    print("start-up")
    return table(rounds(runs, max(count, 5)), "bare click: `--help`")


def machine() -> str:
    """What it was measured on, without names."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    load = os.getloadavg()[1]
    return (
        f"{os.cpu_count()} cores ({model}), {memory:.0f} GiB, Python {platform.python_version()}; "
        f"load of the last five minutes at the start: {load:.1f}.\n"
    )


def page(sizes: list[int], count: int, sample: int) -> str:
    """Measure all; the Markdown between the marks of docs/benchmarks.md."""
    parts = [machine(), f"Medians of {count} rounds.\n"]
    for size in sizes:
        with tempfile.TemporaryDirectory(prefix="overlay-bench-") as name:
            one = made(Path(name), size, sample)
            print(f"{size} overlays")
            scaled = ""
            if one.factor > 1:
                scaled = f" (on {len(one.sample)} of them, × {one.factor:.3g})"
            found = rounds(scenarios(one), count)
            parts.append(f"### {size:,} overlays\n\n{table(found, SERIAL, scaled)}")
    with tempfile.TemporaryDirectory(prefix="overlay-bench-") as name:
        parts.append(f"### Start-up\n\n{start_up(Path(name), count)}")
    return "\n".join(parts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="50,500,5000")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sample", type=int, default=300, help="folders the loops run on, at most")
    parser.add_argument("--write", type=Path, help="a page with the marks of the table")
    wish = parser.parse_args()
    if not KDRIFT.exists():
        print("kdrift is not at hand: left out (make bench brings it with a Python 3.13)")
    text = page([int(size) for size in wish.sizes.split(",")], wish.rounds, wish.sample)
    if wish.write is None:
        print(text)
        return
    before, _, rest = wish.write.read_text().partition(BEGIN)
    wish.write.write_text(f"{before}{BEGIN}{text}{END}{rest.partition(END)[2]}")


if __name__ == "__main__":
    main()
