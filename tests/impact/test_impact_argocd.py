"""What Argo CD prunes, leaves behind, deletes with an Application, or never gets to."""

from pathlib import Path
from typing import Any

import pytest

from checks.argocd_trees import application
from impact.impact_trees import (
    APPS,
    JOBS,
    SYNC,
    Document,
    applications,
    deployment,
    edited,
    effects,
    hazards,
    impact,
    one,
    tree,
)

JOB = "FlinkDeployment/flink/job"
CASCADE = "  finalizers: [resources-finalizer.argocd.argoproj.io]\n"
CASCADING = application("jobs", JOBS, policy=SYNC).replace("spec:\n", f"{CASCADE}spec:\n", 1)
OPTIONS = "argocd.argoproj.io/sync-options"


def jobs(*documents: Document, app: str = "") -> dict[str, str]:
    return tree(deployment("other"), *documents, app=app)


def marked(options: str) -> Document:
    return edited(deployment(), ("metadata/annotations", {OPTIONS: options}))


@pytest.mark.parametrize(
    ("job", "policy", "wanted"),
    [
        (deployment(), SYNC, ("pruned", "loss")),
        (deployment(), "{automated: {}}", ("left behind", "change")),
        (deployment(), "", ("pruned", "loss")),
        (marked("Prune=false"), SYNC, ("left behind", "change")),
        (marked("Prune=confirm"), SYNC, ("left behind", "change")),
    ],
    ids=["prune", "no-prune", "by-hand", "prune-false", "confirm"],
)
def test_an_object_that_is_gone_is_pruned_or_not(
    tmp_path: Path, job: Document, policy: str, wanted: tuple[str, str]
) -> None:
    app = application("jobs", JOBS, policy=policy)
    assert effects(impact(tmp_path, jobs(job, app=app), jobs(app=app))) == {JOB: wanted}


@pytest.mark.parametrize(
    ("app", "job", "wanted", "danger"),
    [
        (CASCADING, deployment(), ("pruned", "loss"), "loss"),
        (CASCADING, marked("Delete=false"), ("left behind", "change"), "risk"),
        (application("jobs", JOBS, policy=SYNC), deployment(), ("left behind", "change"), "risk"),
    ],
    ids=["cascade", "delete-false", "no-cascade"],
)
def test_an_application_that_goes_takes_its_jobs_or_leaves_them(
    tmp_path: Path, app: str, job: Document, wanted: tuple[str, str], danger: str
) -> None:
    before = tree(job, app=app)
    found = impact(tmp_path, before, {**before, **applications()})
    assert effects(found)[JOB] == wanted
    assert hazards(found) == {"application-removed": danger}


def test_a_parent_that_does_not_prune_keeps_the_application(tmp_path: Path) -> None:
    before = tree(deployment(), app=CASCADING)
    root = {"clusters/prod/root.yaml": application("root", APPS, policy="{automated: {}}")}
    found = one(impact(tmp_path, before | root, {**before, **applications(), **root}), JOB)
    assert (found["effect"], "does not prune" in found["why"]) == ("left behind", True)


def test_a_renamed_application_may_delete_what_the_new_one_takes_over(tmp_path: Path) -> None:
    renamed = CASCADING.replace("name: jobs", "name: flink-jobs")
    before = tree(deployment(), app=CASCADING)
    after = {**before, **applications(**{"flink-jobs": renamed})}
    del after[f"{APPS}/jobs.yaml"]
    found = one(impact(tmp_path, before, after), JOB)
    assert (found["effect"], found["level"]) == ("state at risk", "risk")
    assert "'flink-jobs' takes its objects over" in found["why"]


def test_replace_and_force_delete_a_job_first(tmp_path: Path) -> None:
    old = marked("Force=true,Replace=true")
    found = impact(tmp_path, tree(old), tree(edited(old, ("spec/image", "flink:1.20.4"))))
    assert effects(found) == {JOB: ("recreated", "loss")}


def test_an_application_that_waits_for_a_person_is_told(tmp_path: Path) -> None:
    app = application("jobs", JOBS)
    after = edited(deployment(), ("spec/image", "flink:1.20.4"))
    found = one(impact(tmp_path, tree(deployment(), app=app), tree(after, app=app)), JOB)
    assert "does not sync by itself" in found["notes"][-1]


def test_what_does_not_build_is_refused_and_not_pruned(tmp_path: Path) -> None:
    before = tree(deployment())
    broken = {**before, f"{JOBS}/kustomization.yaml": "resources: [missing.yaml]\n"}
    found = impact(tmp_path, before, broken)
    assert effects(found) == {JOBS: ("refused", "refuse")}


def test_what_did_not_build_before_is_not_known(tmp_path: Path) -> None:
    after = tree(deployment())
    broken = {**after, f"{JOBS}/kustomization.yaml": "resources: [missing.yaml]\n"}
    assert effects(impact(tmp_path, broken, after)) == {JOBS: ("not known", "change")}


def test_applications_that_are_lost_with_a_broken_parent_still_deploy(tmp_path: Path) -> None:
    before = tree(deployment())
    broken = {**before, f"{APPS}/kustomization.yaml": "resources: [missing.yaml]\n"}
    assert effects(impact(tmp_path, before, broken)) == {APPS: ("refused", "refuse")}


def chart(version: str, name: str = "flink-kubernetes-operator") -> str:
    text = application("operator", chart=name, policy=SYNC)
    return text.replace("targetRevision: 1.2.3", f"targetRevision: {version}")


def with_chart(text: str) -> dict[str, str]:
    apps = applications(jobs=application("jobs", JOBS, policy=SYNC), operator=text)
    return {**tree(deployment()), **apps}


def test_a_new_operator_restarts_no_job(tmp_path: Path) -> None:
    found = impact(tmp_path, with_chart(chart("1.140.3")), with_chart(chart("1.150.3")))
    operator = one(found, "Application/argocd/operator")
    assert (operator["effect"], operator["level"]) == ("updated in place", "change")
    assert "jobs run on" in operator["why"]
    assert hazards(found) == {}


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        (chart("1.150.3"), chart("1.140.3"), {"operator-lowered": "risk"}),
        (
            chart("2.4.1", "confluent-manager-for-apache-flink"),
            chart("2.4.1, helm: {valuesObject: {encryption: {enabled: true}}}", "confluent-manager-for-apache-flink"),
            {"cmf-database": "loss"},
        ),
    ],
    ids=["downgrade", "encryption"],
)  # fmt: skip
def test_charts_have_hazards(tmp_path: Path, old: str, new: str, wanted: dict[str, str]) -> None:
    assert hazards(impact(tmp_path, with_chart(old), with_chart(new))) == wanted


def test_an_operator_that_goes_before_its_jobs(tmp_path: Path) -> None:
    before = with_chart(chart("1.150.3"))
    after = {name: text for name, text in before.items() if not name.endswith("operator.yaml")}
    after |= applications(jobs=application("jobs", JOBS, policy=SYNC))
    assert hazards(impact(tmp_path, before, after)) == {"operator-removed": "risk"}


def test_a_cascade_that_goes_or_comes(tmp_path: Path) -> None:
    before = tree(deployment(), app=CASCADING)
    found = impact(tmp_path, before, tree(deployment()))
    assert hazards(found) == {"finalizer-removed": "risk"}


def test_a_cascade_on_a_chart(tmp_path: Path) -> None:
    new = chart("1.150.3").replace("spec:\n", f"{CASCADE}spec:\n", 1)
    found = impact(tmp_path, with_chart(chart("1.150.3")), with_chart(new))
    assert hazards(found) == {"cascade-added": "risk"}


def crd(*versions: str) -> dict[str, Any]:
    listed = [{"name": name, "served": True} for name in versions]
    names = {"kind": "FlinkDeployment", "plural": "flinkdeployments"}
    spec = {"group": "flink.apache.org", "scope": "Namespaced", "names": names, "versions": listed}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "flinkdeployments.flink.apache.org"},
        "spec": spec,
    }


def test_a_crd_that_goes_takes_all_of_its_kind(tmp_path: Path) -> None:
    found = impact(tmp_path, tree(deployment(), crd("v1beta1")), tree(deployment()))
    assert hazards(found) == {"crd-removed": "loss"}
    assert JOB in found["hazards"][0]["message"]


def test_a_version_that_a_crd_no_longer_serves(tmp_path: Path) -> None:
    before = tree(deployment(), crd("v1alpha1", "v1beta1"))
    found = impact(tmp_path, before, tree(deployment(), crd("v1beta1")))
    assert hazards(found) == {"crd-version-removed": "risk"}


def test_a_folder_that_moves_is_nothing(tmp_path: Path) -> None:
    moved = tree(deployment(), folder="clusters/prod/moved")
    found = impact(tmp_path, tree(deployment()), moved)
    assert JOB not in effects(found)
