"""Layouts of others: what is judged, what is not seen, what is an assumption; each was a bug once."""

from collections.abc import Callable
from pathlib import Path

import pytest

from overlaykit.validate import Result, validate

Files = dict[str, str]
Plant = Callable[[Files], Path]
HEAD = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"
SPACE = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: a\n"
BROKEN = "apiVersion: v1\nkind: Service\nmetadata:\n  name: a\nspec:\n  prots: []\n"
APP = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: {name}, namespace: argocd}}
spec:
  project: p
  source: {{repoURL: https://git.example.com/a.git, path: {path}}}
  destination: {{server: https://kubernetes.default.svc}}
"""


def run(root: Path) -> Result:
    return validate(root, [], lambda done, total: None)


def told(root: Path) -> list[str]:
    return [f"{f.file}:{f.line} {f.level} {f.check}" for f in run(root).findings]


CASES: dict[str, tuple[Files, list[str]]] = {
    "a cycle has no top and is judged": (
        {"a/kustomization.yaml": HEAD + "resources: [../b]\n", "b/kustomization.yaml": HEAD + "resources: [../a]\n"},
        ["a/kustomization.yaml:3 error kustomize/build"],
    ),
    "a base below an overlay that cannot be built is judged itself": (
        {
            "base/kustomization.yaml": HEAD + "resources: [s.yaml]\n",
            "base/s.yaml": BROKEN,
            "top/kustomization.yaml": HEAD + "resources: [../base, 'https://example.com/x']\n",
        },
        ["base/s.yaml:6 error schema/invalid", "top/kustomization.yaml:3 warning repo/pin-revision"],
    ),
    "an empty kustomization": (
        {"kustomization.yaml": "# nothing\n", "x/kustomization.yaml": ""},
        ["kustomization.yaml:1 error kustomize/build", "x/kustomization.yaml:1 error kustomize/build"],
    ),
    "a kustomization beside a chart": (
        {"Chart.yaml": "name: x\n", "kustomization.yaml": HEAD + "resources: [s.yaml]\n", "s.yaml": BROKEN, "templates/t.yaml": "{{ x }}"},
        ["s.yaml:6 error schema/invalid"],
    ),
    "patches written as paths are Kustomize's to refuse": (
        {"kustomization.yaml": HEAD + "resources: [s.yaml]\npatches: [p.yaml]\n", "s.yaml": SPACE, "p.yaml": SPACE},
        ["kustomization.yaml:1 error kustomize/build"],
    ),
    "a template of another program": (
        {"t/kustomization.yaml": HEAD + "resources: ['../{{ name }}']\n", "skeleton/kustomization.yaml": HEAD + "resources: [none.yaml]\n"},
        [],
    ),
    "a file that a script beside it writes": (
        {"kustomization.yaml": HEAD + "resources: [made.yaml]\n", "render.sh": "helm template x > made.yaml\n"},
        ["kustomization.yaml:3 warning kustomize/build"],
    ),
    "a load restriction that a script lifts": (
        {"a/kustomization.yaml": HEAD + "resources: [../s.yaml]\n", "s.yaml": SPACE, "Makefile": "kustomize build --load-restrictor LoadRestrictionsNone\n"},
        ["a/kustomization.yaml:3 warning kustomize/build"],
    ),
    "a chart that Kustomize inflates": (
        {"kustomization.yaml": HEAD + "generators: [g.yaml]\n", "g.yaml": "apiVersion: builtin\nkind: HelmChartInflationGenerator\nmetadata: {name: x}\nname: x\n"},
        [],
    ),
    "the secrets of a generator": (
        {"kustomization.yaml": HEAD + "generators: [k.yaml]\n", "k.yaml": "apiVersion: viaduct.ai/v1\nkind: ksops\nmetadata: {name: x}\nfiles: [./secret.enc.yaml]\n", "secret.enc.yaml": SPACE},
        [],
    ),
    "an entry that is commented out": (
        {"kustomization.yaml": HEAD + "resources:\n- s.yaml\n# - t.yaml\n", "s.yaml": SPACE, "t.yaml": BROKEN},
        ["kustomization.yaml:3 info kustomize/missing-entry"],
    ),
    "a file that prose leads to": (
        {"a/kustomization.yaml": HEAD + "resources: [s.yaml]\n", "a/s.yaml": SPACE, "a/t.yaml": SPACE, "docs/restore.md": "use [it](https://git.example.com/x/blob/main/a/t.yaml)\n"},
        ["a/kustomization.yaml:3 warning kustomize/missing-entry"],
    ),
    "a file that a script applies": (
        {"kustomization.yaml": HEAD + "resources: [s.yaml]\n", "s.yaml": SPACE, "t.yaml": SPACE, "up.sh": "kubectl apply -f dir/t.yaml\n"},
        ["kustomization.yaml:3 warning kustomize/missing-entry"],
    ),
    "an Application in the documentation": (
        {"docs/app.yaml": APP.format(name="x", path="a").replace("project", "projct"), "k/kustomization.yaml": HEAD + "resources: [s.yaml]\n", "k/s.yaml": SPACE},
        ["docs/app.yaml:5 warning schema/invalid"],
    ),
    "a folder of plain manifests is judged": (
        {"apps/a.yaml": APP.format(name="a", path="plain"), "plain/s.yaml": BROKEN},
        ["plain/s.yaml:6 error schema/invalid"],
    ),
    "an anchor that is used again": (
        {"kustomization.yaml": HEAD + "resources: [s.yaml]\n", "s.yaml": SPACE + "  labels: {a: &x b, c: &x d, e: *x}\n"},
        [],
    ),
    "a namespace in a later wave, which Argo CD moves": (
        {"kustomization.yaml": HEAD + "resources: [s.yaml]\n", "s.yaml": SPACE + "  annotations: {argocd.argoproj.io/sync-wave: '5'}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, namespace: a}\n"},
        [],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("files", "findings"), CASES.values(), ids=CASES.keys())
def test_what_is_told(plant: Plant, files: Files, findings: list[str]) -> None:
    assert told(plant(files)) == findings


def test_a_link_out_of_the_repository_is_not_built(plant: Plant, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kustomization.yaml").write_text(HEAD + "resources: []\n")
    root = plant({"r/kustomization.yaml": HEAD + "resources: [far]\n", "r/.overlay.yaml": ""}) / "r"
    (root / "far").symlink_to(outside)
    assert told(root) == ["kustomization.yaml:3 error kustomize/build"]


@pytest.mark.parametrize("text", ["data: &x {a: *x}\n", "- " * 3000, "a: 1\n" * 3_000_000])
def test_a_hazard_is_refused_without_kustomize(
    plant: Plant, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setattr("overlaykit.render.engines.default", lambda: pytest.fail("was started"))
    root = plant({"kustomization.yaml": HEAD + "resources: [s.yaml]\n", "s.yaml": text})
    assert told(root) == ["s.yaml:1 error kustomize/build"]


def test_charts_of_the_repository_are_counted(plant: Plant) -> None:
    root = plant(
        {"c/Chart.yaml": "name: c\n", "c/templates/a.yaml": "{{ x }}", "c/values.yaml": ""}
    )
    assert [unseen.what for unseen in run(root).not_seen] == ["chart c"]
