"""CRDs that a repository brings itself judge their kinds, beside the schemas that are shipped."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from helpers import overlay

Plant = Callable[[dict[str, str]], Path]


def crd(group: str, kind: str, fields: str) -> str:
    return (
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n"
        f"metadata: {{name: {kind.lower()}s.{group}}}\nspec:\n  group: {group}\n"
        f"  names: {{kind: {kind}, plural: {kind.lower()}s}}\n  scope: Namespaced\n  versions:\n"
        "  - name: v1\n    served: true\n    storage: true\n    schema:\n      openAPIV3Schema:\n"
        "        type: object\n        properties:\n          spec:\n            type: object\n"
        f"            properties: {{{fields}}}\n"
    )


def obj(group: str, kind: str, spec: str) -> str:
    return f"apiVersion: {group}/v1\nkind: {kind}\nmetadata: {{name: a}}\nspec: {{{spec}}}\n"


def told(root: Path) -> list[tuple[str, str]]:
    done = overlay(root, "validate", "--no-cache", "--format", "json")
    found = json.loads(done.stdout)["findings"]
    return [(f["level"], f["message"]) for f in found if f["check"].startswith("schema/")]


SHOP = crd("shop.example.com", "Shop", "open: {type: boolean}")


@pytest.mark.parametrize(
    ("spec", "wanted"), [("open: true", []), ("opne: true", ["error"]), ("open: 1", ["error"])]
)
def test_a_kind_that_only_the_repository_knows(plant: Plant, spec: str, wanted: list[str]) -> None:
    files = {
        "kustomization.yaml": "resources: [crd.yaml, a.yaml]\n",
        "crd.yaml": SHOP,
        "a.yaml": obj("shop.example.com", "Shop", spec),
    }
    assert [level for level, _ in told(plant(files))] == wanted


def test_a_field_that_one_of_two_crds_allows_is_no_mistake(plant: Plant) -> None:
    files = {
        "overlays/old/kustomization.yaml": "resources: [crd.yaml]\n",
        "overlays/old/crd.yaml": SHOP,
        "overlays/new/kustomization.yaml": "resources: [crd.yaml, a.yaml]\n",
        "overlays/new/crd.yaml": crd("shop.example.com", "Shop", "late: {type: boolean}"),
        "overlays/new/a.yaml": obj("shop.example.com", "Shop", "late: true"),
    }
    assert told(plant(files)) == []


def test_a_field_of_a_newer_crd_than_the_shipped_one(plant: Plant) -> None:
    certificate = "secretName: a, issuerRef: {name: a}, brandNew: true"
    files = {
        "kustomization.yaml": "resources: [a.yaml]\n",
        "a.yaml": obj("cert-manager.io", "Certificate", certificate),
    }
    assert [level for level, _ in told(plant(files))] == ["error"]
    files["kustomization.yaml"] = "resources: [a.yaml, crd.yaml]\n"
    files["crd.yaml"] = crd("cert-manager.io", "Certificate", "brandNew: {type: boolean}")
    assert told(plant(files)) == []
