"""`overlay validate`: formats, targets, exit codes, --fix, silence, configuration."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from helpers import ROOT, overlay

Files = dict[str, str]
HEAD = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n"
SERVICE = "apiVersion: v1\nkind: Service\nmetadata:\n  name: a\nspec:\n  prots: []\n"
TREE = {
    "base/kustomization.yaml": HEAD + "- service.yaml\n",
    "base/service.yaml": SERVICE,
    "overlays/dev/app/kustomization.yaml": HEAD + "- ../../../base\n",
    "overlays/prod/app/kustomization.yaml": HEAD + "- ../../../base\n",
}


@pytest.fixture
def tree(plant: Callable[[Files], Path]) -> Path:
    return plant(TREE)


def test_text_has_two_lines_a_finding_and_a_summary(tree: Path) -> None:
    done = overlay(tree, "validate")
    assert done.exit_code == 1
    head, fix, summary = done.stdout.splitlines()
    assert head.startswith("base/service.yaml:6:3: error schema/invalid: unknown field 'prots'")
    assert fix.startswith("  fix: write 'ports' instead of 'prots' (dev, prod, Service/a)")
    assert summary.startswith("3 overlays, 2 objects, 2 clusters: 1 error in ")


def test_json_is_the_contract(tree: Path) -> None:
    data = json.loads(overlay(tree, "validate", "--format", "json").stdout)
    assert data["version"] == 1
    assert set(data["summary"]) == {
        *("overlays", "objects", "errors", "warnings", "infos", "suppressed", "not_seen"),
        "seconds",
    }
    [finding] = data["findings"]
    assert finding["clusters"] == ["dev", "prod"]
    assert (finding["file"], finding["line"], finding["column"]) == ("base/service.yaml", 6, 3)
    assert (finding["object"], finding["field"]) == ("Service/a", "spec.prots")
    assert len(finding["fingerprint"]) == 16


def test_the_output_is_the_same_twice(tree: Path) -> None:
    first, second = (json.loads(overlay(tree, "validate", "--format", "json").stdout) for _ in "ab")
    assert first["findings"] == second["findings"]


def test_output_goes_to_a_file(tree: Path, tmp_path: Path) -> None:
    out = tmp_path / "out" / "findings.json"
    done = overlay(tree, "validate", "--format", "json", "--output", str(out))
    assert done.stdout == ""
    assert json.loads(out.read_text())["summary"]["errors"] == 1


def test_several_outputs_at_once(tree: Path, tmp_path: Path) -> None:
    wanted = {form: tmp_path / f"out.{form}" for form in ("json", "sarif", "junit", "gitlab")}
    argv = [f"--output={form}={path}" for form, path in wanted.items()]
    done = overlay(tree, "validate", *argv)
    assert done.exit_code == 1
    assert done.stdout.startswith("base/service.yaml:6:3: error")
    for form, path in wanted.items():
        printed = overlay(tree, "validate", "--format", form).stdout
        for text in (printed, path.read_text()):
            assert "unknown field" in text
            assert text.startswith(("{", "[", "<?xml"))


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["--output=srif=x"], "the format is one of text, json, sarif"),
        (["--output=a.txt", "--output=b.txt"], "a.txt is given already"),
    ],
)
def test_an_output_that_is_not_clear_is_refused(tree: Path, argv: list[str], message: str) -> None:
    done = overlay(tree, "validate", *argv)
    assert done.exit_code == 2
    assert message in done.stderr


def test_an_info_never_fails(tree: Path) -> None:
    (tree / ".overlay.yaml").write_text("levels: {schema/invalid: info}\n")
    assert overlay(tree, "validate", "--fail-on", "warning").exit_code == 0


def test_paths_in_reports_begin_at_the_checkout(tree: Path) -> None:
    (tree / ".git").mkdir()
    (tree / "base/.overlay.yaml").write_text("exclude: []\n")
    (tree / "base/kustomization.yaml").write_text(HEAD + "- service.yaml\n")
    lines = overlay(tree / "base", "validate", "--format", "github").stdout
    assert "::error file=base/service.yaml,line=6" in lines
    assert overlay(tree / "base", "validate").stdout.startswith("service.yaml:6:3")


@pytest.mark.parametrize("target", ["dev", "dev/app", "overlays/dev", "base"])
def test_a_target_narrows_the_findings(tree: Path, target: str) -> None:
    (tree / "overlays/prod/app/kustomization.yaml").write_text(HEAD + "- nothing.yaml\n")
    found = json.loads(overlay(tree, "validate", target, "--format", "json").stdout)["findings"]
    assert [f["file"] for f in found] == ["base/service.yaml"]


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("dve", "did you mean 'dev'?"),
        ("dev/ap", "did you mean 'dev/app'?"),
        ("../x", "is no cluster"),
    ],
)
def test_an_unknown_target_is_refused(tree: Path, target: str, message: str) -> None:
    done = overlay(tree, "validate", target)
    assert done.exit_code == 2
    assert message in done.stderr


@pytest.mark.parametrize(
    ("comment", "code"),
    [
        ("# overlay: allow schema/invalid, a vendor field", 0),
        ("# overlay: allow schema/invalid", 1),
    ],
)
def test_a_comment_with_a_reason_silences(tree: Path, comment: str, code: int) -> None:
    text = SERVICE.replace("  prots", f"  {comment}\n  prots")
    (tree / "base/service.yaml").write_text(text)
    done = overlay(tree, "validate")
    assert done.exit_code == code
    assert ("1 suppressed" in done.stdout) == (code == 0)


def test_a_level_can_be_changed(tree: Path) -> None:
    (tree / ".overlay.yaml").write_text("levels: {schema/invalid: warning}\n")
    assert overlay(tree, "validate").exit_code == 0
    assert overlay(tree, "validate", "--fail-on", "warning").exit_code == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "levels: {schema/invald: error}\n",
            ".overlay.yaml:1:10: there is no check 'schema/invald'; did you mean",
        ),
        ("exclud: []\n", "'exclud' is not one of"),
        ("kubernetes: {version: 1.34}\n", "must be a string"),
        ("exclude: x\n", "'exclude' must be a list"),
        ("a: [\n", ".overlay.yaml:"),
    ],
)
def test_a_bad_configuration_is_refused(tree: Path, text: str, message: str) -> None:
    (tree / ".overlay.yaml").write_text(text)
    done = overlay(tree, "validate")
    assert done.exit_code == 2
    assert message in done.stderr


def test_excluded_files_are_not_looked_at(tree: Path) -> None:
    (tree / ".overlay.yaml").write_text("exclude: [overlays/**, base/**]\n")
    (tree / "kustomization.yaml").write_text("resources: []\n")
    assert overlay(tree, "validate").exit_code == 0


def test_a_schema_of_the_user_is_used(tree: Path) -> None:
    crd = tree / "vendor/schemas/example.com"
    crd.mkdir(parents=True)
    schema = {"type": "object", "properties": {"size": {"type": "integer"}}}
    (crd / "thing_v1.json").write_text(json.dumps(schema))
    (tree / ".overlay.yaml").write_text("schemas: [vendor/schemas]\n")
    (tree / "base/service.yaml").write_text(
        "apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: a}\nsize: big\n"
    )
    assert "base/service.yaml:4:7: error schema/invalid: 'big'" in overlay(tree, "validate").stdout


def test_an_empty_folder_is_nothing_to_judge(tmp_path: Path) -> None:
    done = overlay(tmp_path, "validate")
    assert done.exit_code == 2
    assert "nothing to validate" in done.stderr


def test_what_cannot_be_seen_is_counted(tree: Path) -> None:
    (tree / "far").mkdir()
    (tree / "far/kustomization.yaml").write_text("resources: ['https://example.com/a/b']\n")
    data = json.loads(overlay(tree, "validate", "--format", "json").stdout)
    [unseen] = data["summary"]["not_seen"]
    assert unseen["what"] == "far"
    assert "https://example.com/a/b (far/kustomization.yaml:1)" in unseen["why"]


def test_what_a_target_does_not_concern_is_not_counted() -> None:
    def unseen(*argv: str) -> list[str]:
        data = json.loads(overlay(ROOT, "validate", "--format", "json", *argv).stdout)
        return [one["what"] for one in data["summary"]["not_seen"]]

    assert len(unseen()) > 1
    assert unseen("demo/cmf-operator") == ["chart confluent-manager-for-apache-flink"]
    assert unseen("demo/flink-resources") == []


def test_a_kubernetes_version_without_schemas_is_said_once(tree: Path) -> None:
    (tree / ".overlay.yaml").write_text('kubernetes: {version: "1.99"}\n')
    data = json.loads(overlay(tree, "validate", "--format", "json").stdout)
    [unseen] = data["summary"]["not_seen"]
    assert unseen["what"] == "Kubernetes 1.99"
    assert unseen["why"].startswith("no schemas of it are here; judged as 1.")


def test_fix_says_what_it_leaves(plant: Callable[[Files], Path]) -> None:
    done = overlay(plant(TREE), "validate", "--fix")
    assert "not fixed: base/service.yaml:6:3: schema/invalid: no fix of it is safe" in done.stderr


def test_fix_writes_the_facts_into_root(plant: Callable[[Files], Path]) -> None:
    from overlaykit import checks

    page = checks.load("argocd/root-facts").page
    from checks.test_examples import blocks  # type: ignore[import-not-found]

    root = plant(blocks(page, "Bad"))
    before = (root / "overlays/dev/root.yaml").read_text()
    overlay(root, "validate", "--fix")
    after = (root / "overlays/dev/root.yaml").read_text()
    assert after == before.replace("targetRevision: develop", "targetRevision: main")
