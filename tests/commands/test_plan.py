"""`overlay plan`: nested syncs, what each step waits for, and what is proved or refuted."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from checks.argocd_trees import Files, application, argocd_cm, folder, manifest
from helpers import ROOT, overlay

Plant = Callable[[Files], Path]
CONFLUENT, FLINK = "platform.confluent.io/v1beta1", "flink.apache.org/v1beta1"
OPERATOR = application("operator", chart="flink-kubernetes-operator", wave="1")
PARENT = {"clusters/dev/root.yaml": application("root", "clusters/dev/apps")}
HEALTH = argocd_cm("clusters/dev/argocd", "argoproj.io_Application")


def plan(root: Path, cluster: str = "dev", code: int = 0) -> dict[str, Any]:
    done = overlay(root, "plan", cluster, "--format", "json")
    assert done.exit_code == code, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def verdicts(found: dict[str, Any], part: str) -> list[tuple[str, str]]:
    """(verdict, why) of the needs whose words hold a part."""
    return [(one["verdict"], one["why"]) for one in found["proofs"] if part in one["need"]]


def tree(jobs: Files, wave: str = "2", policy: str = "", *parts: Files) -> Files:
    apps = {"jobs": application("jobs", "clusters/dev/jobs", wave=wave, policy=policy)}
    files = PARENT | folder("clusters/dev/apps", operator=OPERATOR, **apps) | jobs
    for part in parts:
        files |= part
    return files


SESSION = folder("clusters/dev/jobs", a=manifest(FLINK, "FlinkDeployment", "session"))


@pytest.mark.parametrize("cluster", ["demo", "flink-demo", "openshift-demo"])
def test_our_own_clusters_are_proved(cluster: str) -> None:
    found = plan(ROOT, cluster)
    assert {one["verdict"] for one in found["proofs"]} <= {"proved", "given"}
    assert (found["cycles"], found["argocd_declared"]) == ([], True)
    needs = " ".join(one["need"] for one in found["proofs"])
    for part in ("namespace", "project"):
        assert part in needs


def test_what_the_jobs_of_a_cluster_need_is_all_looked_at() -> None:
    needs = " ".join(one["need"] for one in plan(ROOT, "flink-demo")["proofs"])
    for part in ("CRDs of", "Manager", "webhook of cert-manager", "REST class", "environment"):
        assert part in needs


def test_the_syncs_are_nested_in_the_order_of_their_waves() -> None:
    [root] = plan(ROOT, "flink-demo")["syncs"]
    assert root["application"] == "flink-root"
    assert [step["wave"] for step in root["steps"]] == sorted(s["wave"] for s in root["steps"])
    names = [child["application"] for child in root["children"]]
    assert names[:2] == ["namespaces", "cert-manager"]
    [sql] = [child for child in root["children"] if child["application"] == "flink-sql"]
    kinds = [step["objects"][0].partition("/")[0] for step in sql["steps"]]
    wanted = ["FlinkSecret", "FlinkEnvironmentSecretMapping", "FlinkKafkaCatalog"]
    wanted += ["FlinkKafkaDatabase", "FlinkComputePool", "FlinkStatement", "FlinkStatement"]
    assert kinds == wanted


def test_a_step_says_what_it_waits_for() -> None:
    text = overlay(ROOT, "plan", "flink-demo").stdout
    assert "Application: waits until healthy (shipped: workloads/argocd-config/" in text
    assert "Deployment: waits until healthy (built in: Argo CD)" in text
    assert "PodMonitor: does not wait (no health check for monitoring.coreos.com)" in text
    assert "is not ordered: each syncs itself" in text


@pytest.mark.parametrize(
    ("wave", "policy", "parts", "verdict", "why"),
    [
        ("2", "", (HEALTH,), "proved", "wave 1 before 2 of root"),
        ("2", "", (), "open", "nothing waits: no health check for Application"),
        ("0", "", (HEALTH,), "refuted", "wave 1 after 0 of root"),
        ("1", "{automated: {}}", (HEALTH,), "retry", "comes in by retry, for 2 min 35 s"),
        ("1", "", (HEALTH,), "open", "it does not try again"),
    ],
)
def test_the_operator_and_its_jobs(
    plant: Plant, wave: str, policy: str, parts: tuple[Files, ...], verdict: str, why: str
) -> None:
    root = plant(tree(SESSION, wave, policy, *parts))
    found = plan(root, code=1 if verdict == "refuted" else 0)
    for part in ("CRDs of flink.apache.org", "the Flink Kubernetes Operator", "the webhook of"):
        [(said, reason), *_] = verdicts(found, part)
        assert said == verdict
        assert why in reason


def test_a_webhook_that_is_off_is_not_needed(plant: Plant) -> None:
    off = OPERATOR.replace(
        "targetRevision: 1.2.3}",
        "targetRevision: 1.2.3, helm: {valuesObject: {webhook: {create: false}}}}",
    )
    files = tree(SESSION, "2", "", HEALTH) | {"clusters/dev/apps/operator.yaml": off}
    assert verdicts(plan(plant(files)), "webhook") == []


def test_inside_one_sync(plant: Plant) -> None:
    def jobs(first: str, second: str) -> Files:
        environment = manifest(CONFLUENT, "FlinkEnvironment", "default", first)
        job = manifest(CONFLUENT, "FlinkApplication", "a", second, "{flinkEnvironment: default}")
        return folder("clusters/dev/jobs", a=environment, b=job)

    key = "platform.confluent.io_FlinkEnvironment"
    shipped = argocd_cm("clusters/dev/argocd", "argoproj.io_Application", key)
    for waves, parts, code, verdict, why in (
        (("1", "2"), (shipped,), 0, "proved", "wave 1 before 2 of jobs"),
        (("1", "2"), (HEALTH,), 0, "open", "no health check for FlinkEnvironment"),
        (("2", "1"), (shipped,), 1, "refuted", "wave 2 after 1 of jobs"),
        (("2", "2"), (shipped,), 1, "refuted", "nothing waits"),
    ):
        found = plan(plant(tree(jobs(*waves), "2", "", *parts)), code=code)
        [(said, reason)] = verdicts(found, "environment 'default'")
        assert (said, why in reason) == (verdict, True), reason


def test_what_nobody_brings_is_open_and_what_is_declared_is_given(plant: Plant) -> None:
    pod = "{spec: {containers: [{env: [{valueFrom: {secretKeyRef: {name: login, key: a}}}]}]}}"
    deployment = manifest("apps/v1", "Deployment", "web", spec=f"{{template: {pod}}}")
    monitor = manifest("monitoring.coreos.com/v1", "PodMonitor", "web")
    root = plant(tree(folder("clusters/dev/jobs", a=deployment, b=monitor), "2", "", HEALTH))
    found = plan(root)
    assert [v for v, _ in verdicts(found, "Secret 'login'")] == ["open"]
    assert [v for v, _ in verdicts(found, "CRDs of monitoring")] == ["open"]
    (root / ".overlay.yaml").write_text("external: [Secret/default/log*]\n")
    assert [v for v, _ in verdicts(plan(root), "Secret 'login'")] == ["given"]


def test_a_ring_is_named(plant: Plant) -> None:
    def crd(group: str) -> str:
        spec = f"{{group: {group}, names: {{kind: Thing, plural: things}}, versions: []}}"
        about = f"metadata: {{name: things.{group}}}"
        return f"apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n{about}\nspec: {spec}\n"

    files = dict(PARENT)
    apps = {n: application(n, f"clusters/dev/{n}", wave="1") for n in ("a", "b")}
    files |= folder("clusters/dev/apps", **apps)
    for own, other in (("a", "b"), ("b", "a")):
        thing = manifest(f"{other}.example.com/v1", "Thing", "one")
        files |= folder(f"clusters/dev/{own}", crd=crd(f"{own}.example.com"), thing=thing)
    root = plant(files)
    assert plan(root, code=1)["cycles"] == [["a", "b"]]
    assert "a needs b needs a" in overlay(root, "plan", "dev").stdout


def test_hooks_have_their_phase(plant: Plant) -> None:
    hook = manifest("batch/v1", "Job", "migrate", spec="{}").replace(
        "namespace: default",
        "namespace: default\n  annotations: {argocd.argoproj.io/hook: PreSync}",
    )
    root = plant(tree(folder("clusters/dev/jobs", a=hook), "2", "", HEALTH))
    assert "PreSync wave 0: Job migrate" in overlay(root, "plan", "dev").stdout


def test_applications_that_nothing_here_deploys(plant: Plant) -> None:
    files = tree(SESSION, "2", "", HEALTH)
    del files["clusters/dev/root.yaml"]
    found = plan(plant(files))
    [(verdict, why), *_] = verdicts(found, "CRDs of flink.apache.org")
    assert verdict == "open"
    assert "what applies them is not here" in why


def test_an_application_that_deploys_itself(plant: Plant) -> None:
    files = folder("clusters/dev/apps", root=application("root", "clusters/dev/apps"))
    [root] = plan(plant(files))["syncs"]
    assert (root["application"], root["children"]) == ("root", [])


def test_a_cluster_without_applications_is_refused(plant: Plant) -> None:
    done = overlay(plant(tree(SESSION)), "plan", "prod")
    assert done.exit_code == 2
    assert "'prod' is no cluster and no directory with an Application" in done.stderr
    assert "clusters with Applications here: dev" in done.stderr


def test_a_directory_of_a_repository_without_clusters(plant: Plant) -> None:
    files = {name.replace("clusters/dev/", "argo/"): text for name, text in tree(SESSION).items()}
    files = {name: text.replace("clusters/dev/", "argo/") for name, text in files.items()}
    root = plant(files)
    [sync] = plan(root, "argo")["syncs"]
    assert [child["application"] for child in sync["children"]] == ["operator", "jobs"]
    done = overlay(root, "plan", "dev")
    assert "Applications of no cluster stand in: argo/apps, argo/root.yaml" in done.stderr
