"""Operator 1.7.0, the newest that Maven has: its validator and its builder of differences.

It is older than any release that counts here, but most of its rules are those of 1.10. Its jars are
in maven.in; Flink's are those of the release that it was built with.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flinks import BRIDGE, home
from options import MAVEN, java

FLINK = "1.17.2"
NEEDED = ("flink-kubernetes-operator", "flink-autoscaler", "operator-framework", "kubernetes-")
NEEDED += ("jackson-", "snakeyaml-engine-")
API = "org.apache.flink.kubernetes.operator.api"
CLASSES = {
    "FlinkDeployment": f"{API}.FlinkDeployment",
    "FlinkSessionJob": f"{API}.FlinkSessionJob",
    "deployment": f"{API}.spec.FlinkDeploymentSpec",
    "session": f"{API}.spec.FlinkSessionJobSpec",
}


def jars() -> list[Path]:
    found = [jar for name in NEEDED for jar in sorted(MAVEN.glob(f"{name}*.jar"))]
    return [*found, *home(FLINK).glob("lib/flink-dist-*.jar"), *BRIDGE.glob("flink-python-*.jar")]


class Operator:
    """The classes, ready to be asked. A name of Java is looked up once: each costs a question."""

    def __init__(self, jvm: Any) -> None:
        own = jvm.org.apache.flink.kubernetes.operator
        self._classes = {name: jvm.java.lang.Class.forName(path) for name, path in CLASSES.items()}
        self._manager, self._validator = own.config.FlinkConfigManager, own.validation
        self._builder = own.reconciler.diff.ReflectiveDiffBuilder
        self._modes = own.api.spec.KubernetesDeploymentMode
        self._configuration = jvm.org.apache.flink.configuration.Configuration
        self._optional = jvm.java.util.Optional
        self._json = jvm.com.fasterxml.jackson.databind.ObjectMapper()
        self._validators: dict[str, Any] = {}

    def refusal(self, case: dict[str, Any]) -> tuple[str, str]:
        """The verdict on a case of `documents.cases`, and the words of a rejection."""
        from py4j.protocol import Py4JJavaError

        try:
            said = self._asked(case["document"], case.get("session"), case["defaults"])
        except Py4JJavaError as problem:
            message = str(problem.java_exception)
            if "NoClassDefFoundError" in message:  # a jar is missing in maven.in
                raise
            return "FAILED", message
        return ("REJECT", said) if said else ("OK", "")

    def difference(self, case: dict[str, Any]) -> str:
        """The class of a change of `pairs.pairs`."""
        before, after = (self._read(case[side], case["kind"]) for side in ("before", "after"))
        mode = self._modes.valueOf(case["mode"].upper())
        return str(self._builder(mode, before, after).build().getType())

    def _asked(self, document: Any, session: Any, defaults: dict[str, str]) -> str:
        validator, asked = self._with(defaults), self._read(document, document["kind"])
        if document["kind"] == "FlinkDeployment":
            return str(validator.validateDeployment(asked).orElse(""))
        cluster = session and self._read(session, "FlinkDeployment")
        found = self._optional.ofNullable(cluster)
        return str(validator.validateSessionJob(asked, found).orElse(""))

    def _read(self, document: Any, name: str) -> Any:
        return self._json.readValue(json.dumps(document), self._classes[name])

    def _with(self, defaults: dict[str, str]) -> Any:
        key = json.dumps(defaults, sort_keys=True)
        if key not in self._validators:
            configuration = self._configuration()
            for name, value in defaults.items():
                configuration.setString(name, value)
            manager = self._manager(configuration)
            self._validators[key] = self._validator.DefaultValidator(manager)
        return self._validators[key]


@contextmanager
def operator() -> Iterator[Operator]:
    with java(jars()) as jvm:
        yield Operator(jvm)
