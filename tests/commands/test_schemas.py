import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from overlaykit.cli import main

CRD = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.example.com}
spec:
  group: example.com
  names: {kind: Thing}
  versions:
  - name: v1
    served: true
    schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object}}}}
"""


def overlay(root: Path, *argv: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(main, ["-C", str(root), "schemas", *argv], input=stdin)


def failure(root: Path, code: int, *argv: str) -> str:
    """What a run that ends with `code` says."""
    done = overlay(root, *argv)
    assert done.exit_code == code, done.output
    return done.stderr


def test_list_shows_kinds_with_their_source(tmp_path: Path) -> None:
    lines = [line.split() for line in overlay(tmp_path, "list").output.splitlines()]
    assert lines[0] == ["GROUP", "KIND", "VERSIONS", "SOURCE"]
    assert ["platform.confluent.io", "FlinkApplication", "v1beta1", "confluent"] in lines
    assert any(line[:3] == ["argoproj.io", "Application", "v1alpha1"] for line in lines)


def test_list_as_json(tmp_path: Path) -> None:
    data = json.loads(overlay(tmp_path, "list", "--format", "json").output)
    pods = [row for row in data["schemas"] if row["kind"] == "Pod"]
    assert pods[0]["kubernetes"] == ["1.34", "1.35", "1.36", "1.37"]


def test_add_writes_and_says_what_to_do_next(tmp_path: Path) -> None:
    (tmp_path / "crds").mkdir()
    (tmp_path / "crds" / "a.yaml").write_text(CRD + "---\nkind: ConfigMap\n")
    (tmp_path / "crds" / "values.yaml").write_text("{{ not yaml: but no CRD }}")
    done = overlay(tmp_path, "add", str(tmp_path / "crds"))
    assert done.output.splitlines() == [
        "vendor/schemas/example.com/thing_v1.json",
        "1 schemas written to vendor/schemas, 0 were there already",
        "to use them, add to .overlay.yaml:",
        "  schemas: [vendor/schemas]",
    ]
    (tmp_path / ".overlay.yaml").write_text("schemas: [vendor/schemas]\n")
    again = overlay(tmp_path, "add", str(tmp_path / "crds"))
    assert again.output == "0 schemas written to vendor/schemas, 1 were there already\n"
    listed = overlay(tmp_path, "list").output.splitlines()
    assert ["example.com", "Thing", "v1", "vendor/schemas"] in [line.split() for line in listed]


def test_add_reads_lists_and_standard_input(tmp_path: Path) -> None:
    nested = CRD.replace("\n", "\n  ").rstrip()
    done = overlay(tmp_path, "add", "-", "--out", "s", stdin=f"kind: List\nitems:\n- {nested}\n")
    assert done.exit_code == 0, done.exception
    assert (tmp_path / "s" / "example.com" / "thing_v1.json").is_file()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{{- if .Values.crds }}\nkind: CustomResourceDefinition\n{{- end }}\n", "a.yaml:1:3: is a Helm template; render it first"),
        ("kind: CustomResourceDefinition\na: [\n", "a.yaml:3:1: "),
        ("kind: CustomResourceDefinition\nspec: {}\n", "a.yaml:1: is not a complete CustomResourceDefinition"),
        ("kind: ConfigMap\n", "a.yaml: holds no CustomResourceDefinition"),
        (CRD + "---\n" + CRD.replace("spec: {type: object}", "spec: {type: string}"), "is defined otherwise at"),
    ],
)  # fmt: skip
def test_bad_input_is_named_and_nothing_is_written(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "a.yaml").write_text(text)
    assert message in failure(tmp_path, 2, "add", str(tmp_path / "a.yaml"))
    assert not (tmp_path / "vendor").exists()


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["add"], "give the paths of CRDs, or --from-cluster"),
        (["add", "x", "--from-cluster"], "and not both"),
        (["add", "x", "--context", "c"], "--context goes with --from-cluster"),
        (["add", "/nowhere"], "/nowhere: does not exist"),
    ],
)
def test_bad_usage(tmp_path: Path, argv: list[str], message: str) -> None:
    assert message in failure(tmp_path, 2, *argv)


def kubectl(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    tool = folder / "kubectl"
    tool.write_text(f"#!/bin/sh\n{script}\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


def test_add_from_a_cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from overlaykit import source

    answer: dict[str, Any] = {"kind": "CustomResourceDefinitionList", "items": source.parse(CRD)}
    (tmp_path / "answer.json").write_text(json.dumps(answer))
    script = f'echo "$@" >{tmp_path}/argv; cat {tmp_path}/answer.json'
    kubectl(tmp_path, script, monkeypatch)
    done = overlay(tmp_path, "add", "--from-cluster", "--context", "prod-eu")
    assert "vendor/schemas/example.com/thing_v1.json" in done.output
    assert (tmp_path / "argv").read_text().endswith("--context prod-eu\n")


def test_a_cluster_that_does_not_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kubectl(tmp_path, "echo noise >&2; echo no route >&2; exit 1", monkeypatch)
    error = failure(tmp_path, 3, "add", "--from-cluster")
    assert error.strip().endswith("--output json: no route")


def test_without_kubectl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "needs kubectl" in failure(tmp_path, 3, "add", "--from-cluster")


def test_sync_check_passes_here(tmp_path: Path) -> None:
    done = overlay(tmp_path, "sync", "--check")
    assert (done.exit_code, done.output) == (0, "as locked\n")


@pytest.mark.parametrize("verb", ["list", "add", "sync"])
def test_help_has_an_example(tmp_path: Path, verb: str) -> None:
    assert f"Examples:\n    overlay schemas {verb}" in overlay(tmp_path, verb, "--help").output
