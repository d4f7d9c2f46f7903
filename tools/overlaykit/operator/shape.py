"""What the operator refuses to read at all: values of the wrong type, names that no enum has.

Its API classes are read by Jackson, which turns text into numbers and back where it can.
Source: the classes of org.apache.flink.kubernetes.operator.api.spec.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

from msgspec import Struct

from overlaykit.operator.settings import java_double
from overlaykit.operator.versions import Release, flink_text
from overlaykit.source import Path

INTEGER, LONG = 2**31, 2**63
_TRIMMED = "".join(map(chr, range(33)))


class Misfit(Struct, frozen=True):
    """A value that cannot be read; `wanted` says what could."""

    path: Path
    value: Any
    wanted: str


Reader = Callable[[Any, Path], Iterator[Misfit]]


def _no_scalar(value: Any) -> bool:
    return isinstance(value, dict | list)


def text(value: Any, path: Path) -> Iterator[Misfit]:
    if _no_scalar(value):
        yield Misfit(path, value, "a text")


def whole(limit: int) -> Reader:
    """An integer: fractions are cut off, text is read."""

    def read(value: Any, path: Path) -> Iterator[Misfit]:
        if not _is_whole(value, limit):
            yield Misfit(path, value, "an integer")

    return read


def _is_whole(value: Any, limit: int) -> bool:
    if isinstance(value, str):
        trimmed = value.strip(_TRIMMED)
        if not trimmed or trimmed == "null":
            return True
        return bool(re.fullmatch(r"[-+]?[0-9]+", trimmed)) and -limit <= int(trimmed) < limit
    if value is None:
        return True
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < limit


def number(value: Any, path: Path) -> Iterator[Misfit]:
    """A number with a fraction, or its text."""
    if isinstance(value, bool) or _no_scalar(value):
        yield Misfit(path, value, "a number")
    elif isinstance(value, str) and value.strip(_TRIMMED) not in ("", "null", "INF", "-INF"):
        try:
            java_double(value)
        except ValueError:
            yield Misfit(path, value, "a number")


def flag(value: Any, path: Path) -> Iterator[Misfit]:
    words = ("", "null", "true", "True", "TRUE", "false", "False", "FALSE")
    wrong = isinstance(value, str) and value.strip(_TRIMMED) not in words
    if wrong or isinstance(value, float) or _no_scalar(value):
        yield Misfit(path, value, "true or false")


def choice(*names: str) -> Reader:
    """A name of an enum; a number is taken for its place in it."""

    def read(value: Any, path: Path) -> Iterator[Misfit]:
        if not _is_choice(value, names):
            yield Misfit(path, value, ", ".join(names))

    return read


def _is_choice(value: Any, names: tuple[str, ...]) -> bool:
    if value is None:
        return True
    if isinstance(value, str):
        trimmed = value.strip(_TRIMMED)
        if trimmed in names:
            return True
        value = int(trimmed) if re.fullmatch(r"0|[1-9][0-9]{0,8}", trimmed) else -1
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < len(names)


def mapping(inner: Reader | None = None) -> Reader:
    """A mapping, each value read by `inner`."""

    def read(value: Any, path: Path) -> Iterator[Misfit]:
        if value is not None and not isinstance(value, dict):
            yield Misfit(path, value, "a mapping")
        elif inner is not None and value is not None:
            for key, item in value.items():
                yield from inner(item, (*path, str(key)))

    return read


def listed(inner: Reader) -> Reader:
    """A list, each item read by `inner`."""

    def read(value: Any, path: Path) -> Iterator[Misfit]:
        if value is not None and not isinstance(value, list):
            yield Misfit(path, value, "a list")
        for place, item in enumerate(value if isinstance(value, list) else ()):
            yield from inner(item, (*path, place))

    return read


def fields(**readers: Reader) -> Reader:
    """A mapping with these fields; others are ignored."""

    def read(value: Any, path: Path) -> Iterator[Misfit]:
        if value is not None and not isinstance(value, dict):
            yield Misfit(path, value, "a mapping")
            return
        for name, reader in readers.items():
            if value is not None and name in value:
                yield from reader(value[name], (*path, name))

    return read


_RESOURCE = fields(cpu=number, memory=text, ephemeralStorage=text)
_JOB = fields(
    jarURI=text,
    parallelism=whole(INTEGER),
    entryClass=text,
    args=listed(text),
    state=choice("running", "suspended"),
    savepointTriggerNonce=whole(LONG),
    initialSavepointPath=text,
    checkpointTriggerNonce=whole(LONG),
    upgradeMode=choice("savepoint", "last-state", "stateless"),
    allowNonRestoredState=flag,
    savepointRedeployNonce=whole(LONG),
    autoscalerResetNonce=whole(LONG),
)
_INGRESS = fields(
    template=text,
    className=text,
    annotations=mapping(text),
    labels=mapping(text),
    tls=listed(mapping()),
)
_TEMPLATE = fields(metadata=mapping(), spec=mapping())
_SNAPSHOT = fields(
    jobReference=fields(kind=choice("FlinkDeployment", "FlinkSessionJob"), name=text),
    savepoint=fields(
        path=text,
        formatType=choice("CANONICAL", "NATIVE", "UNKNOWN"),
        disposeOnDelete=flag,
        alreadyExists=flag,
    ),
    checkpoint=mapping(),
    backoffLimit=whole(INTEGER),
)


def _configuration(release: Release) -> Reader:
    return _nested if release.nests else mapping(text)


def _nested(value: Any, path: Path) -> Iterator[Misfit]:
    if value is not None and not isinstance(value, dict):
        yield Misfit(path, value, "a mapping")


def _deployment(release: Release) -> Reader:
    return fields(
        job=_JOB,
        restartNonce=whole(LONG),
        flinkConfiguration=_configuration(release),
        image=text,
        imagePullPolicy=text,
        serviceAccount=text,
        flinkVersion=choice(*map(flink_text, release.flinks)),
        ingress=_INGRESS,
        podTemplate=_TEMPLATE,
        jobManager=fields(resource=_RESOURCE, replicas=whole(INTEGER), podTemplate=_TEMPLATE),
        taskManager=fields(resource=_RESOURCE, replicas=whole(INTEGER), podTemplate=_TEMPLATE),
        logConfiguration=mapping(text),
        mode=choice("native", "standalone"),
    )


def _session_job(release: Release) -> Reader:
    return fields(
        job=_JOB,
        restartNonce=whole(LONG),
        flinkConfiguration=_configuration(release),
        deploymentName=text,
    )


def misfits(document: dict[str, Any], release: Release) -> list[Misfit]:
    """What the operator cannot read of a FlinkDeployment, FlinkSessionJob or FlinkStateSnapshot."""
    kind = document.get("kind")
    if kind == "FlinkSessionJob":
        reader = _session_job(release)
    else:
        reader = _SNAPSHOT if kind == "FlinkStateSnapshot" else _deployment(release)
    return list(reader(document.get("spec"), ("spec",)))


def integer(value: Any) -> int:
    """The integer that Jackson reads; 0 of nothing."""
    if isinstance(value, str):
        trimmed = value.strip(_TRIMMED)
        return int(trimmed) if re.fullmatch(r"[-+]?[0-9]+", trimmed) else 0
    return int(value) if isinstance(value, int | float) else 0


def is_null(value: Any) -> bool:
    """Whether Jackson reads a number field as not set."""
    return value is None or (isinstance(value, str) and value.strip(_TRIMMED) in ("", "null"))


def name_of(value: Any, names: tuple[str, ...]) -> str | None:
    """The enum name that Jackson reads."""
    if value is None:
        return None
    trimmed = str(value).strip(_TRIMMED)
    return trimmed if trimmed in names else names[int(trimmed)]
