"""Enabling and disabling: order, requirements, and what is left to a person."""

from pathlib import Path

import pytest

from overlaykit.errors import UsageError
from overlaykit.repo.tree import Tree
from overlaykit.scaffold import enable, site
from overlaykit.scaffold.draft import Draft

LIST = "overlays/demo/kustomization.yaml"
RESOURCES = "overlays/demo/flink-resources/kustomization.yaml"


def add(root: Path, *targets: str) -> Draft:
    draft = Draft(Tree(root))
    enable.add(draft, site.parse(targets))
    return draft


def remove(root: Path, *targets: str) -> tuple[Draft, list[str]]:
    draft = Draft(Tree(root))
    return draft, enable.remove(draft, site.parse(targets))


def refused(root: Path, verb: str, *targets: str) -> str:
    draft = Draft(Tree(root))
    with pytest.raises(UsageError) as caught:
        getattr(enable, verb)(draft, site.parse(targets))
    return str(caught.value)


def files(root: Path) -> dict[str, bytes]:
    return {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def test_a_component_stands_in_the_workloads_order(repository: Path) -> None:
    draft = add(repository, "demo/flink-resources/sample-application")
    before = (repository / RESOURCES).read_text()
    line = "- ../../../workloads/flink-resources/components/"
    wanted = before.replace(f"{line}demo-storage", f"{line}sample-application\n{line}demo-storage")
    assert {n: after for n, (_, after) in draft.changes.items()} == {RESOURCES: wanted}


def test_the_last_component_still_stands_before_the_facts(repository: Path) -> None:
    folder = "overlays/flink-demo/flink-resources"
    draft = add(repository, "flink-demo/flink-resources/demo-storage")
    text = draft.text(f"{folder}/kustomization.yaml")
    assert text.index("sample-application") < text.index("demo-storage") < text.index("# Last")


def test_what_is_on_stays_as_it_is(repository: Path) -> None:
    assert add(repository, "demo/flink-resources/demo-storage", "demo/cmf-operator").files() == {}


@pytest.mark.parametrize(
    "targets",
    [
        ["demo/flink-resources"],
        ["demo/flink-resources", "demo/cmf-operator", "demo/flink-kubernetes-operator"],
        ["demo/flink-resources/demo-storage"],
        [
            "flink-demo/flink-resources/monitoring",
            "flink-demo/flink-kubernetes-operator/monitoring",
        ],
    ],
)
def test_removed_and_added_the_cluster_is_as_it_was(repository: Path, targets: list[str]) -> None:
    """But for what the workloads' folders held of the cluster's own."""
    own = {
        "overlays/demo/cmf-operator/values.yaml",
        "overlays/demo/flink-kubernetes-operator/values.yaml",
    }
    before = {name: data for name, data in files(repository).items() if name not in own}
    draft, _ = remove(repository, *targets)
    assert draft.write()
    parts = [*targets, "demo/flink-resources/demo-storage"]
    assert add(repository, *parts).write()
    after = {name: data for name, data in files(repository).items() if name not in own}
    assert after == before


def test_a_workload_brings_what_it_requires(repository: Path) -> None:
    remove(repository, "demo/flink-resources", "demo/cmf-operator")[0].write()
    draft = add(repository, "demo/flink-resources")
    assert "overlays/demo/cmf-operator/values.yaml" in draft.files()
    lines = draft.text(LIST).splitlines()
    assert lines.index("- ../../apps/cmf-operator") < lines.index("- ../../apps/flink-resources")


def test_what_nobody_provides_is_refused(repository: Path) -> None:
    text = refused(repository, "add", "demo/flink-resources/monitoring")
    assert "overlay set demo provided=kafka,schema-registry,prometheus-operator" in text


UNKNOWN = [
    ("dmo/flink-resources", "did you mean 'demo'?"),
    ("demo/flink-resource", "did you mean 'flink-resources'?"),
    ("demo/flink-resources/monitorin", "it has: monitoring, sample-application, s3-state, "),
    ("demo", "write CLUSTER/WORKLOAD or CLUSTER/WORKLOAD/COMPONENT"),
    ("demo//x", "write CLUSTER/WORKLOAD"),
]


@pytest.mark.parametrize("verb", ["add", "remove"])
@pytest.mark.parametrize(("target", "message"), UNKNOWN)
def test_unknown(repository: Path, verb: str, target: str, message: str) -> None:
    assert message in refused(repository, verb, target)


def test_remove_is_refused_while_somebody_needs_it(repository: Path) -> None:
    text = refused(repository, "remove", "demo/cmf-operator")
    assert (
        text
        == "demo/flink-resources requires cmf-operator\n  fix: overlay remove demo/flink-resources goes first"
    )
    assert "belongs to every cluster" in refused(repository, "remove", "demo/argocd-config")


def test_a_component_that_a_patch_needs_stays(repository: Path) -> None:
    folder = repository / "overlays/flink-demo/flink-resources"
    patch = "kind: FlinkApplication\nmetadata:\n  name: state-machine-example\n"
    (folder / "mine.yaml").write_text(f"apiVersion: platform.confluent.io/v1beta1\n{patch}")
    with (folder / "kustomization.yaml").open("a") as out:
        out.write("- path: mine.yaml\n")
    text = refused(repository, "remove", "flink-demo/flink-resources/sample-application")
    assert "mine.yaml:1 patches FlinkApplication state-machine-example" in text


def test_what_is_off_stays_off(repository: Path) -> None:
    draft, steps = remove(repository, "demo/flink-resources/sample-application")
    assert (draft.files(), steps) == ({}, [])


def test_the_steps_for_a_person_begin_with_the_jobs(repository: Path) -> None:
    _, steps = remove(
        repository, "demo/flink-kubernetes-operator", "demo/cmf-operator", "demo/flink-resources"
    )
    text = "\n".join(steps)
    assert (
        steps[0]
        == "Application flink-resources and its objects go with the next sync of flink-root"
    )
    assert "kubectl -n flink delete persistentvolumeclaim flink-state" in text
    cmf, operator = (
        f"kubectl -n argocd delete application {n}"
        for n in ("cmf-operator", "flink-kubernetes-operator")
    )
    assert text.index(cmf) < text.index(operator)
    assert "flink-root stays OutOfSync until then" in text
    assert "deletes every object of flink.apache.org" in text


def test_folders_that_are_there_are_kept(repository: Path) -> None:
    """A workload that is only unlisted gets its line back, and its files stay."""
    path = repository / LIST
    before = path.read_text()
    path.write_text(before.replace("- ../../apps/cfk-operator\n", ""))
    draft = Draft(Tree(repository))
    there = site.site(draft, "demo")
    assert "cfk-operator" in there.running()
    enable.add(draft, site.parse(["demo/cfk-operator"]))
    assert {n: after for n, (_, after) in draft.changes.items()} == {LIST: before}


EXCLUDED = [
    (["flink-autoscale/minio", "flink-autoscale/irsa"], "irsa excludes minio"),
    (["flink-autoscale/aws-s3", "flink-autoscale/minio"], "minio excludes aws-s3"),
    (
        ["flink-resources/kafka-mtls", "flink-resources/kafka-sasl"],
        "kafka-sasl excludes kafka-mtls",
    ),
    (["cmf-operator/oauth", "flink-resources/cmf-mtls"], "mtls excludes oauth"),
]


@pytest.mark.parametrize(("parts", "message"), EXCLUDED, ids=[name for _, name in EXCLUDED])
def test_what_excludes_each_other_is_refused_at_once_and_one_by_one(
    repository: Path, parts: list[str], message: str
) -> None:
    first, second = (f"demo/{part}" for part in parts)
    assert "excludes" in refused(repository, "add", first, second)
    assert add(repository, first).write()
    text = refused(repository, "add", second)
    assert message in text
    assert f"/{message.rpartition(' ')[2]} goes first" in text


def test_after_the_one_is_removed_the_other_can_be_added(repository: Path) -> None:
    add(repository, "demo/flink-resources/kafka-sasl").write()
    remove(repository, "demo/flink-resources/kafka-sasl")[0].write()
    assert "kafka-mtls" in add(repository, "demo/flink-resources/kafka-mtls").text(RESOURCES)


APPS = "- ../../apps/cmf-operator/components"


def test_values_for_a_chart_stand_in_the_clusters_list_in_order(repository: Path) -> None:
    draft = add(repository, "demo/cmf-operator/postgres", "demo/cmf-operator/license")
    assert set(draft.changes) == {LIST}
    lines = [line for line in draft.text(LIST).splitlines() if "components/" in line]
    assert lines == [f"{APPS}/license", f"{APPS}/postgres"]
    assert draft.text(LIST).index("postgres") < draft.text(LIST).index("# Last")


def test_a_component_brings_what_it_requires_of_another_workload(repository: Path) -> None:
    draft = add(repository, "demo/flink-resources/cmf-mtls")
    assert set(draft.changes) == {LIST, RESOURCES}
    assert f"{APPS}/mtls" in draft.text(LIST)
    draft.write()
    assert site.site(Draft(Tree(repository)), "demo").running()["cmf-operator"] == [
        "mtls",
        "network-policies",
    ]


def test_what_another_component_requires_stays(repository: Path) -> None:
    before = files(repository)
    add(repository, "demo/flink-resources/cmf-mtls").write()
    text = refused(repository, "remove", "demo/cmf-operator/mtls")
    assert (
        text == "demo/flink-resources/cmf-mtls requires cmf-operator/mtls\n"
        "  fix: overlay remove demo/flink-resources/cmf-mtls goes first"
    )
    remove(repository, "demo/flink-resources/cmf-mtls", "demo/cmf-operator/mtls")[0].write()
    assert files(repository) == before


def test_a_workload_goes_with_its_values(repository: Path) -> None:
    add(repository, "demo/cmf-operator/postgres").write()
    draft, _ = remove(repository, "demo/flink-resources", "demo/cmf-operator")
    assert "cmf-operator" not in draft.text(LIST)
