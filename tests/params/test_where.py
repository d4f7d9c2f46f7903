"""Which patch or value file sets a target: the last to write wins."""

from pathlib import Path

from overlaykit.params.target import overlay_of
from overlaykit.params.where import Overlay, setting
from overlaykit.repo.tree import Tree
from overlaykit.scaffold.draft import Draft

FOLDER = "overlays/flink-demo/flink-resources"
SECOND = """\
kind: FlinkEnvironment
apiVersion: platform.confluent.io/v1beta1
metadata: {name: default, namespace: flink}
spec: {flinkApplicationDefaults: {spec: {flinkConfiguration: {taskmanager.memory.process.size: 9g}}}}
"""


def at(root: Path, workload: str = "flink-resources") -> Overlay:
    return overlay_of(Draft(Tree(root)), "flink-demo", workload)


def found(overlay: Overlay, name: str) -> tuple[object, str, bool] | None:
    parameter = overlay.workload.parameter(name)
    assert parameter is not None
    one = setting(overlay, parameter.targets[-1])
    return (one.value, f"{one.place.file}:{one.place.line}", one.editable) if one else None


def test_a_patch_file_a_value_and_nothing(repository: Path) -> None:
    patch = f"{FOLDER}/flink-environment-patch.yaml:12"
    assert found(at(repository), "taskmanager.memory") == ("4096m", patch, True)
    assert found(at(repository), "jobmanager.cpu") is None
    assert found(at(repository, "cmf-operator"), "storage.size") is None


def test_a_later_patch_outranks(repository: Path) -> None:
    folder = repository / FOLDER
    (folder / "second.yaml").write_text(SECOND)
    with (folder / "kustomization.yaml").open("a") as out:
        out.write("- path: second.yaml\n")
    assert found(at(repository), "taskmanager.memory") == ("9g", f"{FOLDER}/second.yaml:4", True)


def test_a_shared_patch_is_seen_and_not_ours(repository: Path) -> None:
    (repository / "overlays/shared.yaml").write_text(SECOND)
    with (repository / FOLDER / "kustomization.yaml").open("a") as out:
        out.write("- path: ../../shared.yaml\n")
    assert found(at(repository), "taskmanager.memory") == ("9g", "overlays/shared.yaml:4", False)


def test_a_line_of_a_text(repository: Path) -> None:
    path = repository / "overlays/flink-demo/flink-kubernetes-operator/values.yaml"
    key = "kubernetes.operator.metrics.reporter.prom.port"
    path.write_text(f"defaultConfiguration:\n  flink-conf.yaml: |\n    a: b\n    {key}: 7777\n")
    value, place, editable = (
        found(at(repository, "flink-kubernetes-operator"), "metrics.port") or ()
    )
    assert (value, editable) == ("7777", True)
    assert str(place).endswith("values.yaml:4")
