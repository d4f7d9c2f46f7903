"""The impact of a change, for people and for machines."""

import json
from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from overlaykit.impact.effects import APPLIED, NEW, Effect, Level
from overlaykit.impact.hazards import Hazard
from overlaykit.impact.model import Impact, Report, Told
from overlaykit.report.text import Paint, clusters, count, plain

VERSION = 1
_MOST = 6


def style(level: Level) -> str:
    """How a level is painted."""
    if level >= Level.RISK or level is Level.REFUSE:
        return "error"
    return "warning" if level >= Level.RESTART else "good" if level else "context"


def major(report: Report) -> list[Impact]:
    """What is worth a line of its own: jobs, and whatever more than changes in place."""
    return [one for one in report.impacts if one.is_job or _is_told(one)]


def _is_told(one: Impact) -> bool:
    return one.verdict.level > Level.CHANGE or one.verdict.why not in (APPLIED, NEW)


def minor(impacts: list[Impact]) -> str:
    """The rest in one line: how many objects of each kind, and what is done to them."""
    rest = [one for one in impacts if not one.is_job and not _is_told(one)]
    counts = Counter((one.verdict.effect.value, one.kind) for one in rest)
    return ", ".join(f"{n} {kind} {effect}" for (effect, kind), n in sorted(counts.items()))


def text(report: Report, paint: Paint = plain) -> str:
    lines = [f"From {report.before} to {report.after}:", ""]
    for names, group in groupby(report.impacts, lambda one: one.clusters):
        lines += [*_cluster(clusters(names), list(group), major(report), paint), ""]
    if report.hazards:
        lines.append("Hazards of the change as a whole:")
        for hazard in report.hazards:
            lines += _hazard(hazard, paint)
        lines.append("")
    return "\n".join([*lines, summary(report)]) + "\n"


def _cluster(cluster: str, group: list[Impact], told: list[Impact], paint: Paint) -> Iterator[str]:
    yield paint(cluster, "place")
    wide = max((len(one.object) for one in group if one in told), default=0)
    for one in group:
        if one in told:
            yield from _impact(one, wide, paint)
    rest = minor(group)
    if rest:
        yield paint(f"  besides: {rest}", "context")


def _impact(one: Impact, wide: int, paint: Paint) -> Iterator[str]:
    verdict = one.verdict
    effect = paint(verdict.effect.value, style(verdict.level))
    # The effect says so itself.
    says = verdict.effect is Effect.RISKED and verdict.state == "at risk"
    state = f"; state {verdict.state}" if verdict.state and not says else ""
    yield f"  {one.object:<{wide}}  {effect}{state}"
    yield f"      {verdict.why}"
    for told in one.told[:_MOST]:
        yield f"      {paint(where(told), 'context')}{f': {told.text}' if told.text else ''}"
    if len(one.told) > _MOST:
        yield f"      and {count(len(one.told) - _MOST, 'more field')}"
    for note in verdict.notes:
        yield f"      note: {note}"
    if verdict.doubt:
        yield f"      assuming {verdict.doubt}"


def where(told: Told) -> str:
    """file:line, and which tree that is if not the new one."""
    return f"{told.place.file}:{told.place.line}{' (before)' if told.removed else ''}"


def _hazard(hazard: Hazard, paint: Paint) -> Iterator[str]:
    name = paint(f"{hazard.level.word} {hazard.name}", style(hazard.level))
    at = ", ".join(f"{one.file}:{one.line}" for one in hazard.places)
    yield f"  {at}: {name}: {hazard.message}"
    yield f"    fix: {hazard.fix} ({clusters(hazard.clusters)}, {', '.join(hazard.objects)})"


def summary(report: Report) -> str:
    """One line: how much is touched, the worst of it, what could not be seen."""
    if not report.impacts and not report.hazards:
        line = "nothing that is applied changes"
    else:
        effects = Counter(one.verdict.effect.value for one in major(report))
        told = ", ".join(f"{n} {effect}" for effect, n in sorted(effects.items()))
        line = f"{count(len(report.clusters), 'cluster')}: {told or 'no job is touched'}"
        line += f"; {count(len(report.hazards), 'hazard')}; worst: {report.level.word}"
    if report.not_seen:
        line += f" (not seen: {len(report.not_seen)})"
    return line


def as_json(report: Report) -> str:
    whole = {
        "version": VERSION,
        "before": report.before,
        "after": report.after,
        "summary": {
            "clusters": len(report.clusters),
            "level": report.level.word,
            "effects": dict(
                sorted(Counter(i.verdict.effect.value for i in report.impacts).items())
            ),
            "hazards": len(report.hazards),
            "not_seen": [{"what": one.what, "why": one.why} for one in report.not_seen],
        },
        "impacts": [_data(one) for one in report.impacts],
        "hazards": [_hazard_data(one) for one in report.hazards],
    }
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


def _data(one: Impact) -> dict[str, Any]:
    verdict = one.verdict
    return {
        "clusters": list(one.clusters),
        "workload": one.workload,
        "object": one.object,
        "effect": verdict.effect.value,
        "level": verdict.level.word,
        "state": verdict.state,
        "why": verdict.why,
        "changes": [_told_data(told) for told in one.told],
        "notes": list(verdict.notes),
        "assuming": verdict.doubt,
    }


def _told_data(told: Told) -> dict[str, Any]:
    place = {"file": told.place.file, "line": told.place.line, "column": told.place.column}
    return {**place, "tree": "before" if told.removed else "after", "change": told.text}


def _hazard_data(one: Hazard) -> dict[str, Any]:
    return {
        "hazard": one.name,
        "level": one.level.word,
        "clusters": list(one.clusters),
        "objects": list(one.objects),
        "message": one.message,
        "fix": one.fix,
        "places": [{"file": p.file, "line": p.line, "column": p.column} for p in one.places],
        "tree": "before" if one.removed else "after",
    }
