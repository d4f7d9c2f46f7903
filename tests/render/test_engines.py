"""Which engine answers."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from helpers import overlay
from overlaykit.render import engines
from overlaykit.render.plain import PlainEngine
from overlaykit.render.workers import WorkerEngine

TREE = {
    "one/kustomization.yaml": "resources: [a.yaml]\n",
    "one/a.yaml": "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: a\n",
}


@pytest.fixture
def no_worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(engines, "WORKER", tmp_path / "nowhere")
    engines._say_once.cache_clear()
    yield
    engines._say_once.cache_clear()


def test_the_workers_where_they_are_built() -> None:
    assert isinstance(engines.default(), WorkerEngine)


@pytest.mark.usefixtures("no_worker")
def test_a_checkout_without_them_renders_and_says_so_once(
    plant: Callable[[dict[str, str]], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert isinstance(engines.default(), PlainEngine)
    assert isinstance(engines.default(), PlainEngine)
    assert capsys.readouterr().err.count("the fast engine is not built (make setup)") == 1
    assert overlay(plant(TREE), "validate", "--no-cache").exit_code == 0


@pytest.mark.usefixtures("no_worker")
def test_an_installed_package_says_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(engines, "CHECKOUT", tmp_path)
    assert isinstance(engines.default(), PlainEngine)
    assert capsys.readouterr().err == ""
