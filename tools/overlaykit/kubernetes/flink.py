"""Flink and CMF as seen from Kubernetes: which pods they are, their options, who may call them.

Neither Flink's REST interface, its SQL Gateway nor CMF asks who calls, unless told to. Who reaches
them can run code (source: Flink, "Security"; CMF, "Authentication").
"""

import re
from collections.abc import Iterator

from overlaykit.flink.configuration import flatten
from overlaykit.kubernetes.pods import CONFLUENT, FLINK, Container, Pod, flink_spec
from overlaykit.render.objects import Object, strings

GATEWAY = 8083
REST = 8081
CMF_CHART = "confluent-manager-for-apache-flink"
CMF_SERVICE = "cmf-service"
OPERATOR_CHART = "flink-kubernetes-operator"

_IMAGE = re.compile(r"(?:^|/)(?:cp-)?flink(?:-sql)?(?:[:@]|$)")
_AUTH = "security.ssl.rest.authentication-enabled"
# The arguments of the entry point (source: apache/flink-docker, docker-entrypoint.sh).
_STARTS = {"jobmanager": "jobmanager", "standalone-job": "jobmanager", "taskmanager": "taskmanager"}


def options(obj: Object, environment: Object | None = None) -> dict[str, str]:
    """The Flink options of an object; those of its environment outrank its own."""
    found = flink_spec(obj)
    own = flatten(found[1].get("flinkConfiguration")) if found else {}
    above = flink_spec(environment) if environment else None
    return own | (flatten(above[1].get("flinkConfiguration")) if above else {})


def is_flink(pod: Pod) -> bool:
    """Whether a pod runs Flink: made by an operator, or by its image."""
    return bool(pod.role) or any(
        started(c) or _IMAGE.search(str(c.data.get("image", ""))) for c in pod.containers
    )


def started(container: Container) -> str:
    """The role that the entry point of a Flink image starts in a container; empty for none.

    An image of one's own is taken for Flink's by its name together with that argument.
    """
    args = container.data.get("args")
    if container.data.get("command") or not isinstance(args, list) or not args:
        return ""
    named = "flink" in str(container.data.get("image", "")).rpartition("/")[2]
    return _STARTS.get(str(args[0]), "") if named else ""


def is_cluster(obj: Object) -> bool:
    """Whether an object is a Flink cluster of an operator."""
    return (
        obj.group in (FLINK, CONFLUENT)
        and flink_spec(obj) is not None
        and (obj.kind != "FlinkEnvironment")
    )


def rest_port(settings: dict[str, str]) -> int:
    text = settings.get("rest.port", "")
    return int(text) if text.isdigit() else REST


def asks_who_calls(settings: dict[str, str]) -> bool:
    return settings.get(_AUTH, "").lower() == "true"


def texts(objects: list[Object]) -> Iterator[str]:
    """The texts in which a standalone Flink is configured: ConfigMaps and variables."""
    for obj in objects:
        if obj.kind == "ConfigMap":
            for path, text in strings(obj.data.get("data")):
                yield f"{path[-1] if path else ''}: {text}"
        elif obj.kind in ("Deployment", "StatefulSet", "Job"):
            yield from (text for _, text in strings(obj.get("spec", "template", "spec")))


def says(objects: list[Object], word: str) -> bool:
    return any(word in text for text in texts(objects))
