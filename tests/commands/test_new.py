"""`overlay new`: what it writes, what it refuses, what it leaves alone."""

import shutil
import subprocess
from pathlib import Path

import pytest

from helpers import ROOT, overlay


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    for name in ("apps", "workloads", "overlays"):
        shutil.copytree(ROOT / name, tmp_path / name)
    return tmp_path


def files(root: Path) -> dict[str, bytes]:
    return {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def test_a_new_cluster_is_clean(repository: Path) -> None:
    done = overlay(repository, "new", "prod-eu")
    assert done.exit_code == 0, done.output
    assert "wrote overlays/prod-eu/root.yaml" in done.stdout
    judged = overlay(repository, "validate", "prod-eu", "--fail-on", "warning")
    assert judged.exit_code == 0, judged.output


def test_what_only_a_person_knows_is_told(repository: Path) -> None:
    text = overlay(repository, "new", "prod-eu").stdout
    facts = (repository / "overlays/prod-eu/facts/cluster.yaml").read_text().splitlines()
    assumed = [n for n, line in enumerate(facts, 1) if line.endswith("# assumed")]
    assert assumed
    for number in assumed:
        assert f"overlays/prod-eu/facts/cluster.yaml:{number}: " in text
    assert "Secret flink/flink-state-credentials" in text
    assert "kafka-client" not in text  # only what the components need that are on


def test_a_second_run_changes_nothing(repository: Path) -> None:
    overlay(repository, "new", "prod-eu")
    before = files(repository)
    done = overlay(repository, "new", "prod-eu")
    assert done.exit_code == 0
    assert "nothing to write" in done.stdout
    assert files(repository) == before


def test_missing_files_come_back_and_edited_ones_stay(repository: Path) -> None:
    overlay(repository, "new", "prod-eu")
    folder = repository / "overlays/prod-eu"
    edited = folder / "cmf-operator/values.yaml"
    edited.write_text("replicas: 2\n")
    gone = [folder / "root.yaml", folder / "flink-resources/kustomization.yaml"]
    contents = [path.read_text() for path in gone]
    for path in gone:
        path.unlink()
    overlay(repository, "new", "prod-eu")
    assert [path.read_text() for path in gone] == contents
    assert edited.read_text() == "replicas: 2\n"


@pytest.mark.parametrize("cluster", ["demo", "flink-demo"])
def test_the_shipped_clusters_are_complete(repository: Path, cluster: str) -> None:
    before = files(repository)
    assert overlay(repository, "new", cluster).exit_code == 0
    assert files(repository) == before


def test_a_dry_run_prints_and_writes_nothing(repository: Path) -> None:
    before = files(repository)
    text = overlay(repository, "new", "prod-eu", "--dry-run").stdout
    assert "# overlays/prod-eu/facts/cluster.yaml\n" in text
    assert files(repository) == before


def test_facts_are_taken_from_another_cluster(repository: Path) -> None:
    overlay(repository, "new", "prod-eu", "--set", "storageClass=gp3", "--set", "domain=eu.corp")
    overlay(repository, "new", "prod-us", "--from", "prod-eu")
    facts = (repository / "overlays/prod-us/facts/cluster.yaml").read_text()
    assert "storageClass: gp3\n" in facts
    assert "state: s3://flink-state/prod-us  # assumed\n" in facts


def test_workloads_bring_what_they_require(repository: Path) -> None:
    overlay(repository, "new", "edge", "--workloads", "flink-kubernetes-operator")
    made = {path.name for path in (repository / "overlays/edge").iterdir() if path.is_dir()}
    wanted = {"facts", "argocd-config", "namespaces", "cert-manager", "flink-kubernetes-operator"}
    assert made == wanted


def test_what_is_provided_is_not_installed(repository: Path) -> None:
    provided = "provided=kafka,schema-registry,cert-manager,cfk,prometheus-operator"
    assert overlay(repository, "new", "edge", "--set", provided).exit_code == 0
    listed = (repository / "overlays/edge/flink-resources/kustomization.yaml").read_text()
    assert "components/monitoring" in listed
    apps = (repository / "overlays/edge/kustomization.yaml").read_text()
    assert "apps/cfk-operator" not in apps
    assert "apps/cert-manager" not in apps
    judged = overlay(repository, "validate", "edge")
    assert judged.exit_code == 0, judged.output


@pytest.mark.parametrize("name", ["Prod", "../x", "a/b", "prod_eu", "-a", "a" * 64, ""])
def test_bad_names_are_refused(repository: Path, name: str) -> None:
    before = files(repository)
    done = overlay(repository, "new", "--", name)
    assert done.exit_code == 2
    assert "DNS label" in done.stderr
    assert files(repository) == before


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["--workloads", "flink-resource"], "did you mean 'flink-resources'?"),
        (["--workloads", "flink-resources/demo"], "it has: monitoring, sample-application"),
        (["--set", "domian=x"], "did you mean 'domain'?"),
        (["--set", "domain"], "write KEY=VALUE"),
        (["--set", "argocd.managedBy=hand"], "allowed: manifests, helm, operator"),
        (["--set", "repository.url=https://me:pw@git.example.com/a.git"], "holds credentials"),
        (["--set", "provided=schema-registry"], "requires kafka"),
        (["--from", "dmo"], "did you mean 'demo'?"),
    ],
)
def test_a_wrong_wish_is_refused(repository: Path, argv: list[str], message: str) -> None:
    before = files(repository)
    done = overlay(repository, "new", "prod-eu", *argv)
    assert done.exit_code == 2, done.output
    assert message in done.stderr
    assert files(repository) == before


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["--set", "domain=other"], "overlay set demo domain=other"),
        (
            ["--workloads", "flink-resources/monitoring"],
            "overlay add demo/flink-resources/monitoring",
        ),
    ],
)
def test_what_contradicts_a_cluster_names_the_verb(
    repository: Path, argv: list[str], message: str
) -> None:
    done = overlay(repository, "new", "demo", *argv)
    assert done.exit_code == 2
    assert message in done.stderr


def alone(root: Path, remote: str) -> None:
    """A repository without clusters, whose git remote is `remote`."""
    shutil.rmtree(root / "overlays")
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    if remote:
        subprocess.run(["git", "-C", str(root), "remote", "add", "origin", remote], check=True)


@pytest.mark.parametrize(
    ("remote", "url"),
    [
        ("https://user:word@git.example.com/a/b.git", "https://git.example.com/a/b.git"),
        ("git@git.example.com:a/b.git", "git@git.example.com:a/b.git"),
        ("ssh://git@git.example.com/a/b.git", "ssh://git@git.example.com/a/b.git"),
    ],
)
def test_the_url_comes_from_the_git_remote(repository: Path, remote: str, url: str) -> None:
    alone(repository, remote)
    assert overlay(repository, "new", "first").exit_code == 0
    assert f"    url: {url}\n" in (repository / "overlays/first/facts/cluster.yaml").read_text()


@pytest.mark.parametrize("remote", ["", "/srv/git/a.git", "file:///srv/git/a.git"])
def test_without_a_url_argo_can_reach_it_is_refused(repository: Path, remote: str) -> None:
    alone(repository, remote)
    done = overlay(repository, "new", "first")
    assert done.exit_code == 2
    assert "--set repository.url=" in done.stderr
