"""Kinds without a schema: said once a kind and cluster."""

import json
from collections.abc import Callable
from pathlib import Path

from helpers import overlay

Plant = Callable[[dict[str, str]], Path]


def told(root: Path, *targets: str) -> set[tuple[str, tuple[str, ...]]]:
    done = overlay(root, "validate", "--no-cache", "--format", "json", *targets)
    found = json.loads(done.stdout)["findings"]
    return {(f["file"], tuple(f["clusters"])) for f in found if f["check"] == "schema/missing"}


def test_part_of_the_clusters_is_told_what_all_are_told_of_it(plant: Plant) -> None:
    """Where one was named for all clusters, a part of them named another."""
    widget = "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: %s}\n"
    files = {"base/kustomization.yaml": "resources: [w.yaml]\n", "base/w.yaml": widget % "w"}
    for name in ("one", "two", "three"):
        files[f"overlays/{name}/app/kustomization.yaml"] = "resources: [../../../base]\n"
    files["overlays/four/app/kustomization.yaml"] = "resources: [a.yaml, b.yaml]\n"
    files |= {f"overlays/four/app/{name}.yaml": widget % name for name in ("a", "b")}
    root = plant(files)
    shared, own = "base/w.yaml", ("overlays/four/app/a.yaml", ("four",))
    assert told(root) == {(shared, ("one", "three", "two")), own}
    assert told(root, "four") == {own}
    assert told(root, "two") == {(shared, ("two",))}
