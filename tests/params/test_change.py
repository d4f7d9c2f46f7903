"""Setting and unsetting: which file gets which lines, and what is left to a person."""

from pathlib import Path

import pytest

from overlaykit.errors import UsageError
from overlaykit.params import change
from overlaykit.params.target import overlay_of
from overlaykit.params.where import Overlay
from overlaykit.repo.tree import Tree
from overlaykit.scaffold import enable, site
from overlaykit.scaffold.draft import Draft

FOLDER = "overlays/flink-demo/flink-resources"
PATCH = f"{FOLDER}/flink-environment-patch.yaml"
KUSTOMIZATION = f"{FOLDER}/kustomization.yaml"


def at(root: Path, cluster: str = "flink-demo", workload: str = "flink-resources") -> Overlay:
    return overlay_of(Draft(Tree(root)), cluster, workload)


def changed(overlay: Overlay) -> dict[str, str | None]:
    return {name: after for name, (_, after) in overlay.draft.changes.items()}


def test_the_overlays_own_patch_is_edited_in_place(repository: Path) -> None:
    before = (repository / PATCH).read_text()
    overlay = at(repository)
    change.set_parameters(overlay, {"taskmanager.memory": "6Gi", "jobmanager.cpu": "0.5"})
    expected = (
        before.replace("4096m", "6144m") + '        kubernetes.jobmanager.cpu.amount: "0.5"\n'
    )
    assert changed(overlay) == {PATCH: expected}


def test_windows_lines_and_a_mark_are_kept(repository: Path) -> None:
    data = (repository / PATCH).read_bytes().replace(b"\n", b"\r\n")
    (repository / PATCH).write_bytes(b"\xef\xbb\xbf" + data)
    overlay = at(repository)
    change.set_parameters(overlay, {"taskmanager.memory": "6Gi"})
    overlay.draft.write()
    wanted = b"\xef\xbb\xbf" + data.replace(b"4096m", b"6144m")
    assert (repository / PATCH).read_bytes() == wanted


def test_a_new_patch_names_its_object_and_is_listed_last(repository: Path) -> None:
    overlay = at(repository)
    change.set_parameters(overlay, {"sample-application.parallelism": "8"})
    made = changed(overlay)
    name = f"{FOLDER}/flink-application-patch.yaml"
    assert made[name] == (
        "# What flink-demo sets differently in FlinkApplication state-machine-example. The parameters and\n"
        "# their defaults: overlay params flink-resources flink-demo\n"
        "apiVersion: platform.confluent.io/v1beta1\n"
        "kind: FlinkApplication\n"
        "metadata:\n"
        "  name: state-machine-example\n"
        "  namespace: flink\n"
        "spec:\n"
        "  job:\n"
        "    parallelism: 8\n"
    )
    assert str(made[KUSTOMIZATION]).endswith("- path: flink-application-patch.yaml\n")


def test_a_taken_file_name_is_not_overwritten(repository: Path) -> None:
    taken = repository / FOLDER / "flink-application-patch.yaml"
    taken.write_text("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: other\n")
    overlay = at(repository)
    change.set_parameters(overlay, {"sample-application.parallelism": "8"})
    assert f"{FOLDER}/flink-application-state-machine-example-patch.yaml" in changed(overlay)


def test_the_last_value_takes_its_patch_and_entry_with_it(repository: Path) -> None:
    overlay = at(repository)
    names = ["taskmanager.memory", "taskmanager.slots", "taskmanager.cpu", "jobmanager.memory"]
    change.unset_parameters(overlay, names)
    made = changed(overlay)
    assert made[PATCH] is None
    assert "patches" not in str(made[KUSTOMIZATION])


def test_what_is_not_set_can_be_unset(repository: Path) -> None:
    overlay = at(repository)
    change.unset_parameters(overlay, ["jobmanager.cpu"])
    assert changed(overlay) == {}


INLINE = """\
- target:
    kind: FlinkEnvironment
  patch: |
    - op: add
      path: /spec/flinkApplicationDefaults/spec/flinkConfiguration/kubernetes.jobmanager.cpu.amount
      value: "3.0"
"""


def test_what_a_person_wrote_in_another_form_is_named_not_touched(repository: Path) -> None:
    with (repository / KUSTOMIZATION).open("a") as out:
        out.write(INLINE)
    overlay = at(repository)
    change.set_parameters(overlay, {"jobmanager.cpu": "3"})
    for run in (
        lambda: change.set_parameters(overlay, {"jobmanager.cpu": "2"}),
        lambda: change.unset_parameters(overlay, ["jobmanager.cpu"]),
    ):
        with pytest.raises(UsageError) as caught:
            run()
        assert f"jobmanager.cpu is set at {KUSTOMIZATION}:18" in str(caught.value)
    assert changed(overlay) == {}


REFUSED = [
    ({"taskmanager.memory": "4GB"}, "did you mean 4g (4Gi)?"),
    ({"taskmanager.memory": "512m"}, "it is at least 982m"),
    ({"taskmanager.slots": "2.5"}, "'2.5' is not a whole number"),
    ({"taskmanager.memroy": "4g"}, "did you mean 'taskmanager.memory'?"),
    ({"sample-application.state": "paused"}, "is none of running, suspended"),
    ({"demo-storage.size": "9Gi"}, "fix: overlay add flink-demo/flink-resources/demo-storage"),
    ({"taskmanager.memory": "5g", "taskmanager.slots": "0"}, "it is at least 1"),
]


@pytest.mark.parametrize(("given", "message"), REFUSED)
def test_refused_before_anything_changes(
    repository: Path, given: dict[str, str], message: str
) -> None:
    overlay = at(repository)
    with pytest.raises(UsageError) as caught:
        change.set_parameters(overlay, given)
    assert message in str(caught.value)
    assert changed(overlay) == {}


def test_a_request_may_not_pass_its_limit(repository: Path) -> None:
    overlay = at(repository, "demo", "cmf-operator")
    for given in ({"memory.request": "2Gi"}, {"cpu.limit": "100m"}):
        with pytest.raises(UsageError, match="give both"):
            change.set_parameters(overlay, given)
    change.set_parameters(overlay, {"memory.request": "2Gi", "memory.limit": "2Gi"})
    change.set_parameters(overlay, {"cpu.limit": "500m"})
    with pytest.raises(UsageError, match="cpu.request would be 2, more than cpu.limit"):
        change.unset_parameters(overlay, ["cpu.request"])


def test_an_empty_values_file_becomes_a_mapping_and_back(repository: Path) -> None:
    file = repository / "overlays/flink-demo/cmf-operator/values.yaml"
    file.write_text("# The facts outrank both.\n{}\n")
    overlay = at(repository, "flink-demo", "cmf-operator")
    change.set_parameters(overlay, {"storage.size": "20Gi"})
    [text] = changed(overlay).values()
    assert str(text).endswith("outrank both.\npersistence:\n  dataVolumeCapacity: 20Gi\n")
    change.unset_parameters(overlay, ["storage.size"])
    assert changed(overlay) == {}


def test_a_line_of_a_text_is_set_in_a_copy_of_the_whole(repository: Path) -> None:
    overlay = at(repository, "flink-demo", "flink-kubernetes-operator")
    change.set_parameters(overlay, {"metrics.port": "9998"})
    [text] = changed(overlay).values()
    assert "reporter.prom.factory.class: org.apache.flink" in str(text)
    assert "reporter.prom.port: 9998\n" in str(text)
    assert "# The whole text: it replaces the one of workloads/" in str(text)
    change.unset_parameters(overlay, ["metrics.port"])
    assert changed(overlay) == {}


def test_a_line_that_stands_in_a_text_of_ones_own_goes_back_alone(repository: Path) -> None:
    overlay = at(repository, "demo", "flink-kubernetes-operator")
    change.set_parameters(overlay, {"metrics.port": "9998"})
    name = overlay.values_file
    text = overlay.draft.text(name).replace("port: 9998\n", "port: 9998\n    a: b\n")
    overlay.draft.put(name, text.replace("\n    a: b\n", "\n", 1))
    change.unset_parameters(overlay, ["metrics.port"])
    assert "    a: b\n" in overlay.draft.text(name)
    assert "prom.port: 9999\n" in overlay.draft.text(name)


def test_a_value_of_a_component_that_is_off_is_refused(repository: Path) -> None:
    """It would be written, and nothing would read it."""
    overlay = at(repository, "demo", "cmf-operator")
    with pytest.raises(UsageError) as caught:
        change.set_parameters(overlay, {"postgres.host": "db.example.com"})
    assert str(caught.value) == (
        "postgres.host: demo/cmf-operator/postgres is off\n"
        "  fix: overlay add demo/cmf-operator/postgres"
    )
    enable.add(overlay.draft, site.parse(["demo/cmf-operator/postgres"]))
    change.set_parameters(overlay, {"postgres.host": "db.example.com"})
    assert "url: db.example.com" in overlay.draft.text(overlay.values_file)
