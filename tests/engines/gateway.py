"""Flink's own SQL Gateway on this machine: it parses and plans statements, no cluster behind it."""

import json
import os
import re
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from flink import JAVA, LIBRARIES
from helpers import ROOT

MAVEN = ROOT / ".cache" / "maven"
CONNECTORS = ("flink-connector-*", "flink-sql-*", "kafka-clients-*")
CONFIGURATION = """\
sql-gateway.endpoint.rest.address: localhost
sql-gateway.endpoint.rest.bind-address: localhost
sql-gateway.endpoint.rest.bind-port: "0"
"""
LISTENING = re.compile(r"Rest endpoint listening at [\w.]+:(\d+)")
# Flink's release has these in the scripts that start it: Java 17 closes the packages otherwise.
OPENED = ("java.base/java.lang", "java.base/java.util", "java.base/java.net", "java.base/java.time")
PLANNED = re.compile(r"\s*(?:--.*\n\s*)*(INSERT|SELECT|WITH|EXECUTE\s+STATEMENT\s+SET)\b", re.I)
SECONDS = 120


class Refused(Exception):
    """A statement that Flink does not take; the text is the last cause that it names."""


class Session:
    """One session of a gateway: its catalogs, tables and settings are its own."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.handle = _call(f"{address}/v1/sessions", {})["sessionHandle"]

    def run(self, statement: str) -> str:
        """Execute one statement; what would start a job is planned only. Returns its first cell."""
        if PLANNED.match(statement):
            statement = "EXPLAIN " + re.sub(r"(?i)^\s*EXECUTE\s+", "", statement)
        base = f"{self.address}/v1/sessions/{self.handle}"
        done = _call(f"{base}/statements", {"statement": statement})
        operation = f"{base}/operations/{done['operationHandle']}"
        page: dict[str, Any] = {"resultType": "NOT_READY"}
        until = time.monotonic() + SECONDS
        while page["resultType"] == "NOT_READY" and time.monotonic() < until:
            page = _call(f"{operation}/result/0")
            if page["resultType"] == "NOT_READY":
                time.sleep(0.005)
        rows = page["results"]["data"]
        return str(rows[0]["fields"][0]) if rows else ""


class Gateway:
    """A gateway process. It listens on the loopback interface, on a port that was free."""

    def __init__(self, folder: Path) -> None:
        (folder / "config.yaml").write_text(CONFIGURATION)
        jars = [*LIBRARIES.glob("lib/*.jar")]
        jars += [jar for name in CONNECTORS for jar in MAVEN.glob(f"{name}.jar")]
        argv = [str(JAVA), "-Xmx768m", f"-Djava.io.tmpdir={folder}", "-Dlog4j2.level=INFO"]
        for package in OPENED:
            argv += ["--add-opens", f"{package}=ALL-UNNAMED"]
        argv += [
            "-cp",
            os.pathsep.join(map(str, jars)),
            "org.apache.flink.table.gateway.SqlGateway",
        ]
        self.log = folder / "gateway.log"
        environment = {**os.environ, "FLINK_CONF_DIR": str(folder)}
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                argv, stdout=log, stderr=subprocess.STDOUT, env=environment, cwd=folder
            )
        self.address = f"http://127.0.0.1:{self._port()}"

    def _port(self) -> str:
        until = time.monotonic() + SECONDS
        while time.monotonic() < until and self.process.poll() is None:
            if found := LISTENING.search(self.log.read_text()):
                return found.group(1)
            time.sleep(0.1)
        self.stop()
        raise RuntimeError(f"the SQL Gateway did not start:\n{self.log.read_text()[-3000:]}")

    def session(self) -> Session:
        return Session(self.address)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(30)


def _call(url: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:
            return dict(json.load(answer))
    except urllib.error.HTTPError as error:
        raise Refused(_reason(json.load(error)["errors"])) from error


def _reason(errors: list[str]) -> str:
    """The innermost cause of a stack trace; below it Java writes nothing but frames."""
    causes = re.findall(
        r"^(?:Caused by: )?([\w.$]+(?:Exception|Error): .*?)(?=^\s+at |\Z)", errors[-1], re.M | re.S
    )
    return str(causes[-1]).strip() if causes else errors[-1]
