"""`overlay cache`: what earlier runs left, and away with it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from helpers import overlay


def test_info_and_clear(
    plant: Callable[[dict[str, str]], Path],
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = tmp_path_factory.mktemp("own-cache")
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
    overlay(plant({"kustomization.yaml": "resources: []\n"}), "validate")
    assert f"{folder}/overlaykit: 1 entries" in overlay(Path(), "cache", "info").output
    assert "removed 1 entries" in overlay(Path(), "cache", "clear").output
    assert not list(folder.rglob("*.json"))
