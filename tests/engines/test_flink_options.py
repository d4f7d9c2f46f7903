"""Every Flink option that we ship exists under that name in the Flink that we ship, and its value
is one that Flink reads. Flink itself ignores a name that it does not know without a word."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from options import Known, known
from shipped import flat, renders

from flink import LIBRARIES
from helpers import ROOT

HERE = Path(__file__).parent
LINES = (HERE / "operator-1.15-options.txt").read_text().splitlines()
OPERATOR = {line for line in LINES if not line.startswith("#")}
# Options as names only, in patches, replacements and SQL.
NAMED = (
    r"/flinkConfiguration/([\w.-]+)",
    r"flinkConfiguration\.\[([\w.-]+)\]",
    r"^\s*SET '([\w.-]+)'",
)
Option = tuple[str, str, str | None]  # where, key, value


@pytest.fixture(scope="module")
def flink() -> Iterator[Known]:
    with known() as found:
        yield found


def in_objects(where: str, obj: Any, flink: Known) -> Iterator[Option]:
    """The options of an object: below flinkConfiguration, or as the data of a ConfigMap."""
    if isinstance(obj, list):
        for item in obj:
            yield from in_objects(where, item, flink)
    if not isinstance(obj, dict):
        return
    data = obj.get("data") if obj.get("kind") == "ConfigMap" else None
    if data and set(data) & set(flink.current):
        yield from ((where, key, str(value)) for key, value in data.items())
    for key, value in obj.items():
        if key == "flinkConfiguration":
            yield from ((where, name, _text(item)) for name, item in flat(value).items())
        elif key == "defaultConfiguration":
            for text in (value.get("flink-conf.yaml"), value.get("config.yaml")):
                options = flat(yaml.safe_load(text or "{}"))
                yield from ((where, name, _text(item)) for name, item in options.items())
        else:
            yield from in_objects(where, value, flink)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def shipped(flink: Known) -> Iterator[Option]:
    """Of every render, and of every file: components that no overlay lists are shipped too."""
    for folder, rendered in renders().items():
        for obj in rendered:
            yield from in_objects(f"render of {folder}", obj.data, flink)
    for top in ("workloads", "overlays"):
        for path in sorted((ROOT / top).rglob("*")):
            where = str(path.relative_to(ROOT))
            if path.suffix in (".yaml", ".sql"):
                text = path.read_text()
                for pattern in NAMED:
                    yield from ((where, key, None) for key in re.findall(pattern, text, re.M))
            if path.suffix == ".yaml":
                for document in yaml.safe_load_all(text):
                    yield from in_objects(where, document, flink)


def fault(key: str, value: str | None, flink: Known) -> str:
    """What is wrong with an option; empty if nothing is."""
    if reporter := re.fullmatch(r"(?:kubernetes\.operator\.)?metrics\.reporter\.\w+\.(.+)", key):
        return "" if reporter[1] in flink.reporter else "no option of the reporter"
    if hadoop := re.fullmatch(r"(?:s3|s3a|fs\.s3a)\.(.+)", key):
        return "" if f"fs.s3a.{hadoop[1]}" in flink.s3 else "no option of S3A"
    if key in OPERATOR:
        return ""
    if key not in flink.current:
        return "a former name" if key in flink.former else "unknown"
    return "" if value is None else flink.refusal(key, value)


# Flink 1.19 has no other names for them; its image is the newest for SQL (cp-flink-sql).
OF_1_19 = {"state.checkpoints.dir", "state.savepoints.dir", "state.backend.incremental"}


def _older(where: str, key: str) -> bool:
    return "flink-sql" in where and key in OF_1_19


def test_the_older_names_are_those_of_an_older_flink() -> None:
    [pool] = [obj for obj in renders()["flink-demo/flink-sql"] if obj.kind == "FlinkComputePool"]
    assert pool.get("spec", "clusterSpec", "flinkVersion") == "v1_19"
    assert set(pool.get("spec", "clusterSpec", "flinkConfiguration")) >= OF_1_19


def test_every_option_that_we_ship_is_known_and_read(flink: Known) -> None:
    options = sorted({(w, k, v or "") for w, k, v in shipped(flink)})
    assert len({key for _, key, _ in options}) >= 40
    faults = {(w, k, v): fault(k, v or None, flink) for w, k, v in options if not _older(w, k)}
    assert {option: why for option, why in faults.items() if why} == {}


@pytest.mark.parametrize(
    "obj",
    [
        {"kind": "FlinkDeployment", "spec": {"flinkConfiguration": {"jobmanager.cpu": 1}}},
        {"kind": "FlinkDeployment", "spec": {"flinkConfiguration": {"jobmanager": {"cpu": 1}}}},
        {"kind": "ConfigMap", "data": {"jobmanager.cpu": "1", "rest.port": "8081"}},
        {"defaultConfiguration": {"flink-conf.yaml": "jobmanager.cpu: 1"}},
    ],
    ids=["flat", "nested", "config-map", "chart"],
)
def test_a_wrong_name_is_found_wherever_it_stands(obj: Any, flink: Known) -> None:
    assert ("here", "jobmanager.cpu", "1") in list(in_objects("here", obj, flink))


@pytest.mark.parametrize(
    ("key", "value", "why"),
    [
        ("jobmanager.cpu", "1", "unknown"),
        ("kubernetes.operator.job.autoscaler.scale-down.grace-period", "3m", "unknown"),
        ("job.autoscaler.parallelism.max", "10", "unknown"),
        ("state.checkpoints.timeout", "10min", "unknown"),
        ("query.server.port", "6125", "unknown"),
        ("state.checkpoints.dir", "s3://a/b", "a former name"),
        ("high-availability", "kubernetes", "a former name"),
        ("metrics.reporter.prom.prot", "9249", "no option of the reporter"),
        ("s3.path.style.acces", "true", "no option of S3A"),
    ],
)
def test_a_wrong_name_is_found(key: str, value: str, why: str, flink: Known) -> None:
    assert fault(key, value, flink) == why


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("taskmanager.memory.process.size", "4Gi"),
        ("execution.checkpointing.interval", "1h30m"),
        ("execution.checkpointing.mode", "EXACTLY-ONE"),
        ("taskmanager.numberOfTaskSlots", "two"),
        ("execution.checkpointing.incremental", "yes"),
    ],
)
def test_a_wrong_value_is_found(key: str, value: str, flink: Known) -> None:
    assert re.search("Could not parse", fault(key, value, flink))


def test_it_reads_the_options_of_flink(flink: Known) -> None:
    assert len(flink.current) > 700
    assert len(flink.s3) > 100
    assert {"factory.class", "port"} <= flink.reporter


def test_it_is_the_flink_that_we_ship() -> None:
    [version] = [jar.stem.rpartition("-")[2] for jar in LIBRARIES.glob("lib/flink-dist-*.jar")]
    spoken = "v" + "_".join(version.split(".")[:2])
    objects = [obj.data for rendered in renders().values() for obj in rendered]
    assert {o["spec"]["flinkVersion"] for o in objects if "flinkVersion" in o.get("spec", {})} == {
        spoken
    }
    images = re.findall(r"/(?:cp-)?flink:([\d.]+)", yaml.safe_dump(objects))
    assert images and set(images) == {version}
