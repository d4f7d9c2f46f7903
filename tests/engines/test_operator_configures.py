"""The operator's own classes make the configuration that we say, of generated and shipped jobs."""

import json
import random
from typing import Any

import pytest
from operator_configures import ask
from operator_judge import CLASSES
from shipped import renders

from helpers import ROOT, overlay
from operators.configurations import cases, is_refused, ours, theirs

SEED = random.randrange(10**6)
HIDDEN = "******"

pytestmark = pytest.mark.skipif(
    not CLASSES, reason="OVERLAYKIT_OPERATOR names no built operator (see operator_judge.py)"
)


def test_generated_resources_get_the_operators_configuration() -> None:
    generated = list(cases(2000, SEED))
    for case, answer in zip(generated, ask(generated), strict=True):
        said = theirs(answer)
        assert ("failed" in said) == is_refused(case), (SEED, case, said)
        if "failed" not in said:
            assert ours(case) == said, (SEED, case)


def told(target: str, name: str) -> dict[str, Any]:
    done = overlay(ROOT, "effective", target, name, "--format", "json")
    assert done.exit_code == 0, done.output
    [found] = json.loads(done.stdout)["objects"]
    return dict(found)


SHIPPED = [
    ("flink-demo/flink-autoscale", "autoscaling-load"),
    ("flink-demo/flink-session", "flink-session"),
]


@pytest.mark.parametrize(("target", "name"), SHIPPED)
def test_a_shipped_deployment_gets_the_operators_configuration(target: str, name: str) -> None:
    found = told(target, name)
    [obj] = [o for o in renders()[target] if o.kind == "FlinkDeployment" and o.name == name]
    # What the operator is told for all clusters is not asked here: it is given as ours.
    told_to_all = ("operator-chart", "operator-values")
    chains = {one["key"]: [one, *one["over"]] for one in found["keys"]}
    defaults = {
        key: origin["value"]
        for key, chain in chains.items()
        for origin in chain
        if origin["layer"] in told_to_all
    }
    assert defaults["taskmanager.numberOfTaskSlots"] == "1"
    [answer] = ask([{"document": obj.data, "defaults": defaults}])
    said = theirs(answer)
    decided = found["configuration"]
    # The operator writes these when it deploys, beside the configuration that it builds.
    late = {"job-result-store.delete-on-commit"}
    assert {k: v for k, v in decided.items() if k not in late} == {
        key: HIDDEN if decided.get(key) == HIDDEN else value for key, value in said.items()
    }
