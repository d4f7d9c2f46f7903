"""The proof for every parameter of every workload, on a cluster with all components on.

Components that exclude each other are on in turn.

Its default is what the render (or the chart's values) has; setting it changes its targets and
nothing else; unsetting restores the bytes; the result is clean.
"""

import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from helpers import ROOT, combinations, new_cluster, overlay
from overlaykit.params import values
from overlaykit.render import engines
from overlaykit.render.objects import Object
from overlaykit.repo.tree import Tree
from overlaykit.repo.values import merge
from overlaykit.repo.workloads import Parameter, Target, workloads
from overlaykit.scaffold.draft import Draft
from overlaykit.scaffold.site import site
from overlaykit.source import parse

KNOWN = workloads(Tree(ROOT))
ALL = [
    pytest.param(name, parameter, id=f"{name}-{parameter.name}")
    for name, workload in KNOWN.items()
    for parameter in workload.parameters
]
# Another value of each type, and the one that is written for a format.
OTHER = {
    "memory": ("8g", {"flink": "8192m", "": "8Gi"}),
    "cpu": ("2500m", {"flink": "2.5", "number": 2.5, "": "2500m"}),
    "duration": ("5min", {"flink": "5min", "": "5m"}),
    "boolean": ("true", {"flink": "true", "": True}),
}
LEAF = tuple[str | int, ...]
COMBINATIONS = combinations(KNOWN)


def available(name: str, number: int) -> list[Parameter]:
    """The parameters of a workload that a combination offers."""
    on = {"", *(p.partition("/")[2] for p in COMBINATIONS[number] if p.startswith(f"{name}/"))}
    return [parameter for parameter in KNOWN[name].parameters if parameter.component in on]


def at_once() -> list[tuple[str, int]]:
    """Each workload with the combinations that offer other parameters than those before."""
    found = {
        (name, *(p.name for p in available(name, number))): (name, number)
        for number in reversed(range(len(COMBINATIONS)))
        for name, workload in KNOWN.items()
        if workload.parameters
    }
    return sorted(found.values())


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Path]:
    """A repository with the cluster `proof` by the number of its combination of components."""

    @cache
    def of(number: int) -> Path:
        root = tmp_path_factory.mktemp("proof")
        for name in ("apps", "workloads", "overlays"):
            shutil.copytree(ROOT / name, root / name)
        new_cluster(root, "proof", COMBINATIONS[number])
        # Values of other charts that flink-sql and flink-session need are set apart from them.
        levels = "{confluent/sql-flags: info, operator/jaruri: info}"
        (root / ".overlay.yaml").write_text(f"levels: {levels}\n")
        return root

    return of


def combination(name: str, parameter: Parameter) -> int:
    """The number of the first combination that has a parameter's component."""
    part = f"{name}/{parameter.component}"
    return next(n for n, on in enumerate(COMBINATIONS) if part in on or not parameter.component)


@pytest.fixture
def proof(name: str, parameter: Parameter, made: Callable[[int], Path], tmp_path: Path) -> Path:
    """A copy of it to change."""
    shutil.copytree(made(combination(name, parameter)), tmp_path / "r")
    return tmp_path / "r"


def files(root: Path) -> dict[str, bytes]:
    return {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def steps_of(items: list[Any]) -> list[tuple[str | int, Any]]:
    named = all(isinstance(item, dict) and "name" in item for item in items)
    return [(f"name={item['name']}" if named else n, item) for n, item in enumerate(items)]


def leaves(value: Any, path: LEAF = ()) -> dict[LEAF, Any]:
    """Every scalar below a value by its path; an item with a name goes by it."""
    if isinstance(value, dict | list):
        steps = value.items() if isinstance(value, dict) else steps_of(value)
        return {p: v for k, item in steps for p, v in leaves(item, (*path, k)).items()}
    return {path: value}


def state(root: Path, name: str) -> dict[LEAF, Any]:
    """All that a workload's folder on `proof` decides: rendered objects, and the chart's values."""
    [render] = engines.default().build(root, [f"overlays/proof/{name}"], lambda _: None)
    assert render.error is None, render.error
    found: dict[str, Any] = {}
    for data in parse(render.text):
        found[f"{Object(data).kind}/{Object(data).name}"] = data
    on = site(Draft(Tree(root)), "proof").running()[name]
    parts = [f"{name}/components/{component}" for component in on]
    folders = [f"workloads/{part}" for part in (name, *parts)] + [f"overlays/proof/{name}"]
    layers = [root / folder / "values.yaml" for folder in folders]
    for layer in layers:
        if layer.is_file():
            found["values"] = merge(found.get("values", {}), parse(layer.read_text())[0])
    lines = found.get("values", {}).get("defaultConfiguration", {})
    for key, text in lines.items():
        if isinstance(text, str):
            lines[key] = dict(line.split(": ", 1) for line in text.splitlines())
    return leaves(found)


def leaf(target: Target) -> LEAF:
    above = f"{target.kind}/{target.name}" if target.kind else "values"
    return (above, *target.path, *([target.line] if target.line else []))


def other(parameter: Parameter) -> tuple[str, Any]:
    """Text of another allowed value, and what is written of it by format."""
    if parameter.type == "memory" and parameter.maximum:
        return "1g", {"flink": "1024m", "": "1Gi"}
    if parameter.type == "string":
        return "http://other.test/x", {"": "http://other.test/x"}
    if parameter.default is True:
        return "false", {"flink": "false", "": False}
    if parameter.type in OTHER:
        text, written = OTHER[parameter.type]
        if parameter.at_most:  # below the limit
            small = {
                "memory": ("512Mi", {"": "512Mi"}),
                "cpu": ("750m", {"": "750m"}),
                "integer": ("1", {"flink": "1", "": 1}),
            }
            return small[parameter.type]
        return text, written
    if parameter.type == "integer":
        return str(parameter.default + 1), {
            "flink": str(parameter.default + 1),
            "": parameter.default + 1,
        }
    text = next(one for one in parameter.enum if one != parameter.default)
    return text, {"": text}


def test_every_workload_that_can_has_parameters() -> None:
    assert {name for name, workload in KNOWN.items() if workload.parameters} == {
        "flink-autoscale",
        "flink-cdc",
        "flink-connectors",
        "flink-resources",
        "flink-session",
        "flink-sql",
        "flink-kubernetes-operator",
        "cmf-operator",
        "cfk-operator",
    }


@pytest.mark.parametrize(("name", "parameter"), ALL)
def test_it_is_declared_with_sense(name: str, parameter: Parameter) -> None:
    workload = KNOWN[name]
    assert values.read(parameter, values.text_of(parameter.default)) is not None
    assert not parameter.at_most or workload.parameter(parameter.at_most)
    assert not parameter.component or workload.component(parameter.component)
    assert parameter.type != "enum" or parameter.enum
    for target in parameter.targets:
        assert target.path
        assert bool(target.kind) != bool(workload.chart and not target.kind)


@pytest.mark.parametrize(("name", "parameter"), ALL)
def test_its_default_is_what_holds(
    name: str,
    parameter: Parameter,
    made: Callable[[int], Path],
) -> None:
    there = state(made(combination(name, parameter)), name)
    for target in parameter.targets:
        assert values.understand(parameter, there[leaf(target)]) == values.understand(
            parameter, parameter.default
        )


@pytest.mark.parametrize(("name", "parameter"), ALL)
def test_setting_it_changes_its_targets_alone_and_unsetting_restores_the_bytes(
    name: str, parameter: Parameter, proof: Path
) -> None:
    before, bytes_before = state(proof, name), files(proof)
    text, written = other(parameter)
    done = overlay(proof, "set", f"proof/{name}", f"{parameter.name}={text}")
    assert done.exit_code == 0, done.output
    after = state(proof, name)
    changed = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    assert changed == {leaf(target) for target in parameter.targets}
    for target in parameter.targets:
        wanted = written.get(target.format, written.get(""))
        assert after[leaf(target)] == (str(wanted) if target.line else wanted)
    touched = {path for path, data in files(proof).items() if bytes_before.get(path) != data}
    assert all(path.startswith(f"overlays/proof/{name}/") for path in touched)
    assert (
        "nothing to write"
        in overlay(proof, "set", f"proof/{name}", f"{parameter.name}={text}").stdout
    )
    assert overlay(proof, "unset", f"proof/{name}", parameter.name).exit_code == 0
    assert files(proof) == bytes_before


@pytest.mark.parametrize(("name", "number"), at_once())
def test_all_at_once_and_back_again(
    name: str, number: int, made: Callable[[int], Path], tmp_path: Path
) -> None:
    proof = tmp_path / "r"
    shutil.copytree(made(number), proof)
    before = files(proof)
    there = available(name, number)
    settings = [f"{p.name}={other(p)[0]}" for p in there]
    assert overlay(proof, "set", f"proof/{name}", *settings).exit_code == 0
    # No cluster has every component: Routes of OpenShift and pods with a fixed user are a warning.
    assert overlay(proof, "validate", "proof").exit_code == 0
    for parameter in reversed(there):
        assert overlay(proof, "unset", f"proof/{name}", parameter.name).exit_code == 0
    assert files(proof) == before


def test_no_fact_outranks_a_parameter_of_a_chart() -> None:
    """An Application's valuesObject wins over every file: a parameter there would do nothing."""
    for name, workload in KNOWN.items():
        for data in (
            parse((ROOT / "apps" / name / "application.yaml").read_text()) if workload.chart else ()
        ):
            stamped = leaves(data["spec"]["sources"][1]["helm"]["valuesObject"])
            for parameter in workload.parameters:
                for target in parameter.targets:
                    assert not any(path[: len(target.path)] == target.path for path in stamped)
