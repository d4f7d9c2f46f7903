"""The operator's own builder of differences classes changes of our shipped jobs as impact does."""

import copy
import random
from typing import Any

import pytest
from msgspec.structs import replace
from operator_judge import CLASSES, ask

from helpers import ROOT
from operators.pairs import shipped_pair
from overlaykit import checks
from overlaykit.impact.effects import Effect
from overlaykit.impact.operated import Job, changed, differences_of, job_of
from overlaykit.impact.pairs import Side
from overlaykit.operator import diff
from overlaykit.operator.request import mode_of
from overlaykit.repo.build import build_world, open_world
from overlaykit.repo.scope import Scope

SEED, COUNT = random.randrange(10**6), 2000
KINDS = ("FlinkDeployment", "FlinkSessionJob")

pytestmark = pytest.mark.skipif(
    not CLASSES, reason="OVERLAYKIT_OPERATOR names no built operator (see operator_judge.py)"
)


def shipped() -> list[Job]:
    world = open_world(ROOT, checks.ids())
    build_world(world, lambda done, total: None)
    side = Side(world, Scope())
    found = [job_of(item) for item in side.items.values() if item.obj.kind in KINDS]
    return [job for job in found if job is not None]


def _with(job: Job, spec: dict[str, Any]) -> Job:
    document = {**job.request.document, "spec": spec}
    return replace(job, request=replace(job.request, document=document))


def test_impact_has_the_builders_class() -> None:
    jobs, chance = shipped(), random.Random(SEED)
    assert {job.item.obj.kind for job in jobs} == set(KINDS)
    cases, told = [], []
    for _ in range(COUNT):
        job = chance.choice(jobs)
        kind = "session" if job.item.obj.kind == "FlinkSessionJob" else "deployment"
        pair = shipped_pair(kind, copy.deepcopy(job.spec), chance)
        before, after = _with(job, pair["before"]), _with(job, pair["after"])
        mode = after.around.mode(after.spec) if kind == "session" else mode_of(after.spec)
        cases.append({"kind": kind, "mode": mode, **pair})
        told.append((diff.kind(differences_of(before, after)).name, changed(before, after)))
    for case, said, (ours, verdict) in zip(cases, ask(cases), told, strict=True):
        assert ours == said["verdict"], (SEED, case)
        if said["verdict"] == "IGNORE":
            assert verdict.effect in (Effect.NOTHING, Effect.UPDATED, Effect.REFUSED), (SEED, case)
