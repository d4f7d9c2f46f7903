"""confluent/immutable: a commit beside the files of now, and what is compared with what."""

import shutil
import subprocess
from pathlib import Path

import pytest
from confluent_trees import cr, deploy, environment, pool, statement, write

from helpers import ROOT
from overlaykit.findings import Finding
from overlaykit.repo.git import Git
from overlaykit.run import Request, carry_out

pytestmark = pytest.mark.whole


def git(root: Path, *words: str) -> str:
    who = ["-c", "user.name=a", "-c", "user.email=a@b.test"]
    done = subprocess.run(["git", *who, *words], cwd=root, check=True, capture_output=True)
    return done.stdout.decode().strip()


def commit(root: Path) -> None:
    if not (root / ".git").is_dir():
        git(root, "init", "-q", "-b", "main")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "x", "--allow-empty")


def changes(root: Path, changed: str | None = None, remembers: bool = False) -> list[Finding]:
    request = Request(git=Git(root), targets=[], changed=changed, remembers=remembers)
    result = carry_out(request, lambda done, total: None, lambda line: None)
    return [one for one in result.findings if one.check == "confluent/immutable"]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    deploy(tmp_path, [environment(), pool(), statement(sql="SELECT 1")])
    commit(tmp_path)
    return tmp_path


def test_nothing_changed(root: Path) -> None:
    assert changes(root) == []


def test_a_statement_is_written_anew(root: Path) -> None:
    write(root, "flink/2.yaml", statement(sql="SELECT 2"))
    for change in (None, "HEAD"):
        (finding,) = changes(root, change)
        assert (finding.level, finding.file, finding.field) == (
            "error",
            "flink/2.yaml",
            "spec.statement",
        )
        assert "'totals-v2'" in finding.fix
    commit(root)
    assert changes(root) == []
    assert len(changes(root, "HEAD~1..HEAD")) == 1
    assert len(changes(root, "HEAD~1")) == 1


def test_a_new_version_beside_it_or_instead_is_fine(root: Path) -> None:
    write(root, "flink/2.yaml", statement("totals-v2", sql="SELECT 2"))
    assert changes(root) == []


@pytest.mark.parametrize(
    ("number", "obj"),
    [
        (0, cr("FlinkEnvironment", "shop", kubernetesNamespace="jobs")),
        (1, pool(type="SHARED")),
        (1, pool(flinkEnvironment="lab")),
    ],
)
def test_other_fields_that_are_fixed(root: Path, number: int, obj: dict) -> None:
    write(root, f"flink/{number}.yaml", obj)
    assert len(changes(root)) == 1


def test_what_may_change(root: Path) -> None:
    write(root, "flink/2.yaml", statement(sql="SELECT 1", stopped=True, parallelism=4))
    assert changes(root) == []


def test_a_patch_that_is_new(root: Path) -> None:
    patch = {"patches": [{"path": "patch.yaml"}], "resources": ["0.yaml", "1.yaml", "2.yaml"]}
    write(root, "flink/kustomization.yaml", patch)
    write(root, "flink/patch.yaml", statement(sql="SELECT 3"))
    (finding,) = changes(root)
    assert finding.file == "flink/patch.yaml"


def test_a_suffix_that_makes_it_another_object(root: Path) -> None:
    listed = {"resources": ["0.yaml", "1.yaml", "2.yaml"], "nameSuffix": "-b"}
    write(root, "flink/kustomization.yaml", listed)
    write(root, "flink/2.yaml", statement(sql="SELECT 2"))
    assert changes(root) == []


def test_a_file_that_moved(root: Path) -> None:
    """What it was is in a file that is not there any more."""
    (root / "flink/2.yaml").unlink()
    write(root, "flink/kustomization.yaml", {"resources": ["0.yaml", "1.yaml", "moved.yaml"]})
    write(root, "flink/moved.yaml", statement(sql="SELECT 2"))
    (finding,) = changes(root)
    assert finding.file == "flink/moved.yaml"


def test_a_folder_of_plain_files(root: Path) -> None:
    (root / "flink/kustomization.yaml").unlink()
    commit(root)
    write(root, "flink/2.yaml", statement(sql="SELECT 2"))
    assert len(changes(root)) == 1


def test_a_commit_that_nobody_has_is_a_doubt(root: Path, tmp_path: Path) -> None:
    git(root, "update-ref", "refs/remotes/origin/main", "HEAD")
    write(root, "flink/2.yaml", statement(sql="SELECT 2"))
    assert [one.level for one in changes(root)] == ["error"]
    commit(root)
    write(root, "flink/2.yaml", statement(sql="SELECT 3"))
    (finding,) = changes(root)
    assert finding.level == "warning"
    assert "the last commit is deployed" in finding.message


def test_a_commit_takes_the_finding_away_though_no_file_changes(root: Path) -> None:
    write(root, "flink/2.yaml", statement(sql="SELECT 2"))
    assert len(changes(root, remembers=True)) == 1
    commit(root)
    assert changes(root, remembers=True) == []


def test_without_git_nothing_is_compared(tmp_path: Path) -> None:
    assert changes(deploy(tmp_path, [environment(), pool(), statement()])) == []


def test_a_checkout_without_commit(tmp_path: Path) -> None:
    git(deploy(tmp_path, [environment(), pool(), statement()]), "init", "-q")
    assert changes(tmp_path) == []


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("workloads/flink-sql/base/order-totals-statement.yaml", "SUM(quantity * price)", "SUM(price)"),
        ("workloads/flink-sql/components/create-tables/orders-table-statement.yaml",
         "quantity INT", "quantity BIGINT"),
        ("workloads/flink-sql/base/flink-compute-pool.yaml", "type: DEDICATED", "type: SHARED"),
    ],
)  # fmt: skip
def test_what_this_repository_ships(tmp_path: Path, name: str, old: str, new: str) -> None:
    for folder in ("apps", "workloads", "overlays"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    commit(tmp_path)
    assert changes(tmp_path) == []
    text = (tmp_path / name).read_text()
    (tmp_path / name).write_text(text.replace(old, new, 1))
    (finding,) = changes(tmp_path)
    assert (finding.file, finding.level, finding.clusters) == (name, "error", ("flink-demo",))
