"""The jars of requirements/maven.lock: fetched once, and none but those that are locked."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from helpers import ROOT

GOOD = "org.example:thing:1.0"


@pytest.fixture
def fetch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    spec = importlib.util.spec_from_file_location("fetch", ROOT / "tools" / "maven" / "fetch.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name, path in {"WANTED": "maven.in", "LOCK": "maven.lock", "FOLDER": "jars"}.items():
        monkeypatch.setattr(module, name, tmp_path / path)
    (tmp_path / "maven.in").write_text(f"# why\n{GOOD}\n")
    module.lock(gives(b"jar"))
    return module


def gives(content: bytes):
    def download(coordinate: str, folder: Path) -> Path:
        (folder / "downloaded").write_bytes(content)
        return folder / "downloaded"

    return download


def fails(coordinate: str, folder: Path) -> Path:
    (folder / "half").write_bytes(b"ja")
    raise ConnectionError("no route")


def test_locked_jars_are_fetched_once_and_kept_without_a_network(fetch: ModuleType) -> None:
    fetch.sync(gives(b"jar"))
    fetch.sync(fails)
    assert [path.name for path in fetch.FOLDER.iterdir()] == ["thing-1.0.jar"]
    assert (fetch.FOLDER / "thing-1.0.jar").read_bytes() == b"jar"


def test_another_content_than_the_locked_one_is_refused(fetch: ModuleType) -> None:
    with pytest.raises(SystemExit, match=r"org.example:thing:1.0 has sha256:\w+, and .* wants"):
        fetch.sync(gives(b"other"))
    assert not list(fetch.FOLDER.iterdir())


def test_a_jar_that_was_damaged_is_fetched_again(fetch: ModuleType) -> None:
    fetch.sync(gives(b"jar"))
    (fetch.FOLDER / "thing-1.0.jar").write_bytes(b"ja")
    fetch.sync(gives(b"jar"))
    assert (fetch.FOLDER / "thing-1.0.jar").read_bytes() == b"jar"


def test_a_network_that_fails_is_asked_again_and_leaves_nothing(fetch: ModuleType) -> None:
    with pytest.raises(SystemExit, match="could not be fetched: no route"):
        fetch.sync(fails)
    assert not list(fetch.FOLDER.iterdir())
    attempts = iter([fails, fails, gives(b"jar")])
    fetch.sync(lambda coordinate, folder: next(attempts)(coordinate, folder))
    assert (fetch.FOLDER / "thing-1.0.jar").exists()


def test_a_jar_that_is_no_longer_locked_goes(fetch: ModuleType) -> None:
    fetch.sync(gives(b"jar"))
    fetch.LOCK.write_text("")
    fetch.sync(fails)
    assert not list(fetch.FOLDER.iterdir())


def test_the_committed_lock_pins_every_wanted_jar() -> None:
    wanted = (ROOT / "requirements" / "maven.in").read_text().splitlines()
    locked = (ROOT / "requirements" / "maven.lock").read_text().splitlines()
    assert sorted(line for line in wanted if not line.startswith("#")) == [
        line.split()[0] for line in locked
    ]
    assert all(
        re.fullmatch(r"[\w.-]+:[\w.-]+:[\w.-]+ sha256:[0-9a-f]{64}", line) for line in locked
    )
