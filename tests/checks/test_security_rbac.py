"""security/rbac: what is bound to the accounts of Flink's jobs, and what is not theirs."""

from pathlib import Path
from typing import Any

import pytest
from flink_trees import deployment, job, main, thing, told

CHECK = "security/rbac"
RBAC = "rbac.authorization.k8s.io/v1"
STAR = {"apiGroups": [""], "resources": ["pods"], "verbs": ["*"]}


def account(name: str = "flink", namespace: str = "flink") -> dict[str, str]:
    return {"kind": "ServiceAccount", "name": name, "namespace": namespace}


def role(*rules: dict[str, Any], kind: str = "Role") -> dict[str, Any]:
    return thing(kind, "jobs", RBAC, "" if kind == "ClusterRole" else "flink", rules=list(rules))


def binding(
    *subjects: dict[str, str], kind: str = "RoleBinding", to: str = "Role/jobs"
) -> dict[str, Any]:
    name = {"kind": to.split("/")[0], "name": to.split("/")[1], "apiGroup": RBAC[:-3]}
    where = "" if kind == "ClusterRoleBinding" else "flink"
    return thing(kind, "jobs", RBAC, where, roleRef=name, subjects=list(subjects))


@pytest.mark.parametrize("field", ["verbs", "resources"])
def test_a_star_for_jobs(tmp_path: Path, field: str) -> None:
    rule = {"apiGroups": [""], "resources": ["pods"], "verbs": ["get"], field: ["*"]}
    [(level, message)] = told(tmp_path, CHECK, job(), role(rule), binding(account()))
    assert level == "warning"
    assert message.startswith(f"{field}: '*' for the account of FlinkDeployment/flink/orders")


def test_a_cluster_role_that_a_namespace_binds(tmp_path: Path) -> None:
    star = role(STAR, kind="ClusterRole")
    assert told(tmp_path, CHECK, job(), star, binding(account(), to="ClusterRole/jobs"))


@pytest.mark.parametrize(
    ("kind", "name", "many"),
    [
        ("ClusterRoleBinding", "cluster-admin", 1),
        ("ClusterRoleBinding", "edit", 1),
        ("RoleBinding", "admin", 1),
        ("RoleBinding", "edit", 0),  # of its own namespace: Flink's own guide does so
        ("ClusterRoleBinding", "view", 0),
    ],
)
def test_roles_of_kubernetes(tmp_path: Path, kind: str, name: str, many: int) -> None:
    bound = binding(account(), kind=kind, to=f"ClusterRole/{name}")
    assert len(told(tmp_path, CHECK, job(), bound)) == many


@pytest.mark.parametrize(
    "subject",
    [
        account("operator"),
        account("flink", "other"),
        {"kind": "User", "name": "flink"},
        {"kind": "Group", "name": "system:serviceaccounts:other"},
    ],
)
def test_the_rights_of_others_are_theirs(tmp_path: Path, subject: dict[str, str]) -> None:
    assert told(tmp_path, CHECK, job(), role(STAR), binding(subject)) == []


@pytest.mark.parametrize("name", ["system:serviceaccounts", "system:serviceaccounts:flink"])
def test_every_account(tmp_path: Path, name: str) -> None:
    assert told(tmp_path, CHECK, job(), role(STAR), binding({"kind": "Group", "name": name}))


def test_the_account_of_a_template_outranks(tmp_path: Path) -> None:
    template = main()
    template["spec"]["serviceAccountName"] = "narrow"
    one = job(podTemplate=template)
    assert told(tmp_path, CHECK, one, role(STAR), binding(account())) == []
    assert told(tmp_path, CHECK, one, role(STAR), binding(account("narrow")))


def test_a_star_without_flink_is_none_of_our_business(tmp_path: Path) -> None:
    pod = deployment(serviceAccountName="flink")
    assert told(tmp_path, CHECK, pod, role(STAR), binding(account())) == []
