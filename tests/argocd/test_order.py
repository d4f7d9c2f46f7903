"""The order of one sync: phases, waves, kinds, names; namespaces and CRDs before their users."""

import random
from typing import Any

import pytest

from overlaykit.argocd.order import phases, steps, tasks, wave_of
from overlaykit.render.objects import Object

WAVE, HOOK = "argocd.argoproj.io/sync-wave", "argocd.argoproj.io/hook"


def obj(kind: str, name: str, version: str = "v1", **annotations: str) -> Object:
    keys = {"wave": WAVE, "hook": HOOK, "helm": "helm.sh/hook", "weight": "helm.sh/hook-weight"}
    about: dict[str, Any] = {"name": name}
    namespace = annotations.pop("namespace", "")
    about |= {"namespace": namespace} if namespace else {}
    about["annotations"] = {keys[key]: value for key, value in annotations.items()}
    return Object({"apiVersion": version, "kind": kind, "metadata": about})


def order(objects: list[Object]) -> list[str]:
    return [task.obj.name for task in tasks(objects)]


def test_phase_then_wave_then_kind_then_name() -> None:
    wanted = [
        obj("Job", "migrate", "batch/v1", hook="PreSync", wave="9"),
        obj("Deployment", "early", "apps/v1", wave="-1"),
        obj("ConfigMap", "a"),
        obj("ConfigMap", "b"),
        obj("Deployment", "web", "apps/v1"),
        obj("Thing", "custom", "example.com/v1"),
        obj("Service", "late", wave="10"),
        obj("Job", "smoke", "batch/v1", hook="PostSync"),
    ]
    for seed in range(5):
        mixed = wanted.copy()
        random.Random(seed).shuffle(mixed)
        assert order(mixed) == [one.name for one in wanted]


@pytest.mark.parametrize(
    ("annotations", "found"),
    [
        ({}, ["Sync"]),
        ({"hook": "PostSync, PreSync"}, ["PreSync", "PostSync"]),
        ({"hook": "SyncFail"}, []),
        ({"hook": "Skip"}, []),
        ({"helm": "pre-install,pre-upgrade"}, ["PreSync"]),
        ({"helm": "post-install"}, ["PostSync"]),
        ({"helm": "test"}, []),
        ({"helm": "pre-install", "hook": "Sync"}, ["Sync"]),
    ],
)
def test_the_phases_of_an_object(annotations: dict[str, str], found: list[str]) -> None:
    assert phases(obj("Job", "a", "batch/v1", **annotations)) == found


def test_the_weight_of_a_helm_hook_is_its_wave() -> None:
    assert wave_of(obj("Job", "a", helm="pre-install", weight="-5")) == -5
    assert wave_of(obj("Job", "a", helm="pre-install", weight="-5", wave="2")) == 2
    assert wave_of(obj("Job", "a", wave="soon")) == 0


def test_a_namespace_comes_before_its_first_user() -> None:
    user = obj("ConfigMap", "user", namespace="flink", wave="3")
    [first, *_] = steps([user, obj("Namespace", "flink", wave="7"), obj("Secret", "z", wave="4")])
    assert (first.wave, [one.name for one in first.objects]) == (3, ["flink", "user"])


def test_a_crd_comes_before_its_first_object() -> None:
    crd = obj("CustomResourceDefinition", "things", "apiextensions.k8s.io/v1", wave="5")
    crd.data["spec"] = {"group": "example.com", "names": {"kind": "Thing"}}
    thing = obj("Thing", "one", "example.com/v1", hook="PreSync")
    [first] = steps([crd, thing])
    assert (first.phase, [one.name for one in first.objects]) == ("PreSync", ["things", "one"])


def test_steps_gather_what_goes_together() -> None:
    found = steps([obj("ConfigMap", "a"), obj("Secret", "b"), obj("Service", "c", wave="1")])
    assert [(s.phase, s.wave, len(s.objects)) for s in found] == [("Sync", 0, 2), ("Sync", 1, 1)]
    assert steps([]) == []
