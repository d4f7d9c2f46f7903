"""The worker processes: what they render, and what is left of a run when they are lost."""

import contextlib
import json
import os
import random
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from helpers import ROOT, overlay
from overlaykit.render import engines
from overlaykit.render.engine import Render
from overlaykit.render.engines import WORKER
from overlaykit.render.plain import PlainEngine
from overlaykit.render.workers import Request, WorkerEngine
from overlaykit.source import parse

pytestmark = pytest.mark.whole

Plant = Callable[[dict[str, str]], Path]
LISTS_ONE = "resources: [a.yaml]\n"


def config_map(name: str, extra: str = "data: {a: b}\n") -> str:
    return f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\n{extra}"


def folder(name: str, manifest: str) -> dict[str, str]:
    return {f"{name}/kustomization.yaml": LISTS_ONE, f"{name}/a.yaml": manifest}


def good(count: int) -> dict[str, str]:
    files: dict[str, str] = {}
    for number in range(count):
        files |= folder(f"good{number:03}", config_map(f"good{number}"))
    return files


def build(root: Path, folders: list[str], engine: WorkerEngine | None = None) -> dict[str, Render]:
    engine = engine or WorkerEngine(WORKER)
    renders = list(engine.build(root, folders, lambda _: None))
    assert [render.folder for render in renders] == folders
    return {render.folder: render for render in renders}


def test_objects_are_what_the_text_says() -> None:
    folders = ["overlays/demo", "overlays/flink-demo/flink-resources"]
    [*texts] = WorkerEngine(WORKER).build(ROOT, folders, lambda _: None)
    [*found] = WorkerEngine(WORKER).build(ROOT, folders, lambda _: None, objects=True)
    for text, render in zip(texts, found, strict=True):
        wanted = list(parse(text.text))
        assert [data for _, data in render.objects or ()] == wanted


def test_a_fault_of_kustomize_is_the_result_of_its_folder_alone(plant: Plant) -> None:
    bad = config_map("a", "").replace("name: a", "name: a\n  annotations: [a]")
    root = plant(good(6) | folder("bad", bad))
    found = build(root, ["good000", "bad", "good001", "good002"])
    assert "crashed" in (found["bad"].error or "")
    assert all(found[name].error is None for name in found if name != "bad")


def test_a_tree_that_holds_itself_kills_workers_and_nothing_else(plant: Plant) -> None:
    root = plant(good(20) | folder("self", config_map("a", "data: &x\n  a: *x\n")))
    found = build(root, [*(f"good{n:03}" for n in range(10)), "self", "good010", "good011"])
    assert "stack overflow" in (found["self"].error or "")
    assert all(render.error is None for name, render in found.items() if name != "self")


def test_a_schema_of_one_tree_does_not_reach_the_next(plant: Plant) -> None:
    """Two containers merged by name: a tree with a schema of its own would replace the list."""
    deployment = (
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: a\nspec:\n  template:\n"
        "    spec:\n      containers:\n      - {name: one, image: a}\n      - {name: two, image: b}\n"
    )
    patch = deployment.replace("      - {name: two, image: b}\n", "").replace(
        "image: a", "image: c"
    )
    patched = {
        "plain/kustomization.yaml": "resources: [a.yaml]\npatches: [{path: patch.yaml}]\n",
        "plain/a.yaml": deployment,
        "plain/patch.yaml": patch,
        "own/kustomization.yaml": "resources: [../plain]\nopenapi: {path: schema.json}\n",
        "own/schema.json": '{"definitions": {}}',
    }
    root = plant(patched | good(3))
    folders = ["plain", "own", "plain", "good000", "own", "plain"]
    renders = list(WorkerEngine(WORKER, count=1).build(root, folders, lambda _: None))
    wanted = list(PlainEngine.found().build(root, folders, lambda _: None))
    assert [render.text for render in renders] == [render.text for render in wanted]
    assert "name: two" in renders[-1].text


def test_a_request_may_bring_other_texts_and_ask_for_origins(plant: Plant) -> None:
    """Texts larger than a pipe holds, both ways: nobody waits for the other without end."""
    root = plant(good(2))
    large = {"good000/a.yaml": config_map("a", f"data: {{a: {'x' * 300_000}}}\n")}
    requests = [Request("good000", large), Request("good000", origin=True), Request("good001")] * 3
    renders = list(WorkerEngine(WORKER, count=1).answer(root, requests))
    assert [len(render.text) > 300_000 for render in renders] == [True, False, False] * 3
    assert ["path: a.yaml" in render.text for render in renders] == [False, True, False] * 3
    assert "a: b" in (root / "good000/a.yaml").read_text()


STANDS_STILL = """#!{python}
import json, sys, time
for line in sys.stdin:
    request = json.loads(line)
    if request["dir"].endswith("bad"):
        time.sleep(60)
    print(json.dumps({{"id": request["id"], "text": request["dir"]}}), flush=True)
"""


def test_a_folder_that_takes_too_long_is_the_result_of_its_folder_alone(tmp_path: Path) -> None:
    program = tmp_path / "worker"
    program.write_text(STANDS_STILL.format(python=sys.executable))
    program.chmod(0o755)
    engine = WorkerEngine(program, seconds=0.5)
    found = build(tmp_path, ["a", "bad", "b", "c"], engine)
    assert "does not come to an end" in (found["bad"].error or "")
    assert found["c"].text == str(tmp_path / "c")


def test_a_folder_that_fills_the_memory_is_the_result_of_its_folder_alone(plant: Plant) -> None:
    lines = "".join(f"  key{n}: {'x' * 100}\n" for n in range(60_000))
    root = plant(good(5) | folder("large", config_map("large", f"data:\n{lines}")))
    engine = WorkerEngine(WORKER, memory=40)
    found = build(root, ["good000", "large", "good001"], engine)
    assert "needs more than 40 MiB" in (found["large"].error or "")
    assert found["good001"].error is None


KILLS_ITSELF = """#!{python}
import os, signal
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_folder_whose_worker_is_always_killed_comes_to_an_end(tmp_path: Path) -> None:
    program = tmp_path / "worker"
    program.write_text(KILLS_ITSELF.format(python=sys.executable))
    program.chmod(0o755)
    found = build(tmp_path, ["a"], WorkerEngine(program, seconds=0.3))
    assert "exit code -9" in (found["a"].error or "")
    assert found["a"].lost


def workers_of(pid: int) -> list[int]:
    """Its render workers; not Git and kubeconform, which it starts too."""
    lists = Path(f"/proc/{pid}/task").glob("*/children")
    found = [int(child) for path in lists for child in path.read_text().split()]
    return [child for child in found if _program(child) == WORKER.resolve()]


def _program(pid: int) -> Path | None:
    try:
        return Path(f"/proc/{pid}/exe").readlink()
    except OSError:
        return None  # it has ended meanwhile


@contextlib.contextmanager
def killing(pause: Callable[[], float]) -> Iterator[list[int]]:
    """Kill a worker after each pause, as long as the block runs; the killed ones."""
    over = threading.Event()
    killed: list[int] = []

    def kill() -> None:
        while not over.wait(pause()):
            for pid in random.sample(workers := workers_of(os.getpid()), min(1, len(workers))):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                    killed.append(pid)

    thread = threading.Thread(target=kill)
    thread.start()
    try:
        yield killed
    finally:
        over.set()
        thread.join()


@pytest.mark.skipif(sys.platform != "linux", reason="finds the workers below /proc")
def test_workers_killed_at_random_change_no_result(plant: Plant) -> None:
    root = plant(good(300))
    folders = [f"good{n:03}" for n in range(300)]
    with killing(lambda: 0.05) as killed:
        while not killed:
            found = build(root, folders)
            assert [name for name, render in found.items() if render.error] == []


@pytest.mark.warm
@pytest.mark.skipif(sys.platform != "linux", reason="finds the workers below /proc")
def test_warm_workers_render_the_same_and_leave_when_nobody_needs_them(plant: Plant) -> None:
    root = plant(good(20))
    names = [f"good{n:03}" for n in range(20)]
    with engines.warmed():
        ready = workers_of(os.getpid())
        assert ready
        found = list(engines.default().build(root, names, lambda _: None, objects=True))
        assert not set(ready) & set(workers_of(os.getpid()))
    assert found == list(WorkerEngine(WORKER).build(root, names, lambda _: None, objects=True))
    with engines.warmed():
        assert workers_of(os.getpid())
    assert not workers_of(os.getpid())


@pytest.mark.warm
def test_a_warm_worker_that_is_lost_is_replaced(plant: Plant) -> None:
    root = plant(good(8))
    with engines.warmed():
        for pid in workers_of(os.getpid()):
            os.kill(pid, signal.SIGKILL)
        found = list(
            engines.default().build(root, [f"good{n:03}" for n in range(8)], lambda _: None)
        )
    assert [render.error for render in found] == [None] * 8


@pytest.mark.warm
def test_a_tree_with_a_schema_gets_a_worker_that_was_never_warm(plant: Plant) -> None:
    schema = {"s/schema.json": '{"definitions": {}}', "s/a.yaml": config_map("a")}
    listed = LISTS_ONE + "openapi: {path: schema.json}\n"
    root = plant(good(4) | schema | {"s/kustomization.yaml": listed})
    names = ["good000", "s", "good001", "s", "good002"]
    with engines.warmed():
        found = list(engines.default().build(root, names, lambda _: None))
    assert found == list(PlainEngine.found().build(root, names, lambda _: None))


MISTAKES = {
    "unknown-field": ("kubernetes", {"a.yaml": config_map("a", "dta: {a: b}\n")}),
    "missing-file": ("kustomize", {"kustomization.yaml": "resources: [a.yaml, b.yaml]\n"}),
    "idle-patch": (
        "kustomize/no-op",
        {
            "kustomization.yaml": LISTS_ONE + "patches: [{path: p.yaml}]\n",
            "p.yaml": config_map("a"),
            "a.yaml": config_map("a"),
        },
    ),
    "dangling": (
        "kubernetes/dangling-ref",
        {
            "a.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: a}\nspec:\n"
            "  serviceAccountName: nobody\n  containers: [{name: a, image: a}]\n"
        },
    ),
}


def flawed(count: int) -> dict[str, str]:
    """Clusters with a good folder each, and one with every mistake in turn."""
    files = {".overlay.yaml": "levels: {}\n"}
    for number in range(count):
        top = f"overlays/c{number:03}"
        files |= folder(f"{top}/good", config_map("good"))
        name = sorted(MISTAKES)[number % len(MISTAKES)]
        files |= folder(f"{top}/{name}", config_map("a"))
        files |= {f"{top}/{name}/{file}": text for file, text in MISTAKES[name][1].items()}
    return files


def told(root: Path) -> dict[str, Any]:
    """What `validate` says, but for the time it took."""
    done = overlay(root, "validate", "--no-cache", "--format", "json")
    assert done.exit_code == 1, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    del found["summary"]["seconds"]
    return found


@pytest.mark.warm
@pytest.mark.skipif(sys.platform != "linux", reason="finds the workers below /proc")
@pytest.mark.parametrize("seed", range(3))
def test_workers_killed_at_random_change_no_finding(plant: Plant, seed: int) -> None:
    root = plant(flawed(80))
    began = time.perf_counter()
    wanted = told(root)
    pace = time.perf_counter() - began  # kills come as fast as the machine can answer them
    checks = {finding["check"] for finding in wanted["findings"]}
    for family, _ in MISTAKES.values():
        assert any(check.startswith(family) for check in checks), (family, checks)
    rng = random.Random(seed)
    with killing(lambda: rng.uniform(pace / 10, pace / 3)) as killed:
        while len(killed) < 5:
            assert told(root) == wanted


@pytest.mark.skipif(sys.platform != "linux", reason="finds the workers below /proc")
def test_a_run_that_is_given_up_leaves_no_process(plant: Plant) -> None:
    root = plant(good(40))
    renders = WorkerEngine(WORKER).build(root, [f"good{n:03}" for n in range(40)], lambda _: None)
    next(renders)
    assert workers_of(os.getpid())
    renders.close()  # type: ignore[attr-defined]
    assert not workers_of(os.getpid())
