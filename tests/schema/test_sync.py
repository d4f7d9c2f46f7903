"""The lock tells the truth, and making a source anew gives the same bytes. No network."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from overlaykit.errors import CannotLook
from overlaykit.schema import compact, crd, kubernetes, sources, sync
from overlaykit.schema.store import builtin


def test_the_files_are_those_of_the_lock() -> None:
    assert sync.check(builtin()) == []


def test_size_stays_small() -> None:
    total = sum(
        path.stat().st_size
        for part in ("crds", "kubernetes")
        for path in (builtin() / part).rglob("*.json")
    )
    assert total < 8_000_000


def test_nothing_points_outside_its_file() -> None:
    for path in builtin().rglob("*_v*.json"):
        text = path.read_text()
        assert "$id" not in text and "$schema" not in text
        assert text.count('"$ref":"') == text.count('"$ref":"#/definitions/'), path


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A checkout with only the sources that lie in the repository."""
    schemas = tmp_path / "schemas"
    shutil.copytree(builtin() / "sources", schemas / "sources")
    text = (schemas / "sources" / "sources.yaml").read_text()
    (schemas / "sources" / "sources.yaml").write_text(text[text.index("confluent:\n") :])
    return schemas


def test_sync_makes_the_same_bytes_again(copy: Path) -> None:
    written = sync.sync(copy)
    assert "lock.json" in written and len(written) == 15
    for name in written[:-1]:
        assert (copy / name).read_bytes() == (builtin() / name).read_bytes(), name
    assert sync.sync(copy) == []
    assert sync.check(copy) == []


def test_sync_removes_what_is_no_longer_made(copy: Path) -> None:
    sync.sync(copy)
    (copy / "sources" / "confluent" / "flinksecret.yaml").unlink()
    name = "crds/platform.confluent.io/flinksecret_v1beta1.json"
    assert sync.sync(copy) == [name, "lock.json"]
    assert not (copy / name).exists()


def test_check_names_every_difference(copy: Path) -> None:
    sync.sync(copy)
    folder = copy / "crds" / "platform.confluent.io"
    (folder / "flinksecret_v1beta1.json").write_text("{}")
    (folder / "flinkstatement_v1beta1.json").unlink()
    (folder / "new_v1.json").write_text("{}")
    (copy / "sources" / "overlaykit" / "cluster.yaml").write_text("x: 1\n")
    assert [line.rpartition("/")[2] for line in sync.check(copy)] == [
        "flinkstatement_v1beta1.json: is missing",
        "new_v1.json: is not in the lock",
        "flinksecret_v1beta1.json: is not what the lock says",
        ": overlaykit was changed after the last sync",
    ]


def packaged(schemas: Path) -> Path:
    facts = "thing: {from: go, package: a.example/b, version: v1.0.0, files: ['*.yaml']}\n"
    (schemas / "sources" / "sources.yaml").write_text(facts)
    return schemas


THING = """
kind: CustomResourceDefinition
spec:
  group: example.com
  names: {kind: Thing}
  versions:
  - {name: v1, served: true, schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object}}}}}
"""


def answer(digest: str) -> Any:
    return lambda name, facts, cache: sources.Inputs(digest, {"a.yaml": THING})


def test_a_package_that_changed_under_its_version_is_refused(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    schemas = packaged(copy)
    monkeypatch.setattr(sources, "fetch", answer("sha256:1"))
    assert sync.sync(schemas) == ["crds/example.com/thing_v1.json", "lock.json"]
    monkeypatch.setattr(sources, "fetch", answer("sha256:2"))
    with pytest.raises(CannotLook, match="is sha256:2, the lock says sha256:1"):
        sync.sync(schemas)


def test_a_client_that_is_missing_is_named(
    copy: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CannotLook, match=r"a\.example/b@v1\.0\.0 is fetched with 'go'"):
        sync.sync(packaged(copy))


def test_bundles_keep_manifests_and_drop_the_rest() -> None:
    meta = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"

    def kind(name: str) -> dict[str, Any]:
        head = {"metadata": {"$ref": f"/x#/$defs/{meta}"}}
        gvk = [{"group": "", "kind": name, "version": "v1"}]
        return {"type": "object", "properties": head, "x-kubernetes-group-version-kind": gvk}

    names = ("Pod", "Binding", "TokenReview")
    definitions = {meta: {"properties": {"name": {"type": "string", "description": "x"}}}}
    definitions.update({name: kind(name) for name in names})
    made = dict(kubernetes.bundles(definitions))
    assert list(made) == ["pod-v1.json"]
    inner = made["pod-v1.json"]["definitions"]
    assert inner == {"apis.meta.v1.ObjectMeta": {"properties": {"name": {"type": "string"}}}}


def test_every_served_version_becomes_a_file() -> None:
    schema = {"openAPIV3Schema": {"type": "object", "properties": {}}}
    served = [{"name": n, "served": n != "v0", "schema": schema} for n in ("v0", "v1", "v2")]
    document = {"spec": {"group": "example.com", "names": {"kind": "Thing"}, "versions": served}}
    assert list(crd.schemas(document)) == ["example.com/thing_v1.json", "example.com/thing_v2.json"]


def test_a_crd_without_schemas_says_so() -> None:
    with pytest.raises(crd.NotACrd, match="serves no version"):
        crd.schemas({"spec": {"group": "a", "names": {"kind": "B"}, "versions": [{"name": "v1"}]}})
    with pytest.raises(crd.NotACrd, match="not a complete"):
        crd.schemas({"spec": {}})


def test_text_has_one_line_a_definition() -> None:
    assert compact.text({"type": "object", "definitions": {"a": {}, "b": {}}}).count("\n") == 4
