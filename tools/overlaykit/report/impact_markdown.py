"""The impact of a change as a comment on a pull request: what matters first, the rest folded."""

from collections.abc import Iterator
from itertools import groupby

from overlaykit.impact.effects import Level
from overlaykit.impact.hazards import Hazard
from overlaykit.impact.model import Impact, Report
from overlaykit.report.impact import major, minor, summary, where
from overlaykit.report.text import clusters, count

_ROWS, _ITEMS, _FIELDS = 30, 100, 10
# A comment on GitHub holds 65,536 characters; the table and the hazards come first.
_ROOM = 50_000
_SIGNS = {
    Level.LOSS: "🔴",
    Level.RECREATE: "🔴",
    Level.RISK: "🟠",
    Level.REFUSE: "🟠",
    Level.REDEPLOY: "🟡",
    Level.RESTART: "🟡",
    Level.SCALE: "🟢",
    Level.CHANGE: "🟢",
    Level.NOTHING: "⚪",
}


def render(report: Report) -> str:
    lines = [f"### Impact: {_headline(report)}", ""]
    told = sorted(major(report), key=_order)
    if told:
        lines += [*_table(told), ""]
    if report.hazards:
        lines += ["**Before you merge**", "", *_hazards(report.hazards), ""]
    if report.impacts:
        lines += [*_details(report), ""]
    return (
        "\n".join([*lines, f"<sub>{report.before} → {report.after}. {summary(report)}</sub>"])
        + "\n"
    )


def _order(one: Impact) -> tuple[bool, int, tuple[str, ...], str]:
    return not one.is_job, -one.verdict.level, one.clusters, one.object


def _headline(report: Report) -> str:
    lost = [one for one in report.impacts if one.verdict.level is Level.LOSS]
    risk = [one for one in report.impacts if one.verdict.level in (Level.RISK, Level.REFUSE)]
    restarts = [
        one for one in report.impacts if Level.RESTART <= one.verdict.level <= Level.REDEPLOY
    ]
    parts = []
    if lost:
        parts.append(f"{len(lost)} {'loses' if len(lost) == 1 else 'lose'} state")
    if risk:
        parts.append(f"{len(risk)} at risk or refused")
    if restarts:
        parts.append(count(len(restarts), "restart"))
    if parts:
        return ", ".join(parts)
    if report.hazards:
        return count(len(report.hazards), "hazard")
    return "nothing restarts" if report.impacts else "nothing that is applied changes"


def _table(told: list[Impact]) -> Iterator[str]:
    yield "| | Cluster | Object | Effect | State |"
    yield "|---|---|---|---|---|"
    for one in told[:_ROWS]:
        verdict = one.verdict
        cells = (
            clusters(one.clusters),
            f"`{one.object}`",
            f"**{verdict.effect.value}**",
            verdict.state or "–",
        )
        yield f"| {_SIGNS[verdict.level]} | {' | '.join(map(_cell, cells))} |"
    if len(told) > _ROWS:
        yield f"| | | and {len(told) - _ROWS} more below | | |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _hazards(found: list[Hazard]) -> Iterator[str]:
    yield from map(_hazard, found[:_ROWS])
    if len(found) > _ROWS:
        yield f"- and {count(len(found) - _ROWS, 'more hazard')}"


def _hazard(hazard: Hazard) -> str:
    at = ", ".join(f"`{one.file}:{one.line}`" for one in hazard.places)
    old = " (before)" if hazard.removed else ""
    return (
        f"- {_SIGNS[hazard.level]} **{hazard.name}** ({clusters(hazard.clusters)}, {at}{old}): "
        f"{hazard.message}.\n  *Instead:* {hazard.fix}."
    )


def _details(report: Report) -> Iterator[str]:
    """A folded block for each set of clusters, as long as a comment may hold them."""
    told, room, left = major(report), _ROOM, 0
    for names, group in groupby(report.impacts, lambda one: one.clusters):
        block = list(_block(clusters(names), list(group), told))
        room -= sum(len(line) + 1 for line in block)
        if room > 0:
            yield from block
        else:
            left += 1
    if left:
        yield f"The reasons of {count(left, 'more block')} are left out: `overlay impact` has them."


def _block(names: str, group: list[Impact], told: list[Impact]) -> Iterator[str]:
    yield f"<details><summary>Why, on <b>{names}</b></summary>"
    yield ""
    mine = [one for one in group if one in told]
    for one in mine[:_ITEMS]:
        yield from _detail(one)
    if len(mine) > _ITEMS:
        yield f"- and {count(len(mine) - _ITEMS, 'more object')}"
    rest = minor(group)
    if rest:
        yield f"- besides: {rest}"
    yield ""
    yield "</details>"


def _detail(one: Impact) -> Iterator[str]:
    yield f"- `{one.object}`: {one.verdict.why}."
    for told in one.told[:_FIELDS]:
        yield f"  - `{where(told)}`{f' `{told.text}`' if told.text else ''}"
    if len(one.told) > _FIELDS:
        yield f"  - and {count(len(one.told) - _FIELDS, 'more field')}"
    for note in one.verdict.notes:
        yield f"  - {note}"
    if one.verdict.doubt:
        yield f"  - *assuming {one.verdict.doubt}*"
