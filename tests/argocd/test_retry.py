"""How long a failed sync is tried again."""

import math
from typing import Any

import pytest

from overlaykit.argocd.applications import Application
from overlaykit.argocd.retry import in_words, patience
from overlaykit.render.objects import Object
from overlaykit.source import Place


def application(policy: dict[str, Any] | None) -> Application:
    data = {"kind": "Application", "spec": {"syncPolicy": policy} if policy is not None else {}}
    return Application(Object(data), "", "", lambda *_: Place(""))


@pytest.mark.parametrize(
    ("policy", "seconds"),
    [
        (None, 0),
        ({}, 0),
        ({"automated": {}}, 5 + 10 + 20 + 40 + 80),
        ({"automated": {}, "retry": {"limit": 0}}, 0),
        ({"retry": {"limit": -1}}, math.inf),
        ({"retry": {"backoff": {"duration": "1s"}}}, 0),
        ({"retry": {"limit": 3, "backoff": {"duration": "1m30s", "factor": 1}}}, 270),
        ({"retry": {"limit": 3, "backoff": {"duration": "1h", "maxDuration": "5m"}}}, 900),
        ({"retry": {"limit": 2, "backoff": {"duration": "soon"}}}, 15),
        ({"retry": {"limit": "five"}}, 0),
    ],
)
def test_the_seconds_until_the_last_attempt(policy: dict[str, Any] | None, seconds: float) -> None:
    assert patience(application(policy)) == seconds


def test_in_words() -> None:
    assert [in_words(n) for n in (0, 59, 60, 155)] == ["0 s", "59 s", "1 min", "2 min 35 s"]
