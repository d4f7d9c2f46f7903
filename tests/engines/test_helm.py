"""Charts of a repository, rendered by the real Helm that make builds."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from helpers import ROOT, overlay

Plant = Callable[[dict[str, str]], Path]
HELM = ROOT / ".cache" / "bin" / "helm"
CHART = "apiVersion: v2\nname: shop\nversion: 1.0.0\n"
TEMPLATE = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
spec:
  replicas: {{ .Values.count }}
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec: {containers: [{name: shop, image: "shop:{{ .Values.tag }}"}]}
"""
TEST = (
    "apiVersion: v1\nkind: Pod\nmetadata:\n  name: try\n  annotations: {helm.sh/hook: test}\n"
    "spec: {wrong: 1}\n"
)


def application(name: str, source: str, url: str = "https://git.example.com/team/shop.git") -> str:
    return (
        f"apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: {name}}}\n"
        f"spec:\n  project: shop\n  source:\n    repoURL: {url}\n    targetRevision: main\n"
        f"    path: charts/shop\n    helm: {source}\n"
        "  destination: {server: https://kubernetes.default.svc, namespace: shop}\n"
    )


def tree(**more: str) -> dict[str, str]:
    files = {
        "charts/shop/Chart.yaml": CHART,
        "charts/shop/values.yaml": "count: 1\ntag: v1\n",
        "charts/shop/templates/deployment.yaml": TEMPLATE,
        "charts/shop/templates/tests/try.yaml": TEST,
        "dev.yaml": "count: 2\n",
        "apps/one.yaml": application("one", "{valueFiles: [../../dev.yaml]}"),
    }
    return files | {name.replace("__", "/") + ".yaml": text for name, text in more.items()}


def told(root: Path) -> dict[str, Any]:
    done = overlay(root, "validate", "--no-cache", "--format", "json")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def of_chart(found: dict[str, Any]) -> list[tuple[str, str, str, int]]:
    return [
        (one["check"], one["level"], one["file"], one["line"])
        for one in found["findings"]
        if one["file"].startswith("charts/")
    ]


@pytest.fixture
def repository(plant: Plant) -> Callable[[dict[str, str]], Path]:
    def write(files: dict[str, str]) -> Path:
        root = plant(files)
        for argv in (
            ["init", "-q"],
            ["remote", "add", "origin", "https://git.example.com/team/shop.git"],
            ["add", "-A"],
        ):
            subprocess.run(["git", *argv], cwd=root, check=True)
        return root

    return write


def test_a_sound_chart_is_seen(repository: Plant) -> None:
    found = told(repository(tree()))
    assert of_chart(found) == []
    assert found["summary"]["objects"] == 2
    assert found["summary"]["not_seen"] == []


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("{valueFiles: [../../dev.yaml], values: 'count: two'}", 1),
        ("{valueFiles: [../../dev.yaml], values: 'count: two', valuesObject: {count: 3}}", 0),
        ("{valuesObject: {count: 3}, values: 'count: two'}", 0),
        ("{values: 'count: two', parameters: [{name: count, value: '4'}]}", 0),
        ("{parameters: [{name: count, value: '4', forceString: true}]}", 0),
    ],
)
def test_the_later_values_outrank_the_earlier(repository: Plant, source: str, wanted: int) -> None:
    found = told(repository(tree(apps__one=application("one", source))))
    invalid = [one for one in of_chart(found) if one[0] == "schema/invalid"]
    place = ("schema/invalid", "error", "charts/shop/templates/deployment.yaml", 6)
    assert invalid == [place] * wanted


def test_the_place_is_the_value_file_that_has_the_last_word(repository: Plant) -> None:
    files = tree() | {"dev.yaml": "# dev\ncount: two\n"}
    [invalid] = [f for f in told(repository(files))["findings"] if f["field"] == "spec.replicas"]
    assert (invalid["file"], invalid["line"], invalid["column"]) == ("dev.yaml", 2, 8)


def test_a_value_file_that_is_not_here_is_not_guessed(repository: Plant) -> None:
    found = told(repository(tree(apps__one=application("one", "{valueFiles: [none.yaml]}"))))
    assert of_chart(found) == []
    assert "none.yaml is not here" in found["summary"]["not_seen"][0]["why"]


def test_what_helm_refuses_is_not_seen_with_its_reason(repository: Plant) -> None:
    files = tree() | {"charts/shop/templates/bad.yaml": '{{ fail "no tag" }}\n'}
    found = told(repository(files))
    assert "no tag" in found["summary"]["not_seen"][0]["why"]


def test_what_asks_the_cluster_is_assumed(repository: Plant) -> None:
    text = TEMPLATE.replace(
        "replicas:", '{{ if .Capabilities.APIVersions.Has "a/v1" }}{{ end }}\n  replica:'
    )
    found = told(repository(tree() | {"charts/shop/templates/deployment.yaml": text}))
    assert [one[:2] for one in of_chart(found)] == [("schema/invalid", "warning")]


def test_applications_in_a_chart_are_followed(repository: Plant) -> None:
    root = application("{{ .Values.tag }}", "{valuesObject: {count: two}}")
    files = tree() | {
        "apps/one.yaml": application("root", "{}").replace("charts/shop", "charts/root"),
        "charts/root/Chart.yaml": CHART,
        "charts/root/values.yaml": "tag: child\n",
        "charts/root/templates/child.yaml": root,
    }
    assert ("schema/invalid", "error", "charts/shop/templates/deployment.yaml", 6) in of_chart(
        told(repository(files))
    )


def test_a_chart_of_several_clusters_is_not_one_set_of_applications(repository: Plant) -> None:
    """Each cluster's Argo CD installs the chart of Applications: none is there twice."""
    child = application("child", "{values: 'tag: {{ .Values.tag }}'}")
    files = tree() | {
        f"clusters/{name}/root.yaml": application(
            "root", f"{{valuesObject: {{tag: {name}}}}}"
        ).replace("charts/shop", "charts/root")
        for name in ("one", "two")
    }
    files |= {
        "charts/root/Chart.yaml": CHART,
        "charts/root/values.yaml": "tag: child\n",
        "charts/root/templates/child.yaml": child,
    }
    del files["apps/one.yaml"]
    found = told(repository(files))
    assert [one for one in found["findings"] if one["check"] == "argocd/duplicate-name"] == []
    assert found["summary"]["objects"] == 6
    assert found["summary"]["not_seen"] == []


def test_a_vendored_chart_is_inflated_by_kustomize(repository: Plant) -> None:
    files = {f"overlays/dev/{name}": text for name, text in tree().items() if "charts" in name}
    kustomization = "helmCharts: [{name: shop, releaseName: a, valuesInline: {count: two}}]\n"
    found = told(repository(files | {"overlays/dev/kustomization.yaml": kustomization}))
    invalid = next(one for one in found["findings"] if one["field"] == "spec.replicas")
    assert invalid["level"] == "warning"
    assert "--enable-helm" in invalid["message"]
    assert found["summary"]["not_seen"] == []


def test_what_is_judged_is_what_helm_renders(repository: Plant) -> None:
    """The object that a finding names is the one of `helm template` as Argo CD calls it."""
    source = "{releaseName: two, valuesObject: {count: x}}"
    root = repository(tree(apps__one=application("one", source)))
    argv = [str(HELM), "template", "two", "charts/shop", "--namespace", "shop", "--set", "count=x"]
    done = subprocess.run(argv, cwd=root, check=True, capture_output=True, text=True)
    assert "name: two" in done.stdout
    found = told(root)
    [invalid] = [one for one in found["findings"] if one["check"] == "schema/invalid"]
    assert invalid["object"] == "Deployment/two"
