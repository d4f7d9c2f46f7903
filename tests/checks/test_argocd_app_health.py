"""argocd/app-health: proved with parent and argocd-cm here, assumed with one, silent else."""

import pytest

from checks.argocd_trees import HEALTH, Files, Plant, application, argocd_cm, folder, found

CHECK = "argocd/app-health"
ROOT = {"clusters/dev/root.yaml": application("root", "clusters/dev/apps")}
APPS = folder(
    "clusters/dev/apps",
    one=application("one", chart="a", wave="1"),
    two=application("two", chart="b", wave="2"),
)
VALUES = "configs:\n  cm:\n    " + HEALTH + "argoproj.io_Application: return {}\n"


def levels(plant: Plant, *parts: Files) -> list[str]:
    files: Files = {}
    for part in parts:
        files |= part
    return [level for level, *_ in found(plant(files), CHECK)]


@pytest.mark.parametrize(
    ("parts", "wanted"),
    [
        ((APPS,), []),
        ((ROOT, APPS), ["warning"]),
        ((APPS, argocd_cm("clusters/dev/argocd")), ["warning"]),
        ((ROOT, APPS, argocd_cm("clusters/dev/argocd")), ["error"]),
        ((ROOT, APPS, argocd_cm("clusters/dev/argocd", "argoproj.io_Application")), []),
        # Another cluster's Argo CD has it; this one's is not here.
        ((ROOT, APPS, argocd_cm("clusters/prod/argocd")), ["warning"]),
        # A file that nothing deploys may be what Argo CD was installed with.
        ((ROOT, APPS, {"install/values.yaml": VALUES}), []),
        (
            (ROOT, APPS, argocd_cm("clusters/dev/argocd"), {"install/values.yaml": VALUES}),
            ["warning"],
        ),
    ],
    ids=[
        *("alone", "parent", "argocd-cm", "both", "shipped", "of another", "values", "both+values"),
    ],
)
def test_what_is_proved(plant: Plant, parts: tuple[Files, ...], wanted: list[str]) -> None:
    assert levels(plant, *parts) == wanted


def test_one_wave_is_no_order(plant: Plant) -> None:
    same = {name: text.replace('"2"', '"1"') for name, text in APPS.items()}
    assert levels(plant, ROOT, same, argocd_cm("clusters/dev/argocd")) == []


def test_argo_cd_as_a_chart_of_an_application(plant: Plant) -> None:
    text = application("argo", chart="argo-cd").replace(
        "targetRevision: 1.2.3}",
        "targetRevision: 1.2.3, helm: {valuesObject: {configs: {cm: {"
        + HEALTH
        + "argoproj.io_Application: 'return {}'}}}}}",
    )
    own = {"clusters/dev/argo.yaml": text.replace("namespace: default}", "namespace: argocd}")}
    assert levels(plant, ROOT, APPS, own) == []
    bare = {name: text.replace("_Application", "_Other") for name, text in own.items()}
    assert levels(plant, ROOT, APPS, bare) == ["error"]


def test_the_argocd_resource_of_openshift(plant: Plant) -> None:
    head = "apiVersion: argoproj.io/v1beta1\nkind: ArgoCD\nmetadata: {name: a, namespace: argocd}\n"
    check = "{group: argoproj.io, kind: Application, check: 'return {}'}"
    whole = folder("clusters/dev/argocd", a=f"{head}spec: {{resourceHealthChecks: [{check}]}}\n")
    assert levels(plant, ROOT, APPS, whole) == []
    empty = folder("clusters/dev/argocd", a=f"{head}spec: {{resourceHealthChecks: []}}\n")
    assert levels(plant, ROOT, APPS, empty) == ["error"]
