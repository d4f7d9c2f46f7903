"""The command line itself: exit codes, messages, what it loads."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from helpers import ROOT, overlay

Files = dict[str, str]
HEAVY = ("yaml", "jsonschema_rs", "urllib.request", "http.client", "ssl", "importlib.metadata")


def loaded(*argv: str) -> set[str]:
    """The modules in memory after a run of the command line."""
    program = (
        "import sys, json\n"
        "from overlaykit.cli import main\n"
        f"try: main({list(argv)!r})\n"
        "except SystemExit: pass\n"
        "print(json.dumps(sorted(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT / "tools",
        capture_output=True,
        text=True,
        check=True,
    )
    return set(json.loads(done.stderr.splitlines()[-1]))


@pytest.mark.parametrize("argv", [["--help"], ["validate", "--help"], ["new", "--help"]])
def test_help_loads_nothing_heavy(argv: list[str]) -> None:
    assert loaded(*argv) & set(HEAVY) == set()


def test_an_unknown_verb_is_met_with_the_nearest(tmp_path: Path) -> None:
    done = overlay(tmp_path, "validte")
    assert done.exit_code == 2
    assert "Did you mean 'validate'?" in done.stderr


def test_a_directory_that_is_none(tmp_path: Path) -> None:
    done = overlay(tmp_path / "nowhere", "validate")
    assert done.exit_code == 2
    assert "is not a directory" in done.stderr


def test_a_missing_engine_is_no_verdict(
    plant: Callable[[Files], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = plant({"kustomization.yaml": "resources: []\n"})
    monkeypatch.setattr("overlaykit.render.engines.WORKER", root / "nowhere")
    monkeypatch.setattr("sysconfig.get_path", lambda name: "/nowhere")
    done = overlay(root, "validate")
    assert done.exit_code == 3
    assert "Kustomize 5.8.1 is missing" in done.stderr


def test_a_defect_of_ours_is_told_without_a_traceback(
    plant: Callable[[Files], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr("overlaykit.remember.validate", fail)
    done = overlay(plant({"a.yaml": ""}), "validate")
    assert done.exit_code == 3
    assert "RuntimeError: boom" in done.stderr
    assert "Traceback" not in done.output


def test_it_answers_from_any_folder_below(tmp_path: Path) -> None:
    (tmp_path / ".overlay.yaml").write_text("exclude: []\n")
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "kustomization.yaml").write_text("resources: [x.yaml]\n")
    done = overlay(tmp_path / "a/b", "validate")
    assert "kustomization.yaml:1:13: error kustomize/build" in done.stdout


def test_the_version() -> None:
    assert overlay(ROOT, "--version").output.startswith("overlay 0.")


def test_an_interrupted_run_has_found_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C ended with 1, which says that there are findings."""

    def interrupted(*_: object) -> Path:
        raise KeyboardInterrupt

    monkeypatch.setattr("overlaykit.commands.validate.root_of", interrupted)
    done = overlay(ROOT, "validate")
    assert done.exit_code == 130
    assert "interrupted" in done.stderr
