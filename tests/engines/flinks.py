"""Flink's own parsers and memory calculation of several releases, asked in one JVM each."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from options import java

from helpers import ROOT

FLINKS = ROOT / ".cache" / "flinks"
BRIDGE = ROOT / ".cache" / "engines" / "pyflink" / "opt"
VERSIONS = ("1.17.2", "1.20.3", "2.0.2", "2.3.0")


def home(version: str) -> Path:
    """Where the jars of a release are: the one that we ship is among the engines."""
    own = ROOT / ".cache" / "engines" / "pyflink"
    if list(own.glob(f"lib/flink-dist-{version}.jar")):
        return own
    return FLINKS / version / "pyflink"


def minor(version: str) -> tuple[int, int]:
    major, second, *_ = version.split(".")
    return int(major), int(second)


class Flink:
    """One release, ready to be asked."""

    def __init__(self, version: str, jvm: Any) -> None:
        self.version, self.jvm = minor(version), jvm
        self.configuration = jvm.org.apache.flink.configuration.Configuration
        names = jvm.org.apache.flink.runtime
        self._tm = names.clusterframework.TaskExecutorProcessUtils
        self._jm = names.jobmanager.JobManagerProcessUtils
        self._process = jvm.org.apache.flink.configuration.JobManagerOptions.TOTAL_PROCESS_MEMORY

    def duration(self, text: str) -> int | None:
        """The nanoseconds that it reads; None where it refuses."""
        found = _asked(lambda: self.jvm.org.apache.flink.util.TimeUtils.parseDuration(text))
        return None if found is None else int(found.getSeconds()) * 10**9 + int(found.getNano())

    def size(self, text: str) -> int | None:
        found = _asked(lambda: self.jvm.org.apache.flink.configuration.MemorySize.parse(text))
        return None if found is None else int(found.getBytes())

    def configured(self, values: Mapping[str, str]) -> Any:
        found = self.configuration()
        for key, value in values.items():
            found.setString(key, value)
        return found

    def task_manager(self, values: Mapping[str, str]) -> tuple[int, ...] | None:
        """The parts in the order of our own model; None where it does not start."""
        spec = _asked(lambda: self._tm.processSpecFromConfig(self.configured(values)))
        return spec and _bytes(
            spec.getFrameworkHeapSize(),
            spec.getFrameworkOffHeapMemorySize(),
            spec.getTaskHeapSize(),
            spec.getTaskOffHeapSize(),
            spec.getNetworkMemSize(),
            spec.getManagedMemorySize(),
            spec.getJvmMetaspaceSize(),
            spec.getJvmOverheadSize(),
        )

    def job_manager(self, values: Mapping[str, str]) -> tuple[int, ...] | None:
        given = self.configured(values)
        if self.version >= (2, 0):
            spec = _asked(lambda: self._jm.processSpecFromConfig(given))
        else:
            ask = self._jm.processSpecFromConfigWithNewOptionToInterpretLegacyHeap
            spec = _asked(lambda: ask(given, self._process))
        return spec and _bytes(
            spec.getJvmHeapMemorySize(),
            spec.getJvmDirectMemorySize(),
            spec.getJvmMetaspaceSize(),
            spec.getJvmOverheadSize(),
        )

    def reads(self, option: Any, key: str, value: str) -> bool:
        """Whether it takes a value of one of its options."""
        from py4j.protocol import Py4JJavaError

        configuration = self.configured({key: value})
        try:
            configuration.get(option)
        except Py4JJavaError:
            return False
        return True


def _asked(ask: Any) -> Any:
    """What Flink answers; None where it throws."""
    from py4j.protocol import Py4JJavaError

    try:
        return ask()
    except Py4JJavaError:
        return None


def _bytes(*sizes: Any) -> tuple[int, ...]:
    return tuple(int(size.getBytes()) for size in sizes)


@contextmanager
def flink(version: str) -> Iterator[Flink]:
    jars = [*home(version).glob("lib/*.jar"), *BRIDGE.glob("flink-python-*.jar")]
    with java(jars) as jvm:
        yield Flink(version, jvm)
