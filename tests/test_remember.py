"""What is kept between runs: sound, bounded, and never a lie."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from helpers import overlay
from overlaykit import cache, disk

Plant = Callable[[dict[str, str]], Path]
NAMESPACE = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: a\n"
TREE = {"dev/kustomization.yaml": "resources: [a.yaml]\n", "dev/a.yaml": NAMESPACE}
WRONG = NAMESPACE + "  nonsense: true\n"


@pytest.fixture(autouse=True)
def folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    found = tmp_path_factory.mktemp("own-cache")
    monkeypatch.setenv("XDG_CACHE_HOME", str(found))
    return found / "overlaykit"


def entries(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.json"))


def test_an_entry_comes_back(tmp_path: Path) -> None:
    cache.store(tmp_path, "one", {"a": [1, "é"]})
    assert cache.load(tmp_path, "one") == {"a": [1, "é"]}
    assert cache.load(tmp_path, "other") is None
    assert cache.load(tmp_path / "elsewhere", "one") is None


@pytest.mark.parametrize("damage", [b"", b"x", b"\xff\xfe", b"abc\n{}"])
def test_a_damaged_entry_is_none_and_leaves(tmp_path: Path, folder: Path, damage: bytes) -> None:
    cache.store(tmp_path, "one", {"a": 1})
    [path] = entries(folder)
    path.write_bytes(damage)
    assert cache.load(tmp_path, "one") is None
    cache.store(tmp_path, "one", {"a": 2})
    assert cache.load(tmp_path, "one") == {"a": 2}


def test_the_oldest_leave_when_it_is_full(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "LIMIT", 1000)
    for number in range(5):
        cache.store(tmp_path, str(number), "x" * 250)
        for path in entries(folder):
            about = path.stat()
            disk.os.utime(path, ns=(about.st_atime_ns, about.st_mtime_ns - 10**9))
    assert [path.stem for path in entries(folder)] == ["2", "3", "4"]


def test_a_folder_that_cannot_be_written_is_no_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/proc/nowhere")
    cache.store(tmp_path, "one", 1)
    assert cache.load(tmp_path, "one") is None


def test_the_second_run_renders_nothing(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    root = plant(TREE)
    first = overlay(root, "validate", "--format", "json").stdout

    def refuse() -> None:
        raise AssertionError("rendered again")

    monkeypatch.setattr("overlaykit.render.engines.default", refuse)
    again = overlay(root, "validate", "--format", "json").stdout
    assert again.partition('"seconds"')[0] == first.partition('"seconds"')[0]
    assert "rendered again" in overlay(root, "validate", "--no-cache").stderr


def changes() -> dict[str, Callable[[Path], object]]:
    return {
        "a file changes": lambda root: (root / "dev/a.yaml").write_text(WRONG),
        "a file comes": lambda root: (root / "dev/b.yaml").write_text(NAMESPACE),
        "a file goes": lambda root: (root / "dev/a.yaml").unlink(),
        "a file is renamed": lambda root: (root / "dev/a.yaml").rename(root / "dev/b.yaml"),
        "the configuration changes": lambda root: (root / ".overlay.yaml").write_text(
            "levels: {schema/missing: error}\n"
        ),
    }


@pytest.mark.parametrize("change", changes())
def test_a_change_is_seen(plant: Plant, change: str) -> None:
    root = plant({**TREE, "dev/c.yaml": "# nothing\n"})
    overlay(root, "validate")
    changes()[change](root)
    seen = overlay(root, "validate", "--format", "json").stdout.partition('"seconds"')[0]
    fresh = overlay(root, "validate", "--no-cache", "--format", "json").stdout
    assert seen == fresh.partition('"seconds"')[0]


def test_a_change_that_keeps_size_and_date_is_seen(plant: Plant) -> None:
    root = plant({**TREE, "dev/a.yaml": NAMESPACE + "  labels: {a: b}\n"})
    file = root / "dev/a.yaml"
    assert overlay(root, "validate").exit_code == 0
    about = file.stat()
    file.write_text(NAMESPACE + "  lebals: {a: b}\n")
    disk.os.utime(file, ns=(about.st_atime_ns, about.st_mtime_ns))
    assert overlay(root, "validate").exit_code == 1


def test_a_file_that_git_ignores_is_seen(plant: Plant) -> None:
    root = plant({**TREE, ".git/HEAD": "ref: refs/heads/main\n", ".gitignore": "a.yaml\n"})
    (root / ".git/objects").mkdir()
    (root / ".git/refs/heads").mkdir(parents=True)
    assert overlay(root, "validate").exit_code == 0
    (root / "dev/a.yaml").write_text(WRONG)
    assert overlay(root, "validate").exit_code == 1


def test_targets_are_remembered_apart(plant: Plant) -> None:
    root = plant({**TREE, "prod/kustomization.yaml": "resources: [missing.yaml]\n"})
    assert overlay(root, "validate", "dev").exit_code == 0
    assert overlay(root, "validate", "prod").exit_code == 1
    assert overlay(root, "validate", "dev").exit_code == 0


URL = "https://git.example.com/a/b.git"
APPLICATION = (
    "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: a, namespace: argocd}}\n"
    "spec:\n  project: a\n  source:\n    repoURL: {url}\n    targetRevision: main\n    path: dev\n"
    "{more}  destination: {{server: https://kubernetes.default.svc, namespace: a}}\n"
)
SET = (
    "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {{name: s, namespace: argocd}}\n"
    "spec:\n  goTemplate: true\n  goTemplateOptions: ['missingkey=error']\n  generators:\n"
    "  - git: {{repoURL: {url}, revision: main, {lists}}}\n  template:\n"
    "    metadata: {{name: '{{{{.path.basename}}}}'}}\n    spec:\n      project: a\n"
    "      source: {{repoURL: {url}, targetRevision: main, path: {path}}}\n"
    "      destination: {{server: https://kubernetes.default.svc, namespace: a}}\n"
)
LISTS = SET.format(url=URL, lists="directories: [{path: teams/*}]", path="'{{.path.path}}'")
READS = SET.format(url=URL, lists="files: [{path: teams/*/c.yaml}]", path="'{{.deploy}}'")
HEALTH = (
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: argocd-cm, namespace: argocd}\n"
    "data:\n  resource.customizations.health.argoproj.io_Application: return hs\n"
)
WAVES = {
    f"apps/{name}.yaml": APPLICATION.format(url=URL, more="").replace(
        "{name: a,", f"{{name: {name}, annotations: {{argocd.argoproj.io/sync-wave: '{name[1]}'}},"
    )
    for name in ("a1", "a2")
}
ROOT_APP = APPLICATION.format(url=URL, more="").replace("path: dev", "path: apps")
POD = (
    "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: a}\nspec:\n  containers:\n"
    "  - {name: a, image: r.example.com/a:1, envFrom: [{secretRef: {name: s}}]}\n"
)
# What is there, what comes, and the check whose findings become others.
COMES: dict[str, tuple[dict[str, str], dict[str, str], str]] = {
    "a folder that a generator lists": (
        {"set.yaml": LISTS, "teams/one/a.yaml": NAMESPACE},
        {"teams/two/a.yaml": NAMESPACE},
        "repo/dup-resource",
    ),
    "a file that a generator reads": (
        {"set.yaml": READS, "teams/one/c.yaml": "deploy: dev\n"},
        {"teams/two/c.yaml": "deploy: nowhere\n"},
        "argocd/path",
    ),
    "a file of values": (
        {
            "app.yaml": APPLICATION.format(
                url=URL, more="    helm: {valueFiles: [values-dev.yaml]}\n"
            )
        },
        {"dev/values-dev.yaml": "a: b\n"},
        "argocd/values-ref",
    ),
    "a manifest that nobody lists": (
        {},
        {"dev/new.yaml": NAMESPACE.replace("name: a", "name: b")},
        "kustomize/missing-entry",
    ),
    "a health rule": (
        {
            "apps/kustomization.yaml": "resources: [a1.yaml, a2.yaml]\n",
            **WAVES,
            "root.yaml": ROOT_APP,
        },
        {"settings.yaml": HEALTH},
        "argocd/app-health",
    ),
    "what somebody else makes": (
        {"dev/kustomization.yaml": "resources: [a.yaml, p.yaml]\n", "dev/p.yaml": POD},
        {".overlay.yaml": "external: [Secret/a/s]\n"},
        "kubernetes/dangling-ref",
    ),
}


@pytest.mark.parametrize("case", COMES)
def test_what_comes_is_seen(plant: Plant, case: str) -> None:
    there, comes, check = COMES[case]
    root = plant({".overlay.yaml": "levels: {}\n", **TREE, **there})
    first = said(root)
    assert said(root) == first
    plant(comes)
    second = said(root)
    assert second == said(root, "--no-cache")
    assert of(check, first) != of(check, second), (first, second)


def said(root: Path, *argv: str) -> list[dict[str, object]]:
    done = overlay(root, "validate", "--format", "json", *argv)
    found: list[dict[str, object]] = json.loads(done.stdout)["findings"]
    return found


def of(check: str, found: list[dict[str, object]]) -> list[dict[str, object]]:
    return [one for one in found if one["check"] == check]
