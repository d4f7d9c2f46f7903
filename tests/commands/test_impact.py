"""`overlay impact`: its forms, what it compares, its exit code; edits of our own overlays."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from helpers import overlay
from impact.impact_trees import (
    Plant,
    change,
    commit,
    deployment,
    edited,
    effects,
    git,
    hazards,
    one,
    session,
    session_job,
    thing,
    tree,
)
from overlaykit.commands.impact import LEVELS
from overlaykit.impact.effects import Level

IMAGE = ("spec/image", "flink:1.20.4")
JOB = "FlinkDeployment/flink/job"


def restarts(root: Path) -> Path:
    change(root, tree(deployment()), tree(edited(deployment(), IMAGE)))
    return root


def told(root: Path, *argv: str) -> dict[str, Any]:
    done = overlay(root, "impact", *argv, "--format", "json")
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_text_says_what_why_and_where(plant: Plant, tmp_path: Path) -> None:
    text = overlay(restarts(plant({})), "impact").stdout
    assert text == (
        "From HEAD to the working tree:\n"
        "\n"
        "prod\n"
        "  FlinkDeployment/flink/job  stateful restart; state kept, from the last checkpoint\n"
        "      the job goes on from its last checkpoint\n"
        "      clusters/prod/jobs/flinkdeployment-job.yaml:7: image: flink:1.20.3 -> flink:1.20.4\n"
        "\n"
        "1 cluster: 1 stateful restart; 0 hazards; worst: restart\n"
    )


def test_without_a_change_nothing_is_told(plant: Plant) -> None:
    root = plant(tree(deployment()))
    commit(root)
    assert "nothing that is applied changes" in overlay(root, "impact").stdout
    assert told(root)["impacts"] == []
    assert (
        "nothing that is applied changes" in overlay(root, "impact", "--format", "markdown").stdout
    )


def test_markdown_has_the_table_first_and_the_reasons_folded(plant: Plant) -> None:
    root = plant({})
    new = session_job(jarURI="https://8.8.8.8/b.jar")
    change(root, tree(session(), session_job()), tree(edited(session(), IMAGE), new))
    lines = overlay(root, "impact", "--format", "markdown").stdout.splitlines()
    assert lines[0] == "### Impact: 2 restarts"
    row = (
        "| 🟡 | prod | `FlinkSessionJob/flink/one` | **stateful restart** | "
        "kept, from a savepoint taken now |"
    )
    assert lines[2:4] == ["| | Cluster | Object | Effect | State |", "|---|---|---|---|---|"]
    assert row in lines
    assert lines.index("**Before you merge**") < lines.index(
        "<details><summary>Why, on <b>prod</b></summary>"
    )
    assert any(line.startswith("- 🟠 **session-and-job** (prod, `clusters/prod/") for line in lines)
    assert lines[-1].startswith("<sub>HEAD → the working tree.")


def test_no_value_of_a_secret_is_told(plant: Plant) -> None:
    root = plant({})
    secret = thing("v1", "Secret", "s", None, stringData={"password": "before-1"})
    change(root, tree(secret), tree(edited(secret, ("stringData/password", "after-2"))))
    for form in ("text", "json", "markdown"):
        text = overlay(root, "impact", "--format", form).stdout
        assert "before-1" not in text
        assert "after-2" not in text
    assert (
        one(told(root), "Secret/flink/s")["changes"][0]["change"] == "stringData.password: changed"
    )


def test_a_comment_fits_whatever_the_change_is(plant: Plant) -> None:
    root = plant({})
    old = [deployment(f"job-{number}") for number in range(120)]
    edits = [(f"spec/flinkConfiguration/x.{n}", "y" * 50) for n in range(20)]
    change(root, tree(*old), tree(*(edited(one, *edits) for one in old)))
    text = overlay(root, "impact", "--format", "markdown").stdout
    assert len(text) < 65_536
    assert "and 90 more below" in text
    assert "left out" in text or "more object" in text


def test_a_pipe_does_not_break_the_table(plant: Plant) -> None:
    root = plant({})
    change(root, tree(deployment()), tree(edited(deployment(), ("spec/job/args", ["a|b"]))))
    for line in overlay(root, "impact", "--format", "markdown").stdout.splitlines():
        assert not line.startswith("|") or line.replace("\\|", "").count("|") == 6


def test_two_commits_are_compared_whatever_the_working_tree_holds(plant: Plant) -> None:
    root = restarts(plant({}))
    commit(root)
    for path in (root / "clusters/prod/jobs").iterdir():
        path.write_text("")
    found = told(root, "HEAD~1..HEAD")
    assert effects(found) == {JOB: ("stateful restart", "restart")}
    assert (found["before"], found["after"]) == ("HEAD~1", "HEAD")
    assert effects(told(root, "HEAD..HEAD~1")) == {JOB: ("stateful restart", "restart")}


def test_three_dots_begin_where_the_two_parted(plant: Plant) -> None:
    root = plant(tree(deployment("old")))
    commit(root)
    git(root, "switch", "-q", "-c", "branch")
    change(root, tree(deployment("old")), tree(deployment("old"), deployment()))
    commit(root)
    git(root, "switch", "-q", "main")
    change(root, tree(deployment("old")), tree(edited(deployment("old"), IMAGE)))
    commit(root)
    assert effects(told(root, "main...branch")) == {JOB: ("created", "change")}
    assert len(told(root, "main..branch")["impacts"]) == 2


def test_the_working_tree_is_left_alone(plant: Plant) -> None:
    root = restarts(plant({}))
    before = {path: path.read_bytes() for path in root.rglob("*.yaml")}
    told(root)
    assert {path: path.read_bytes() for path in root.rglob("*.yaml")} == before


@pytest.mark.parametrize(
    ("level", "code"), [("change", 1), ("restart", 1), ("redeploy", 0), ("loss", 0)]
)
def test_check_sets_the_exit_code_from_its_level_on(plant: Plant, level: str, code: int) -> None:
    assert overlay(restarts(plant({})), "impact", "--check", level).exit_code == code


def test_check_counts_hazards_too(plant: Plant) -> None:
    root = plant({})
    option = ("spec/flinkConfiguration/execution.checkpointing.dir", "s3://c/d")
    change(root, tree(deployment()), tree(edited(deployment(), option)))
    assert effects(told(root)) == {JOB: ("stateful restart", "restart")}
    assert overlay(root, "impact", "--check", "risk").exit_code == 1


def test_a_level_that_is_none_is_refused_with_the_nearest(plant: Plant) -> None:
    done = overlay(plant({}), "impact", "--check", "restrat")
    assert (done.exit_code, "did you mean 'restart'?" in done.stderr) == (2, True)


def test_the_levels_are_those_of_the_model() -> None:
    assert [*LEVELS] == [level.word for level in Level][1:]
    text = overlay(Path(), "impact", "--help").stdout
    assert all(f"\n    {level} " in text for level in LEVELS)


def test_an_unknown_ref_and_no_git(plant: Plant) -> None:
    root = plant(tree(deployment()))
    assert overlay(root, "impact").exit_code == 3
    commit(root)
    done = overlay(root, "impact", "nowhere")
    assert (done.exit_code, "no commit, branch or tag" in done.stderr) == (2, True)


def test_what_is_the_same_on_many_clusters_is_told_once(plant: Plant) -> None:
    base = tree(deployment(), folder="base")
    trees = []
    for image in ("flink:1.20.3", "flink:1.20.4"):
        files = {"base/kustomization.yaml": base["base/kustomization.yaml"]}
        files |= tree(edited(deployment(), ("spec/image", image)), folder="base")
        files = {name: text for name, text in files.items() if name.startswith("base/")}
        for cluster in ("a", "b", "c", "d"):
            files[f"overlays/{cluster}/jobs/kustomization.yaml"] = "resources: [../../../base]\n"
            files[f"overlays/{cluster}/facts/cluster.yaml"] = (
                "apiVersion: overlaykit.io/v1\nkind: Cluster\n"
                f"metadata: {{name: {cluster}}}\nspec: {{}}\n"
            )
        trees.append(files)
    root = plant({})
    change(root, *trees)
    assert one(told(root), JOB)["clusters"] == ["a", "b", "c", "d"]


# --- our own overlays

Edit = Callable[[str], str]
AUTOSCALE = "overlays/flink-demo/flink-autoscale/jobs/autoscaling-load"
SESSION = "workloads/flink-session"

PLANTED: list[tuple[str, str, Edit, str, tuple[str, str], dict[str, str]]] = [
    (
        "memory",
        f"{AUTOSCALE}/flink-deployment-patch.yaml",
        lambda text: text.replace("memory: 2048m", "memory: 4096m"),
        "FlinkDeployment/flink/autoscaling-load",
        ("stateful restart", "restart"),
        {},
    ),
    (
        "renamed-job",
        f"{AUTOSCALE}/kustomization.yaml",
        lambda text: text.replace("value: autoscaling-load", "value: autoscaling"),
        "FlinkDeployment/flink/autoscaling-load",
        ("pruned", "loss"),
        {"renamed": "loss"},
    ),
    (
        "session-cluster",
        f"{SESSION}/base/flink-deployment.yaml",
        lambda text: text.replace("checkpointing.interval: 60s", "checkpointing.interval: 30s"),
        "FlinkSessionJob/flink/session-example",
        ("stateful restart", "restart"),
        {},
    ),
    (
        "environment",
        "overlays/flink-demo/flink-resources/flink-environment-patch.yaml",
        lambda text: text.replace('numberOfTaskSlots: "4"', 'numberOfTaskSlots: "2"'),
        "FlinkApplication/flink/state-machine-example",
        ("stateful restart", "restart"),
        {},
    ),
    (
        "statement",
        "workloads/flink-sql/base/order-totals-statement.yaml",
        lambda text: text.replace("SELECT", "SELECT DISTINCT", 1),
        "FlinkStatement/flink/order-totals-v1",
        ("refused", "refuse"),
        {},
    ),
    (
        "workload-removed",
        "overlays/flink-demo/kustomization.yaml",
        lambda text: text.replace("- ../../apps/flink-sql\n", ""),
        "FlinkStatement/flink/order-totals-v1",
        ("pruned", "loss"),
        {"application-removed": "loss"},
    ),
    (
        "example-removed",
        "overlays/flink-demo/flink-session/kustomization.yaml",
        lambda text: text.replace(f"- ../../../{SESSION}/components/example-job\n", ""),
        "FlinkSessionJob/flink/session-example",
        ("pruned", "loss"),
        {},
    ),
    (
        "operator",
        "apps/flink-kubernetes-operator/application.yaml",
        lambda text: text.replace("targetRevision: 1.150.", "targetRevision: 1.140."),
        "Application/argocd/flink-kubernetes-operator",
        ("updated in place", "change"),
        {"operator-lowered": "risk"},
    ),
    (
        "selector",
        "workloads/flink-connectors/base/taskmanager.yaml",
        lambda text: text.replace("matchLabels:\n", "matchLabels:\n      x: y\n", 1),
        "Deployment/flink/flink-connectors-taskmanager",
        ("refused", "refuse"),
        {},
    ),
]


@pytest.mark.parametrize(
    ("file", "edit", "label", "wanted", "dangers"),
    [case[1:] for case in PLANTED],
    ids=[case[0] for case in PLANTED],
)
def test_an_edit_of_our_own_overlays(
    repository: Path,
    file: str,
    edit: Edit,
    label: str,
    wanted: tuple[str, str],
    dangers: dict[str, str],
) -> None:
    commit(repository)
    path = repository / file
    text = path.read_text()
    path.write_text(edit(text))
    assert path.read_text() != text
    found = told(repository)
    assert effects(found)[label] == wanted
    assert hazards(found) == dangers


def test_comments_of_our_own_overlays_are_nothing(repository: Path) -> None:
    commit(repository)
    for path in repository.rglob("*.yaml"):
        path.write_text(f"# a note\n{path.read_text()}")
    assert told(repository)["impacts"] == []
