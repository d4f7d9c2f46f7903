"""`overlay render`: Kustomize's own bytes, one file an object, origins."""

import subprocess
import sysconfig
from collections.abc import Callable
from pathlib import Path

import pytest

from helpers import ROOT, overlay
from overlaykit.repo.graph import Graph
from overlaykit.repo.tree import Tree

FOLDERS = [f for f in Graph(Tree(ROOT)).targets if f.startswith("overlays/")]


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_bytes_are_kustomizes(folder: str) -> None:
    kubectl = Path(sysconfig.get_path("scripts"), "kubectl")
    argv = [str(kubectl), "kustomize", str(ROOT / folder)]
    wanted = subprocess.run(argv, capture_output=True, text=True, check=True).stdout
    assert overlay(ROOT, "render", folder).stdout == wanted


def test_a_workload_of_a_cluster() -> None:
    assert overlay(ROOT, "render", "demo/flink-resources").stdout == (
        overlay(ROOT, "render", "overlays/demo/flink-resources").stdout
    )


def test_a_cluster_is_all_of_its_folders() -> None:
    text = overlay(ROOT, "render", "demo").stdout
    assert "kind: FlinkEnvironment" in text
    assert "kind: AppProject" in text


def test_one_file_an_object(tmp_path: Path) -> None:
    overlay(ROOT, "render", "demo/flink-resources", "--out", str(tmp_path))
    names = {path.name for path in tmp_path.iterdir()}
    assert "flinkenvironment_flink_default.yaml" in names
    whole = overlay(ROOT, "render", "demo/flink-resources").stdout
    assert sorted(whole.split("---\n")) == sorted(p.read_text() for p in tmp_path.glob("*.yaml"))


def test_the_files_of_an_earlier_render_leave(plant: Callable[[dict[str, str]], Path]) -> None:
    name = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: {}\n"
    root = plant({"a/kustomization.yaml": "resources: [x.yaml]\n", "out/mine.yaml": "kept\n"})
    out = root / "out"
    for one, said in (("old", "wrote"), ("new", "removed")):
        (root / "a/x.yaml").write_text(name.format(one))
        lines = overlay(root, "render", "a", "--out", str(out)).stdout
        assert f"{said} {out}/namespace_old.yaml" in lines
    assert sorted(p.name for p in out.glob("*.yaml")) == ["mine.yaml", "namespace_new.yaml"]


def test_a_workload_that_is_all_chart_says_so(repository: Path) -> None:
    (repository / "overlays/demo/cert-manager/kustomization.yaml").write_text("resources: []\n")
    done = overlay(repository, "render", "demo/cert-manager")
    assert (done.exit_code, done.stdout) == (0, "")
    assert "renders nothing itself; Argo CD renders its chart cert-manager" in done.stderr


def test_origins_name_base_and_patch() -> None:
    text = overlay(ROOT, "render", "flink-demo/flink-resources", "--origin").stdout
    above, _, _ = text.partition("kind: FlinkEnvironment")
    comments = [x for x in above.rpartition("---\n")[2].splitlines() if x.startswith("#")]
    assert comments[0].startswith("# from workloads/flink-resources/base/flink-environment.yaml:")
    assert comments[1].startswith("# patched by workloads/flink-resources/components/s3-state/")
    assert comments[-1].startswith("# patched by overlays/flink-demo/flink-resources/")


def test_a_refusal_says_where(plant: Callable[[dict[str, str]], Path]) -> None:
    root = plant({"a/kustomization.yaml": "resources:\n- b.yaml\n"})
    done = overlay(root, "render", "a")
    assert done.exit_code == 1
    assert "a/kustomization.yaml:2:3: error kustomize/build: resources: 'b.yaml'" in done.stderr


def test_a_folder_that_builds_nothing(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    done = overlay(tmp_path, "render", "a")
    assert done.exit_code == 2
    assert "holds no kustomization" in done.stderr
