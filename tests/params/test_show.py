"""Facts and parameters as rows."""

from pathlib import Path

import pytest

from overlaykit.errors import UsageError
from overlaykit.params import show
from overlaykit.params.target import overlay_of
from overlaykit.repo.tree import Tree
from overlaykit.scaffold.draft import Draft
from overlaykit.scaffold.site import cluster_of


def test_a_parameter_has_its_default_and_unit(repository: Path) -> None:
    overlay = overlay_of(Draft(Tree(repository)), "demo", "cfk-operator")
    assert show.parameters(overlay.workload) == [
        {
            "parameter": "sql.enabled",
            "type": "boolean",
            "default": "false",
            "unit": "true, false",
            "description": "The kinds of Flink SQL, a preview of the vendor that is not for production",
        }
    ]


def test_on_a_cluster_the_places_are_told(repository: Path) -> None:
    overlay = overlay_of(Draft(Tree(repository)), "flink-demo", "flink-resources")
    rows = {row["parameter"]: (row["value"], row["set at"]) for row in show.on_cluster(overlay)}
    patch = "overlays/flink-demo/flink-resources/flink-environment-patch.yaml"
    assert rows["taskmanager.slots"] == ("4", [f"{patch}:13"])
    assert rows["jobmanager.cpu"] == ("1", [])
    assert rows["demo-storage.size"] == (None, [])


def test_one_value(repository: Path) -> None:
    overlay = overlay_of(Draft(Tree(repository)), "demo", "flink-resources")
    assert show.value_of(overlay, "demo-storage.size") == "5Gi"
    with pytest.raises(UsageError, match="overlay add demo/flink-resources/sample-application"):
        show.value_of(overlay, "sample-application.state")


def test_one_fact(repository: Path) -> None:
    demo = cluster_of(Tree(repository), "demo")
    assert show.fact_of(demo, "provided") == "kafka,schema-registry"
    with pytest.raises(UsageError, match="did you mean 'domain'"):
        show.fact_of(demo, "domian")
    with pytest.raises(UsageError, match="has no fact images.mirror"):
        show.fact_of(demo, "images.mirror")
