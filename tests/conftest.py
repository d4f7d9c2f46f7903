"""Fixtures that all tests share: small trees on disk."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

Files = dict[str, str]


# Their tests render what this repository ships, or work on copies of it.
WHOLE = {"commands", "gitops", "params", "scaffold"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent.name in WHOLE:
            item.add_marker("whole")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--accept", action="store_true", help="take the renders of now as wanted")


@pytest.fixture(autouse=True, scope="session")
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test reads what another run has remembered."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(autouse=True)
def no_helm(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unit tests find no Helm, on whatever machine; the tests of engines find the real one."""
    if request.node.get_closest_marker("engines") is None:
        monkeypatch.setattr("overlaykit.render.helm.found", lambda: None)


@pytest.fixture(autouse=True)
def cold_workers(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Most trees of tests are so small that workers are not worth getting ready for them: that
    would take more than half of the time of all tests."""
    if not {"engines", "warm"} & {marker.name for marker in request.node.iter_markers()}:
        monkeypatch.setattr("overlaykit.render.engines.warmed", contextlib.nullcontext)


@pytest.fixture
def plant(tmp_path: Path) -> Callable[[Files], Path]:
    """Write a small tree: path to text; returns its root."""

    def write(files: Files) -> Path:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return tmp_path

    return write
