"""The SQL gateway starts with the arguments of its Deployment, and not without its address."""

import os
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from cluster import HERE, OPEN, SHORT_LIVED, free_ports
from shipped import renders

from flink import JAVA, LIBRARIES
from helpers import ROOT

MAIN = "org.apache.flink.table.gateway.SqlGateway"
PREFIX = "-Dsql-gateway.endpoint.rest."


def arguments() -> list[str]:
    """Those that the start script hands on; its own word is the first."""
    rendered = renders()["openshift-demo/flink-cdc"]
    (found,) = [o for o in rendered if (o.kind, o.name) == ("Deployment", "flink-cdc-sqlgateway")]
    (container,) = found.data["spec"]["template"]["spec"]["containers"]
    assert container["args"][0] == "start-foreground"
    return list(container["args"][1:])


def here(words: list[str], port: int) -> list[str]:
    """On this machine's own interface and a port that is free; the address stays."""
    kept = [w for w in words if not w.startswith((f"{PREFIX}bind-address", f"{PREFIX}port"))]
    return [*kept, f"{PREFIX}bind-address={HERE}", f"{PREFIX}port={port}"]


def start(words: list[str], folder: Path) -> subprocess.Popen[str]:
    (folder / "config.yaml").write_text("rest.address: localhost\n")
    jars = [*LIBRARIES.glob("lib/*.jar"), *(ROOT / ".cache/maven").glob("flink-sql-gateway*.jar")]
    opened = [f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in OPEN]
    argv = [str(JAVA), *SHORT_LIVED, *opened, "-cp", ":".join(map(str, jars)), MAIN, *words]
    return subprocess.Popen(
        argv,
        env={**os.environ, "FLINK_CONF_DIR": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError):
        return False


@pytest.fixture
def port() -> Iterator[int]:
    yield from free_ports(1)


def test_it_answers_where_the_probe_asks(port: int, tmp_path: Path) -> None:
    process = start(here(arguments(), port), tmp_path)
    try:
        end = time.monotonic() + 60
        while not answers(f"http://{HERE}:{port}/v1/info") and time.monotonic() < end:
            assert process.poll() is None, process.communicate()[0]
            time.sleep(0.3)
        assert answers(f"http://{HERE}:{port}/v1/info")
    finally:
        process.kill()
        process.wait()


def test_it_does_not_start_without_its_address(port: int, tmp_path: Path) -> None:
    words = [word for word in arguments() if not word.startswith(f"{PREFIX}address")]
    process = start(here(words, port), tmp_path)
    said = process.communicate(timeout=60)[0]
    assert process.returncode != 0
    assert "address" in said
