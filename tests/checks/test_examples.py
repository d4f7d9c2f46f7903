"""Every check's page is run: Bad finds exactly the marked lines, Good finds nothing of the check."""

import inspect
import re
import subprocess
from pathlib import Path

import pytest

from overlaykit import checks
from overlaykit.validate import validate

MARK = "# <- here"


def blocks(page: str, name: str) -> dict[str, str]:
    """The files of one example: `# file: path` lines part its indented text."""
    found = re.search(rf"^{name}:\n((?:    .*\n|\n)+)", page + "\n", re.MULTILINE)
    assert found, f"the page has no {name}: example"
    parts = re.split(r"^# file: (.+)\n", inspect.cleandoc(found[1]) + "\n", flags=re.MULTILINE)
    assert not parts[0].strip(), f"{name}: begins with # file: <path>"
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def commit_what_was(root: Path, page: str) -> None:
    """Where a page says what was there before, that is the last commit of the example."""
    if "\nBefore:\n" not in page:
        return
    write(root, blocks(page, "Before"))
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b.test"]
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "before"]):
        subprocess.run([*git, *words], cwd=root, check=True)


def found_at(root: Path, check: str) -> set[tuple[str, int]]:
    result = validate(root, [], lambda done, total: None)
    return {(f.file, f.line) for f in result.findings if f.check == check}


def write(root: Path, files: dict[str, str]) -> set[tuple[str, int]]:
    """Write an example; the marked places."""
    marked = set()
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        lines = enumerate(text.splitlines(), 1)
        marked |= {(name, number) for number, line in lines if line.endswith(MARK)}
    return marked


@pytest.mark.parametrize("check", checks.ids())
def test_the_bad_example_is_found_where_it_says(check: str, tmp_path: Path) -> None:
    commit_what_was(tmp_path, checks.load(check).page)
    marked = write(tmp_path, blocks(checks.load(check).page, "Bad"))
    assert marked, f"mark the line with {MARK}"
    assert found_at(tmp_path, check) == marked


@pytest.mark.parametrize("check", checks.ids())
def test_the_good_example_is_silent(check: str, tmp_path: Path) -> None:
    commit_what_was(tmp_path, checks.load(check).page)
    write(tmp_path, blocks(checks.load(check).page, "Good"))
    assert found_at(tmp_path, check) == set()


@pytest.mark.parametrize("check", checks.ids())
def test_the_page_is_whole(check: str) -> None:
    page = checks.load(check).page
    law, blank, *_ = page.splitlines()
    assert law.endswith(".")
    assert blank == ""
    assert re.search(r"^Source: \S", page, re.MULTILINE)
    assert checks.load(check).level in ("error", "warning", "info")
