"""What tests share: the repository, the command line in process."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from click.testing import CliRunner, Result

from overlaykit.cli import main
from overlaykit.repo.workloads import Workload

ROOT = Path(__file__).resolve().parents[1]


def overlay(root: Path, *argv: str) -> Result:
    """Run the command line in process on the repository at `root`."""
    return CliRunner().invoke(main, ["-C", str(root), *argv], catch_exceptions=False)


def combinations(known: Mapping[str, Workload]) -> list[list[str]]:
    """All components as WORKLOAD/COMPONENT, in as few lists as exclusions and requirements allow.

    Each list has as many as can be on together; those that no list before has come first.
    """
    every = [
        f"{w.name}/{c.name}" for w in known.values() for c in w.components if not c.when_managed_by
    ]
    left, found = set(every), []
    while left:
        chosen: list[str] = []
        for part in sorted(every, key=lambda one: one not in left):
            wanted = [one for one in _closure(known, part) if one not in chosen]
            if all(_fits(known, one, [*chosen, *wanted]) for one in wanted):
                chosen += wanted
        assert left & set(chosen), "a component can be on with nothing"
        left -= set(chosen)
        found.append([part for part in every if part in chosen])
    return found


def _closure(known: Mapping[str, Workload], part: str) -> list[str]:
    """A component and the components of other workloads that it requires."""
    name, _, component = part.partition("/")
    about = known[name].component(component)
    assert about is not None, part
    return [part, *(p for one in about.requires if "/" in one for p in _closure(known, one))]


def _fits(known: Mapping[str, Workload], part: str, others: Iterable[str]) -> bool:
    name, _, component = part.partition("/")
    beside = [o.partition("/")[2] for o in others if o.startswith(f"{name}/") and o != part]
    return not known[name].excluded_by(component, beside)


def new_cluster(root: Path, name: str, parts: Iterable[str]) -> None:
    """A cluster with these components (WORKLOAD/COMPONENT) on and no others beside the defaults."""
    facts = ["--set", "repository.url=https://git.example.com/a/b.git"]
    facts += ["--set", "provided=kafka,schema-registry,prometheus-operator"]
    for argv in (["new", name, *facts], ["add", *(f"{name}/{part}" for part in parts)]):
        done = overlay(root, *argv)
        assert done.exit_code == 0, done.output
