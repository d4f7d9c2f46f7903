"""The options that Flink knows, asked of its own classes: a JVM that py4j talks to.

A class is asked if its file says that it has a field of the type ConfigOption; every option is
the value of such a static field, as Flink itself would read it.
"""

import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flink import HOME, JAVA, LIBRARIES
from helpers import ROOT

SERVER = "org.apache.flink.api.python.shaded.py4j.GatewayServer"
OPTION = "org.apache.flink.configuration.ConfigOption"
MARK = f"L{OPTION.replace('.', '/')};".encode()
MAVEN = ROOT / ".cache" / "maven"
# Flink itself, its tables and SQL client. Options of connectors and formats are no configuration.
READ = ("lib/flink-dist-*", "lib/flink-table-api-java-uber-*", "opt/flink-sql-client-*")
HADOOP = "org.apache.hadoop.fs.s3a.Constants"
METRICS = "org.apache.flink.configuration.MetricOptions"
PROMETHEUS = "org.apache.flink.metrics.prometheus.PrometheusReporterFactory"


@contextmanager
def java(jars: list[Path]) -> Iterator[Any]:
    """The entry to a JVM that has these jars; it ends with the block."""
    if str(HOME) not in sys.path:
        sys.path.append(str(HOME))
    from py4j.java_gateway import GatewayParameters, JavaGateway

    path = ":".join(map(str, jars))
    argv = [str(JAVA), "-XX:TieredStopAtLevel=1", "-cp", path, SERVER, "--die-on-broken-pipe", "0"]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        # Objects live as long as this JVM: nothing need be told it when Python drops one.
        told = GatewayParameters(port=port, enable_memory_management=False)
        gateway = JavaGateway(gateway_parameters=told)
        try:
            yield gateway.jvm
        finally:
            gateway.close()
            process.kill()


def classes(jar: Path) -> Iterator[str]:
    """The classes of a jar that hold options."""
    with zipfile.ZipFile(jar) as archive:
        for name in archive.namelist():
            if name.endswith(".class") and MARK in archive.read(name):
                yield name.removesuffix(".class").replace("/", ".")


@dataclass
class Known:
    """What Flink knows: its options by key, and names that it only still reads."""

    jvm: Any
    current: dict[str, Any] = field(default_factory=dict)
    former: set[str] = field(default_factory=set)
    s3: set[str] = field(default_factory=set)
    reporter: set[str] = field(default_factory=set)

    def refusal(self, key: str, value: str) -> str:
        """What Flink says of a value of an option of its own; empty if it takes it."""
        from py4j.protocol import Py4JJavaError

        configuration = self.jvm.org.apache.flink.configuration.Configuration()
        configuration.setString(key, value)
        try:
            configuration.get(self.current[key])
        except Py4JJavaError as error:
            return str(error.java_exception.getMessage())
        return ""


@contextmanager
def known() -> Iterator[Known]:
    """Everything that the jars know; about 6 seconds."""
    read = [jar for pattern in READ for jar in LIBRARIES.glob(f"{pattern}.jar")]
    read += MAVEN.glob("flink-sql-gateway-*.jar")
    others = [
        *LIBRARIES.glob("lib/*.jar"),
        *LIBRARIES.glob("opt/*.jar"),
        *LIBRARIES.glob("plugins/metrics-prometheus/*.jar"),
    ]
    with java([*others, *read]) as jvm:
        found = Known(jvm)
        for jar in read:
            for name in classes(jar):
                _ask(found, name)
        found.s3 = _hadoop()
        found.reporter = _reporter(jvm)
        for key in found.reporter & set(found.current):  # options of a reporter, not of Flink
            del found.current[key]
        yield found


def _static(jvm: Any, name: str) -> Iterator[Any]:
    """The static fields of a class; none of one that needs jars which Flink does not bring."""
    from py4j.protocol import Py4JJavaError

    loader = jvm.java.lang.ClassLoader.getSystemClassLoader()
    try:
        fields = jvm.java.lang.Class.forName(name, False, loader).getDeclaredFields()
    except (
        Py4JJavaError
    ):  # YARN and Hadoop only: test_it_reads_the_options_of_flink counts the rest
        return
    for one in fields:
        if jvm.java.lang.reflect.Modifier.isStatic(one.getModifiers()):
            one.setAccessible(True)
            yield one


def _ask(found: Known, name: str) -> None:
    old = found.jvm.java.lang.Class.forName("java.lang.Deprecated")
    for one in _static(found.jvm, name):
        if one.getType().getName() == OPTION:
            option = one.get(None)
            if one.isAnnotationPresent(old):
                found.former.add(option.key())
            else:
                found.current[option.key()] = option
            found.former.update(other.getKey() for other in option.fallbackKeys())


def _reporter(jvm: Any) -> set[str]:
    """What can follow metrics.reporter.NAME for the Prometheus reporter."""
    general = (f for f in _static(jvm, METRICS) if f.getName().startswith("REPORTER_"))
    own = (f for f in _static(jvm, PROMETHEUS) if f.getName().startswith("ARG_"))
    return {f.get(None).key() for f in general} | {str(f.get(None)) for f in own}


def _hadoop() -> set[str]:
    """The keys of S3A, which Flink passes s3.* on to: constants of one class of Hadoop."""
    [jar] = MAVEN.glob("hadoop-aws-*.jar")
    with zipfile.ZipFile(jar) as archive:
        content = archive.read(HADOOP.replace(".", "/") + ".class")
    return {key.decode() for key in re.findall(rb"fs\.s3a\.[\w.-]+", content)}
