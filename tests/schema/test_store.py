from pathlib import Path

import pytest

from overlaykit.errors import CannotLook
from overlaykit.schema.store import Store, builtin, kubernetes_path


def found(store: Store, api_version: str, kind: str) -> str | None:
    path = store.find(api_version, kind)
    return path and path.relative_to(builtin()).as_posix()


@pytest.mark.parametrize(
    ("api_version", "kind", "path"),
    [
        ("v1", "Service", "kubernetes/v1.34/service-v1.json"),
        ("apps/v1", "Deployment", "kubernetes/v1.34/deployment-apps-v1.json"),
        ("rbac.authorization.k8s.io/v1", "Role", "kubernetes/v1.34/role-rbac-v1.json"),
        ("argoproj.io/v1alpha1", "Application", "crds/argoproj.io/application_v1alpha1.json"),
        ("apps/v1beta1", "Deployment", None),
        ("policy.example.com/v1", "PodDisruptionBudget", None),
        ("v1", "../../crds/argoproj.io/application_v1alpha1", None),
        ("../x/v1", "Service", None),
        ("", "", None),
    ],
)
def test_find(api_version: str, kind: str, path: str | None) -> None:
    assert found(Store(builtin()), api_version, kind) == path


@pytest.mark.parametrize(
    ("version", "minor"),
    [("1.34", "v1.34"), ("v1.35.2", "v1.35"), ("1.20", "v1.34"), ("1.99", "v1.37")],
)
def test_a_version_that_is_not_shipped_is_judged_by_the_nearest(version: str, minor: str) -> None:
    assert Store(builtin(), (), version).minor == minor


def test_a_version_that_is_none() -> None:
    with pytest.raises(CannotLook, match="write it as 1.34"):
        Store(builtin(), (), "latest").find("v1", "Service")


@pytest.mark.parametrize(
    "name",
    ["argoproj.io/application_v1alpha1.json", "crds/argoproj.io/application_v1alpha1.json"],
)
def test_the_users_folder_comes_first(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(parents=True)
    path.write_text("{}")
    assert Store(builtin(), [tmp_path]).find("argoproj.io/v1alpha1", "Application") == path


def test_the_users_own_kubernetes_kinds(tmp_path: Path) -> None:
    (tmp_path / "service-v1.json").write_text("{}")
    assert Store(builtin(), [tmp_path]).find("v1", "Service") == tmp_path / "service-v1.json"


def test_names_are_those_of_kubeconform() -> None:
    assert kubernetes_path("networking.k8s.io", "Ingress", "v1") == "ingress-networking-v1.json"
    assert kubernetes_path("", "Pod", "v1") == "pod-v1.json"
