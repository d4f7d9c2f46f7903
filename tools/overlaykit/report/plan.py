"""The plan of a cluster's first sync, for people and for machines."""

import json
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from overlaykit.argocd.health import newest
from overlaykit.argocd.order import KINDS, Step
from overlaykit.argocd.waves import describe
from overlaykit.render.objects import Object
from overlaykit.repo.plan import VERDICTS, Node, Plan, Proof, names
from overlaykit.report.text import Paint, plain

VERSION = 1
LATER = (
    "What two Applications change later is not ordered: each syncs itself. Waves order the first "
    "sync, and later changes of the Application objects."
)
_STYLES = {"refuted": "error", "open": "warning", "retry": "warning", "proved": "good"}


def text(plan: Plan, paint: Paint = plain) -> str:
    lines = [f"{plan.target}: the first sync, as {_argocd(plan)} runs it", ""]
    for root in plan.roots:
        lines += [*_node(plan, root, ""), ""]
    lines.append("Is there what is needed, in time?")
    for _, group in groupby(plan.proofs, lambda one: (one.verdict, one.need, one.provider)):
        lines += _proof(list(group), paint)
    for ring in plan.cycles:
        lines.append(f"  {paint('cycle', 'error')}    {' needs '.join([*ring, ring[0]])}")
    if not plan.proofs:
        lines.append("  nothing here needs anything of another")
    return "\n".join([*lines, "", LATER, _summary(plan)]) + "\n"


def _argocd(plan: Plan) -> str:
    if plan.health.version:
        return f"Argo CD {plan.health.version}"
    return f"Argo CD {newest()} (assumed: no fact names its version)"


def _node(plan: Plan, node: Node, pad: str) -> list[str]:
    lines = [pad + _head(node)]
    below = {child.name: child for child in node.children}
    for step in node.steps:
        label = f"{step.phase} wave {step.wave}" if step.phase != "Sync" else f"wave {step.wave}"
        listed = ", ".join(f"{kind} {', '.join(n)}" for (_, kind), n in names(step.objects).items())
        lines.append(f"{pad}  {label}: {listed}")
        lines += [f"{pad}    {wait}" for wait in _waits(plan, step)]
        for obj in step.objects:
            child = below.get(obj.name) if obj.kind == "Application" else None
            lines += _node(plan, child, f"{pad}    ") if child else []
    lines += [f"{pad}  chart {chart}: not rendered here" for chart in node.charts]
    return lines if len(lines) > 1 else [*lines, f"{pad}  nothing of it is rendered here"]


def _head(node: Node) -> str:
    if node.application is None:
        return f"{node.folder}: applied by an Application that is not here, or by hand"
    application = node.application
    place = application.locate(application.obj, ("metadata", "name"), False)
    return f"{node.name} ({place.file}:{place.line})"


def _waits(plan: Plan, step: Step) -> Iterator[str]:
    """What holds the next step, rule by rule; kinds of Kubernetes that only exist are left out."""
    for group, kind, rule in _rules(plan, step):
        if rule["rule"] == "none":
            yield f"{kind}: does not wait (no health check for {group})"
        else:
            yield f"{kind}: waits until healthy ({rule['rule']}: {rule['where']})"


def _rules(plan: Plan, step: Step) -> list[tuple[str, str, dict[str, str]]]:
    found = {}
    for obj in step.objects:
        rule = plan.rule(obj)
        if rule.is_there or not _only_exists(obj):
            found[obj.group, obj.kind] = {"rule": rule.source, "where": rule.where}
    return [(group, kind, rule) for (group, kind), rule in found.items()]


def _only_exists(obj: Object) -> bool:
    return obj.kind in KINDS or "." not in obj.group or obj.group.endswith(".k8s.io")


def _proof(group: list[Proof], paint: Paint) -> Iterator[str]:
    """A need with its verdict, then a line for each reason with those whom it concerns."""
    first = group[0]
    verdict = paint(first.verdict, _STYLES.get(first.verdict, "context"))
    by = f" from {first.provider}" if first.provider else ""
    yield f"  {verdict}{' ' * (8 - len(first.verdict))} {describe(first.need)}{by}"
    for proof in group:
        yield f"{' ' * 11}{', '.join(proof.users)}: {paint(proof.why, 'context')}"


def _summary(plan: Plan) -> str:
    counts = [(v, sum(proof.verdict == v for proof in plan.proofs)) for v in reversed(VERDICTS)]
    told = [f"{number} {verdict}" for verdict, number in counts if number]
    told += [f"{len(plan.cycles)} cycles"] if plan.cycles else []
    return ", ".join(told) or "nothing to prove"


def as_json(plan: Plan) -> str:
    whole = {
        "version": VERSION,
        "target": plan.target,
        "argocd": plan.health.version or newest(),
        "argocd_declared": bool(plan.health.version),
        "syncs": [_sync(plan, root) for root in plan.roots],
        "proofs": [_proof_data(proof) for proof in plan.proofs],
        "cycles": plan.cycles,
        "note": LATER,
    }
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


def _sync(plan: Plan, node: Node) -> dict[str, Any]:
    return {
        "application": node.name if node.application else None,
        "folder": node.folder,
        "steps": [_step(plan, step) for step in node.steps],
        "charts": node.charts,
        "children": [_sync(plan, child) for child in node.children],
    }


def _step(plan: Plan, step: Step) -> dict[str, Any]:
    waits = [{"group": group, "kind": kind, **rule} for group, kind, rule in _rules(plan, step)]
    objects = [obj.label for obj in step.objects]
    return {"phase": step.phase, "wave": step.wave, "objects": objects, "waits": waits}


def _proof_data(proof: Proof) -> dict[str, Any]:
    return {
        "need": describe(proof.need),
        "verdict": proof.verdict,
        "provider": proof.provider,
        "users": list(proof.users),
        "why": proof.why,
    }
