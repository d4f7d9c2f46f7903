"""Writes land all or none, inside the root, also under kill -9; reads refuse what is no text."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from helpers import ROOT
from overlaykit import disk
from overlaykit.errors import CannotLook, UsageError


def test_a_batch_writes_changes_and_deletes(tmp_path: Path) -> None:
    (tmp_path / "old").write_text("x")
    (tmp_path / "same").write_text("s")
    changed = disk.write_batch(tmp_path, {"a/b": b"1", "old": None, "same": b"s"})
    assert changed == ["a/b", "old"]
    assert (tmp_path / "a/b").read_bytes() == b"1"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "same"]


def test_a_file_keeps_its_mode(tmp_path: Path) -> None:
    (tmp_path / "run.sh").write_text("x")
    (tmp_path / "run.sh").chmod(0o755)
    disk.write_batch(tmp_path, {"run.sh": b"y"})
    assert (tmp_path / "run.sh").stat().st_mode & 0o777 == 0o755


@pytest.mark.parametrize("name", ["../out", "a/../../out", "/tmp/out"])
def test_nothing_leads_out_of_the_root(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="leads out"):
        disk.write_batch(tmp_path / "root", {name: b""})


def test_a_link_does_not_lead_out_of_the_root(tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    (tmp_path / "root/link").symlink_to(tmp_path)
    with pytest.raises(UsageError, match="link"):
        disk.write_batch(tmp_path / "root", {"link/out": b""})


def test_an_interrupted_batch_is_finished_by_the_next_run(tmp_path: Path) -> None:
    state = tmp_path / disk.STATE
    (state / "batch-1").mkdir(parents=True)
    (state / "batch-1/0").write_text("new")
    (state / "journal.json").write_text('{"files": {"a": "batch-1/0", "b": null}}')
    (tmp_path / "b").write_text("x")
    disk.recover(tmp_path)
    assert (tmp_path / "a").read_text() == "new"
    assert not (tmp_path / "b").exists()
    assert not state.exists()


WRITER = """
import sys
from pathlib import Path
from overlaykit import disk
root = Path(sys.argv[1])
for number in range(100000):
    disk.write_batch(root, {f"f{n}": str(number).encode() for n in range(20)})
"""


@pytest.mark.parametrize("delay", [0.15, 0.2, 0.25, 0.3])
def test_a_kill_leaves_all_or_nothing(tmp_path: Path, delay: float) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "tools")}
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], env=environment)
    time.sleep(delay)
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    disk.recover(tmp_path)
    contents = {path.read_text() for path in tmp_path.glob("f*")}
    assert len(contents) <= 1
    assert len(list(tmp_path.glob("f*"))) in (0, 20)


def test_what_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(CannotLook, match="cannot be"):
        disk.write_batch(tmp_path, {"file/below": b""})


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"\xef\xbb\xbfa: 1", "a: 1"),
        ("a: ü".encode("utf-16"), "a: ü"),
        (b"a: 1\r\nb: 2", "a: 1\r\nb: 2"),
    ],
)
def test_text_is_read_in_its_encoding(tmp_path: Path, data: bytes, text: str) -> None:
    (tmp_path / "f").write_bytes(data)
    assert disk.read_text(tmp_path / "f") == text


def test_what_is_no_text_says_the_line(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"a: 1\nb: \xff\xfe\x00")
    with pytest.raises(disk.Unreadable, match=r"not UTF-8 text \(line 2\)"):
        disk.read_text(tmp_path / "f")


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    with open(tmp_path / "f", "wb") as out:
        out.truncate(disk.MAX_BYTES + 1)
    with pytest.raises(disk.Unreadable, match="the limit is"):
        disk.read_text(tmp_path / "f")
