"""What README.md tells people to type works: in a copy of the repository, in its order."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from helpers import ROOT, overlay

pytestmark = pytest.mark.whole

TEXT = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"^```sh\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
LINES = [part for block in BLOCKS for line in block.splitlines() for part in line.split("&&")]
COMMANDS = [shlex.split(line, comments=True) for line in LINES]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    for name in ("apps", "workloads", "overlays"):
        shutil.copytree(ROOT / name, tmp_path / name)
    who = ("-c", "user.name=a", "-c", "user.email=a@example.com")
    for argv in (
        ("init", "-q"),
        ("add", "-A"),
        (*who, "commit", "-q", "-m", "all"),
        ("update-ref", "refs/remotes/origin/main", "HEAD"),
    ):
        subprocess.run(["git", *argv], cwd=tmp_path, check=True)
    return tmp_path


def test_every_overlay_command_runs(repository: Path) -> None:
    ours = [argv for argv in COMMANDS if argv[:1] == ["tools/overlay"]]
    assert len(ours) >= 4
    for argv in ours:
        done = overlay(repository, *argv[1:])
        assert done.exit_code == 0, (argv, done.output)


def test_every_make_target_exists() -> None:
    targets = {argv[1] for argv in COMMANDS if argv[:1] == ["make"]}
    assert {"validate", "test", "wheel", "bootstrap"} <= targets
    rules = (ROOT / "Makefile").read_text() + (ROOT / "ops.mk").read_text()
    for target in targets:
        assert re.search(rf"^{target}:", rules, re.MULTILINE), target


def test_the_configuration_is_accepted(repository: Path) -> None:
    [text] = re.findall(r"^```yaml\n(levels:.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
    (repository / ".overlay.yaml").write_text(text)
    (repository / "vendor/schemas").mkdir(parents=True)
    assert overlay(repository, "validate").exit_code == 0


def test_every_link_leads_somewhere() -> None:
    for name in ("README.md", "CONTRIBUTING.md", "docs/bootstrap.md", "docs/ci.md"):
        for target in re.findall(r"\]\(([^)#:]+)\)", (ROOT / name).read_text()):
            assert ((ROOT / name).parent / target).exists(), (name, target)
