"""The Flink configuration that applies to jobs, for people and for machines."""

import json
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict

from overlaykit.flink import memory, quantity, versions
from overlaykit.repo import layers
from overlaykit.repo.configured import explained
from overlaykit.repo.effective import Configured, Key, default_of
from overlaykit.repo.layers import Origin
from overlaykit.report.text import Paint, plain
from overlaykit.source import Place

VERSION = 1
# How wide a column of values gets, and how much of a value is printed.
_COLUMN, _LONGEST = 40, 100
# What each layer is to people, in the order in which they are printed.
_LAYERS = {
    layers.SPEC: "spec.flinkConfiguration",
    layers.FILES: "mounted configuration files",
    layers.ENTRY_POINT: "the image's entry point",
    layers.PROPERTIES: "FLINK_PROPERTIES",
    layers.ARGUMENT: "arguments",
    layers.STATEMENT: "the statement",
    layers.POOL: "the compute pool",
    layers.CLUSTER: "the session cluster",
    layers.STATEMENT_DEFAULTS: "the environment's defaults for statements",
    layers.POOL_DEFAULTS: "the environment's defaults for compute pools",
    layers.ENVIRONMENT: "the environment, which outranks the application",
    layers.VALUES: "the operator's configuration",
    layers.DECLARED: "the operator's configuration, declared in .overlay.yaml",
    layers.CHART: "the operator's chart",
    layers.OPERATOR: "the operator",
    layers.CLIENT: "Flink's client on Kubernetes",
    layers.DEFAULT: "Flink's defaults",
}
_WRITERS = {layers.OPERATOR: "written by ", layers.CLIENT: "added by "}
_PARTS = {
    "process": "process",
    "flink": "  Flink",
    "heap": "    heap",
    "framework_heap": "    framework heap",
    "task_heap": "    task heap",
    "off_heap": "    off-heap",
    "framework_off_heap": "    framework off-heap",
    "task_off_heap": "    task off-heap",
    "network": "    network",
    "managed": "    managed",
    "metaspace": "  JVM metaspace",
    "overhead": "  JVM overhead",
}
_TITLES = {"jobmanager": "JobManager", "taskmanager": "TaskManager"}


class Shown(Struct, frozen=True, dict=True):
    """A job and how much of it is asked for: one key (`why`), or all with Flink's defaults."""

    job: Configured
    why: str = ""
    everything: bool = False

    @cached_property
    def keys(self) -> list[Key]:
        if self.why:
            found = explained(self.job, self.why)
            return [found] if found else []
        more = self.job.defaults if self.everything else []
        return [*self.job.keys, *more]


def text(shown: list[Shown], paint: Paint = plain, width: int = 0) -> str:
    """Job after job; with a width, a place that does not fit has a line of its own."""
    return "\n".join("\n".join(_Text(one, paint, width).lines()) + "\n" for one in shown)


class _Text:
    def __init__(self, shown: Shown, paint: Paint, width: int) -> None:
        self.shown, self.job, self.paint, self.width = shown, shown.job, paint, width
        self.key_width = self.value_width = 0

    def lines(self) -> Iterator[str]:
        yield from self._head()
        if self.shown.why:
            for key in self.shown.keys:
                yield from self._why(key)
            return
        for reader, title in (("flink", ""), ("operator", "read by the operator: ")):
            kept = [one for one in self.shown.keys if one.reader == reader]
            for layer, name in _LAYERS.items():
                group = [one for one in kept if one.origin.layer == layer]
                yield from self._group(f"{title}{_WRITERS.get(layer, '')}{name}", group)
        if self.job.stack.keys:
            yield ""
            yield from self._memory()

    def _group(self, title: str, group: list[Key]) -> Iterator[str]:
        """The keys of one layer in columns, under its name."""
        if not group:
            return
        self.key_width = max(len(one.key) for one in group)
        sizes = [len(_short(one.origin)) for one in group]
        self.value_width = max((size for size in sizes if size <= _COLUMN), default=0)
        said = [one for one in group if one.origin.layer not in (layers.OPERATOR, layers.CLIENT)]
        holders = {one.origin.object for one in said} - {self.job.obj.label, ""}
        of = f" ({holders.pop()})" if len(holders) == 1 else ""
        yield ""
        yield f"  {self.paint(title + of, 'place')}"
        for one in group:
            yield from self._key(one)

    def _head(self) -> Iterator[str]:
        job = self.job
        yield f"{self.paint(job.label, 'place')} {self.paint(f'({_place(job.at)})', 'context')}"
        flink = f"Flink {versions.text(job.version)}" if job.version else "a Flink of any version"
        told = [flink, job.mode]
        told += [f"operator {job.release.text}"] if job.release else []
        told += [job.unit.cluster] if job.unit.cluster else []
        shape = f": {job.shape}" if job.stack.keys and not job.role else ""
        yield f"  {', '.join(one for one in told if one)}{shape}"
        for problem in job.problems:
            yield f"  {self.paint('error', 'error')}: {problem}"
        for note in job.notes:
            yield f"  {note}"
        for doubt in job.assuming:
            yield self.paint(f"  assuming {doubt}", "context")

    def _key(self, one: Key) -> Iterator[str]:
        value = _short(one.origin).ljust(self.value_width)
        style = "context" if one.note or one.origin.is_open else "good"
        told = self._told(one.origin)
        yield from self._fit(f"    {one.key.ljust(self.key_width)}  ", value, style, told)
        if one.note:
            yield f"    {' ' * self.key_width}  {self.paint(f'no effect: {one.note}', 'warning')}"
        above = one.origin
        for origin in one.over:
            # A patch that repeats what its base says needs no line; `--why` has all.
            if (origin.value, origin.layer) != (above.value, above.layer):
                yield self._below(one, origin)
            above = origin

    def _below(self, one: Key, origin: Origin) -> str:
        """A value that is outranked, under the one that applies, or more to the left."""
        layer = "" if origin.layer == one.origin.layer else f"of {_name(origin.layer)} "
        told = f"{layer}{self._told(origin)}".rstrip()
        start = f"    {' ' * self.key_width}  over "
        line = f"{start}{_short(origin).ljust(self.value_width - 5)}  {told}"
        if self.width and len(line) > self.width:
            start, line = " " * 8, f"        over {_short(origin)}  {told}"
        return f"{start}{self.paint(line.removeprefix(start), 'context')}"

    def _fit(self, start: str, value: str, style: str, told: str) -> Iterator[str]:
        painted = f"{start}{self.paint(value.rstrip(), style)}"
        pad = " " * (len(value) - len(value.rstrip()))
        if not told:
            yield painted
        elif self.width and len(start + value) + 2 + len(told) > self.width:
            yield painted
            yield f"        {self.paint(told, 'context')}"
        else:
            yield f"{painted}{pad}  {self.paint(told, 'context')}"

    def _told(self, origin: Origin) -> str:
        """Where a value comes from, and why where that is no matter of course."""
        parts = [_place(origin.at)] if origin.at else []
        parts += [origin.field] if origin.field else []
        why = f"({origin.why})" if origin.why else ""
        return " ".join([*parts, *([why] if why else [])])

    def _why(self, one: Key) -> Iterator[str]:
        option = self.job.known.find(one.key)
        yield ""
        shown = self.paint(_value(one.origin), "context" if one.note else "good")
        yield f"  {one.key}: {shown}"
        if one.note:
            yield f"    {self.paint(f'no effect: {one.note}', 'warning')}"
        if one.origin.layer == layers.DEFAULT:
            default = "this is the default" if one.origin.value else "it has no default"
            own = "the operator's own default holds"
            yield f"    nobody sets it: {own if one.reader == 'operator' else default}"
        else:
            yield self._who("set by", one.origin)
        for below in one.over:
            yield self._who(f"over {_value(below)}, of", below)
        if option is not None and one.origin.layer != layers.DEFAULT:
            by_itself = default_of(option)
            yield f"    default {by_itself}" if by_itself else "    no default"
        names = [name for name, _ in option.former if name != one.key] if option else []
        if names and option is not None:
            yield f"    the option is {option.key}, also read as {', '.join(names)}"
        if one.reader == "operator":
            yield "    read by the operator, not by Flink"

    def _who(self, start: str, origin: Origin) -> str:
        told = self._told(origin)
        return f"    {start} {_LAYERS[origin.layer]}" + (f": {told}" if told else "")

    def _memory(self) -> Iterator[str]:
        parts = {process: _parts(self.job, process) for process in self.job.processes}
        names = [name for name in _PARTS if any(name in found for found in parts.values())]
        heads = "".join(f"{_TITLES[process]:>14}" for process in parts)
        if names:
            yield f"  {self.paint('memory'.ljust(26), 'place')}{heads}"
        for name in names:
            cells = (found.get(name) for found in parts.values())
            sizes = "".join(
                f"{quantity.human(size) if isinstance(size, int) else '':>14}" for size in cells
            )
            yield f"  {_PARTS[name]:<26}{sizes}".rstrip()
        for process, found in parts.items():
            if "refused" in found:
                head = self.paint(f"{_TITLES[process]} does not start", "error")
                yield f"  {head}: {found['refused']}"


def _parts(job: Configured, process: str) -> dict[str, int | str]:
    """The parts of a process in bytes, or why it does not start."""
    try:
        found = job.memory(process)
    except memory.Missing as problem:
        return {"missing": str(problem)}
    except memory.Refused as problem:
        return {"refused": str(problem)}
    return {"process": found.process, "flink": found.flink, **asdict(found)}


def _value(origin: Origin) -> str:
    if origin.value is None:
        return "(not set)" if origin.layer == layers.DEFAULT else "(taken away)"
    return f"({origin.value})" if origin.is_open else origin.value or '""'


def _short(origin: Origin) -> str:
    """A value on one line; `--why` has the whole of a long one."""
    found = " ".join(_value(origin).split())
    return found if len(found) <= _LONGEST else f"{found[: _LONGEST - 1]}…"


def _name(layer: str) -> str:
    return _LAYERS[layer].partition(",")[0]


def _place(at: Place) -> str:
    return f"{at.file}:{at.line}:{at.column}"


def as_json(target: str, shown: list[Shown]) -> str:
    whole = {"version": VERSION, "target": target, "objects": [_data(one) for one in shown]}
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


def _data(shown: Shown) -> dict[str, Any]:
    job = shown.job
    return {
        "object": job.label,
        "cluster": job.unit.cluster,
        "workload": job.unit.workload,
        **_spot(job.at),
        "flink": versions.text(job.version) if job.version else None,
        "operator": job.release.text if job.release else None,
        "mode": job.mode,
        "task_managers": job.task_managers,
        "problems": job.problems,
        "notes": job.notes,
        "assuming": job.assuming,
        "configuration": _configuration(shown.keys),
        "keys": [_key_data(one) for one in shown.keys],
        "memory": {process: _parts(job, process) for process in job.processes},
    }


def _configuration(keys: list[Key]) -> dict[str, str]:
    """What Flink reads, as plain keys and values."""
    known = (one for one in keys if one.reader == "flink" and not one.origin.is_open)
    return {one.key: one.origin.value for one in known if one.origin.value is not None}


def _key_data(one: Key) -> dict[str, Any]:
    return {
        "key": one.key,
        **_origin_data(one.origin),
        "read_by": one.reader,
        "applies": one.applies,
        "note": one.note,
        "over": [_origin_data(origin) for origin in one.over],
    }


def _origin_data(origin: Origin) -> dict[str, Any]:
    return {
        "value": None if origin.is_open else origin.value,
        "layer": origin.layer,
        **_spot(origin.at),
        "object": origin.object,
        "field": origin.field,
        "why": f"{origin.value}: {origin.why}".rstrip(": ") if origin.is_open else origin.why,
        "decided_on_the_cluster": origin.is_open,
    }


def _spot(at: Place | None) -> dict[str, Any]:
    if at is None:
        return {"file": None, "line": None, "column": None}
    return {"file": at.file, "line": at.line, "column": at.column}
