"""The laws of the house, read from the code itself."""

import ast
import re
import subprocess
import sys
import tomllib
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from generate import _commands, pages
from helpers import ROOT, overlay
from overlaykit import checks
from overlaykit.cli import main

PACKAGE = ROOT / "tools" / "overlaykit"
MODULES = sorted(PACKAGE.rglob("*.py"))
VERBS = sorted(path.stem for path in (PACKAGE / "commands").glob("[a-z]*.py"))
TEXTS = ("*.md", "*.yaml", "*.py", "*.toml", "*.mk", "*.sh", "*.lock", "*.in", "*.lua", "Makefile")


def tracked() -> list[Path]:
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    names = done.stdout.decode().split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


def calls(module: Path) -> Iterator[tuple[str, int]]:
    """Every dotted call of a module, as text, with its line."""
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node.lineno


# What reads, writes or lists files, by the end of the call.
FILE_CALLS = re.compile(
    r"^open$|^os\.(?:open|walk|listdir|remove|rename|replace|unlink|makedirs|mkdir|scandir|stat)$|"
    r"^shutil\.|^tempfile\.|\.(?:read_text|read_bytes|write_text|write_bytes|mkdir|unlink|rmdir|"
    r"iterdir|rglob|touch|is_file|is_dir|exists|stat|chmod|symlink_to)$"
)
MODELS = re.compile(
    r"^(?:disk|tree|self|self\.tree|world\.tree|graph\.tree|chain\.graph\.tree|self\.graph\.tree)\."
)


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_only_disk_touches_files(module: Path) -> None:
    if module != PACKAGE / "disk.py":
        found = [(c, n) for c, n in calls(module) if FILE_CALLS.search(c) and not MODELS.search(c)]
        assert found == []


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_only_process_starts_processes(module: Path) -> None:
    if module != PACKAGE / "process.py":
        text = module.read_text()
        assert not re.search(
            r"^\s*(?:import|from) (?:subprocess|multiprocessing)", text, re.MULTILINE
        )
        assert not re.search(r"os\.(?:system|popen|exec|spawn|fork)", text)


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_every_module_says_what_it_is(module: Path) -> None:
    if module.read_text().strip():
        assert ast.get_docstring(ast.parse(module.read_text())), "no docstring"


def test_no_module_is_long() -> None:
    long = {path.name: n for path in MODULES if (n := path.read_text().count("\n")) > 400}
    assert long == {}


def test_functions_are_short() -> None:
    lengths = []
    for module in MODULES:
        for node in ast.walk(ast.parse(module.read_text())):
            if isinstance(node, ast.FunctionDef):
                lengths.append(((node.end_lineno or 0) - node.lineno + 1, module.name, node.name))
    lengths.sort()
    assert lengths[-1][0] <= 60, lengths[-3:]
    assert lengths[len(lengths) * 9 // 10][0] <= 25, "nine of ten functions have 25 lines or less"


@pytest.mark.parametrize("check", checks.ids())
def test_a_check_has_one_file_and_one_function(check: str) -> None:
    family, name = check.split("/")
    text = (PACKAGE / "checks" / family / f"{name.replace('-', '_')}.py").read_text()
    tree = ast.parse(text)
    functions = [n.name for n in tree.body if isinstance(n, ast.FunctionDef)]
    assert len([n for n in functions if n.startswith("check_")]) == 1
    assert "LEVEL = " in text


@pytest.mark.parametrize(("name", "command"), _commands("overlay", main))
def test_every_verb_has_help_with_an_example(name: str, command: click.Command) -> None:
    assert command.help
    assert re.search(rf"Examples:\n\s+{name}", command.help.replace("\b\n", "")), name


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_a_test_file(verb: str) -> None:
    assert (ROOT / "tests" / "commands" / f"test_{verb}.py").exists()


@pytest.mark.parametrize("page", pages())
def test_generated_pages_are_current(page: str) -> None:
    assert (ROOT / page).read_text() == pages()[page], "run make docs"


def test_this_repository_passes_its_own_checks() -> None:
    done = overlay(ROOT, "validate", "--fail-on", "warning")
    assert done.exit_code == 0, done.output


def test_dependencies_are_named_once() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = {*project["dependencies"], *project["optional-dependencies"]["dev"]}
    names = {re.split(r"[<>=]", name)[0].lower() for name in wanted}
    lines = (ROOT / "requirements" / "dev.in").read_text().lower().splitlines()
    assert names == {re.split(r"[<>=]", line)[0] for line in lines if not line.startswith("#")}


def test_nothing_names_a_package_registry_or_a_machine() -> None:
    # Written backwards, or this file would name them.
    hosts = ("gro.ipyp", "detsohnohtyp", "gnalog.yxorp", "nevam.1oper", "nevam.oper", "sjmpn")
    words = [*(host[::-1] for host in hosts), "/".join(("", "work", "main"))]
    found = [
        (str(path.relative_to(ROOT)), word)
        for path in tracked()
        if any(path.match(pattern) for pattern in TEXTS)
        for word in words
        if word in path.read_text(errors="replace")
    ]
    assert found == []


def test_the_wheel_runs_alone(tmp_path: Path) -> None:
    """Built without network, installed without the checkout, it judges a foreign repository."""
    pip = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation"]
    subprocess.run([*pip, "-w", str(tmp_path), str(ROOT)], check=True)
    [wheel] = tmp_path.glob("overlaykit-*.whl")
    assert "overlaykit/data/schemas/lock.json" in zipfile.ZipFile(wheel).namelist()
    venv.create(tmp_path / "env", system_site_packages=False, with_pip=False)
    site = next((tmp_path / "env").glob("lib/python*/site-packages"))
    zipfile.ZipFile(wheel).extractall(site)
    libraries = next(Path(sys.prefix).glob("lib/python*/site-packages"))
    (site / "libraries.pth").write_text(f"{libraries}\n")
    (tmp_path / "env/bin/kubectl").symlink_to(Path(sys.prefix) / "bin" / "kubectl")
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    (foreign / "kustomization.yaml").write_text("resources:\n- service.yaml\n")
    (foreign / "service.yaml").write_text(
        "apiVersion: v1\nkind: Service\nmetadata:\n  name: a\nspec:\n  prots: []\n"
    )
    argv = [str(tmp_path / "env/bin/python"), "-I", "-m", "overlaykit", "validate"]
    done = subprocess.run(argv, cwd=foreign, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    assert "service.yaml:6:3: error schema/invalid: unknown field 'prots'" in done.stdout
