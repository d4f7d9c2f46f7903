"""Changes before they are written."""

from pathlib import Path

import pytest

from overlaykit.errors import UsageError
from overlaykit.repo.tree import Tree
from overlaykit.scaffold.draft import Draft


@pytest.fixture
def draft(tmp_path: Path) -> Draft:
    (tmp_path / "a.yaml").write_text("a: 1\n")
    (tmp_path / "b.yaml").write_text("b: 1\n")
    return Draft(Tree(tmp_path))


def test_reads_what_will_be(draft: Draft) -> None:
    draft.put("a.yaml", "a: 2\n")
    draft.put("b.yaml", None)
    draft.put("c/d.yaml", "d: 1\n")
    assert draft.text("a.yaml") == "a: 2\n"
    assert (draft.has("a.yaml"), draft.has("b.yaml"), draft.has("c/d.yaml")) == (True, False, True)
    assert draft.documents("c/d.yaml")[0].data == {"d": 1}
    assert (draft.tree.root / "a.yaml").read_text() == "a: 1\n"


def test_what_is_as_before_is_no_change(draft: Draft) -> None:
    draft.put("a.yaml", "a: 1\n")
    draft.put("none.yaml", None)
    assert draft.files() == {}
    assert draft.write() == []


def test_writes_all_and_says_what(draft: Draft) -> None:
    draft.put("a.yaml", "a: 2\n")
    draft.put("b.yaml", None)
    draft.put("c/d.yaml", "d: 1")
    root = draft.tree.root
    assert draft.write() == ["wrote a.yaml", "deleted b.yaml", "wrote c/d.yaml"]
    assert (root / "c/d.yaml").read_text() == "d: 1"
    assert not (root / "b.yaml").exists()


def test_a_diff_is_one_that_git_applies(draft: Draft) -> None:
    draft.put("a.yaml", "a: 2")
    draft.put("b.yaml", None)
    assert draft.diff() == (
        "--- a/a.yaml\n+++ b/a.yaml\n@@ -1 +1 @@\n-a: 1\n+a: 2\n\\ No newline at end of file\n"
        "--- a/b.yaml\n+++ /dev/null\n@@ -1 +0,0 @@\n-b: 1\n"
    )


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [(b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")],
)
def test_the_encoding_stays(tmp_path: Path, mark: bytes, encoding: str) -> None:
    (tmp_path / "a.yaml").write_bytes(mark + "a: é\n".encode(encoding))
    draft = Draft(Tree(tmp_path))
    draft.put("a.yaml", draft.text("a.yaml").replace("é", "ü"))
    assert draft.files() == {"a.yaml": mark + "a: ü\n".encode(encoding)}


def test_broken_yaml_is_told_with_its_line(draft: Draft) -> None:
    draft.put("a.yaml", "a: [\n")
    with pytest.raises(UsageError, match=r"a.yaml:\d: is no YAML"):
        draft.documents("a.yaml")
