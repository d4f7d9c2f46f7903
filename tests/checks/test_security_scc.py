"""security/scc: what a namespace refuses, as far as somebody says what it enforces."""

from pathlib import Path
from typing import Any

import pytest
from flink_trees import application, deployment, job, main, thing, told, write

CHECK = "security/scc"
POD = {"securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}}
SAFE = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
GOOD = {"container": {"securityContext": SAFE}, **POD}
SCC = "assuming that the pods get the SCC restricted-v2"


def namespace(level: str = "restricted", name: str = "flink", word: str = "enforce") -> dict:
    labels = {f"pod-security.kubernetes.io/{word}": level}
    return thing("Namespace", name, namespace="", labels=labels)


def changed(pod: dict[str, Any] | None = None, **context: Any) -> dict[str, Any]:
    """A good Deployment with another security context of its container, and more of its pod."""
    return deployment(**{**GOOD, "container": {"securityContext": SAFE | context}, **(pod or {})})


def test_a_pod_that_says_everything(tmp_path: Path) -> None:
    assert told(tmp_path, CHECK, namespace(), changed()) == []


@pytest.mark.parametrize(
    ("pod", "words"),
    [
        (changed(allowPrivilegeEscalation=None), "allowPrivilegeEscalation of web is not false"),
        (changed(capabilities={"drop": ["NET_RAW"]}), "does not drop all capabilities"),
        (changed(runAsUser=0), "runAsUser of web is 0, root"),
        (changed(runAsNonRoot=False), "runAsNonRoot is not true for web"),
        (changed({"securityContext": {}}, runAsNonRoot=True), "seccompProfile is not set"),
        (changed({"hostNetwork": True}), "hostNetwork is on"),
        (changed({"volumes": [{"name": "v", "hostPath": {"path": "/v"}}]}), "is a hostPath"),
        (changed({"volumes": [{"name": "v", "nfs": {}}]}), "is of type nfs"),
    ],
)
def test_one_thing_that_is_refused(tmp_path: Path, pod: dict[str, Any], words: str) -> None:
    [(level, message)] = told(tmp_path, CHECK, namespace(), pod)
    assert level == "error"
    assert words in message
    assert "namespace 'flink' enforces restricted" in message


def test_the_baseline_asks_for_less(tmp_path: Path) -> None:
    plain = deployment()
    assert told(tmp_path, CHECK, namespace("baseline"), plain) == []
    host = deployment(hostPID=True)
    assert [m.split(";")[0] for _, m in told(tmp_path, CHECK, namespace("baseline"), host)] == [
        "hostPID is on"
    ]


@pytest.mark.parametrize(
    "objects",
    [
        (),
        (namespace("privileged"),),
        (namespace(word="warn"),),
        (namespace(name="other"),),
        (thing("Namespace", "flink", namespace=""),),
    ],
    ids=["none", "privileged", "warn only", "another", "no label"],
)
def test_nobody_says_that_anything_is_enforced(tmp_path: Path, objects: tuple[dict, ...]) -> None:
    assert told(tmp_path, CHECK, *objects, deployment(hostPID=True)) == []


def test_two_that_do_not_agree(tmp_path: Path) -> None:
    write(tmp_path / "there" / "all.yaml", namespace("privileged"))
    here = application("there", {"path": "there"})
    assert told(tmp_path, CHECK, namespace(), deployment(), beside=(here,)) == []


def test_labels_that_the_application_gives(tmp_path: Path) -> None:
    write(tmp_path / "job" / "all.yaml", deployment(hostPID=True))
    other = application("job", {"path": "job"})
    labels = {"pod-security.kubernetes.io/enforce": "baseline"}
    other["spec"]["syncPolicy"] = {"managedNamespaceMetadata": {"labels": labels}}
    [(level, message)] = told(tmp_path, CHECK, thing("ConfigMap", "a"), beside=(other,))
    assert level == "error"
    assert "hostPID is on" in message


def test_flinks_templates_are_merged_before_they_are_judged(tmp_path: Path) -> None:
    common = {"spec": {**main(securityContext=SAFE)["spec"], **POD}}
    assert told(tmp_path, CHECK, namespace(), job(podTemplate=common)) == []
    size = {"resource": {"cpu": 1, "memory": "2048m"}}
    root = main(securityContext={"runAsUser": 0})
    one = job(podTemplate=common, taskManager={**size, "podTemplate": root})
    [(_, message)] = told(tmp_path, CHECK, namespace(), one)
    assert "runAsUser of flink-main-container is 0" in message


def route() -> dict[str, Any]:
    to = {"kind": "Service", "name": "ui"}
    return thing("Route", "ui", "route.openshift.io/v1", spec={"to": to})


FIXED = job(podTemplate={"spec": {"securityContext": {"runAsUser": 9999, "fsGroup": 9999}}})


def test_users_of_ones_own_on_openshift(tmp_path: Path) -> None:
    found = told(tmp_path, CHECK, route(), FIXED)
    assert [level for level, _ in found] == ["warning", "warning"]
    assert all(SCC in message for _, message in found)


def test_no_openshift(tmp_path: Path) -> None:
    assert told(tmp_path, CHECK, FIXED) == []


@pytest.mark.parametrize(
    "granted",
    [
        thing("SecurityContextConstraints", "flink", "security.openshift.io/v1", ""),
        thing(
            "RoleBinding",
            "scc",
            "rbac.authorization.k8s.io/v1",
            roleRef={"kind": "ClusterRole", "name": "system:openshift:scc:nonroot-v2"},
        ),
    ],
    ids=lambda one: one["kind"],
)
def test_another_scc_is_granted(tmp_path: Path, granted: dict[str, Any]) -> None:
    assert told(tmp_path, CHECK, route(), FIXED, granted) == []
