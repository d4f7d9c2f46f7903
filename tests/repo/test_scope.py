"""Only what changed: the same findings as a full run, in every cluster that the change reaches."""

import json
import random
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from helpers import ROOT, overlay

pytestmark = pytest.mark.whole

Plant = Callable[[dict[str, str]], Path]
Finding = tuple[str, str, int, str]
OWN = ("apps", "workloads", "overlays")


def git(root: Path, *argv: str) -> None:
    who = ("-c", "user.name=a", "-c", "user.email=a@example.com")
    subprocess.run(["git", *who, *argv], cwd=root, check=True, capture_output=True)


def commit(root: Path) -> None:
    if not (root / ".git").exists():
        git(root, "init", "-q", "-b", "main")
    git(root, "add", "-A")
    git(root, "commit", "-q", "--allow-empty", "-m", "all")


def judge(root: Path, *argv: str) -> dict[str, Any]:
    done = overlay(root, "validate", "--no-cache", "--format", "json", *argv)
    assert done.exit_code in (0, 1), done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def findings(root: Path, *argv: str) -> set[Finding]:
    listed = judge(root, *argv)["findings"]
    return {(f["check"], f["file"], f["line"], f["message"]) for f in listed}


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This repository's own clusters, and a folder in the layout of others."""
    root = tmp_path_factory.mktemp("fleet") / "r"
    for name in OWN:
        shutil.copytree(ROOT / name, root / name)
    for cluster in ("dev", "prod"):
        top = root / "services" / "web" / "overlays" / cluster
        top.mkdir(parents=True)
        (top / "kustomization.yaml").write_text("resources:\n- ../../base\n- extra.yaml\n")
        text = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: extra\n"
        (top / "extra.yaml").write_text(text)
    base = root / "services" / "web" / "base"
    base.mkdir()
    (base / "kustomization.yaml").write_text("resources:\n- web.yaml\n")
    (base / "web.yaml").write_text("apiVersion: v1\nkind: Service\nmetadata:\n  name: web\n")
    commit(root)
    return root


def edits(rng: random.Random, root: Path) -> list[str]:
    """Do one to three random things to a tree; what was done, for the message."""
    done = []
    for _ in range(rng.randint(1, 3)):
        files = sorted(p for p in root.rglob("*.yaml") if ".git" not in p.parts)
        file = rng.choice(files)
        kind = rng.choice(["line", "line", "key", "delete", "rename", "add", "copy"])
        lines = file.read_text().splitlines(keepends=True) or ["\n"]
        at = rng.randrange(len(lines))
        if kind == "line":
            lines[at] = ""
        elif kind == "key":
            lines[at] = lines[at].replace(":", "x:", 1)
        elif kind == "delete":
            file.unlink()
        elif kind == "rename":
            file.rename(file.with_name(f"other-{file.name}"))
        elif kind == "copy":
            shutil.copy(file, rng.choice(files).with_name(f"copy-{file.name}"))
        else:
            text = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: new\n"
            file.with_name("new.yaml").write_text(text)
        if kind in ("line", "key"):
            file.write_text("".join(lines))
        done.append(f"{kind} {file.relative_to(root)}:{at + 1}")
    return done


@pytest.mark.parametrize("seed", range(30))
def test_a_random_change_is_judged_as_a_full_run_judges_it(
    fleet: Path, tmp_path: Path, seed: int
) -> None:
    root = tmp_path / "r"
    shutil.copytree(fleet, root)
    before = findings(root)
    done = edits(random.Random(seed), root)
    after, changed = findings(root), findings(root, "--changed")
    assert changed <= after, done
    assert after - before <= changed, done


def tree(**extra: str) -> dict[str, str]:
    """Two clusters on one base, a third on its own."""
    good = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: a\n"
    files = {"base/kustomization.yaml": "resources: [a.yaml]\n", "base/a.yaml": good}
    for name in ("one", "two"):
        files[f"overlays/{name}/kustomization.yaml"] = "resources: [../../base]\n"
    files["overlays/three/kustomization.yaml"] = "resources: [b.yaml]\n"
    files["overlays/three/b.yaml"] = good
    return files | extra


WRONG = "apiVersion: v1\nkind: Namespace\nmetadata:\n  nmae: a\n"


@pytest.mark.parametrize(
    ("file", "overlays", "reached"),
    [
        ("base/a.yaml", 2, "one two"),
        ("overlays/three/b.yaml", 1, "three"),
        ("overlays/two/kustomization.yaml", 1, "two"),
        ("README.md", 0, ""),
        (".overlay.yaml", 4, "one three two"),
    ],
)
def test_what_a_file_reaches(plant: Plant, file: str, overlays: int, reached: str) -> None:
    root = plant(tree())
    commit(root)
    path = root / file
    path.write_text((path.read_text() if path.exists() else "") + "# changed\n")
    seen = judge(root, "--changed")["summary"]
    assert seen["overlays"] == overlays, reached


def test_a_kustomization_above_the_clusters_concerns_all(plant: Plant) -> None:
    root = plant(tree(**{"overlays/kustomization.yaml": "resources: [one]\n"}))
    commit(root)
    (root / "overlays/kustomization.yaml").write_text("resources: [one, gone]\n")
    assert ("kustomize/build", "overlays/kustomization.yaml", 1) in spots(root, "--changed")
    assert spots(root, "--changed") == spots(root)


def test_a_range_knows_the_remotes_of_the_checkout(plant: Plant) -> None:
    """Only they say that the Application means this repository."""
    url = "https://git.example.com/platform/fleet.git"
    application = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a}\n"
    source = f"  source: {{repoURL: {url}, targetRevision: main, path: gone}}\n"
    root = plant(tree())
    commit(root)
    git(root, "remote", "add", "origin", url)
    (root / "overlays/three/b.yaml").write_text(f"{application}spec:\n  project: a\n{source}")
    commit(root)
    assert ("argocd/path", "overlays/three/b.yaml", 6) in spots(root)
    assert ("argocd/path", "overlays/three/b.yaml", 6) in spots(root, "--changed=HEAD~1..HEAD")


def test_staged_and_committed_changes_and_deletions(plant: Plant) -> None:
    root = plant(tree())
    commit(root)
    (root / "base/a.yaml").write_text(WRONG)
    git(root, "add", "-A")
    (root / "base/a.yaml").write_text(tree()["base/a.yaml"])
    assert findings(root, "--changed") == set()
    assert {f[1] for f in findings(root, "--changed=INDEX")} == {"base/a.yaml"}
    git(root, "commit", "-q", "-m", "wrong")
    assert {f[1] for f in findings(root, "--changed=HEAD~1..HEAD")} == {"base/a.yaml"}
    assert findings(root, "--changed=HEAD~1..HEAD~1") == set()
    (root / "base/a.yaml").unlink()
    assert {f[1] for f in findings(root, "--changed")} == {"base/kustomization.yaml"}


def test_the_merge_base_of_a_branch(plant: Plant) -> None:
    root = plant(tree())
    commit(root)
    git(root, "switch", "-q", "-c", "branch")
    (root / "overlays/three/b.yaml").write_text(WRONG)
    commit(root)
    git(root, "switch", "-q", "main")
    (root / "base/a.yaml").write_text(WRONG)
    commit(root)
    found = findings(root, "--changed=main...branch")
    assert {f[1] for f in found} == {"overlays/three/b.yaml"}


def test_a_checkout_is_left_as_it_was(plant: Plant) -> None:
    root = plant(tree())
    commit(root)
    (root / "base/a.yaml").write_text(WRONG)
    before = {p: p.read_bytes() for p in root.rglob("*") if p.is_file()}
    judge(root, "--changed=HEAD..HEAD")
    judge(root, "--changed")
    assert {p: p.read_bytes() for p in root.rglob("*") if p.is_file()} == before


@pytest.mark.parametrize("ref", ["nowhere", "HEAD..nowhere", "@{", ""])
def test_an_unknown_ref_is_refused(plant: Plant, ref: str) -> None:
    root = plant(tree())
    commit(root)
    done = overlay(root, "validate", f"--changed={ref}")
    assert done.exit_code == 2
    assert "is no commit, branch or tag" in done.stderr


def test_without_git_nothing_can_be_compared(plant: Plant) -> None:
    done = overlay(plant(tree()), "validate", "--changed")
    assert done.exit_code == 3
    assert "needs git" in done.stderr


def test_the_index_follows_when_history_moves(plant: Plant) -> None:
    """The index is stored at one commit and used at another, with edges that came and went."""
    root = plant(tree())
    commit(root)
    judge(root, "--changed")
    (root / "overlays/three/kustomization.yaml").write_text("resources: [../../base]\n")
    (root / "overlays/two/kustomization.yaml").write_text("resources: []\n")
    commit(root)
    (root / "base/a.yaml").write_text(WRONG)
    listed = judge(root, "--changed")["findings"]
    assert {cluster for f in listed for cluster in f["clusters"]} == {"one", "three"}


SET = """apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: all, namespace: argocd}
spec:
  goTemplate: true
  generators:
  - git:
      repoURL: https://git.example.com/a/b.git
      revision: main
      directories: [{path: overlays/*/app}]
  template:
    metadata: {name: '{{.path.segments | join "-"}}'}
    spec:
      project: default
      source: {repoURL: https://git.example.com/a/b.git, targetRevision: main, path: '{{.path.path}}'}
      destination: {server: https://kubernetes.default.svc, namespace: a}
"""


def argocd_tree(place: str) -> dict[str, str]:
    """An Argo CD with ApplicationSets, projects and settings; clusters with all that refers."""
    application = SET.partition("spec:")[0].replace("Set", "") + "spec:\n  project: limited\n"
    source = "{repoURL: https://git.example.com/a/b.git, targetRevision: main, path: %s}\n"
    files = {
        f"{place}/set.yaml": SET.replace(
            '{{.path.segments | join "-"}}', "x-{{index .path.segments 1}}"
        ),
        f"{place}/project.yaml": "apiVersion: argoproj.io/v1alpha1\nkind: AppProject\n"
        "metadata: {name: limited, namespace: argocd}\nspec:\n  sourceRepos: ['*']\n"
        "  destinations: [{server: '*', namespace: '*'}]\n"
        "  namespaceResourceWhitelist:\n  - {group: '', kind: ConfigMap}\n"
        "  - {group: '', kind: Service}\n",
        f"{place}/argocd-cm.yaml": "apiVersion: v1\nkind: ConfigMap\n"
        "metadata: {name: argocd-cm, namespace: argocd}\ndata:\n"
        "  resource.customizations.health.argoproj.io_Application: |\n    return hs\n",
    }
    for number, name in enumerate(("one", "two", "three")):
        top = f"overlays/{name}/app"
        files[f"{top}/kustomization.yaml"] = (
            "namespace: a\nresources:\n- pod.yaml\n- service.yaml\n- config.yaml\n"
        )
        files[f"{top}/pod.yaml"] = (
            "apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\n  labels:\n    app: p\nspec:\n"
            "  containers:\n  - name: p\n    image: r.example.com/p:1\n    ports:\n"
            "    - name: web\n      containerPort: 80\n    envFrom:\n    - configMapRef:\n"
            "        name: c\n    - secretRef:\n        name: s\n"
        )
        files[f"{top}/service.yaml"] = (
            "apiVersion: v1\nkind: Service\nmetadata:\n  name: p\nspec:\n  selector:\n"
            "    app: p\n  ports:\n  - port: 80\n    targetPort: web\n"
        )
        files[f"{top}/config.yaml"] = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\n"
        files[f"overlays/{name}/apps/kustomization.yaml"] = "resources:\n- app.yaml\n"
        files[f"overlays/{name}/apps/app.yaml"] = (
            application
            + f"  source: {source % f'overlays/{name}/app'}".replace("name: all", f"name: {number}")
            + "  destination: {server: https://kubernetes.default.svc, namespace: a}\n"
        ).replace("name: all", f"name: app-{name}")
    return files


def spots(root: Path, *argv: str) -> set[tuple[str, str, int]]:
    """Where something is found; of several Applications a message names the first that is seen."""
    return {(check, file, line) for check, file, line, _ in findings(root, *argv)}


@pytest.mark.parametrize("place", ["argocd", "overlays/one/argocd"])
@pytest.mark.parametrize("seed", range(20))
def test_a_random_change_beside_an_argo_cd(plant: Plant, place: str, seed: int) -> None:
    root = plant(argocd_tree(place))
    commit(root)
    before = spots(root)
    done = edits(random.Random(seed), root)
    after, changed = spots(root), spots(root, "--changed")
    assert changed <= after, done
    assert after - before <= changed, done


@pytest.mark.parametrize("place", ["argocd", "overlays/one/argocd"])
def test_a_folder_that_a_generator_lists_reaches_its_applicationset(
    plant: Plant, place: str
) -> None:
    """What the new folder holds is deployed twice then."""
    root = plant(argocd_tree(place))
    commit(root)
    before = findings(root)
    top = root / "overlays" / "four" / "app"
    top.mkdir(parents=True)
    text = (root / "overlays/two/app/config.yaml").read_text()
    (top / "config.yaml").write_text(text)
    new = root / "overlays" / "four" / "apps"
    new.mkdir()
    app = (root / "overlays/two/apps/app.yaml").read_text()
    (new / "kustomization.yaml").write_text("resources:\n- app.yaml\n")
    (new / "app.yaml").write_text(app.replace("app-two", "x-four").replace("/two/", "/four/"))
    after = findings(root)
    assert "repo/dup-resource" in {check for check, *_ in after - before}
    assert findings(root, "--changed") >= after - before


def test_a_part_of_the_clusters_says_nothing_wrong_of_a_generator(plant: Plant) -> None:
    root = plant(argocd_tree("overlays/one/argocd"))
    commit(root)
    with (root / "overlays/one/argocd/project.yaml").open("a") as file:
        file.write("  description: changed\n")
    assert findings(root, "--changed") <= findings(root)
