"""A real Flink cluster on this machine: JobManager, TaskManagers and SQL client as processes.

    with Cluster(configuration, folder) as cluster:
        [job] = cluster.sql("CREATE TABLE …; INSERT INTO …;")
        cluster.wait_running(job)
        path = cluster.savepoint(job)

`configuration` is what a pod would get. What one machine cannot have (Service names, one port per
pod, object storage, Kubernetes as the keeper of high availability) is replaced: `local` says how.
"""

import ctypes
import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import yaml

from flink import JAVA, LIBRARIES, Verdict, memory
from helpers import ROOT

ENTRY = {
    "jobmanager": "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint",
    "taskmanager": "org.apache.flink.runtime.taskexecutor.TaskManagerRunner",
    "sql": "org.apache.flink.table.client.SqlClient",
}
# Java 17 hides these from Flink unless told; images of Flink carry the same in config.yaml.
OPEN = (
    *("java.net", "java.io", "java.nio", "java.text", "java.time", "java.util"),
    *("java.lang", "java.lang.reflect", "sun.nio.ch"),
    *("java.util.concurrent", "java.util.concurrent.atomic", "java.util.concurrent.locks"),
)
# Processes that live for seconds: no time for the second compiler, no threads for the collector.
SHORT_LIVED = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-XX:-UsePerfData")
LOG = """\
rootLogger.level = INFO
rootLogger.appenderRef.console.ref = Console
appender.console.name = Console
appender.console.type = CONSOLE
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{HH:mm:ss,SSS} %-5p %c{1} %m%n
"""
MAVEN = ROOT / ".cache" / "maven"
PATIENCE = 90.0
HERE = "127.0.0.1"
PROMETHEUS = "metrics.reporter.prom.port"


def free_ports(number: int) -> list[int]:
    """Ports that nobody uses, outside the range that outgoing connections take theirs from."""
    found: list[int] = []
    while len(found) < number:
        port = random.randrange(12000, 30000)
        with socket.socket() as probe:
            if port not in found and probe.connect_ex((HERE, port)) != 0:
                found.append(port)
    return found


def local(configuration: Mapping[str, Any], folder: Path) -> dict[str, str]:
    """The configuration with what one machine cannot have replaced, and nothing else."""
    rest, rpc = free_ports(2)
    found = {key: _text(value) for key, value in configuration.items()}
    for key, value in found.items():
        scheme, separator, path = value.partition("://")
        if separator and scheme in ("s3", "s3a", "file") and key.endswith(("dir", "Dir")):
            found[key] = f"file://{folder}/storage/{path.lstrip('/')}"
        elif key.endswith(".port"):
            found[key] = "0"
    found["high-availability.type"] = "NONE"
    found |= {"jobmanager.rpc.address": HERE, "rest.address": HERE, "taskmanager.host": HERE}
    return found | {"rest.port": str(rest), "jobmanager.rpc.port": str(rpc)}


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _die_with_parent() -> None:
    """A child of a test run that was killed goes too (Linux; elsewhere only `stop` ends it)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def _client() -> list[Path]:
    """The SQL client, the gateway that it embeds, and what reads its options."""
    return [*sorted((LIBRARIES / "opt").glob("*.jar")), *MAVEN.glob("flink-sql-gateway-*.jar")]


class Cluster:
    """One cluster; `configuration` is what its processes run with, after `local`."""

    def __init__(
        self,
        configuration: Mapping[str, Any],
        folder: Path,
        taskmanagers: int = 1,
        jars: Sequence[Path] = (),
    ) -> None:
        self.folder = folder
        self.taskmanagers = taskmanagers
        self.jars = [*sorted((LIBRARIES / "lib").glob("*.jar")), *jars]
        self.configuration = local(configuration, folder)
        self.metric_ports = dict(zip(self._names(), free_ports(taskmanagers + 1), strict=True))
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def _names(self) -> list[str]:
        return ["jobmanager", *(f"taskmanager-{n}" for n in range(self.taskmanagers))]

    # Life

    def __enter__(self) -> Self:
        conf = self.folder / "conf"
        conf.mkdir(parents=True)
        (conf / "config.yaml").write_text(yaml.safe_dump(self.configuration))
        (conf / "log4j.properties").write_text(LOG)
        try:
            for name in self._names():
                self._start(name)
            self.wait_for("all TaskManagers", self._complete)
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """End every process; returns when they are gone."""
        for process in self.processes.values():
            process.kill()
        for process in self.processes.values():
            process.wait()

    def _start(self, name: str) -> None:
        role = name.partition("-")[0]
        scratch = self.folder / name
        scratch.mkdir()
        verdict = self._memory(role)
        own = {PROMETHEUS: str(self.metric_ports[name])} if PROMETHEUS in self.configuration else {}
        own |= {"io.tmp.dirs": str(scratch)}
        if role == "taskmanager":
            own |= {"taskmanager.resource-id": name}
        argv = [*self._java(*verdict.jvm), ENTRY[role], "--configDir", str(self.folder / "conf")]
        for key, value in {**verdict.values, **own}.items():
            argv += ["-D", f"{key}={value}"]
        with self._log(name).open("wb") as log:
            self.processes[name] = subprocess.Popen(
                argv, stdout=log, stderr=log, env=self._environment(), preexec_fn=_die_with_parent
            )

    def _memory(self, role: str) -> Verdict:
        folder = self.folder / f"memory-{role}"
        folder.mkdir(exist_ok=True)
        sizes = {k: v for k, v in self.configuration.items() if "memory" in k or "Slots" in k}
        verdict = memory(role, sizes, folder)
        assert verdict.refusal == "", verdict.refusal
        return verdict

    def _java(self, *options: str) -> list[str]:
        opened = [f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in OPEN]
        logging = f"-Dlog4j.configurationFile={self.folder / 'conf' / 'log4j.properties'}"
        path = ":".join(str(jar) for jar in self.jars)
        return [str(JAVA), *SHORT_LIVED, *options, *opened, logging, "-cp", path]

    def _environment(self) -> dict[str, str]:
        folders = {"FLINK_CONF_DIR": self.folder / "conf", "FLINK_LIB_DIR": LIBRARIES / "lib"}
        folders |= {"FLINK_PLUGINS_DIR": LIBRARIES / "plugins", "FLINK_OPT_DIR": LIBRARIES / "opt"}
        return {**os.environ, **{name: str(path) for name, path in folders.items()}}

    def _log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def _complete(self) -> bool:
        """Every TaskManager is known with its slots, which it reports a moment after itself."""
        slots = int(self.configuration.get("taskmanager.numberOfTaskSlots", 1))
        told = self.get("/overview")
        there = (told["taskmanagers"], told["slots-total"])
        return there == (self.taskmanagers, self.taskmanagers * slots)

    # Waiting

    def wait_for(self, what: str, ready: Callable[[], Any], patience: float = PATIENCE) -> Any:
        """The first true answer of `ready`; fails with the processes' last words."""
        end = time.monotonic() + patience
        while time.monotonic() < end:
            self._all_alive(what)
            try:
                answer = ready()
            except (urllib.error.URLError, ConnectionError):
                answer = None
            if answer:
                return answer
            time.sleep(0.2)
        raise AssertionError(f"waited {patience:.0f} s for {what}\n{self.last_words()}")

    def _all_alive(self, what: str) -> None:
        for name, process in self.processes.items():
            if process.poll() is not None:
                words = self.last_words()
                raise AssertionError(f"{name} ended while waiting for {what}\n{words}")

    def last_words(self, lines: int = 30) -> str:
        """The last lines of every log, the errors and warnings before them."""
        found = []
        for file in sorted(self.folder.glob("*.log")):
            text = file.read_text(errors="replace").splitlines()
            bad = [line for line in text if re.search(r" (ERROR|WARN) |Caused by", line)]
            found += [f"--- {file.name}", *bad[-lines:], "…", *text[-lines:]]
        return "\n".join(found)

    # REST

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """The answer of the JobManager; an HTTP error is raised with what it said."""
        url = f"http://{HERE}:{self.configuration['rest.port']}{path}"
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(url, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            if error.code == 503:  # no leader yet: `wait_for` asks again
                raise ConnectionError(f"{method} {path}: {error.read()!r}") from error
            raise AssertionError(f"{method} {path}: {error.code} {error.read()!r}") from error

    def get(self, path: str) -> Any:
        return self.call("GET", path)

    def config(self) -> dict[str, str]:
        """What the JobManager says it runs with."""
        return {entry["key"]: entry["value"] for entry in self.get("/jobmanager/config")}

    def state(self, job: str) -> str:
        return str(self.get(f"/jobs/{job}")["state"])

    def wait_running(self, job: str) -> None:
        """Until the job and all its tasks run; fails at once with its exception if it ends."""

        def running() -> bool:
            answer = self.get(f"/jobs/{job}")
            if answer["state"] in ("FAILED", "FINISHED", "CANCELED"):
                raise AssertionError(f"{answer['state']}: {self.get(f'/jobs/{job}/exceptions')}")
            states = {vertex["status"] for vertex in answer["vertices"]}
            return answer["state"] == "RUNNING" and states == {"RUNNING"}

        self.wait_for(f"job {job} to run", running)

    def checkpoints(self, job: str) -> Any:
        return self.get(f"/jobs/{job}/checkpoints")

    def checkpoint(self, job: str) -> dict[str, Any]:
        """Trigger a checkpoint and wait; what the JobManager says of the completed one."""
        answer = self.call("POST", f"/jobs/{job}/checkpoints", {"checkpointType": "CONFIGURED"})
        operation = self._outcome(f"/jobs/{job}/checkpoints/{answer['request-id']}")
        found: dict[str, Any] = self.wait_for(
            "the checkpoint to be listed", lambda: self.checkpoints(job)["latest"]["completed"]
        )
        assert found["id"] >= operation["checkpointId"]
        return found

    def savepoint(self, job: str) -> str:
        """Take a savepoint, the job goes on; its path."""
        answer = self.call("POST", f"/jobs/{job}/savepoints", {})
        return str(self._outcome(f"/jobs/{job}/savepoints/{answer['request-id']}")["location"])

    def _outcome(self, path: str) -> dict[str, Any]:
        """What an operation that runs in the background came to."""

        def done() -> Any:
            answer = self.get(path)
            return answer if answer["status"]["id"] == "COMPLETED" else None

        operation: dict[str, Any] = self.wait_for(path, done)["operation"]
        assert "failure-cause" not in operation, operation["failure-cause"]
        return operation

    def cancel(self, job: str) -> None:
        """Cancel a job and wait until it is gone."""
        self.call("PATCH", f"/jobs/{job}?mode=cancel")
        self.wait_for(f"job {job} to end", lambda: self.state(job) == "CANCELED")

    def metrics(self, name: str) -> str:
        """What the Prometheus reporter of a process (jobmanager, taskmanager-0) serves."""
        url = f"http://{HERE}:{self.metric_ports[name]}/metrics"
        with urllib.request.urlopen(url, timeout=20) as answer:
            return str(answer.read().decode())

    # SQL

    def sql(self, text: str, settings: Mapping[str, str] | None = None) -> list[str]:
        """Run statements through the SQL client; the ids of the jobs that they submit."""
        lines = [f"SET '{key}' = '{value}';\n" for key, value in (settings or {}).items()]
        number = len(list(self.folder.glob("*.sql")))
        file = self.folder / f"{number}.sql"
        file.write_text("".join(lines) + text)
        argv = self._java("-Xmx512m")
        argv[-1] += "".join(f":{jar}" for jar in _client())
        argv += [ENTRY["sql"], "embedded", "-f", str(file)]
        done = subprocess.run(
            argv,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
            preexec_fn=_die_with_parent,
        )
        (self.folder / f"sql-{number}.log").write_text(done.stdout + done.stderr)
        bad = done.returncode != 0 or "[ERROR]" in done.stdout
        assert not bad, f"exit code {done.returncode}\n{done.stdout}\n{done.stderr}"
        return re.findall(r"Job ID: ([0-9a-f]{32})", done.stdout)


def series(text: str) -> Iterator[str]:
    """The names of the series that a Prometheus endpoint serves."""
    return (line.split()[2] for line in text.splitlines() if line.startswith("# TYPE "))
